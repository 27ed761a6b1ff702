//! What outlasts a record: people stay where they are for some hours, keep their session for the day, come back to the
//! same documents and messages, and do several things in one go. Records that say so repeat each other's values, as
//! those of a real organization do.

use std::hash::{DefaultHasher, Hash, Hasher};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::population::{APPS, App, User};
use super::scene::{Scene, guid};

/// How many documents a library has.
const DOCUMENTS: u64 = 300;

/// How many of a mailbox's latest messages somebody comes back to, how many come in an hour, and how many somebody is
/// at: what is written is saved, sent and looked at.
const MESSAGES: u64 = 100;
const MESSAGES_AN_HOUR: i64 = 1;
const MESSAGES_AT_HAND: u64 = 3;

const FOLDERS: [&str; 7] = [
    "\\Inbox",
    "\\Drafts",
    "\\Sent Items",
    "\\Deleted Items",
    "\\Archive",
    "\\Recoverable Items\\Deletions",
    "\\Kalender",
];

/// A document of a library, the same whenever it comes up.
pub(super) struct Document {
    pub(super) name: String,
    pub(super) extension: &'static str,
    /// `ListItemUniqueId`.
    pub(super) id: String,
    /// Below the library; empty for the library itself.
    pub(super) folder: String,
    /// Bytes.
    pub(super) size: i64,
    /// SHA-256 in upper-case hexadecimal.
    pub(super) hash: String,
}

/// A message of a mailbox, the same whenever it comes up.
pub(super) struct Message {
    pub(super) internet_id: String,
    pub(super) network_id: String,
    /// As Exchange writes it.
    pub(super) item_id: String,
    pub(super) subject: String,
    /// Bytes.
    pub(super) size: i64,
    pub(super) attachments: Option<String>,
}

/// A folder of a mailbox.
pub(super) struct Folder {
    /// As Exchange writes it.
    pub(super) id: String,
    pub(super) path: &'static str,
}

impl Scene<'_> {
    /// Chances that are the same for the same thing of the organization.
    fn chances_of(&self, thing: impl Hash) -> StdRng {
        StdRng::seed_from_u64(self.seed_for(thing))
    }

    /// A number that is always the same for the same thing of the organization.
    pub(super) fn seed_for(&self, thing: impl Hash) -> u64 {
        seed_of((self.population.seed, thing))
    }

    /// Chances that are the same for all records made together.
    pub(super) fn shared(&self, what: &str) -> StdRng {
        StdRng::seed_from_u64(seed_of((self.deed, what)))
    }

    /// The id of a thing that has one for ever, such as a policy.
    pub(super) fn id_of(&self, thing: impl Hash) -> String {
        guid(&mut self.chances_of(("id", thing)))
    }

    /// The id of what somebody is at, such as a meeting: records made together share it.
    pub(super) fn deed_id(&self, what: &str) -> String {
        guid(&mut self.shared(what))
    }

    /// The id of a request to a service, which may leave two records.
    pub(super) fn request_id(&self) -> String {
        guid(&mut StdRng::seed_from_u64(seed_of((
            self.request,
            "request",
        ))))
    }

    /// The application that somebody is using.
    pub(super) fn app(&self) -> App {
        *self.shared_pick("app", &APPS)
    }

    /// The session of a user: of one sign-in a day.
    pub(super) fn session(&self, user: &User) -> String {
        self.id_of(("session", &user.upn, self.hours() / 24))
    }

    /// The id of an access token, which lasts an hour.
    pub(super) fn access_token(&self, user: &User) -> String {
        let token: [u8; 16] = self.chances_of(("token", &user.upn, self.hours())).random();
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(token)
    }

    /// Where the user is for some hours, as a bare address: mostly the office or home, sometimes on the road.
    pub(super) fn address(&mut self, user: &User) -> String {
        let mut chances = self.chances_of(("address", &user.upn, self.hours() / 6));
        match chances.random_range(0..100) {
            0..45 => format!("192.0.2.{}", chances.random_range(1..9)),
            45..80 => user.home_v4.clone(),
            80..94 => user.home_v6.clone(),
            _ => format!("198.51.100.{}", chances.random_range(1..255)),
        }
    }

    /// A document of the library: often the one that somebody is at, and some are used far more than others.
    pub(super) fn document(&mut self, library: &str) -> Document {
        let share: f64 = if self.chance(0.7) {
            self.shared("document").random()
        } else {
            self.rng.random()
        };
        self.document_of(library, index(share, DOCUMENTS))
    }

    fn document_of(&self, library: &str, number: u64) -> Document {
        let mut it = self.inner(self.chances_of(("document", library, number)));
        let (subject, extension) = (*it.pick(&SUBJECTS), *it.weighted(&EXTENSIONS));
        let folder = match it.number(0, 4) {
            0 => String::new(),
            1 => "/General".to_owned(),
            _ => format!(
                "/{}/{}",
                it.pick(&["Customers", "Internal", "Öffentlich"]),
                it.number(2019, 2027)
            ),
        };
        Document {
            name: format!("{subject} {}.{extension}", it.number(1, 400)),
            extension,
            id: it.guid(),
            folder,
            size: it.number(200, 40_000_000),
            hash: it.hex(64),
        }
    }

    /// One of the latest messages of the user's mailbox.
    pub(super) fn message(&mut self, owner: &User) -> Message {
        let at_hand = if self.chance(0.9) {
            self.rng.random_range(0..MESSAGES_AT_HAND)
        } else {
            MESSAGES_AT_HAND + index(self.rng.random(), MESSAGES)
        };
        let newest = index(self.shared("message").random(), MESSAGES);
        let latest = u64::try_from(self.hours() * MESSAGES_AN_HOUR).unwrap_or_default();
        self.message_of(owner, latest.saturating_sub(newest + at_hand))
    }

    fn message_of(&self, owner: &User, number: u64) -> Message {
        let mut it = self.inner(self.chances_of(("message", &owner.upn, number)));
        let attached = it.chance(0.15);
        Message {
            internet_id: it.message_id(),
            network_id: it.guid(),
            item_id: self.entry_id(owner, number),
            subject: it.subject(),
            size: it.number(900, 9_000_000),
            attachments: attached.then(|| attachments(&mut it)),
        }
    }

    /// A folder of the user's mailbox.
    pub(super) fn folder(&mut self, owner: &User) -> Folder {
        let number = if self.chance(0.8) {
            self.shared("folder").random_range(0..FOLDERS.len())
        } else {
            self.rng.random_range(0..FOLDERS.len())
        };
        Folder {
            id: folder_id(&self.mailbox_ids(owner), number as u64),
            path: FOLDERS[number],
        }
    }

    /// An item's id: that of the mailbox, of a database, and a counter (\[MS-OXCDATA\] 2.2.4.2, "Message `EntryID` Structure"),
    /// after its length, in base64.
    fn entry_id(&self, owner: &User, number: u64) -> String {
        let ids = self.mailbox_ids(owner);
        let mut bytes = vec![70, 0, 0, 0, 0];
        bytes.extend(&ids[..16]);
        bytes.extend([7, 0]);
        for counter in [0x10C, number] {
            bytes.extend(&ids[16..]);
            bytes.extend(&counter.to_be_bytes()[2..]);
            bytes.extend([0, 0]);
        }
        bytes.push(1);
        STANDARD.encode(bytes)
    }

    fn mailbox_ids(&self, owner: &User) -> [u8; 32] {
        self.chances_of(("mailbox", &owner.upn)).random()
    }

    /// The server that a mailbox is on.
    pub(super) fn server(&self, owner: &User) -> &str {
        let servers = &self.population.exchange_servers;
        &servers[self
            .chances_of(("server", &owner.upn))
            .random_range(0..servers.len())]
    }

    /// The same place and time with other chances.
    fn inner(&self, rng: StdRng) -> Self {
        Self { rng, ..*self }
    }

    fn hours(&self) -> i64 {
        self.at.as_second() / 3600
    }
}

