//! What an event is about, where members of the record name it: a report and its workspace, a channel and its team.

use std::borrow::Cow;

use crate::class::WEB_RESOURCES_ACTIVITY;
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::{Leaf, ListId, at, list};

/// A kind of thing, and the members that name one. It becomes an element of `web_resources` (Web Resources Activity) or
/// of `resources` (other classes that have them): the first of a workload's things as the target, the rest as related.
#[derive(Debug)]
pub struct Thing {
    /// Kind, in the words of the workload: `Report`, `Channel`.
    pub kind: &'static str,
    /// Members that may hold its name, the best first.
    pub names: &'static [&'static str],
    /// Members that may hold its identifier, the best first.
    pub uids: &'static [&'static str],
    /// Members that may hold its address, the best first.
    pub urls: &'static [&'static str],
    /// Members that may hold its kind, the best first, where records say it better than the workload.
    pub kinds: &'static [&'static str],
}

/// A thing without an address.
pub(crate) const fn thing(
    kind: &'static str,
    names: &'static [&'static str],
    uids: &'static [&'static str],
) -> Thing {
    Thing {
        kind,
        names,
        uids,
        urls: &[],
        kinds: &[],
    }
}

impl Thing {
    /// The same thing, with members that may hold its address.
    pub(crate) const fn at(mut self, urls: &'static [&'static str]) -> Self {
        self.urls = urls;
        self
    }

    /// The same thing, with members that may hold its kind.
    pub(crate) const fn of_kind(mut self, kinds: &'static [&'static str]) -> Self {
        self.kinds = kinds;
        self
    }
}

/// The attributes of one list of things.
struct Places {
    list: ListId,
    name: Leaf,
    uid: Leaf,
    kind: Leaf,
    url: Option<Leaf>,
    role: Option<(Leaf, Leaf)>,
}

const WEB_RESOURCES: Places = Places {
    list: list!("web_resources"),
    name: at!("web_resources.name"),
    uid: at!("web_resources.uid"),
    kind: at!("web_resources.type"),
    url: Some(at!("web_resources.url_string")),
    role: None,
};

const RESOURCES: Places = Places {
    list: list!("resources"),
    name: at!("resources.name"),
    uid: at!("resources.uid"),
    kind: at!("resources.type"),
    url: None,
    role: Some((at!("resources.role_id"), at!("resources.role"))),
};

const TARGET: (u8, &str) = (1, "Target");
const RELATED: (u8, &str) = (4, "Related");

/// Adds the things that the record names, unless the workload's function has set the list.
pub(crate) fn set(event: &mut Event<'_, '_>, things: &[Thing]) {
    set_in_order(event, things.iter(), |_| {});
}

/// Adds the things that the record names, in the order in which the workload's function puts them, and to the target what
/// it knows of it beside.
pub(crate) fn set_in_order<'t>(
    event: &mut Event<'_, '_>,
    things: impl Iterator<Item = &'t Thing>,
    of_target: fn(&mut Event<'_, '_>),
) {
    let places = if event.class.uid == WEB_RESOURCES_ACTIVITY.uid {
        &WEB_RESOURCES
    } else {
        &RESOURCES
    };
    if event.has(places.name) || event.has(places.uid) {
        return;
    }
    let mut role = TARGET;
    let mut details = of_target;
    for thing in things {
        if add(event, thing, places, role, details) {
            role = RELATED;
            details = |_| {};
        }
    }
}

/// Adds one thing to `web_resources`, if the record names it; what is set next of `web_resources` is of this thing.
pub(crate) fn add_web_resource(event: &mut Event<'_, '_>, thing: &Thing) -> bool {
    add(event, thing, &WEB_RESOURCES, TARGET, |_| {})
}

fn add(
    event: &mut Event<'_, '_>,
    thing: &Thing,
    places: &Places,
    role: (u8, &'static str),
    details: fn(&mut Event<'_, '_>),
) -> bool {
    let record = event.record;
    let name = first(record, thing.names);
    let uid = first(record, thing.uids);
    // An identifier that only says the name again is none.
    let uid = uid.filter(|(_, uid)| name.as_ref().is_none_or(|(_, name)| name != uid));
    let url = places.url.and_then(|_| first(record, thing.urls));
    let kind = first(record, thing.kinds);
    if name.is_none() && uid.is_none() {
        return false;
    }
    let text =
        |found: &Option<Found<'_>>| found.as_ref().map(|(_, text)| text.clone().into_owned());
    let added = event.element(places.list, |event| {
        event.set_some(places.name, text(&name));
        event.set_some(places.uid, text(&uid));
        event.set(
            places.kind,
            text(&kind).unwrap_or_else(|| thing.kind.to_owned()),
        );
        if let Some(leaf) = places.url {
            event.set_some(leaf, text(&url));
        }
        if let Some((id, caption)) = places.role {
            event.set_id(id, caption, role);
        }
        details(event);
    });
    if added {
        for (member, _) in [name, uid, url, kind].into_iter().flatten() {
            record.take(member);
        }
    }
    added
}

/// A member and its text.
type Found<'a> = (&'static str, Cow<'a, str>);

/// The first of these members that the record has.
pub(crate) fn first<'a>(record: &Record<'a>, members: &[&'static str]) -> Option<Found<'a>> {
    members
        .iter()
        .find_map(|member| Some((*member, record.text(member)?)))
}
