//! Exchange Online: administration by cmdlet (record type 1).
//!
//! *What it covers:* every cmdlet; permissions, role groups, mailboxes and groups as identity changes; inbox and
//! transport rules, forwarding, connectors, protection policies and audit switches as sensitive API activity.
//! *Mapping:* the object and its parameters are `resources[0]`, with all parameters as JSON in `resources.data`; its
//! type is the cmdlet's noun. *Deliberate:* `Set-Mailbox` is sensitive only when it forwards; `Set-AdminAuditLogConfig`
//! is an event of the log only when it switches the unified audit log.
//! *Left out:* the server that ran the cmdlet, and the parameters of account and group changes, whose classes have no
//! place for them; they stay in `unmapped`.

use std::borrow::Cow;

use super::{Decision, Operation, Otherwise, Workload, op};
use crate::actor;
use crate::class::{
    ACCOUNT_CHANGE, API_ACTIVITY, EVENT_LOG_ACTIVITY, GROUP_MANAGEMENT, USER_ACCESS,
};
use crate::event::Event;
use crate::record::{Record, as_bool};
use crate::schema::path::{at, list};
use crate::status::SEVERITIES;

/// Cmdlets.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "exchange_admin",
    name: "Exchange Online administration",
    record_types: &[1],
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

const CREATE: u8 = 1;
const READ: u8 = 2;
const UPDATE: u8 = 3;
const DELETE: u8 = 4;

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["Add-MailboxPermission", "Add-RecipientPermission", "Add-MailboxFolderPermission", "New-ManagementRoleAssignment", "Add-ADPermission"], &USER_ACCESS, 1).sensitive(),
    op(&["Remove-MailboxPermission", "Remove-RecipientPermission", "Remove-MailboxFolderPermission", "Remove-ManagementRoleAssignment"], &USER_ACCESS, 2),
    op(&["New-Mailbox", "New-MailUser", "New-RemoteMailbox"], &ACCOUNT_CHANGE, 1),
    op(&["Enable-Mailbox"], &ACCOUNT_CHANGE, 2),
    op(&["Remove-Mailbox", "Remove-MailUser"], &ACCOUNT_CHANGE, 6),
    op(&["Disable-Mailbox"], &ACCOUNT_CHANGE, 5),
    op(&["Add-DistributionGroupMember", "Add-UnifiedGroupLinks"], &GROUP_MANAGEMENT, 3),
    op(&["Add-RoleGroupMember", "Update-RoleGroupMember"], &GROUP_MANAGEMENT, 3).sensitive(),
    op(&["Remove-DistributionGroupMember", "Remove-UnifiedGroupLinks", "Remove-RoleGroupMember"], &GROUP_MANAGEMENT, 4),
    op(&["New-DistributionGroup", "New-UnifiedGroup", "New-RoleGroup"], &GROUP_MANAGEMENT, 6),
    op(&["Remove-DistributionGroup", "Remove-UnifiedGroup", "Remove-RoleGroup"], &GROUP_MANAGEMENT, 5),
    op(&["Set-AdminAuditLogConfig"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["New-InboxRule", "New-TransportRule", "New-InboundConnector", "New-OutboundConnector"], &API_ACTIVITY, CREATE).sensitive(),
    op(&["Set-InboxRule", "Enable-InboxRule", "Set-TransportRule", "Set-InboundConnector", "Set-OutboundConnector", "Disable-TransportRule"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["Set-MailboxAuditBypassAssociation", "Disable-SafeLinksRule", "Disable-SafeAttachmentRule", "Disable-AntiPhishRule", "Disable-MalwareFilterRule", "Set-AntiPhishPolicy", "Set-MalwareFilterPolicy"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["Remove-TransportRule", "Remove-InboxRule", "Remove-SafeLinksPolicy", "Remove-SafeAttachmentPolicy", "Remove-AntiPhishPolicy"], &API_ACTIVITY, DELETE).sensitive(),
    op(&["Disable-InboxRule"], &API_ACTIVITY, UPDATE),
    op(&["New-*", "Add-*", "Install-*", "Import-*", "Start-*"], &API_ACTIVITY, CREATE),
    op(&["Get-*", "Search-*", "Test-*", "Export-*", "Find-*", "Validate*"], &API_ACTIVITY, READ),
    op(&["Set-*", "Update-*", "Enable-*", "Move-*", "Restore-*"], &API_ACTIVITY, UPDATE),
    op(&["Remove-*", "Disable-*", "Uninstall-*", "Clear-*", "Stop-*"], &API_ACTIVITY, DELETE),
];

/// Parameters that send a mailbox's messages elsewhere.
const FORWARDING: [&str; 2] = ["ForwardingSmtpAddress", "ForwardingAddress"];

/// The audit log switched off or on is an event of the log itself; forwarding a mailbox is sensitive.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let operation = record.text("Operation").unwrap_or_default();
    if operation.eq_ignore_ascii_case("Set-AdminAuditLogConfig") {
        return match audit_switch(record) {
            Some(true) => decision.to(&EVENT_LOG_ACTIVITY, 9),
            Some(false) => decision.to(&EVENT_LOG_ACTIVITY, 10),
            None => decision,
        };
    }
    let forwards = operation.eq_ignore_ascii_case("Set-Mailbox")
        && FORWARDING.iter().any(|p| parameter(record, p).is_some());
    Decision {
        sensitive: decision.sensitive || forwards,
        ..decision
    }
}

fn audit_switch(record: &Record<'_>) -> Option<bool> {
    as_bool(&parameter(record, "UnifiedAuditLogIngestionEnabled")?)
}

/// A parameter of the cmdlet. Names need not be unique; the first counts.
fn parameter<'a>(record: &Record<'a>, name: &str) -> Option<Cow<'a, str>> {
    record.named("Parameters", name)
}

