//! Evidence of findings: accounts, links, addresses, messages, files and devices, as several workloads name them.

use std::borrow::Cow;

use crate::actor::is_email;
use crate::endpoint;
use crate::event::Event;
use crate::items::{extension, last_part};
use crate::record::Record;
use crate::schema::path::{Leaf, ListId, at, list};

/// The leaves of one list of hashes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HashLeaves {
    list: ListId,
    id: Leaf,
    caption: Leaf,
    value: Leaf,
}

macro_rules! hash_leaves {
    ($path:literal) => {
        HashLeaves {
            list: list!($path),
            id: at!(concat!($path, ".algorithm_id")),
            caption: at!(concat!($path, ".algorithm")),
            value: at!(concat!($path, ".value")),
        }
    };
}

/// `file.hashes`.
pub(crate) const OF_FILE: HashLeaves = hash_leaves!("file.hashes");
/// `email.files.hashes`.
pub(crate) const OF_ATTACHMENT: HashLeaves = hash_leaves!("email.files.hashes");
const OF_EVIDENCE: HashLeaves = hash_leaves!("evidences.file.hashes");

/// Adds a hash, whose length says how it was made.
pub(crate) fn add_hash<'a>(
    event: &mut Event<'_, 'a>,
    leaves: HashLeaves,
    hash: Option<Cow<'a, str>>,
) -> bool {
    let Some(hash) = hash else { return false };
    let Some(algorithm) = algorithm(&hash) else {
        return false;
    };
    event.element(leaves.list, |event| {
        event.set_id(leaves.id, leaves.caption, algorithm);
        event.set(leaves.value, hash);
    })
}

fn algorithm(hash: &str) -> Option<(u8, &'static str)> {
    if !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    match hash.len() {
        32 => Some((1, "MD5")),
        40 => Some((2, "SHA-1")),
        64 => Some((3, "SHA-256")),
        _ => None,
    }
}

/// Adds an account.
pub(crate) fn add_user<'a>(
    event: &mut Event<'_, 'a>,
    kind: &'static str,
    name: Option<Cow<'a, str>>,
    uid: Option<Cow<'a, str>>,
) -> bool {
    event.element(list!("evidences"), |event| {
        event.set(at!("evidences.name"), kind);
        if let Some(address) = name.clone().filter(|name| is_email(name)) {
            event.set(at!("evidences.user.email_addr"), address);
        }
        event.set_some(at!("evidences.user.name"), name);
        event.set_some(at!("evidences.user.uid"), uid);
    })
}

/// Adds a link.
pub(crate) fn add_url<'a>(event: &mut Event<'_, 'a>, url: Option<Cow<'a, str>>) -> bool {
    let host = url.as_deref().and_then(host_of).map(str::to_owned);
    event.element(list!("evidences"), |event| {
        event.set(at!("evidences.name"), "Link");
        event.set_some(at!("evidences.url.url_string"), url);
        event.set_some(at!("evidences.url.hostname"), host);
    })
}

/// Adds an address.
pub(crate) fn add_ip(event: &mut Event<'_, '_>, text: Option<&str>) -> bool {
    let found = text.and_then(endpoint::parse);
    event.element(list!("evidences"), |event| {
        event.set(at!("evidences.name"), "Address");
        if let Some((ip, port)) = found {
            event.set(at!("evidences.src_endpoint.ip"), ip.to_string());
            event.set_some(at!("evidences.src_endpoint.port"), port.map(i64::from));
        }
    })
}

/// A message, as the members of several records name it.
#[derive(Debug, Default)]
pub(crate) struct Mail<'a> {
    /// Sender.
    pub(crate) from: Option<Cow<'a, str>>,
    /// Recipients.
    pub(crate) to: Vec<Cow<'a, str>>,
    /// Subject.
    pub(crate) subject: Option<Cow<'a, str>>,
    /// Internet message id.
    pub(crate) message_uid: Option<Cow<'a, str>>,
    /// Network message id.
    pub(crate) uid: Option<Cow<'a, str>>,
}

/// Adds a message, where it has a sender or a recipient that is an address.
pub(crate) fn add_mail<'a>(event: &mut Event<'_, 'a>, mail: Mail<'a>) -> bool {
    event.element(list!("evidences"), |event| {
        event.set(at!("evidences.name"), "Message");
        event.set_some(
            at!("evidences.email.from"),
            mail.from.filter(|from| is_email(from)),
        );
        for to in mail.to.into_iter().filter(|to| is_email(to)) {
            event.set(at!("evidences.email.to"), to);
        }
        event.set_some(at!("evidences.email.subject"), mail.subject);
        event.set_some(at!("evidences.email.message_uid"), mail.message_uid);
        event.set_some(at!("evidences.email.uid"), mail.uid);
    })
}

