//! Exchange Online: what is done in mailboxes (record types 2, 3, 19, 50).
//!
//! *What it covers:* items read, sent, moved, deleted; `MailItemsAccessed`; inbox rules; folder permissions; logins.
//! *Mapping:* the mailbox is the first of `resources` (it is what was acted on, never the actor), then the messages.
//! Messages that were sent are Email Activity. *Deliberate:* `AddFolderPermissions` and `ModifyFolderPermissions` that
//! name a member are User Access Management.
//! *Left out:* attachments' names and message sizes, which stay in `unmapped` with the item or folder that has them.

use std::borrow::Cow;

use super::{Decision, Operation, Otherwise, Workload, op};
use crate::actor::{self, is_email, is_puid};
use crate::class::{API_ACTIVITY, AUTHENTICATION, EMAIL_ACTIVITY, USER_ACCESS};
use crate::common::workload;
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::{at, list};

/// Mailboxes.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "exchange_mailbox",
    name: "Exchange Online mailbox",
    record_types: &[2, 3, 19, 50],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: &[],
    things: &[],
    refine,
    map,
};

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["Send", "SendAs", "SendOnBehalf"], &EMAIL_ACTIVITY, 1),
    op(&["MailItemsAccessed", "MessageBind", "FolderBind", "SearchQueryInitiatedExchange"], &API_ACTIVITY, 2),
    op(&["Create", "Copy", "AddFolderPermissions"], &API_ACTIVITY, 1),
    op(&["UpdateInboxRules"], &API_ACTIVITY, 3).sensitive(),
    op(&["Update", "Move", "UpdateFolderPermissions", "ModifyFolderPermissions", "UpdateCalendarDelegation", "ApplyRecordLabel"], &API_ACTIVITY, 3),
    op(&["SoftDelete", "HardDelete", "MoveToDeletedItems", "RecordDelete", "RemoveFolderPermissions", "PriorityCleanupDelete"], &API_ACTIVITY, 4),
    op(&["MailboxLogin"], &AUTHENTICATION, 1),
];

/// A folder permission that names its member is a grant; a message without a known sender is no Email Activity.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let operation = record.text("Operation").unwrap_or_default();
    let grants = matches!(
        operation.as_ref(),
        "AddFolderPermissions" | "ModifyFolderPermissions"
    );
    if grants && folder_member(record).is_some() {
        return decision.to(&USER_ACCESS, 1);
    }
    if decision.class.uid == EMAIL_ACTIVITY.uid && sender(record).is_none() {
        return decision.to(&API_ACTIVITY, 1);
    }
    decision
}

/// `Item.ParentFolder`, where folder permissions are.
fn parent_folder<'a>(record: &Record<'a>) -> Option<Record<'a>> {
    record.object("Item")?.object("ParentFolder")
}

fn folder_member<'a>(record: &Record<'a>) -> Option<Cow<'a, str>> {
    parent_folder(record)?.text("MemberUpn")
}

