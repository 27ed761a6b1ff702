//! Exchange Online: what is done in mailboxes (record types 2, 3, 19, 50).
//!
//! *What it covers:* items read, sent, moved, deleted; `MailItemsAccessed`; inbox rules; folder permissions; logins.
//!
//! *Mapping:* the mailbox is the first of `resources` (it is what was acted on, never the actor), then folders and
//! messages. How the mailbox was entered (`LogonType`, by its name), whether from outside, and whether messages were
//! read one by one or as a whole folder (`MailAccessType`), and with gaps (`IsThrottled`), are `resources.tags` of the
//! mailbox. Messages that were sent are Email Activity. An inbox rule is a resource with its conditions and actions as
//! tags, and each address that it sends messages to a resource of type `Message Recipient`. `count` is how many operations or
//! items the record stands for.
//!
//! *Deliberate:* `AddFolderPermissions` and `ModifyFolderPermissions` that name a member are User Access Management.
//! A sent message whose sender no member names is API Activity.
//!
//! *Left out:* how a mailbox was entered where a message was sent or somebody logged in (those classes have no
//! resources), the server, and items that say more than columns hold, which stay in `unmapped` whole.

mod email;
mod resources;
mod rules;

use std::borrow::Cow;

use super::exchange_recipients::set_device;
use super::{Decision, Operation, Otherwise, Workload, derived, op, text};
use crate::actor::{self, is_puid};
use crate::class::{API_ACTIVITY, AUTHENTICATION, EMAIL_ACTIVITY, USER_ACCESS};
use crate::common::workload;
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::{at, top};

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
    #[rustfmt::skip]
    fields: &[
        text("ClientMachineName", at!("src_endpoint.hostname")),
        derived("DeviceId", at!("device.uid"), "of a registered or joined device"),
        derived("MailboxOwnerUPN", at!("resources.name"), "the mailbox; its owner too"),
        derived("MailboxGuid", at!("resources.uid"), "of the mailbox"),
        derived("MailboxOwnerSid", at!("resources.owner.uid"), "of the mailbox"),
        derived("LogonType", at!("resources.tags.value"), "of the mailbox, by name: `Owner`, `Admin`, `Delegated` …"),
        derived("ExternalAccess", at!("resources.tags.value"), "of the mailbox"),
        derived("OperationProperties[MailAccessType].Value", at!("resources.tags.value"), "of the mailbox: `Bind`, `Sync`"),
        derived("OperationProperties[IsThrottled].Value", at!("resources.tags.value"), "of the mailbox"),
        derived("Folder.Path", at!("resources.name"), "of a folder; `DestFolder` is a destination folder"),
        derived("DestMailboxOwnerUPN", at!("resources.name"), "of a destination mailbox"),
        derived("AffectedItems[].Subject", at!("resources.name"), "of a message"),
        derived("AffectedItems[].InternetMessageId", at!("resources.uid"), "of a message, else its `Id`"),
        derived("AffectedItems[].Id", at!("count"), "how many items there are"),
        derived("Folders[].FolderItems[].InternetMessageId", at!("resources.uid"), "of a message that was read"),
        derived("Messages[].MessageItems[].Id", at!("resources.uid"), "of a message that was read"),
        derived("Item.Subject", at!("resources.name"), "of the message"),
        derived("OperationProperties[RuleName].Value", at!("resources.name"), "of an inbox rule; its `RuleId` is the `uid`"),
        derived("OperationProperties[RuleActions].Value", at!("resources.tags.value"), "of an inbox rule, like its other properties; the addresses within are resources of type `Message Recipient`"),
        derived("Item.ParentFolder.MemberUpn", at!("user.name"), "who gains rights on a folder"),
        derived("Item.ParentFolder.MemberSid", at!("user.uid_alt"), "who gains rights on a folder"),
        derived("Item.ParentFolder.MemberRights", at!("privileges"), "each right on the folder"),
        derived("SendAsUserSmtp", at!("email.from"), "else `SendOnBehalfOfUserSmtp`, `MailboxOwnerUPN`, `UserId`"),
        derived("recipientList[].Address", at!("email.to"), "recipients that are mail addresses"),
        derived("Item.Subject", at!("email.subject"), "of a message that was sent"),
        derived("Item.InternetMessageId", at!("email.message_uid"), "of a message that was sent"),
        derived("Item.Id", at!("email.uid"), "of a message that was sent"),
        derived("Item.SizeInBytes", at!("email.size"), "of a message that was sent"),
        derived("Item.Attachments", at!("email.files.name"), "names of the attachments, without their sizes"),
        derived("LogonUserSid", at!("actor.user.uid_alt"), "unless `UserKey` has the PUID"),
        derived("Workload", at!("service.name"), "what was logged in to"),
    ],
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
    if decision.class.uid == EMAIL_ACTIVITY.uid && email::sender(record).is_none() {
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

fn map(event: &mut Event<'_, '_>) {
    match event.class.uid {
        uid if uid == EMAIL_ACTIVITY.uid => email::set(event),
        uid if uid == AUTHENTICATION.uid => set_login(event),
        uid if uid == USER_ACCESS.uid => set_grant(event),
        _ => resources::set(event),
    }
    set_logon_sid(event);
    set_device(event);
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
    let is_owner = event.has_top(top!("resources")) && record.text("MailboxOwnerSid") == Some(sid);
    if is_actor || is_owner {
        record.take("LogonUserSid");
    }
}

fn set_login(event: &mut Event<'_, '_>) {
    actor::set_user(event, actor::TARGET);
    let service = workload(event);
    event.set(at!("service.name"), service);
    event.set(at!("is_remote"), true);
}

fn set_grant(event: &mut Event<'_, '_>) {
    let record = event.record;
    let folder = parent_folder(record).unwrap_or_default();
    if let Some(member) = folder_member(record) {
        actor::set_name(event, actor::TARGET, member);
        event.set_some(actor::TARGET.uid_alt, folder.text("MemberSid"));
    }
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
    resources::add_mailbox(event);
    resources::add_folder(event, "Folder", &folder);
}