/// Adds a file, with the record's own words for it where they say more.
pub(crate) fn add_file<'a>(
    event: &mut Event<'_, 'a>,
    (name, path): (Option<Cow<'a, str>>, Option<Cow<'a, str>>),
    hashes: Vec<Cow<'a, str>>,
    data: Option<&'a str>,
) -> bool {
    let of_path = || {
        path.as_deref()
            .and_then(last_part)
            .map(|n| n.to_owned().into())
    };
    let name = name.or_else(of_path);
    event.element(list!("evidences"), |event| {
        event.set(at!("evidences.name"), "File");
        if let Some(name) = name {
            let ext = extension(&name).map(str::to_owned);
            event.set_some(at!("evidences.file.ext"), ext);
            event.set(at!("evidences.file.name"), name);
            event.set_id(
                at!("evidences.file.type_id"),
                at!("evidences.file.type"),
                (1, "Regular File"),
            );
            event.set_some(at!("evidences.file.path"), path);
            for hash in hashes {
                add_hash(event, OF_EVIDENCE, Some(hash));
            }
        }
        event.set_some(at!("evidences.data"), data);
    })
}

/// Adds what no other column holds, in the record's own words.
pub(crate) fn add_data<'a>(
    event: &mut Event<'_, 'a>,
    kind: &'static str,
    data: impl Into<Cow<'a, str>>,
) -> bool {
    event.element(list!("evidences"), |event| {
        event.set(at!("evidences.name"), kind);
        event.set(at!("evidences.data"), data.into());
    })
}

/// Adds the account that a finding is about to the affected resources.
pub(crate) fn add_affected_user<'a>(event: &mut Event<'_, 'a>, name: Option<Cow<'a, str>>) -> bool {
    event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), name);
        event.set(at!("resources.type"), "User");
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (3, "Affected"),
        );
    })
}

/// Adds malware by its name; of what class it is, records do not say.
pub(crate) fn add_malware<'a>(event: &mut Event<'_, 'a>, name: Option<Cow<'a, str>>) -> bool {
    event.element(list!("malware"), |event| {
        event.set_some(at!("malware.name"), name);
        event.set(at!("malware.classification_ids"), 0_u8);
    })
}

/// The client's address as evidence, for classes that have no source endpoint.
pub(crate) fn add_client(event: &mut Event<'_, '_>) {
    let record = event.record;
    if event.allows(at!("src_endpoint.ip")) {
        return;
    }
    if let Some(text) = record.text("ClientIP")
        && add_ip(event, Some(&text))
    {
        record.take("ClientIP");
    }
}

/// The host of a link: what is between the scheme (or the start) and the path, without port and credentials.
pub(crate) fn host_of(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let bare = match host.rsplit_once(':') {
        Some((bare, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => bare,
        _ => host,
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (!bare.is_empty() && bare.contains('.') && bare.bytes().all(is_name)).then_some(bare)
}

/// The JSON text of an object in a member, whether it stands there itself or inside a string.
pub(crate) fn object_text<'a>(record: &Record<'a>, member: &str) -> Option<Cow<'a, str>> {
    let raw = record.raw(member)?;
    let text = match raw.as_bytes().first()? {
        b'{' => Cow::Borrowed(raw),
        _ => record.text(member)?,
    };
    Record::parse(&text).is_ok().then_some(text)
}

/// The text of a member that must outlive the object it was read from.
pub(crate) fn owned<'a>(object: &Record<'_>, member: &str) -> Option<Cow<'a, str>> {
    object
        .text(member)
        .map(|text| Cow::Owned(text.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_link() {
        for (url, expected) in [
            ("https://login.example.net/a?b#c", Some("login.example.net")),
            (
                "https://a:b@login.example.net:8443/x",
                Some("login.example.net"),
            ),
            ("login.example.net/api", Some("login.example.net")),
            ("http://203.0.113.9:80", Some("203.0.113.9")),
            ("https://[2001:db8::1]/", None),
            ("about:blank", None),
            ("", None),
        ] {
            assert_eq!(host_of(url), expected, "{url}");
        }
    }

    #[test]
    fn hashes_by_their_length() {
        let of = |n: usize| algorithm(&"a1".repeat(n / 2)).map(|(id, _)| id);
        assert_eq!(
            [of(32), of(40), of(64), of(24)],
            [Some(1), Some(2), Some(3), None]
        );
        assert_eq!(algorithm(&"zz".repeat(32)), None, "no hexadecimal digits");
    }

    #[test]
    fn objects_inside_strings() {
        let record = Record::parse(r#"{"a":"{\"b\":\"c\"}","d":{"e":1},"f":"words","g":7}"#)
            .expect("an object");
        assert_eq!(object_text(&record, "a").as_deref(), Some(r#"{"b":"c"}"#));
        assert_eq!(object_text(&record, "d").as_deref(), Some(r#"{"e":1}"#));
        assert_eq!(object_text(&record, "f"), None);
        assert_eq!(object_text(&record, "g"), None);
    }
}
