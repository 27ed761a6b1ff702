//! Entities of an investigation: each becomes evidence of its kind.

use std::borrow::Cow;

use crate::event::Event;
use crate::evidence::{
    Mail, add_affected_user, add_file, add_ip, add_mail, add_malware, add_url, add_user, owned,
};
use crate::record::{Record, scalar};

/// Adds what an entity is. Clusters of messages and kinds not known are in the evidence that holds all of `Data`.
pub(super) fn add(event: &mut Event<'_, '_>, entity: &Record<'_>) {
    match kind(entity).as_str() {
        "mailbox" | "account" | "user" => add_mailbox(event, entity),
        "url" => {
            add_url(event, owned(entity, "Url"));
        }
        "ip" => {
            add_ip(event, entity.text("Address").as_deref());
        }
        "file" => add_one_file(event, entity),
        "mailmessage" => add_message(event, entity),
        _ => {}
    }
}

/// `Type` in one spelling (`mail-message`, `mailMessage`); without it, what the members say.
fn kind(entity: &Record<'_>) -> String {
    match entity.text("Type") {
        Some(kind) => kind.to_ascii_lowercase().replace('-', ""),
        None if entity.text("Recipient").is_some() => "mailmessage".to_owned(),
        None => String::new(),
    }
}

fn add_mailbox(event: &mut Event<'_, '_>, entity: &Record<'_>) {
    let name = owned(entity, "Upn").or_else(|| owned(entity, "MailboxPrimaryAddress"));
    add_affected_user(event, name.clone());
    add_user(event, "Mailbox", name, owned(entity, "AadId"));
}

fn add_one_file(event: &mut Event<'_, '_>, file: &Record<'_>) {
    let hashes: Vec<Cow<'_, str>> = file
        .objects("FileHashes")
        .iter()
        .filter_map(|hash| owned(hash, "Value"))
        .collect();
    if file.text("Name").is_some() {
        add_file(event, (owned(file, "Name"), None), hashes, None);
    }
    add_malware(event, owned(file, "MalwareFamily"));
}

fn add_message(event: &mut Event<'_, '_>, entity: &Record<'_>) {
    let mail = Mail {
        from: owned(entity, "Sender").or_else(|| owned(entity, "P2Sender")),
        to: owned(entity, "Recipient").into_iter().collect(),
        subject: owned(entity, "Subject"),
        message_uid: owned(entity, "InternetMessageId"),
        uid: owned(entity, "NetworkMessageId"),
    };
    add_mail(event, mail);
    add_ip(event, entity.text("SenderIP").as_deref());
    for url in entity.array("Urls") {
        let url = scalar(url).map(|url| Cow::Owned(url.into_owned()));
        add_url(event, url);
    }
    for file in entity.objects("Files") {
        add_one_file(event, &file);
    }
}
