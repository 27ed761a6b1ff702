//! Messages that were sent.

use std::borrow::Cow;

use crate::actor::is_email;
use crate::event::Event;
use crate::items::extension;
use crate::record::Record;
use crate::schema::path::{at, list};

/// Who the message is from, and the member that says so: the one sent as, on behalf of, or the owner.
pub(super) fn sender<'a>(record: &Record<'a>) -> Option<(&'static str, Cow<'a, str>)> {
    let members = [
        "SendAsUserSmtp",
        "SendOnBehalfOfUserSmtp",
        "MailboxOwnerUPN",
        "UserId",
    ];
    let address = |member| record.text(member).filter(|address| is_email(address));
    members
        .into_iter()
        .find_map(|member| Some((member, address(member)?)))
}

/// Fills `email`; which way it went the record does not say.
pub(super) fn set(event: &mut Event<'_, '_>) {
    let record = event.record;
    if let Some((member, address)) = sender(record) {
        event.set(at!("email.from"), address);
        record.take(member);
    }
    event.set_id(at!("direction_id"), at!("direction"), (0, "Unknown"));
    set_recipients(event);
    let Some(item) = record.object("Item") else {
        return;
    };
    event.set_some(at!("email.subject"), item.text("Subject"));
    event.set_some(at!("email.message_uid"), item.text("InternetMessageId"));
    event.set_some(at!("email.uid"), item.text("Id"));
    event.set_some(at!("email.size"), item.int("SizeInBytes"));
    for name in attachments(&item.text("Attachments").unwrap_or_default()) {
        add_file(event, name);
    }
}

/// `recipientList`; a recipient that is no mail address stays where it is, with the list.
fn set_recipients(event: &mut Event<'_, '_>) {
    let record = event.record;
    for recipient in record.objects("recipientList") {
        let address = recipient.text("Address").filter(|to| is_email(to));
        event.set_some(at!("email.to"), address);
    }
    let is_held = |recipient: &Record<'_>| {
        recipient.text("Address").is_some_and(|to| is_email(&to))
            && recipient.has_only(&["Address"])
    };
    let list = record.only_objects("recipientList");
    if list.is_some_and(|list| list.iter().all(is_held)) {
        record.take("recipientList");
    }
}

fn add_file(event: &mut Event<'_, '_>, name: String) {
    event.element(list!("email.files"), |event| {
        event.set_some(at!("email.files.ext"), extension(&name).map(str::to_owned));
        event.set(at!("email.files.name"), name);
        event.set_id(
            at!("email.files.type_id"),
            at!("email.files.type"),
            (1, "Regular File"),
        );
    });
}

/// The names in `plan.docx (2010b); logo.png (1954b)`.
fn attachments(text: &str) -> Vec<String> {
    let name = |part: &str| {
        let part = part.trim();
        let named = part
            .strip_suffix("b)")
            .and_then(|rest| rest.rsplit_once(" ("))
            .filter(|(_, size)| size.bytes().all(|byte| byte.is_ascii_digit()))
            .map_or(part, |(name, _)| name);
        named.to_owned()
    };
    text.split("; ")
        .map(name)
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attachments_lose_their_sizes_only() {
        for (text, expected) in [
            (
                "plan.docx (2010b); logo (1).png (1954b)",
                vec!["plan.docx", "logo (1).png"],
            ),
            ("a (b).txt", vec!["a (b).txt"]),
            ("odd (xb)", vec!["odd (xb)"]),
            ("", vec![]),
        ] {
            assert_eq!(attachments(text), expected, "{text}");
        }
    }
}
