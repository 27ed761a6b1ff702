//! What an event is about, where a workload's function knows it: a resource, with the members that no column of their
//! own holds as its data.

use std::borrow::Cow;

use crate::actor::is_guid;
use crate::class::WEB_RESOURCES_ACTIVITY;
use crate::event::Event;
use crate::record::{Record, is_silent};
use crate::schema::path::{at, list};

/// A thing that an event is about.
#[derive(Debug, Default)]
pub(crate) struct Subject<'a> {
    /// In the words of the record or the workload.
    pub(crate) kind: Option<Cow<'a, str>>,
    pub(crate) name: Option<Cow<'a, str>>,
    pub(crate) uid: Option<Cow<'a, str>>,
    /// Address, of a web resource.
    pub(crate) url: Option<Cow<'a, str>>,
    /// JSON text.
    pub(crate) data: Option<Cow<'a, str>>,
}

impl<'a> Subject<'a> {
    /// What `ObjectId` identifies: by a GUID, by name or by address.
    pub(crate) fn of_object_id(record: &Record<'a>) -> Self {
        let object = record.text("ObjectId");
        let (uid, name) = match object.filter(|object| *object != "Not Available") {
            Some(object) if is_guid(&object) => (Some(object), None),
            object => (None, object),
        };
        Self {
            url: name.clone().filter(|name| name.starts_with("https://")),
            name,
            uid,
            ..Self::default()
        }
    }
}

const TARGET: (u8, &str) = (1, "Target");
const RELATED: (u8, &str) = (4, "Related");

/// Adds a thing to `web_resources` (Web Resources Activity) or `resources` (other classes that have them), the first as
/// the target, the rest as related. False when it has neither name nor identifier, or the class has no such list.
pub(crate) fn add<'a>(event: &mut Event<'_, 'a>, subject: Subject<'a>) -> bool {
    if event.class.uid == WEB_RESOURCES_ACTIVITY.uid {
        return event.element(list!("web_resources"), |event| {
            event.set_some(at!("web_resources.name"), subject.name);
            event.set_some(at!("web_resources.uid"), subject.uid);
            event.set_some(at!("web_resources.type"), subject.kind);
            event.set_some(at!("web_resources.url_string"), subject.url);
            event.set_some(at!("web_resources.data"), subject.data);
        });
    }
    let role = role(event);
    event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), subject.name);
        event.set_some(at!("resources.uid"), subject.uid);
        event.set_some(at!("resources.type"), subject.kind);
        event.set_id(at!("resources.role_id"), at!("resources.role"), role);
        event.set_some(at!("resources.data"), subject.data);
    })
}

/// Adds a thing whose data are these members, which it takes.
pub(crate) fn add_with<'a>(
    event: &mut Event<'_, 'a>,
    subject: Subject<'a>,
    members: &[&str],
) -> bool {
    let data = details_of(event.record, members).map(Cow::Owned);
    let added = add(event, Subject { data, ..subject });
    if added {
        for member in members {
            event.record.take(member);
        }
    }
    added
}

fn role(event: &Event<'_, '_>) -> (u8, &'static str) {
    if event.has(at!("resources.role_id")) {
        RELATED
    } else {
        TARGET
    }
}

/// These members as one JSON object, their values as the record writes them; none when it has none of them.
fn details_of(record: &Record<'_>, members: &[&str]) -> Option<String> {
    let part = |name: &&str| {
        let raw = record.raw(name).filter(|raw| !is_silent(raw))?;
        Some(format!("\"{name}\":{raw}"))
    };
    let parts: Vec<String> = members.iter().filter_map(part).collect();
    (!parts.is_empty()).then(|| format!("{{{}}}", parts.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_the_members_in_their_own_words() {
        let record = Record::parse(r#"{"A":"x \"y\"","B":[1, 2],"C":null,"D":""}"#);
        let check = |members: &[&str]| details_of(record.as_ref().ok()?, members);
        assert_eq!(
            check(&["B", "A", "C", "E"]).as_deref(),
            Some(r#"{"B":[1, 2],"A":"x \"y\""}"#)
        );
        assert_eq!(check(&["C", "D", "E"]), None);
    }
}
