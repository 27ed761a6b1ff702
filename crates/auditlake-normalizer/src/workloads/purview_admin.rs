//! Microsoft Purview: administration by cmdlet (record types 18, 87, 106).
//!
//! *What it covers:* the cmdlets of Security & Compliance PowerShell, run by hand or by the portal: policies and rules for
//! data loss prevention, labels, retention, alerts, information barriers and insider risk; eDiscovery cases, searches and
//! holds; role groups; audit retention; reports.
//! *Mapping:* API Activity with the object as `resources[0]`, of the cmdlet's noun as its kind, and with the parameters as
//! the record writes them in its data. Role groups are group changes; eDiscovery administrators and case members gain or
//! lose privileges.
//! *Deliberate:* medium severity for what weakens or removes a policy, opens mail and files to searchers, releases a hold
//! or touches what is audited; a search action is so marked when it exports or purges. Stopping a search is an update.
//! `Set-AdminAuditLogConfig` is an event of the log itself when it switches the unified audit log.
//! *Left out:* version of the cmdlet, service plan, and the parameters of group and privilege changes, whose classes have
//! no place for them.

mod parameters;

use std::borrow::Cow;

use super::audit_log;
use super::{Decision, Operation, Otherwise, Workload, derived, op, text};
use crate::actor;
use crate::class::{
    API_ACTIVITY, EVENT_LOG_ACTIVITY, GROUP_MANAGEMENT, USER_ACCESS, WEB_RESOURCES_ACTIVITY,
};
use crate::common::take_if_held;
use crate::event::Event;
use crate::record::{Record, is_silent};
use crate::record_types::number_of;
use crate::schema::path::at;
use crate::subject::{self, Subject};
use crate::workloads::activity::{CREATE, DELETE, READ, UPDATE};
use parameters::{first, parameter, switch};