/// A folder's id (\[MS-OXCDATA\] 2.2.4.1, "Folder `EntryID` Structure"), as Exchange writes it.
fn folder_id(ids: &[u8; 32], number: u64) -> String {
    let mut bytes = vec![46, 0, 0, 0, 0];
    bytes.extend(&ids[..16]);
    bytes.extend([1, 0]);
    bytes.extend(&ids[16..]);
    bytes.extend(&(0x10C + number).to_be_bytes()[2..]);
    bytes.extend([0, 0, 1]);
    STANDARD.encode(bytes)
}

fn attachments(it: &mut Scene<'_>) -> String {
    let count = it.number(1, 4);
    let named = |_| {
        format!(
            "{} {}.{} ({}b)",
            it.pick(&SUBJECTS),
            it.number(1, 400),
            it.weighted(&EXTENSIONS),
            it.number(500, 900_000)
        )
    };
    (0..count).map(named).collect::<Vec<_>>().join("; ")
}

/// The low ones more often.
pub(super) fn index(share: f64, below: u64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let index = (share * share * below as f64) as u64;
    index.min(below - 1)
}

/// A seed for one thing. `DefaultHasher::new` has fixed keys.
pub(super) fn seed_of(thing: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    hasher.finish()
}

const SUBJECTS: [&str; 16] = [
    "Budget",
    "Roadmap",
    "Contract",
    "Minutes",
    "Offer",
    "Forecast",
    "Onboarding",
    "Price list",
    "Résumé",
    "Inventory",
    "Lieferplan",
    "Q3 review",
    "Team photo",
    "Travel costs",
    "会議メモ",
    "Design & build",
];

const EXTENSIONS: [(u32, &str); 9] = [
    (35, "docx"),
    (25, "xlsx"),
    (15, "pptx"),
    (15, "pdf"),
    (4, "png"),
    (2, "txt"),
    (2, "zip"),
    (1, "one"),
    (1, "url"),
];
