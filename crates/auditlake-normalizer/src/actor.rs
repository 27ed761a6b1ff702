//! Who: the actor of a record, and people and accounts in general.

use std::borrow::Cow;

use crate::event::Event;
use crate::record::Record;
use crate::schema::path::{Leaf, at, top};

/// OCSF user types.
pub(crate) const USER: (u8, &str) = (1, "User");
const ADMIN: (u8, &str) = (2, "Admin");
const SYSTEM: (u8, &str) = (3, "System");
/// An application or service principal.
pub(crate) const SERVICE: (u8, &str) = (4, "Service");
const OTHER: u8 = 99;

/// How SharePoint names a guest that has no account: this, and a mail address.
const GUEST: &str = "urn:spo:guest#";

/// The leaves of one user object of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UserLeaves {
    pub(crate) name: Leaf,
    pub(crate) uid: Leaf,
    pub(crate) uid_alt: Leaf,
    pub(crate) display_name: Leaf,
    pub(crate) email_addr: Leaf,
    pub(crate) domain: Leaf,
    pub(crate) type_id: Leaf,
    pub(crate) type_: Leaf,
}

macro_rules! user_leaves {
    ($path:literal) => {
        UserLeaves {
            name: at!(concat!($path, ".name")),
            uid: at!(concat!($path, ".uid")),
            uid_alt: at!(concat!($path, ".uid_alt")),
            display_name: at!(concat!($path, ".display_name")),
            email_addr: at!(concat!($path, ".email_addr")),
            domain: at!(concat!($path, ".domain")),
            type_id: at!(concat!($path, ".type_id")),
            type_: at!(concat!($path, ".type")),
        }
    };
}

/// `actor.user`.
pub(crate) const ACTOR: UserLeaves = user_leaves!("actor.user");
/// `user`.
pub(crate) const TARGET: UserLeaves = user_leaves!("user");
/// `entity.user`.
pub(crate) const ENTITY: UserLeaves = user_leaves!("entity.user");

/// Fills `actor`, where the workload has not.
pub(crate) fn set(event: &mut Event<'_, '_>) {
    set_user(event, ACTOR);
    event.copy("ApplicationId", at!("actor.app_uid"));
    // An application that the workload has named as what was acted on is not what acted.
    if !event.record.is_taken("AppId") {
        event.copy("AppId", at!("actor.app_uid"));
    }
    event.copy("ClientAppId", at!("actor.app_uid"));
    for member in ["ApplicationDisplayName", "ClientAppName"] {
        event.copy(member, at!("actor.app_name"));
    }
    set_portal(event);
    event.copy("SessionId", at!("actor.session.uid"));
    let record = event.record;
    if let Some(context) = record.object("AppAccessContext") {
        event.set_some(at!("actor.app_uid"), context.text("ClientAppId"));
        event.set_some(at!("actor.app_name"), context.text("ClientAppName"));
        event.set_some(at!("actor.session.uid"), context.text("AADSessionId"));
        event.set_some(at!("actor.session.uid_alt"), context.text("UniqueTokenId"));
    }
    event.set_some(
        at!("actor.session.uid"),
        record.named("DeviceProperties", "SessionId"),
    );
    if !event.has_top(top!("actor")) && event.requires("actor") {
        let workload = record
            .text("Workload")
            .unwrap_or(Cow::Borrowed("Microsoft 365"));
        event.set(at!("actor.app_name"), workload);
    }
}

/// The application that the person in `Actor` used, such as the portal: its name and client id are entries beside theirs.
fn set_portal(event: &mut Event<'_, '_>) {
    let entries = event.record.objects("Actor");
    let Some(own) = entries.iter().find_map(marked_object_id) else {
        return;
    };
    let other = entries
        .iter()
        .filter(|e| e.int("Type") == Some(2))
        .find_map(|e| e.text("ID").filter(|id| is_guid(id) && **id != *own));
    if event.set_some(at!("actor.app_uid"), other) {
        event.set_some(at!("actor.app_name"), entry(&entries, &[1]));
    }
}

