//! Chats, channels, meetings and calls, and what is said and shared in them.

use std::borrow::Cow;

use super::THINGS;
use crate::common::take_if_said;
use crate::event::Event;
use crate::record::{Record, as_bool, elements, scalar};
use crate::schema::path::{at, list};
use crate::things;

/// What the record names, then what it lists.
pub(super) fn set(event: &mut Event<'_, '_>) {
    let mut is_described = false;
    for thing in THINGS {
        if !things::add_web_resource(event, thing) {
            continue;
        }
        match thing.kind {
            "Setting" => set_change(event),
            "Tab" => set_tab(event),
            "Channel" => set_labels(event, &["ChannelType"]),
            _ => {}
        }
        let is_conversation = ["Meeting", "Call", "Channel", "Chat", "Team"].contains(&thing.kind);
        if is_conversation && !is_described {
            describe(event);
            is_described = true;
        }
    }
    add_messages(event, "Messages");
    add_messages(event, "Message");
    add_all(event, "Hosted content", "HostedContents");
    add_links(event);
}

/// What the setting was and became, as the record writes it.
fn set_change(event: &mut Event<'_, '_>) {
    let record = event.record;
    let value = |member: &str| record.raw(member).unwrap_or("null");
    let (old, new) = (value("OldValue"), value("NewValue"));
    if event.set(
        at!("web_resources.data"),
        format!(r#"{{"OldValue":{old},"NewValue":{new}}}"#),
    ) {
        record.take("OldValue");
        record.take("NewValue");
    }
}

/// `AddOnType` says no more than that it is a tab.
fn set_tab(event: &mut Event<'_, '_>) {
    set_labels(event, &["TabType"]);
    let record = event.record;
    if matches!(record.text("AddOnType").as_deref(), Some("3" | "Tab")) {
        record.take("AddOnType");
    }
}

fn set_labels(event: &mut Event<'_, '_>, members: &[&str]) {
    for member in members {
        event.copy(member, at!("web_resources.labels"));
    }
}

/// What kind of conversation it is, who takes part in it, and its sensitivity label.
fn describe(event: &mut Event<'_, '_>) {
    let record = event.record;
    // Of a team or channel it says no more than the kind of the resource.
    take_if_said(event, "CommunicationType");
    if !record.is_taken("CommunicationType") {
        set_labels(event, &["CommunicationType"]);
    }
    set_labels(event, &["CommunicationSubType"]);
    set_participants(event);
    set_sensitivity(event);
}

fn set_participants(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(participants) = record.object("ParticipantInfo") else {
        return;
    };
    let strangers = participants.members().iter().filter(|member| {
        member.key.starts_with("Has")
            && scalar(member.value).and_then(|yes| as_bool(&yes)) == Some(true)
    });
    for stranger in strangers {
        event.set(
            at!("web_resources.labels"),
            stranger.key.clone().into_owned(),
        );
    }
    if event.set_some(at!("web_resources.data"), record.raw("ParticipantInfo")) {
        record.take("ParticipantInfo");
    }
}

fn set_sensitivity(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(label) = record.text("SensitivityLabelId") else {
        return;
    };
    let added = event.element(list!("web_resources.data_classifications"), |event| {
        event.set(at!("web_resources.data_classifications.uid"), label);
        event.set_id(
            at!("web_resources.data_classifications.confidentiality_id"),
            at!("web_resources.data_classifications.confidentiality"),
            (99, "Sensitivity label"),
        );
    });
    if added {
        record.take("SensitivityLabelId");
    }
}

/// Messages that were read or sent through an interface of Microsoft, and where they are.
fn add_messages(event: &mut Event<'_, '_>, member: &str) {
    let messages = add_all(event, "Message", member);
    for message in &messages {
        add_place(event, "Chat", message.text("ChatName"), thread(message));
        let channel = message.text("ChannelGuid");
        add_place(event, "Channel", message.text("ChannelName"), channel);
    }
}

fn thread<'a>(message: &Record<'a>) -> Option<Cow<'a, str>> {
    message
        .text("ChatThreadId")
        .or_else(|| message.text("ThreadId"))
}

/// The chat or channel of a message, once.
fn add_place<'a>(
    event: &mut Event<'_, 'a>,
    kind: &'static str,
    name: Option<Cow<'a, str>>,
    uid: Option<Cow<'a, str>>,
) {
    let Some(uid) = uid.filter(|uid| !event.holds(uid)) else {
        return;
    };
    event.element(list!("web_resources"), |event| {
        event.set_some(at!("web_resources.name"), name);
        event.set(at!("web_resources.uid"), uid);
        event.set(at!("web_resources.type"), kind);
    });
}

/// Things that a member lists, each with its `Id` and all that the record says of it. The member was taken when all were.
fn add_all<'a>(event: &mut Event<'_, 'a>, kind: &'static str, member: &str) -> Vec<Record<'a>> {
    let record = event.record;
    let whole = match record.raw(member) {
        Some(raw) if raw.starts_with('{') => vec![raw],
        Some(raw) => elements(raw),
        None => Vec::new(),
    };
    let all = whole.len();
    let added: Vec<Record<'a>> = whole
        .into_iter()
        .filter_map(|raw| add_one(event, kind, raw))
        .collect();
    if added.len() == all {
        record.take(member);
    }
    added
}

fn add_one<'a>(event: &mut Event<'_, 'a>, kind: &'static str, raw: &'a str) -> Option<Record<'a>> {
    let thing = Record::parse(raw).ok()?;
    let id = thing.text("Id")?;
    let added = event.element(list!("web_resources"), |event| {
        event.set(at!("web_resources.uid"), id);
        event.set(at!("web_resources.type"), kind);
        event.set(at!("web_resources.data"), raw);
    });
    added.then_some(thing)
}

/// The addresses in a message: a list, or a single one.
fn add_links(event: &mut Event<'_, '_>) {
    let record = event.record;
    let links = match record.text("MessageURLs") {
        Some(link) => vec![Some(link)],
        None => record
            .array("MessageURLs")
            .into_iter()
            .map(scalar)
            .collect(),
    };
    let all = links.len();
    let added = links
        .into_iter()
        .flatten()
        .filter(|link| add_link(event, link))
        .count();
    if added == all {
        record.take("MessageURLs");
    }
}

fn add_link(event: &mut Event<'_, '_>, link: &str) -> bool {
    event.element(list!("web_resources"), |event| {
        event.set(at!("web_resources.name"), link.to_owned());
        event.set(at!("web_resources.url_string"), link.to_owned());
        event.set(at!("web_resources.type"), "Link");
    })
}
