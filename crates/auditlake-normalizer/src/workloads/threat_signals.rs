//! Defender: signals that other services send as findings (record types 51, 61, 78, 90, 166 to 169, 232).
//!
//! *What it covers:* accounts that may no longer send mail, compromised users, alerts of Defender for Endpoint, notices of
//! nation-state activity, alerts and incidents of Defender XDR and who works on them.
//! *Mapping:* Detection Finding. A restriction that is lifted closes its finding; work on an alert or incident that is there
//! already updates it, and a status of Resolved or Dismissed closes it.
//! *Deliberate:* incidents too are Detection Findings, since Incident Finding demands an assignee that records may not name.
//! *Left out:* most members: Microsoft documents only those of the restrictions, and the rest stays in `unmapped`.

use super::{Decision, Operation, Otherwise, Workload, derived, op, text};
use crate::class::DETECTION_FINDING;
use crate::event::Event;
use crate::evidence::{add_affected_user, add_client, add_user};
use crate::record::Record;
use crate::schema::path::at;
use crate::workloads::Mapping;
use crate::workloads::activity::CREATE;

/// Signals.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "threat_signals",
    name: "Defender signals and incidents",
    record_types: &[51, 61, 78, 90, 166, 167, 168, 169, 232],
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

const UPDATE: u8 = 2;
const CLOSE: u8 = 3;

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["HygieneEvent"], &DETECTION_FINDING, CREATE),
    op(&["AddCommentToIncident", "AssignUserToIncident", "UpdateIncidentStatus", "AddTagsToIncident", "RemoveTagsFromIncident"], &DETECTION_FINDING, UPDATE),
    op(&["Add*", "Assign*", "Update*", "Remove*", "Edit*", "Change*", "Set*", "Link*", "Unlink*"], &DETECTION_FINDING, UPDATE),
];

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    text("Reason", at!("finding_info.desc")),
    text("IncidentId", at!("finding_info.uid")),
    derived("Event", at!("activity_id"), "Listed 1 Create, Delisted 3 Close"),
    derived("EventValue", at!("resources.name"), "the account that was restricted, also evidence"),
    derived("Status", at!("status_id"), "Resolved and Dismissed also close"),
    derived("ClientIP", at!("evidences.src_endpoint.ip"), ""),
];

fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let to = |activity| decision.to(&DETECTION_FINDING, activity);
    match record.text("Event").as_deref() {
        Some("Listed") => return to(CREATE),
        Some("Delisted") => return to(CLOSE),
        _ => {}
    }
    match record.text("Status").as_deref() {
        Some("Resolved" | "Dismissed") if decision.activity == UPDATE => to(CLOSE),
        _ => decision,
    }
}

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid != DETECTION_FINDING.uid {
        return;
    }
    let record = event.record;
    let account = record.text("EventValue");
    add_affected_user(event, account.clone());
    if add_user(event, "User", account, None) {
        record.take("EventValue");
    }
    let status = match record.text("Event").as_deref() {
        Some("Listed") => Some((1, "New")),
        Some("Delisted") => Some((4, "Resolved")),
        _ => None,
    };
    if let Some(status) = status {
        event.set_id(at!("status_id"), at!("status"), status);
        record.take("Event");
    }
    add_client(event);
}
