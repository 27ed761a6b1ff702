//! Microsoft Purview: audit search and configuration (record types 295, 296, 297).
//!
//! *What it covers:* searches of the audit log and exports of what they found, audit retention policies, and what is
//! audited.
//! *Mapping:* a search is read API activity on the search, with its filters as data; taking its results away is an export
//! of the log. Auditing switched off or on is Event Log Activity: High when it goes off, since who covers tracks begins
//! here. How a search ended is the status.
//! *Deliberate:* medium severity for every change of what is audited and for how long. What the operation of an audit
//! configuration does is read from its name, where it enables or disables.
//! *Left out:* where a search came from and how many records it found.

use std::borrow::Cow;

use super::{Decision, Operation, Otherwise, Workload, canonical, derived, op};
use crate::class::{API_ACTIVITY, EVENT_LOG_ACTIVITY};
use crate::event::Event;
use crate::record::Record;
use crate::record_types::number_of;
use crate::schema::path::at;
use crate::status::{FAILURE, SEVERITIES, SUCCESS};
use crate::subject::{self, Subject};

/// The audit log.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "audit_log",
    name: "Microsoft Purview audit",
    record_types: &[295, 296, 297],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: &[
        derived("SearchJobId", at!("resources.uid"), ""),
        derived("SearchFilters.SearchName", at!("resources.name"), ""),
        derived(
            "SearchFilters",
            at!("resources.data"),
            "what was searched for",
        ),
        derived("CompletionStatus", at!("status"), ""),
        derived(
            "ObjectId",
            at!("resources.name"),
            "of a retention policy or setting",
        ),
    ],
    things: &[],
    refine,
    map,
};

/// Activities of Event Log Activity.
pub(super) const ENABLE: u8 = 9;
/// See [`ENABLE`].
pub(super) const DISABLE: u8 = 10;
const EXPORT: u8 = 3;

/// The parameter that switches the unified audit log.
pub(super) const SWITCH: &str = "UnifiedAuditLogIngestionEnabled";

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["AuditSearchCreated", "AuditSearchStarted", "AuditSearchCompleted", "AuditSearchCancelled"], &API_ACTIVITY, 2),
    op(&["AuditSearchDeleted"], &API_ACTIVITY, 4),
    op(&["AuditSearchExport*"], &EVENT_LOG_ACTIVITY, EXPORT).sensitive(),
    op(&["AuditSearch*"], &API_ACTIVITY, 2),
];

const SEARCHES: i64 = 295;
const CONFIGURATION: i64 = 297;

/// What is audited, and for how long, is sensitive; auditing switched is an event of the log.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let record_type = number_of(record);
    if record_type == Some(SEARCHES) {
        return decision;
    }
    let configuration = record_type == Some(CONFIGURATION);
    let decision = Decision {
        sensitive: decision.activity != 2,
        ..decision
    };
    let operation = record.text("Operation").unwrap_or_default();
    match switched(&operation) {
        Some(true) if configuration => decision.to(&EVENT_LOG_ACTIVITY, ENABLE),
        Some(false) if configuration => decision.to(&EVENT_LOG_ACTIVITY, DISABLE),
        _ => decision,
    }
}

/// Whether an operation says that it enables or disables.
fn switched(operation: &str) -> Option<bool> {
    let name = canonical(operation);
    if name.contains("disable") {
        return Some(false);
    }
    name.contains("enable").then_some(true)
}

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid == EVENT_LOG_ACTIVITY.uid {
        set_log(event);
    }
    set_search(event);
    set_setting(event);
    set_completion(event);
}

/// The search, with its filters: JSON in a string.
fn set_search(event: &mut Event<'_, '_>) {
    let record = event.record;
    let filters = record.text("SearchFilters");
    let parsed = filters.as_deref().and_then(|text| Record::parse(text).ok());
    let name = parsed
        .as_ref()
        .and_then(|filters| filters.text("SearchName"));
    let name = name.map(Cow::into_owned);
    let readable = parsed.is_some();
    let data = filters.filter(|_| readable);
    let held = data.is_some();
    let subject = Subject {
        kind: Some("Audit search".into()),
        name: name.map(Cow::Owned),
        uid: record.text("SearchJobId"),
        data,
        url: None,
    };
    if subject::add(event, subject) {
        record.take("SearchJobId");
        if held {
            record.take("SearchFilters");
        }
    }
}

/// The policy or setting that was changed.
fn set_setting(event: &mut Event<'_, '_>) {
    let record = event.record;
    let operation = record.text("Operation").unwrap_or_default();
    let kind = if canonical(&operation).contains("retention") {
        "Audit retention policy"
    } else {
        "Audit configuration"
    };
    let subject = Subject {
        kind: Some(kind.into()),
        name: record.text("ObjectId"),
        ..Subject::default()
    };
    if record.text("SearchJobId").is_none() && subject::add(event, subject) {
        record.take("ObjectId");
    }
}

/// `CompletionStatus`: how the search ended.
fn set_completion(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(words) = record.text("CompletionStatus") else {
        return;
    };
    record.take("CompletionStatus");
    match words.as_ref() {
        "Succeeded" => event.set_id(at!("status_id"), at!("status"), SUCCESS),
        "Failed" => event.set_id(at!("status_id"), at!("status"), FAILURE),
        _ => {
            event.set(at!("status_id"), 99_u8);
            event.set(at!("status"), words);
        }
    }
}

/// The audit log itself: High when it goes off, else Medium.
pub(super) fn set_log(event: &mut Event<'_, '_>) {
    event.set(at!("log_name"), "Unified Audit Log");
    event.set_id(at!("log_type_id"), at!("log_type"), (2, "Application"));
    event.set(at!("log_provider"), "Microsoft Purview");
    let severity = if event.activity_id == DISABLE {
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
    fn names_that_switch_auditing() {
        assert_eq!(switched("DisableAuditing"), Some(false));
        assert_eq!(switched("Enable-Audit"), Some(true));
        assert_eq!(switched("UpdateAuditConfig"), None);
    }
}
