//! Entra ID Protection and Purview insider risk: risk (record types 294, 307).
//!
//! *What it covers:* risk detections on accounts and sign-ins; alerts of insider risk management.
//! *Mapping:* Detection Finding. The risk's kind is title and type, its level is the risk level and the severity, its state the
//! status; the account at risk is the affected resource and evidence, its address and place are evidence.
//! *Deliberate:* a state that ends the risk (remediated, dismissed, confirmed safe) closes the finding.
//! *Left out:* times of the activity, and identifiers of request and token issuer, which stay in `unmapped`.

use std::borrow::Cow;

use super::{Decision, Operation, Otherwise, Workload, derived, op, text};
use crate::class::DETECTION_FINDING;
use crate::event::Event;
use crate::evidence::{add_affected_user, add_client, add_data, add_user};
use crate::record::Record;
use crate::schema::path::at;
use crate::status::SEVERITIES;
use crate::workloads::Mapping;

/// Risk.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "risk",
    name: "Entra risk detections and insider risk alerts",
    record_types: &[294, 307],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &DETECTION_FINDING,
        activity: Some(1),
    },
    fields: FIELDS,
    things: &[],
    refine,
    map,
};

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["AadRiskDetection", "RiskDetection"], &DETECTION_FINDING, 1),
    op(&["Update*", "Edit*", "Change*", "Assign*", "Add*"], &DETECTION_FINDING, 2),
    op(&["Dismiss*", "Close*", "Resolve*"], &DETECTION_FINDING, 3),
];

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    text("RiskId", at!("finding_info.uid")),
    derived("RiskDetail", at!("comment"), "unless it is `none`"),
    derived("RiskEventType", at!("finding_info.title"), "also the type"),
    derived("RiskLevel", at!("risk_level_id"), "low 1, medium 2, high 3; other words 99"),
    derived("RiskLevel", at!("severity_id"), "low 2, medium 3, high 4, none 1"),
    derived("RiskState", at!("status_id"), "atRisk and confirmedCompromised 1, dismissed 3, remediated and confirmedSafe 4, other words 99"),
    derived("UserDisplayName", at!("resources.name"), "the account at risk, also evidence; else `UserId` of a risk"),
    derived("Location", at!("evidences.data"), ""),
    derived("ClientIP", at!("evidences.src_endpoint.ip"), ""),
];

/// States in which there is no risk any more.
fn has_ended(state: &str) -> bool {
    ["remediated", "dismissed", "confirmedSafe"]
        .iter()
        .any(|ended| ended.eq_ignore_ascii_case(state))
}

fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    match record.text("RiskState") {
        Some(state) if has_ended(&state) => decision.to(&DETECTION_FINDING, 3),
        _ => decision,
    }
}

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid != DETECTION_FINDING.uid {
        return;
    }
    let record = event.record;
    if let Some(kind) = record.text("RiskEventType") {
        event.set(at!("finding_info.title"), kind);
        event.copy("RiskEventType", at!("finding_info.types"));
    }
    set_level(event);
    set_state(event);
    set_detail(event);
    set_account(event);
    if let Some(location) = record.raw("Location").filter(|raw| raw.starts_with('{'))
        && add_data(event, "Location", location)
    {
        record.take("Location");
    }
    add_client(event);
}

fn set_level(event: &mut Event<'_, '_>) {
    let Some(level) = event.record.text("RiskLevel") else {
        return;
    };
    let known = match level.to_ascii_lowercase().as_str() {
        "none" => Some(((0, "Info"), SEVERITIES[1])),
        "low" => Some(((1, "Low"), SEVERITIES[2])),
        "medium" => Some(((2, "Medium"), SEVERITIES[3])),
        "high" => Some(((3, "High"), SEVERITIES[4])),
        _ => None,
    };
    event.record.take("RiskLevel");
    if let Some((risk, severity)) = known {
        event.set_id(at!("risk_level_id"), at!("risk_level"), risk);
        event.set_id(at!("severity_id"), at!("severity"), severity);
    } else {
        event.set(at!("risk_level_id"), 99_u8);
        event.set(at!("risk_level"), level);
    }
}

fn set_state(event: &mut Event<'_, '_>) {
    let Some(state) = event.record.text("RiskState") else {
        return;
    };
    let status = match state.to_ascii_lowercase().as_str() {
        "atrisk" | "confirmedcompromised" => (1, "New"),
        "dismissed" => (3, "Suppressed"),
        "remediated" | "confirmedsafe" => (4, "Resolved"),
        _ => return set_other_state(event, state),
    };
    event.set_id(at!("status_id"), at!("status"), status);
}

fn set_other_state<'a>(event: &mut Event<'_, 'a>, state: Cow<'a, str>) {
    event.set(at!("status_id"), 99_u8);
    event.set(at!("status"), state);
    event.record.take("RiskState");
}

fn set_detail(event: &mut Event<'_, '_>) {
    let detail = event.record.text("RiskDetail");
    if detail.is_some_and(|detail| !detail.eq_ignore_ascii_case("none")) {
        event.copy("RiskDetail", at!("comment"));
    }
}

/// `UserDisplayName` holds the principal name of the account at risk; who works on an alert is not at risk.
fn set_account(event: &mut Event<'_, '_>) {
    let record = event.record;
    let of_user = || {
        record
            .text("UserId")
            .filter(|_| record.text("RiskId").is_some())
    };
    let account = record.text("UserDisplayName").or_else(of_user);
    add_affected_user(event, account.clone());
    if add_user(event, "User at risk", account, None) {
        record.take("UserDisplayName");
    }
}
