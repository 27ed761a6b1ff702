//! Who and what there is in a made-up organization.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::scene::guid;

/// The organization's mail domain.
pub(super) const DOMAIN: &str = "contoso.example";

const USERS: usize = 200;
const ADMINS: usize = 8;
const GUESTS: usize = 24;

const GIVEN: [&str; 20] = [
    "Alex", "Bea", "Chen", "Dana", "Emil", "Fatima", "Grace", "Hugo", "Ines", "Jonas", "Kofi",
    "Lena", "Mateo", "Nia", "Olga", "Priya", "Quinn", "Ravi", "Sofia", "Tomas",
];
const FAMILY: [&str; 10] = [
    "Adler", "Brandt", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ito", "Jansen",
];
const SITES: [&str; 12] = [
    "Finance",
    "HR",
    "Sales",
    "Engineering",
    "Legal",
    "Marketing",
    "Support",
    "Projects",
    "Board",
    "Intranet",
    "Operations",
    "Research",
];

/// An application or service principal: name and application id. The ids of Microsoft's own are public.
pub(super) type App = (&'static str, &'static str);

pub(super) const APPS: [App; 10] = [
    ("Microsoft Office", "d3590ed6-52b3-4102-aeff-aad2292ab01c"),
    ("Microsoft Teams", "1fec8e78-bce4-4aaf-ab1b-5451cc387264"),
    (
        "Microsoft Teams Web Client",
        "5e3ce6c0-2b1f-4285-8d4b-75ee78787346",
    ),
    ("OfficeHome", "4765445b-32c6-49b0-83e6-1d93765276ca"),
    ("Outlook Mobile", "27922004-5251-4030-b22d-91ecd9a37ea4"),
    (
        "Office 365 Exchange Online",
        "00000002-0000-0ff1-ce00-000000000000",
    ),
    (
        "Office 365 SharePoint Online",
        "00000003-0000-0ff1-ce00-000000000000",
    ),
    ("Microsoft Graph", "00000003-0000-0000-c000-000000000000"),
    ("Contoso Backup", "c0ffee00-0000-4000-8000-000000000001"),
    ("Contoso Intranet", "c0ffee00-0000-4000-8000-000000000002"),
];

/// What a client says it is: user agent, operating system, browser.
pub(super) type Agent = (&'static str, &'static str, &'static str);

pub(super) const AGENTS: [Agent; 6] = [
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0",
        "Windows10",
        "Edge",
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
        "Windows10",
        "Chrome",
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
        "MacOs",
        "Safari",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        "Ios",
        "MobileSafari",
    ),
    (
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Linux",
        "Firefox",
    ),
    (
        "Microsoft SkyDriveSync 25.105.0601.0002 ship; Windows NT 10.0 (19045)",
        "Windows10",
        "Other",
    ),
];

/// Who did something, as a record's `UserKey`, `UserType` and `UserId` say it.
#[derive(Debug, Clone)]
pub(super) struct Actor {
    pub(super) key: String,
    pub(super) user_type: u8,
    pub(super) id: String,
}

impl Actor {
    /// Something that is no person: `UserType` 4 (System) or 5 (Application).
    pub(super) fn system(key: &str, user_type: u8, id: &str) -> Self {
        Self {
            key: key.into(),
            user_type,
            id: id.into(),
        }
    }
}

/// A person with an account.
#[derive(Debug)]
pub(super) struct User {
    pub(super) name: String,
    /// The part of the address before the `@`.
    pub(super) alias: String,
    pub(super) upn: String,
    pub(super) object_id: String,
    /// 16 hexadecimal digits.
    pub(super) puid: String,
    pub(super) sid: String,
    pub(super) mailbox: String,
    pub(super) home_v4: String,
    pub(super) home_v6: String,
    pub(super) device_id: String,
    pub(super) device: String,
    pub(super) agent: Agent,
}

impl User {
    /// As Entra, Teams and most others know them: by object id.
    pub(super) fn by_object_id(&self) -> Actor {
        Actor {
            key: self.object_id.clone(),
            user_type: 0,
            id: self.upn.clone(),
        }
    }

    /// As Exchange knows them.
    pub(super) fn by_puid(&self) -> Actor {
        Actor {
            key: self.puid.clone(),
            user_type: 0,
            id: self.upn.clone(),
        }
    }

    /// As SharePoint knows them.
    pub(super) fn by_membership(&self) -> Actor {
        let key = format!("i:0h.f|membership|{}@live.com", self.puid.to_lowercase());
        Actor {
            key,
            user_type: 0,
            id: self.upn.clone(),
        }
    }