/// Security & Compliance cmdlets.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "purview_admin",
    name: "Microsoft Purview administration",
    record_types: &[18, 87, 106],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: &[
        text("ClientApplication", at!("actor.app_name")),
        text("ClientRequestId", at!("metadata.correlation_uid")),
        derived(
            "ObjectId",
            at!("resources.uid"),
            "where it is a GUID, else the name",
        ),
        derived(
            "Parameters",
            at!("resources.data"),
            "the command line as written; its `-Identity` or `-Name` is the name",
        ),
    ],
    things: &[],
    refine,
    map,
};

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["Add-eDiscoveryCaseAdmin", "Add-ComplianceCaseMember"], &USER_ACCESS, 1).sensitive(),
    op(&["Remove-eDiscoveryCaseAdmin", "Remove-ComplianceCaseMember"], &USER_ACCESS, 2),
    op(&["Update-eDiscoveryCaseAdmin", "Update-ComplianceCaseMember"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["Add-RoleGroupMember"], &GROUP_MANAGEMENT, 3).sensitive(),
    op(&["Update-RoleGroupMember"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["Remove-RoleGroupMember"], &GROUP_MANAGEMENT, 4),
    op(&["New-RoleGroup"], &GROUP_MANAGEMENT, 6).sensitive(),
    op(&["Remove-RoleGroup"], &GROUP_MANAGEMENT, 5),
    op(&["Set-RoleGroup"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["Set-AdminAuditLogConfig", "Set-UnifiedAuditLogRetentionPolicy"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["New-UnifiedAuditLogRetentionPolicy"], &API_ACTIVITY, CREATE).sensitive(),
    op(&["Remove-UnifiedAuditLogRetentionPolicy"], &API_ACTIVITY, DELETE).sensitive(),
    op(&["New-ComplianceSecurityFilter"], &API_ACTIVITY, CREATE).sensitive(),
    op(&["Set-ComplianceSecurityFilter"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["Remove-ComplianceSecurityFilter"], &API_ACTIVITY, DELETE).sensitive(),
    op(&["New-CaseHoldPolicy", "New-CaseHoldRule", "New-ComplianceCase", "New-ComplianceSearch", "New-ComplianceSearchAction", "Start-ComplianceSearch"], &API_ACTIVITY, CREATE),
    op(&["Get-ComplianceCase", "Get-ComplianceSearch", "Get-ComplianceSearchAction", "Get-ComplianceCaseMember", "Get-CaseHoldPolicy", "Get-CaseHoldRule", "Get-eDiscoveryCaseAdmin"], &API_ACTIVITY, READ),
    op(&["Set-ComplianceCase", "Set-ComplianceSearch", "Set-ComplianceSearchAction", "Stop-ComplianceSearch"], &API_ACTIVITY, UPDATE),
    op(&["Set-CaseHoldPolicy", "Set-CaseHoldRule"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["Remove-ComplianceCase", "Remove-ComplianceSearch", "Remove-ComplianceSearchAction"], &API_ACTIVITY, DELETE),
    op(&["Remove-CaseHoldPolicy", "Remove-CaseHoldRule"], &API_ACTIVITY, DELETE).sensitive(),
    op(&["New-DlpCompliancePolicy", "New-DlpComplianceRule", "New-DlpEdmSchema", "New-DlpKeywordDictionary", "New-DlpFingerprint", "New-DlpSensitiveInformationType", "New-DlpSensitiveInformationTypeRulePackage", "New-Label", "New-LabelPolicy", "New-AutoSensitivityLabelPolicy", "New-AutoSensitivityLabelRule"], &API_ACTIVITY, CREATE),
    op(&["Set-DlpCompliancePolicy", "Set-DlpComplianceRule", "Set-DlpEdmSchema", "Set-DlpKeywordDictionary", "Set-DlpSensitiveInformationType", "Set-DlpSensitiveInformationTypeRulePackage", "Set-Label", "Set-LabelPolicy", "Set-AutoSensitivityLabelPolicy", "Set-AutoSensitivityLabelRule"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["Remove-DlpCompliancePolicy", "Remove-DlpComplianceRule", "Remove-DlpEdmSchema", "Remove-DlpKeywordDictionary", "Remove-DlpSensitiveInformationType", "Remove-DlpSensitiveInformationTypeRulePackage", "Remove-Label", "Remove-LabelPolicy", "Remove-AutoSensitivityLabelPolicy", "Remove-AutoSensitivityLabelRule"], &API_ACTIVITY, DELETE).sensitive(),
    op(&["New-RetentionCompliancePolicy", "New-RetentionComplianceRule", "New-AppRetentionCompliancePolicy", "New-AppRetentionComplianceRule", "New-ComplianceTag", "New-AdaptiveScope", "New-HoldCompliancePolicy", "New-HoldComplianceRule"], &API_ACTIVITY, CREATE),
    op(&["Set-RetentionCompliancePolicy", "Set-RetentionComplianceRule", "Set-AppRetentionCompliancePolicy", "Set-AppRetentionComplianceRule", "Set-ComplianceTag", "Set-AdaptiveScope", "Set-HoldCompliancePolicy", "Set-HoldComplianceRule", "Set-RegulatoryComplianceUI"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["Remove-RetentionCompliancePolicy", "Remove-RetentionComplianceRule", "Remove-AppRetentionCompliancePolicy", "Remove-AppRetentionComplianceRule", "Remove-ComplianceTag", "Remove-AdaptiveScope", "Remove-HoldCompliancePolicy", "Remove-HoldComplianceRule"], &API_ACTIVITY, DELETE).sensitive(),
    op(&["New-ProtectionAlert", "New-ActivityAlert", "New-InformationBarrierPolicy", "New-OrganizationSegment", "New-InsiderRiskPolicy", "New-SupervisoryReviewPolicyV2", "New-SupervisoryReviewRule", "Start-InformationBarrierPoliciesApplication"], &API_ACTIVITY, CREATE),
    op(&["Set-ProtectionAlert", "Set-ActivityAlert", "Set-InformationBarrierPolicy", "Set-OrganizationSegment", "Set-InsiderRiskPolicy", "Set-SupervisoryReviewPolicyV2", "Set-SupervisoryReviewRule", "Stop-InformationBarrierPoliciesApplication"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["Remove-ProtectionAlert", "Remove-ActivityAlert", "Remove-InformationBarrierPolicy", "Remove-OrganizationSegment", "Remove-InsiderRiskPolicy", "Remove-SupervisoryReviewPolicyV2"], &API_ACTIVITY, DELETE).sensitive(),
    op(&["Get-DlpSiDetectionsReport", "Get-DlpDetectionsReport", "Get-DlpDetailReport", "Get-DlpCompliancePolicy", "Get-DlpComplianceRule", "Get-DlpSensitiveInformationType", "Get-DlpSensitiveInformationTypeRulePackage", "Get-ComplianceTag", "Get-Label", "Get-LabelPolicy", "Get-RetentionCompliancePolicy", "Get-AutoSensitivityLabelPolicy", "Get-AutoSensitivityLabelRule", "Get-ProtectionAlert", "ValidaterbacAccessCheck"], &API_ACTIVITY, READ),
    op(&["ReviewSetCreated"], &WEB_RESOURCES_ACTIVITY, 1),
    op(&["SearchReportExported", "SearchResultExported", "SearchResultsExported", "DownloadedDocument"], &WEB_RESOURCES_ACTIVITY, 7).sensitive(),
    op(&["New-*", "Add-*", "Install-*", "Import-*", "Start-*"], &API_ACTIVITY, CREATE),
    op(&["Get-*", "Search*", "Test-*", "Export-*", "Aggregate*", "Validate*"], &API_ACTIVITY, READ),
    op(&["Set-*", "Update-*", "Enable-*", "Stop-*"], &API_ACTIVITY, UPDATE),
    op(&["Remove-*", "Disable-*", "Uninstall-*"], &API_ACTIVITY, DELETE),
];

/// What takes data out or away, of the actions on a search's results.
const TAKING: [&str; 3] = ["Export", "Purge", "Report"];

const ROLE_CHANGES: i64 = 87;

/// The audit log switched off or on is an event of the log itself; exports, purges and changes of roles are sensitive.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let operation = record.text("Operation").unwrap_or_default();
    let is = |name: &str| operation.trim().eq_ignore_ascii_case(name);
    if is("Set-AdminAuditLogConfig") {
        return match switch(record, audit_log::SWITCH) {
            Some(true) => decision.to(&EVENT_LOG_ACTIVITY, audit_log::ENABLE),
            Some(false) => decision.to(&EVENT_LOG_ACTIVITY, audit_log::DISABLE),
            None => decision,
        };
    }
    let taking = is("New-ComplianceSearchAction")
        && TAKING.iter().any(|name| switch(record, name) == Some(true));
    let roles = number_of(record) == Some(ROLE_CHANGES);
    Decision {
        sensitive: decision.sensitive || taking || (roles && decision.activity != READ),
        ..decision
    }
}

fn map(event: &mut Event<'_, '_>) {
    match event.class.uid {
        uid if uid == GROUP_MANAGEMENT.uid => set_group(event),
        uid if uid == USER_ACCESS.uid => set_access(event),
        uid if uid == EVENT_LOG_ACTIVITY.uid => audit_log::set_log(event),
        _ => set_object(event, None),
    }
}

/// The noun of a cmdlet: of `New-DlpComplianceRule` the rule.
fn noun(operation: &str) -> Option<&str> {
    let (_, noun) = operation.trim().split_once('-')?;
    Some(noun).filter(|noun| !noun.is_empty())
}

/// The object that the cmdlet worked on, with its parameters.
fn set_object(event: &mut Event<'_, '_>, kind: Option<&'static str>) {
    let record = event.record;
    let named = first(record, &["Identity", "Name", "Case", "SearchName"]);
    let object = Subject::of_object_id(record);
    let operation = record.text("Operation").unwrap_or_default();
    let subject = Subject {
        kind: kind.or(noun(&operation)).map(|kind| kind.to_owned().into()),
        name: object.name.or(named),
        uid: object.uid,
        data: record
            .raw("Parameters")
            .filter(|raw| !is_silent(raw))
            .map(Cow::Borrowed),
        url: None,
    };
    if subject::add(event, subject) {
        record.take("ObjectId");
        record.take("Parameters");
    }
}

/// A role group and its member.
fn set_group(event: &mut Event<'_, '_>) {
    let record = event.record;
    let named = first(record, &["Identity", "Name"]);
    event.set_some(at!("group.name"), named.or_else(|| record.text("ObjectId")));
    take_if_held(event, "ObjectId", &[at!("group.name")]);
    event.set(at!("group.type"), "Role Group");
    if let Some(member) = parameter(record, "Member") {
        actor::set_name(event, actor::TARGET, member);
    }
}

/// Who may search everything, or one case.
fn set_access(event: &mut Event<'_, '_>) {
    let record = event.record;
    let operation = record.text("Operation").unwrap_or_default();
    let of_case =
        noun(&operation).is_some_and(|noun| noun.eq_ignore_ascii_case("ComplianceCaseMember"));
    if let Some(user) = first(record, &["User", "Member"]) {
        actor::set_name(event, actor::TARGET, user);
    }
    if of_case {
        event.set(at!("privileges"), "eDiscovery case member");
        set_object(event, Some("ComplianceCase"));
    } else {
        event.set(at!("privileges"), "eDiscovery Administrator");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cmdlets_name_what_they_work_on() {
        for (operation, expected) in [
            ("New-DlpComplianceRule", Some("DlpComplianceRule")),
            (" Get-ComplianceTag ", Some("ComplianceTag")),
            ("ValidaterbacAccessCheck", None),
            ("Set-", None),
        ] {
            assert_eq!(noun(operation), expected, "{operation}");
        }
    }
}