/// Fills a user object with the one that the record's common members name. Where the workload has named another
/// already, these members are not about them.
pub(crate) fn set_user(event: &mut Event<'_, '_>, user: UserLeaves) {
    let record = event.record;
    let entries = record.objects("Actor");
    let name = record.text("UserId").filter(|name| is_somebody(name));
    let name = name.or_else(|| entry(&entries, &[5]));
    if event.has(user.name) && event.text(user.name) != name.as_deref() {
        return;
    }
    if let Some(name) = &name {
        record.take("UserId");
        set_name(event, user, name.clone());
    }
    event.set_some(user.uid, object_id(&entries));
    event.set_some(
        user.uid,
        record.text("TokenObjectId").filter(|id| is_guid(id)),
    );
    set_key(event, user);
    event.set_some(user.uid_alt, entry(&entries, &[3]));
    // Beside a principal name, the entry of type 1 names the application.
    if entry(&entries, &[5]).is_none() {
        event.set_some(user.display_name, entry(&entries, &[1]));
    }
    for member in ["LogonUserDisplayName", "UserDisplayName"] {
        event.set_some(user.display_name, record.text(member));
    }
    if name.is_some() || event.has(user.uid) {
        set_type(event, user, name.as_deref().unwrap_or_default());
    }
}

fn entry<'a>(entries: &[Record<'a>], types: &[i64]) -> Option<Cow<'a, str>> {
    entries
        .iter()
        .filter(|e| e.int("Type").is_some_and(|t| types.contains(&t)))
        .find_map(|e| e.text("ID"))
}

/// The directory's id among the entries of `Actor` or `Target`: the GUID of `User_<GUID>`, since a bare GUID may be an
/// application's; where no entry is so marked, the first GUID.
pub(crate) fn object_id<'a>(entries: &[Record<'a>]) -> Option<Cow<'a, str>> {
    let bare = |e: &Record<'a>| {
        e.text("ID")
            .filter(|id| matches!(e.int("Type"), Some(0 | 2)) && is_guid(id))
    };
    let marked = entries.iter().find_map(marked_object_id).map(Cow::Owned);
    marked.or_else(|| entries.iter().find_map(bare))
}

/// The GUID of an entry `User_<GUID>`, `ServicePrincipal_<GUID>`.
fn marked_object_id(entry: &Record<'_>) -> Option<String> {
    let id = entry.text("ID")?;
    let (_, guid) = id.rsplit_once('_')?;
    is_guid(guid).then(|| guid.to_owned())
}

/// The mail address in a name: `urn:spo:guest#address` and `i:0#.f|membership|address` hold one.
fn address(name: &str) -> &str {
    name.strip_prefix(GUEST)
        .or_else(|| claimed(name))
        .unwrap_or(name)
}

fn claimed(name: &str) -> Option<&str> {
    // Most names have no bar, which is found sooner than a word.
    let is_claim = name.contains('|');
    let parts = is_claim.then(|| name.rsplit_once("|membership|"))?;
    parts.map(|(_, rest)| rest)
}

/// Sets a name, and the mail address and domain that it shows.
pub(crate) fn set_name<'a>(event: &mut Event<'_, 'a>, user: UserLeaves, name: Cow<'a, str>) {
    let address = Some(address(&name)).filter(|address| is_email(address));
    let domain = match address {
        Some(address) => address.rsplit_once('@').map(|(_, domain)| domain),
        None => name.split_once('\\').map(|(domain, _)| domain),
    };
    let (address, domain) = (address.map(str::to_owned), domain.map(str::to_owned));
    if event.set(user.name, name) {
        event.set_some(user.domain, domain);
        event.set_some(user.email_addr, address);
    }
}