/// Who the message is from, and the member that says so: the one sent as, on behalf of, or the owner.
fn sender<'a>(record: &Record<'a>) -> Option<(&'static str, Cow<'a, str>)> {
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

fn map(event: &mut Event<'_, '_>) {
    match event.class.uid {
        uid if uid == EMAIL_ACTIVITY.uid => set_email(event),
        uid if uid == AUTHENTICATION.uid => set_login(event),
        uid if uid == USER_ACCESS.uid => set_grant(event),
        _ => set_items(event),
    }
    set_logon_sid(event);
}

/// `LogonUserSid`: the actor's second id, unless `UserKey` has the PUID, by which other workloads know the same person.
fn set_logon_sid(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(sid) = record
        .text("LogonUserSid")
        .filter(|sid| sid.starts_with("S-1-"))
    else {
        return;
    };
    let has_puid = record.text("UserKey").is_some_and(|key| is_puid(&key));
    let is_actor = !has_puid && event.set(at!("actor.user.uid_alt"), sid.clone());
    let is_owner = event.has_top("resources") && record.text("MailboxOwnerSid") == Some(sid);
    if is_actor || is_owner {
        record.take("LogonUserSid");
    }
}

fn set_email(event: &mut Event<'_, '_>) {
    let record = event.record;
    if let Some((member, address)) = sender(record) {
        event.set(at!("email.from"), address);
        record.take(member);
    }
    event.set_id(at!("direction_id"), at!("direction"), (0, "Unknown"));
    let Some(item) = record.object("Item") else {
        return;
    };
    event.set_some(at!("email.subject"), item.text("Subject"));
    event.set_some(at!("email.message_uid"), item.text("InternetMessageId"));
    event.set_some(at!("email.uid"), item.text("Id"));
    event.set_some(at!("email.size"), item.int("SizeInBytes"));
}

fn set_login(event: &mut Event<'_, '_>) {
    actor::set_user(event, actor::TARGET);
    let service = workload(event);
    event.set(at!("service.name"), service);
    event.set(at!("is_remote"), true);
}

fn set_grant(event: &mut Event<'_, '_>) {
    let record = event.record;
    if let Some(member) = folder_member(record) {
        actor::set_name(event, actor::TARGET, member);
    }
    let folder = parent_folder(record).unwrap_or_default();
    let rights = folder
        .text("MemberRights")
        .or_else(|| record.text("Operation"))
        .unwrap_or_default();
    for right in rights
        .split(',')
        .map(str::trim)
        .filter(|right| !right.is_empty())
    {
        event.set(at!("privileges"), right.to_owned());
    }
    add_mailbox(event);
    add_folder(event, &folder);
}

fn set_items(event: &mut Event<'_, '_>) {
    add_mailbox(event);
    let record = event.record;
    let folder = record.object("Folder").or_else(|| parent_folder(record));
    add_folder(event, &folder.unwrap_or_default());
    take_if_whole(record, "Folder", &FOLDER);
    add_item(event);
    for item in record.objects("AffectedItems") {
        add_message(event, &item);
    }
    take_if_whole(record, "AffectedItems", &MESSAGE);
    add_folders(event);
}

/// Members of a folder and of a message that go to attributes.
const FOLDER: [&str; 2] = ["Id", "Path"];
const MESSAGE: [&str; 2] = ["InternetMessageId", "Subject"];

/// `Folders`: of each its path, then the messages in it that were read.
fn add_folders(event: &mut Event<'_, '_>) {
    let record = event.record;
    let mut is_whole = true;
    for folder in record.objects("Folders") {
        add_folder(event, &folder);
        for item in folder.objects("FolderItems") {
            add_message(event, &item);
            is_whole &= item.has_only(&MESSAGE);
        }
        is_whole &= folder.has_only(&["Id", "Path", "FolderItems"]);
    }
    if is_whole {
        record.take("Folders");
    }
}

/// A member was taken when all that its objects hold has gone to attributes.
fn take_if_whole(record: &Record<'_>, member: &str, mapped: &[&str]) {
    if record.objects(member).iter().all(|o| o.has_only(mapped)) {
        record.take(member);
    }
}

/// `Item`: a message, unless it is the folder itself; of `UpdateInboxRules` the rule is the thing.
fn add_item(event: &mut Event<'_, '_>) {
    let record = event.record;
    if record.text("Operation").as_deref() == Some("UpdateInboxRules") {
        return add_rule(event);
    }
    let Some(item) = record.object("Item") else {
        return;
    };
    let folder = parent_folder(record).and_then(|folder| folder.text("Id"));
    if folder.is_none() || item.text("Id") != folder {
        add_message(event, &item);
    }
}

/// The inbox rule, with what was done to it.
fn add_rule(event: &mut Event<'_, '_>) {
    let record = event.record;
    let name = record.named("OperationProperties", "RuleName");
    let uid = record.named("OperationProperties", "RuleId");
    let added = event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), name);
        event.set_some(at!("resources.uid"), uid);
        event.set(at!("resources.type"), "InboxRule");
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (3, "Affected"),
        );
        event.set_some(at!("resources.data"), record.raw("OperationProperties"));
    });
    if added {
        record.take("OperationProperties");
    }
}

/// The mailbox, whose owner may be another than the actor.
fn add_mailbox(event: &mut Event<'_, '_>) {
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
    });
    if added {
        for member in ["MailboxOwnerUPN", "MailboxGuid", "MailboxOwnerSid"] {
            record.take(member);
        }
    }
}

fn add_folder<'a>(event: &mut Event<'_, 'a>, folder: &Record<'a>) {
    event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), folder.text("Path"));
        event.set_some(at!("resources.uid"), folder.text("Id"));
        event.set(at!("resources.type"), "Folder");
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (4, "Related"),
        );
    });
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
