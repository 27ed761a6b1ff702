//! Exchange Online: administration by cmdlet (record type 1).
//!
//! *What it covers:* every cmdlet; permissions, role groups, mailboxes and groups as identity changes; inbox and
//! transport rules, forwarding, connectors, protection policies and audit switches as sensitive API activity.
//!
//! *Mapping:* the object and its parameters are `resources[0]`, with all parameters as JSON in `resources.data`; its
//! type is the cmdlet's noun. Parameters that decide where messages go, what a rule hides, or what is logged are
//! `resources.tags` as well, as sent; every address that messages are sent on to is a further resource of type
//! `Message Recipient`, without `smtp:` and display name; a mailbox's own forwarding address is `resources.owner.forward_addr`.
//! Who gains or loses a permission is `user`, the rights are `privileges`.
//!
//! *Deliberate:* `Set-Mailbox` is sensitive only when it forwards, delegates sending or switches auditing;
//! `Set-MailboxFolderPermission` is a grant. The audit log switched off or on is an event of the log itself (Event Log
//! Activity), for the unified audit log, the administrator audit log (only when it goes off) and mailbox auditing of
//! the organization; auditing switched off for one mailbox stays a cmdlet, of severity High.
//!
//! *Left out:* the server that ran the cmdlet, and the parameters of account and group changes, whose classes have no
//! place for them; they stay in `unmapped`.

mod audit;
mod operations;
mod parameters;

use self::parameters::{any, first, parameter};
use super::exchange_recipients::set_device;
use super::{Decision, Otherwise, Workload, derived};
use crate::actor;
use crate::class::{
    ACCOUNT_CHANGE, API_ACTIVITY, EVENT_LOG_ACTIVITY, GROUP_MANAGEMENT, USER_ACCESS,
};
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::{at, list};
use crate::status::SEVERITIES;
use crate::tags;

/// Cmdlets.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "exchange_admin",
    name: "Exchange Online administration",
    record_types: &[1],
    operations: operations::OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    #[rustfmt::skip]
    fields: &[
        derived("ObjectId", at!("resources.name"), "else `Identity` or `Name` of the parameters"),
        derived("Operation", at!("resources.type"), "the cmdlet's noun"),
        derived("Parameters[].Name", at!("resources.data"), "all parameters, as JSON"),
        derived("Parameters[].Value", at!("resources.tags.value"), "of the parameters that decide about mail flow, hiding and logging, as sent"),
        derived("ExternalAccess", at!("resources.tags.value"), "whether Microsoft or a partner ran the cmdlet"),
        derived("Parameters[ForwardTo].Value", at!("resources.name"), "each address as a resource of type `Message Recipient`; so too for the other parameters that send messages on"),
        derived("Parameters[ForwardingSmtpAddress].Value", at!("resources.owner.forward_addr"), "of a mailbox, without `smtp:`"),
        derived("DeviceId", at!("device.uid"), "of a registered or joined device"),
        derived("Parameters[User].Value", at!("user.name"), "who gains or loses: `User`, `Trustee`, `SecurityGroup`, `Member`, `App`, `Policy`"),
        derived("Parameters[AccessRights].Value", at!("privileges"), "each right; else `Role` or `ExtendedRights`, else the cmdlet"),
        derived("Parameters[Member].Value", at!("user.name"), "who joins or leaves a group; else `Links` or `Members`"),
        derived("Parameters[Identity].Value", at!("group.name"), "else `Name` or `DisplayName`"),
        derived("Operation", at!("group.type"), "role group, Microsoft 365 group or distribution group"),
        derived("Parameters[MicrosoftOnlineServicesID].Value", at!("user.name"), "the account of a mailbox; else `UserPrincipalName`, `PrimarySmtpAddress`, `Identity`, `Name`, `ObjectId`"),
        derived("Parameters[DisplayName].Value", at!("user.display_name"), "of an account"),
        derived("Parameters[UnifiedAuditLogIngestionEnabled].Value", at!("log_name"), "which log was switched; so too for `AdminAuditLogEnabled` and `AuditDisabled`"),
    ],
    things: &[],
    refine,
    map,
};

/// Audit logs switched off or on are events of the log itself; what a mailbox's settings give away is sensitive.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    if let Some(switch) = audit::of_log(record) {
        return Decision {
            sensitive: true,
            ..decision.to(&EVENT_LOG_ACTIVITY, switch.activity())
        };
    }
    let operation = record.text("Operation").unwrap_or_default();
    let gives_away = operation.eq_ignore_ascii_case("Set-Mailbox")
        && (any(record, parameters::MAILBOX_EXPOSED)
            || audit::of_mailbox(record) == Some(audit::State::Off));
    Decision {
        sensitive: decision.sensitive || gives_away,
        ..decision
    }
}