/// `UserKey`: an object id, a PUID, or a PUID within a claim; other forms say nothing that OCSF has a place for.
fn set_key(event: &mut Event<'_, '_>, user: UserLeaves) {
    let record = event.record;
    let Some(key) = record.text("UserKey") else {
        return;
    };
    let set = match &key {
        key if is_guid(key) => event.set(user.uid, key.clone()),
        key if is_puid(key) || key.starts_with("S-1-") => event.set(user.uid_alt, key.clone()),
        // The rest of the claim is taken by no column.
        key => {
            event.set_some(user.uid_alt, claimed_puid(key).map(str::to_owned));
            false
        }
    };
    let known = [user.name, user.uid, user.uid_alt]
        .iter()
        .any(|leaf| event.text(*leaf) == Some(&*key));
    if set || known {
        record.take("UserKey");
    }
}

/// The PUID in `i:0h.f|membership|PUID@live.com` or `PUID@domain`.
fn claimed_puid(key: &str) -> Option<&str> {
    let last = key.rsplit('|').next()?;
    let (puid, _) = last.split_once('@')?;
    is_puid(puid).then_some(puid)
}

fn set_type(event: &mut Event<'_, '_>, user: UserLeaves, name: &str) {
    if event.has(user.type_id) {
        return;
    }
    if let Some(id) = by_name(name) {
        return event.set_id(user.type_id, user.type_, id);
    }
    let Some(user_type) = event.record.text("UserType") else {
        return;
    };
    let kind = match user_type.as_ref() {
        // Microsoft calls guests regular too; that it does stays where it is.
        "0" | "Regular" if is_guest(name) => {
            return event.set_id(user.type_id, user.type_, (OTHER, "Guest"));
        }
        "0" | "Regular" => USER,
        "2" | "Admin" => ADMIN,
        "3" | "DcAdmin" => ADMIN,
        "4" | "System" => SYSTEM,
        "5" | "6" | "Application" | "ServicePrincipal" => SERVICE,
        other => return set_other_type(event, user, other),
    };
    // Microsoft's own administrators are Admin, but that they are Microsoft's is worth keeping.
    if !matches!(user_type.as_ref(), "3" | "DcAdmin") {
        event.record.take("UserType");
    }
    event.set_id(user.type_id, user.type_, kind);
}

