//! What was acted on: the mailbox, its folders, the messages in them.

use crate::event::Event;
use crate::record::Record;
use crate::schema::path::{at, list};
use crate::tags;

use super::{parent_folder, rules};

/// Fills `resources` with the mailbox first.
pub(super) fn set(event: &mut Event<'_, '_>) {
    add_mailbox(event);
    add_destination(event);
    let record = event.record;
    let folder = record.object("Folder").or_else(|| parent_folder(record));
    add_folder(event, "Folder", &folder.unwrap_or_default());
    take_if_whole(record, "Folder", &FOLDER);
    add_item(event);
    add_affected(event);
    add_folders(event);
    add_containers(event);
}

/// Members of a folder and of a message that go to attributes.
const FOLDER: [&str; 2] = ["Id", "Path"];
const MESSAGE: [&str; 2] = ["InternetMessageId", "Subject"];

/// Microsoft, Office 365 Management Activity API schema, enum `LogonType`.
const LOGON_TYPES: [&str; 7] = [
    "Owner",
    "Admin",
    "Delegated",
    "Transport",
    "SystemService",
    "BestAccess",
    "DelegatedAdmin",
];

/// The name of a `LogonType`; one that is no known number is kept as sent.
fn logon_type(sent: &str) -> String {
    let number = sent.trim().parse::<usize>().ok();
    let name = number.and_then(|n| LOGON_TYPES.get(n));
    name.map_or(sent, |name| name).to_owned()
}

/// The mailbox, whose owner may be another than the actor, and how it was entered.
pub(super) fn add_mailbox(event: &mut Event<'_, '_>) {
    let record = event.record;
    let owner = record.text("MailboxOwnerUPN");
    let added = event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), owner.clone());
        event.set_some(at!("resources.uid"), record.text("MailboxGuid"));
        event.set(at!("resources.type"), "Mailbox");
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (1, "Target"),
        );
        event.set_some(at!("resources.owner.uid"), record.text("MailboxOwnerSid"));
        event.set_some(at!("resources.owner.name"), owner);
        add_access(event);
    });
    if added {
        let members = [
            "MailboxOwnerUPN",
            "MailboxGuid",
            "MailboxOwnerSid",
            "LogonType",
            "ExternalAccess",
        ];
        record.take_scalars(&members);
        if is_access_only(record) {
            record.take("OperationProperties");
        }
    }
}

/// Properties of an operation that say how messages were read.
const ACCESS: [&str; 2] = ["MailAccessType", "IsThrottled"];

fn add_access(event: &mut Event<'_, '_>) {
    let record = event.record;
    let logon = record.text("LogonType").map(|sent| logon_type(&sent));
    tags::add(event, &tags::OF_RESOURCE, "LogonType", logon);
    let external = record.text("ExternalAccess");
    tags::add(event, &tags::OF_RESOURCE, "ExternalAccess", external);
    for name in ACCESS {
        let value = record.named("OperationProperties", name);
        tags::add(event, &tags::OF_RESOURCE, name, value);
    }
}

fn is_access_only(record: &Record<'_>) -> bool {
    let known = |pair: &Record<'_>| {
        let name = pair.text("Name").unwrap_or_default();
        ACCESS.contains(&&*name) && record.named("OperationProperties", &name) == pair.text("Value")
    };
    let properties = record.only_objects("OperationProperties");
    properties.is_some_and(|properties| properties.iter().all(known))
}

/// Where items were moved or copied to: a folder, and the mailbox when it is another.
fn add_destination(event: &mut Event<'_, '_>) {
    let record = event.record;
    let added = event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), record.text("DestMailboxOwnerUPN"));
        event.set_some(at!("resources.uid"), record.text("DestMailboxId"));
        event.set(at!("resources.type"), "Destination Mailbox");
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (4, "Related"),
        );
        event.set_some(
            at!("resources.owner.uid"),
            record.text("DestMailboxOwnerSid"),
        );
    });
    if added {
        let members = [
            "DestMailboxOwnerUPN",
            "DestMailboxId",
            "DestMailboxOwnerSid",
        ];
        record.take_scalars(&members);
    }
    let folder = record.object("DestFolder").unwrap_or_default();
    if add_folder(event, "Destination Folder", &folder) {
        take_if_whole(record, "DestFolder", &FOLDER);
    }
}