fn map(event: &mut Event<'_, '_>) {
    match event.class.uid {
        uid if uid == USER_ACCESS.uid => set_access(event),
        uid if uid == ACCOUNT_CHANGE.uid => set_account(event),
        uid if uid == GROUP_MANAGEMENT.uid => set_group(event),
        uid if uid == EVENT_LOG_ACTIVITY.uid => audit::set_log(event),
        _ => set_object(event),
    }
    set_device(event);
}

/// The noun of a cmdlet: of `New-InboxRule` the inbox rule, of `Add-MailboxPermission` the mailbox.
fn noun(operation: &str) -> Option<&str> {
    let (_, noun) = operation.trim().split_once('-')?;
    Some(noun.strip_suffix("Permission").unwrap_or(noun)).filter(|noun| !noun.is_empty())
}

/// The object that the cmdlet worked on, with its parameters, and where it sends messages.
pub(super) fn set_object(event: &mut Event<'_, '_>) {
    add_object(event);
    parameters::add_recipients(event);
    if audit::of_mailbox(event.record) == Some(audit::State::Off) {
        event.set_id(at!("severity_id"), at!("severity"), SEVERITIES[4]);
    }
}

fn add_object(event: &mut Event<'_, '_>) {
    let record = event.record;
    let operation = record.text("Operation").unwrap_or_default();
    let kind = noun(&operation).map(str::to_owned);
    let name = record
        .text("ObjectId")
        .or_else(|| first(record, &["Identity", "Name"]));
    let mut took_parameters = false;
    let added = event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), name);
        event.set_some(at!("resources.type"), kind);
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (1, "Target"),
        );
        took_parameters = event.set_some(at!("resources.data"), parameters::as_json(record));
        parameters::add_owner(event);
        parameters::add_tags(event);
        let external = record.text("ExternalAccess");
        tags::add(event, &tags::OF_RESOURCE, "ExternalAccess", external);
    });
    if added {
        record.take_scalars(&["ObjectId", "ExternalAccess"]);
    }
    if added && took_parameters {
        record.take("Parameters");
    }
}

fn set_access(event: &mut Event<'_, '_>) {
    let record = event.record;
    let members = [
        "User",
        "Trustee",
        "SecurityGroup",
        "Member",
        "App",
        "Policy",
    ];
    if let Some(user) = first(record, &members) {
        actor::set_name(event, actor::TARGET, user);
    }
    let rights = first(record, &["AccessRights", "Role", "ExtendedRights"]).unwrap_or_default();
    for right in rights
        .split([',', ';'])
        .map(str::trim)
        .filter(|right| !right.is_empty())
    {
        event.set(at!("privileges"), right.to_owned());
    }
    if rights.is_empty() {
        event.set_some(at!("privileges"), record.text("Operation"));
    }
    set_object(event);
}

fn set_account(event: &mut Event<'_, '_>) {
    let record = event.record;
    let name = first(
        record,
        &[
            "MicrosoftOnlineServicesID",
            "UserPrincipalName",
            "PrimarySmtpAddress",
            "Identity",
            "Name",
        ],
    );
    if let Some(name) = name.or_else(|| record.text("ObjectId")) {
        actor::set_name(event, actor::TARGET, name);
    }
    event.set_some(actor::TARGET.display_name, parameter(record, "DisplayName"));
}

fn set_group(event: &mut Event<'_, '_>) {
    let record = event.record;
    let group =
        first(record, &["Identity", "Name", "DisplayName"]).or_else(|| record.text("ObjectId"));
    event.set_some(at!("group.name"), group);
    event.set(
        at!("group.type"),
        group_kind(&record.text("Operation").unwrap_or_default()),
    );
    let member = first(record, &["Member", "Links", "Members"]);
    if let Some(member) = member.filter(|_| matches!(event.activity_id, 3 | 4)) {
        actor::set_name(event, actor::TARGET, member);
    }
}

fn group_kind(operation: &str) -> &'static str {
    match operation {
        op if op.contains("RoleGroup") => "Role Group",
        op if op.contains("UnifiedGroup") => "Microsoft 365 Group",
        _ => "Distribution Group",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cmdlets_name_what_they_work_on() {
        for (operation, expected) in [
            ("New-InboxRule", Some("InboxRule")),
            ("Add-MailboxPermission", Some("Mailbox")),
            (
                "New-ManagementRoleAssignment",
                Some("ManagementRoleAssignment"),
            ),
            ("Validate", None),
            ("Set-", None),
        ] {
            assert_eq!(noun(operation), expected, "{operation}");
        }
    }
}