    /// As compliance services know them.
    pub(super) fn by_upn(&self) -> Actor {
        Actor {
            key: self.upn.clone(),
            user_type: 0,
            id: self.upn.clone(),
        }
    }

    /// Whether the directory knows their device.
    pub(super) fn is_registered(&self) -> bool {
        !self.device.ends_with(['1', '4', '7'])
    }

    /// Whether their device meets what the organization asks.
    pub(super) fn is_compliant(&self) -> bool {
        !self.device.ends_with(['2', '4', '6', '8'])
    }

    /// Their own site, with a slash at the end.
    pub(super) fn onedrive(&self) -> String {
        let part = self.upn.replace(['.', '@'], "_");
        format!("https://contoso-my.sharepoint.example/personal/{part}/")
    }
}

impl Actor {
    /// The same as an administrator: `UserType` 2.
    pub(super) fn into_admin(mut self) -> Self {
        self.user_type = 2;
        self
    }
}

/// Somebody from elsewhere.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) mail: String,
    /// The account here: `#EXT#` in the middle.
    pub(super) upn: String,
    pub(super) object_id: String,
    pub(super) name: String,
}

/// A SharePoint site with a team, a group and a library.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) name: &'static str,
    /// With a slash at the end.
    pub(super) url: String,
    pub(super) id: String,
    pub(super) web: String,
    pub(super) list: String,
    pub(super) group: String,
    pub(super) team: String,
}

/// All of an organization.
#[derive(Debug)]
pub(super) struct Population {
    /// What its things and their ids are made from.
    pub(super) seed: u64,
    /// The first [`admins`](Self::admins) are administrators.
    pub(super) users: Vec<User>,
    pub(super) admins: usize,
    pub(super) guests: Vec<Guest>,
    pub(super) sites: Vec<Site>,
    pub(super) exchange_servers: Vec<String>,
}

impl Population {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        Self {
            seed,
            users: (0..USERS).map(|index| user(index, &mut rng)).collect(),
            admins: ADMINS,
            guests: (0..GUESTS).map(|index| guest(index, &mut rng)).collect(),
            sites: SITES.into_iter().map(|name| site(name, &mut rng)).collect(),
            exchange_servers: (0..6).map(|_| server(&mut rng)).collect(),
        }
    }
}

fn user(index: usize, rng: &mut StdRng) -> User {
    let (given, family) = (
        GIVEN[index % GIVEN.len()],
        FAMILY[index / GIVEN.len() % FAMILY.len()],
    );
    let alias = format!("{given}.{family}").to_lowercase();
    User {
        name: format!("{given} {family}"),
        upn: format!("{alias}@{DOMAIN}"),
        object_id: guid(rng),
        puid: format!("10032{:011X}", rng.random_range(0..0xFFF_FFFF_FFFF_u64)),
        sid: format!(
            "S-1-5-21-1004336348-1177238915-682003330-{}",
            10_000 + index
        ),
        mailbox: guid(rng),
        home_v4: format!("203.0.113.{}", 1 + index % 254),
        home_v6: format!(
            "2001:db8:{:x}:{:x}::{:x}",
            0x100 + index,
            index % 16,
            rng.random_range(1..0xFFFF)
        ),
        device_id: guid(rng),
        device: format!(
            "CONTOSO-{}{index:03}",
            if index.is_multiple_of(5) { "MAC" } else { "PC" }
        ),
        agent: AGENTS[rng.random_range(0..AGENTS.len() - 1)],
        alias,
    }
}

fn guest(index: usize, rng: &mut StdRng) -> Guest {
    let domain = ["fabrikam.example", "northwind.example", "tailspin.example"][index % 3];
    let given = GIVEN[(index * 7) % GIVEN.len()];
    let mail = format!("{}.{index}@{domain}", given.to_lowercase());
    let upn = format!("{}#EXT#@{DOMAIN}", mail.replace('@', "_"));
    Guest {
        name: format!("{given} (Guest {index})"),
        mail,
        upn,
        object_id: guid(rng),
    }
}

fn site(name: &'static str, rng: &mut StdRng) -> Site {
    Site {
        name,
        url: format!("https://contoso.sharepoint.example/sites/{name}/"),
        id: guid(rng),
        web: guid(rng),
        list: guid(rng),
        group: guid(rng),
        team: format!(
            "19:{}@thread.tacv2",
            uuid::Builder::from_random_bytes(rng.random())
                .into_uuid()
                .simple()
        ),
    }
}

fn server(rng: &mut StdRng) -> String {
    format!(
        "AM{}PR01MB{:04} (15.20.8722.{:03})",
        rng.random_range(1..10),
        rng.random_range(1..9999),
        rng.random_range(1..40)
    )
}