/// The names that say more than `UserType`: the directory's own system accounts, applications, and who comes by a link.
fn by_name(name: &str) -> Option<(u8, &'static str)> {
    let starts = |prefix: &str| {
        name.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if starts("NT AUTHORITY\\")
        || name == "S-1-5-18"
        || name.eq_ignore_ascii_case("SHAREPOINT\\system")
    {
        return Some(SYSTEM);
    }
    if starts(GUEST) {
        return Some((OTHER, "Guest"));
    }
    if starts("urn:spo:anon#") || name.eq_ignore_ascii_case("anonymous") {
        return Some((OTHER, "Anonymous"));
    }
    (name.eq_ignore_ascii_case("app@sharepoint") || starts("ServicePrincipal_")).then_some(SERVICE)
}

/// How the directory names the account of a guest: `pat_partner.example#EXT#@contoso.example`.
pub(crate) fn is_guest(name: &str) -> bool {
    let mark = b"#EXT#@";
    let mut parts = name.as_bytes().windows(mark.len());
    name.contains('#') && parts.any(|part| part.eq_ignore_ascii_case(mark))
}

/// Microsoft, Office 365 Management Activity API schema, enum `User Type`.
fn set_other_type(event: &mut Event<'_, '_>, user: UserLeaves, user_type: &str) {
    let name = match user_type {
        "1" => "Reserved",
        "7" => "CustomPolicy",
        "8" => "SystemPolicy",
        "9" => "PartnerTechnician",
        "10" => "Guest",
        other => other,
    };
    event.set(user.type_id, OTHER);
    event.set(user.type_, name.to_owned());
    event.record.take("UserType");
}

/// Whether a `UserId` names anybody.
fn is_somebody(name: &str) -> bool {
    !name.trim().is_empty()
        && !["Not Available", "NOT-FOUND"]
            .iter()
            .any(|nobody| name.eq_ignore_ascii_case(nobody))
}

/// `8-4-4-4-12` hexadecimal digits.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Sixteen hexadecimal digits.
pub(crate) fn is_puid(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// OCSF's `email_t`: letters, digits and marks, one `@`, a dotted domain.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let local_ok = !local.is_empty()
        && local
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b));
    let Some((first, rest)) = domain.split_once('.') else {
        return false;
    };
    let host = |part: &str, dots: bool| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || (dots && b == b'.'))
    };
    local_ok && host(first, false) && host(rest, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_mail_addresses() {
        assert!(is_email("alex@contoso.example") && is_email("a.b+c@mail.contoso.example"));
        for not in [
            "app@sharepoint",
            "alex",
            "@contoso.example",
            "a b@contoso.example",
            "a@b@contoso.example",
            "urn:x#y@contoso.example",
        ] {
            assert!(!is_email(not), "{not}");
        }
    }

    #[test]
    fn keys_that_hold_a_puid() {
        assert_eq!(
            claimed_puid("i:0h.f|membership|1003200112345678@live.com"),
            Some("1003200112345678")
        );
        assert_eq!(
            claimed_puid("1003200112345678@contoso.example"),
            Some("1003200112345678")
        );
        assert_eq!(
            claimed_puid("i:0i.t|00000003-0000-0ff1-ce00-000000000000|app@sharepoint"),
            None
        );
    }

    #[test]
    fn system_accounts_and_applications_are_known_by_name() {
        assert_eq!(
            by_name(r"NT AUTHORITY\SYSTEM (Microsoft.Exchange.ServiceHost)"),
            Some(SYSTEM)
        );
        assert_eq!(by_name(r"SharePoint\System"), Some(SYSTEM));
        assert_eq!(
            by_name("ServicePrincipal_11111111-2222-3333-4444-555555555555"),
            Some(SERVICE)
        );
        assert_eq!(by_name("alex@contoso.example"), None);
    }

    #[test]
    fn guests_are_known_by_name() {
        for (name, expected) in [
            ("pat_partner.example#EXT#@contoso.example", true),
            ("pat_partner.example#ext#@contoso.example", true),
            ("pat@partner.example", false),
            ("EXT@contoso.example", false),
        ] {
            assert_eq!(is_guest(name), expected, "{name}");
        }
    }

    #[test]
    fn the_own_object_id_is_not_that_of_the_portal() {
        let entries: Vec<Record<'_>> = [
            r#"{"ID":"0a1b2c3d-0000-4ccb-a669-d66b00000a36","Type":2}"#,
            r#"{"ID":"User_0a1b2c3d-0000-43b0-b53b-282f00000e3b","Type":2}"#,
            r#"{"ID":"0a1b2c3d-0000-43b0-b53b-282f00000e3b","Type":2}"#,
        ]
        .iter()
        .filter_map(|entry| Record::parse(entry).ok())
        .collect();
        let own = "0a1b2c3d-0000-43b0-b53b-282f00000e3b";
        assert_eq!(object_id(&entries).as_deref(), Some(own));
        assert_eq!(
            object_id(&entries[..1]).as_deref(),
            Some("0a1b2c3d-0000-4ccb-a669-d66b00000a36")
        );
    }

    #[test]
    fn addresses_inside_sharepoint_names() {
        for (name, expected) in [
            ("urn:spo:guest#pat@partner.example", "pat@partner.example"),
            (
                "i:0#.f|membership|sam@contoso.example",
                "sam@contoso.example",
            ),
            ("sam@contoso.example", "sam@contoso.example"),
        ] {
            assert_eq!(address(name), expected);
        }
    }
}