/// `AffectedItems`: the messages of a group of operations, whose number is the count.
fn add_affected(event: &mut Event<'_, '_>) {
    let record = event.record;
    let items = record.objects("AffectedItems");
    for item in &items {
        add_message(event, item);
    }
    if let Some(count) = i64::try_from(items.len()).ok().filter(|n| *n > 0) {
        event.set(at!("count"), count);
    }
    take_if_whole(record, "AffectedItems", &MESSAGE);
}

/// `Folders`: of each its path, then the messages in it that were read.
fn add_folders(event: &mut Event<'_, '_>) {
    let record = event.record;
    for folder in record.objects("Folders") {
        add_folder(event, "Folder", &folder);
        for item in folder.objects("FolderItems") {
            add_message(event, &item);
        }
    }
    let folders = record.only_objects("Folders");
    if folders.is_some_and(|folders| folders.iter().all(is_whole)) {
        record.take("Folders");
    }
}

/// Whether all that a folder and its messages hold has gone to attributes.
fn is_whole(folder: &Record<'_>) -> bool {
    let is_held = |item: &Record<'_>| item.has_only_scalars(&MESSAGE);
    match folder.only_objects("FolderItems") {
        Some(items) => folder.has_only(&["Id", "Path", "FolderItems"]) && items.iter().all(is_held),
        None => folder.has_only_scalars(&FOLDER),
    }
}

/// `Messages`: the aggregated form of messages, in containers that have a path.
fn add_containers(event: &mut Event<'_, '_>) {
    for container in event.record.objects("Messages") {
        add_folder(event, "Folder", &container);
        for item in container.objects("MessageItems") {
            add_message(event, &item);
        }
    }
}

/// A member was taken when all that its objects hold has gone to attributes.
fn take_if_whole(record: &Record<'_>, member: &str, mapped: &[&str]) {
    let is_held = |object: &Record<'_>| object.has_only_scalars(mapped);
    let objects = record.only_objects(member);
    if objects.is_some_and(|objects| objects.iter().all(is_held)) {
        record.take(member);
    }
}

/// `Item`: a message, unless it is the folder itself; of `UpdateInboxRules` the rule is the thing.
fn add_item(event: &mut Event<'_, '_>) {
    let record = event.record;
    if record.text("Operation").as_deref() == Some("UpdateInboxRules") {
        return rules::add(event);
    }
    let Some(item) = record.object("Item") else {
        return;
    };
    let folder = parent_folder(record).and_then(|folder| folder.text("Id"));
    if folder.is_none() || item.text("Id") != folder {
        add_message(event, &item);
    }
}

/// A folder by its path, else by its name.
pub(super) fn add_folder<'a>(
    event: &mut Event<'_, 'a>,
    kind: &'static str,
    folder: &Record<'a>,
) -> bool {
    let path = folder.text("Path").filter(|path| path != "Not Available");
    event.element(list!("resources"), |event| {
        event.set_some(
            at!("resources.name"),
            path.or_else(|| folder.text("Name"))
                .or_else(|| folder.text("Path")),
        );
        event.set_some(at!("resources.uid"), folder.text("Id"));
        event.set(at!("resources.type"), kind);
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (4, "Related"),
        );
    })
}

fn add_message<'a>(event: &mut Event<'_, 'a>, item: &Record<'a>) {
    let message = item.text("InternetMessageId").or_else(|| item.text("Id"));
    event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), item.text("Subject"));
        event.set_some(at!("resources.uid"), message);
        event.set(at!("resources.type"), "Email");
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (3, "Affected"),
        );
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logon_types_by_name() {
        for (sent, expected) in [
            ("0", "Owner"),
            ("2", "Delegated"),
            ("6", "DelegatedAdmin"),
            ("7", "7"),
            ("-1", "-1"),
            ("Admin", "Admin"),
        ] {
            assert_eq!(logon_type(sent), expected, "{sent}");
        }
    }
}