fn first_parameter<'a>(record: &Record<'a>, names: &[&str]) -> Option<Cow<'a, str>> {
    names.iter().find_map(|name| parameter(record, name))
}

fn map(event: &mut Event<'_, '_>) {
    match event.class.uid {
        uid if uid == USER_ACCESS.uid => set_access(event),
        uid if uid == ACCOUNT_CHANGE.uid => set_account(event),
        uid if uid == GROUP_MANAGEMENT.uid => set_group(event),
        uid if uid == EVENT_LOG_ACTIVITY.uid => set_log(event),
        _ => set_object(event),
    }
}

/// The noun of a cmdlet: of `New-InboxRule` the inbox rule, of `Add-MailboxPermission` the mailbox.
fn noun(operation: &str) -> Option<&str> {
    let (_, noun) = operation.trim().split_once('-')?;
    Some(noun.strip_suffix("Permission").unwrap_or(noun)).filter(|noun| !noun.is_empty())
}

/// The object that the cmdlet worked on, with its parameters.
pub(super) fn set_object(event: &mut Event<'_, '_>) {
    let record = event.record;
    let operation = record.text("Operation").unwrap_or_default();
    let kind = noun(&operation).map(str::to_owned);
    let name = record
        .text("ObjectId")
        .or_else(|| first_parameter(record, &["Identity", "Name"]));
    let parameters = parameters_json(record);
    let mut took_parameters = false;
    let added = event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), name);
        event.set_some(at!("resources.type"), kind);
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (1, "Target"),
        );
        took_parameters = event.set_some(at!("resources.data"), parameters);
    });
    if added {
        record.take("ObjectId");
    }
    if added && took_parameters {
        record.take("Parameters");
    }
}

/// The parameters as they are: names need not be unique, so the list stays a list.
fn parameters_json<'a>(record: &Record<'a>) -> Option<&'a str> {
    record
        .raw("Parameters")
        .filter(|raw| raw.starts_with('[') && *raw != "[]")
}

fn set_access(event: &mut Event<'_, '_>) {
    let record = event.record;
    if let Some(user) = first_parameter(record, &["User", "Trustee", "SecurityGroup", "Member"]) {
        actor::set_name(event, actor::TARGET, user);
    }
    let rights =
        first_parameter(record, &["AccessRights", "Role", "ExtendedRights"]).unwrap_or_default();
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
    let name = first_parameter(
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
    let group = first_parameter(record, &["Identity", "Name", "DisplayName"])
        .or_else(|| record.text("ObjectId"));
    event.set_some(at!("group.name"), group);
    event.set(
        at!("group.type"),
        group_kind(&record.text("Operation").unwrap_or_default()),
    );
    let member = first_parameter(record, &["Member", "Links", "Members"]);
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

/// The audit log itself: High when it goes off, since who covers tracks begins here.
fn set_log(event: &mut Event<'_, '_>) {
    event.set(at!("log_name"), "Unified Audit Log");
    event.set_id(at!("log_type_id"), at!("log_type"), (2, "Application"));
    event.set(at!("log_provider"), "Microsoft Purview");
    let severity = if event.activity_id == 10 {
        SEVERITIES[4]
    } else {
        SEVERITIES[3]
    };
    event.set_id(at!("severity_id"), at!("severity"), severity);
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
