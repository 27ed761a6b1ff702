//! Microsoft Defender for Office 365: quarantine (record type 65).
//!
//! *What it covers:* quarantined messages that were looked at, exported, released, deleted, or asked for.
//! *Mapping:* API Activity on the message, by its network message id, and the recipient that it was released to.
//! *Deliberate:* a request that is denied is a success with action Denied. An operation of an unknown name is read from
//! `RequestType`.
//! *Left out:* whether the portal, a cmdlet or a link was used.

use super::{Decision, Operation, Otherwise, Thing, Workload, canonical, derived, op};
use crate::class::API_ACTIVITY;
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::at;
use crate::things::thing;
use crate::workloads::activity::{CREATE, DELETE, OTHER, READ, UPDATE};

/// Quarantine.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "quarantine",
    name: "Quarantine",
    record_types: &[65],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: Some(OTHER),
    },
    fields: &[derived(
        "RequestType",
        at!("activity_id"),
        "where the operation's name is unknown",
    )],
    things: THINGS,
    refine,
    map,
};

const THINGS: &[Thing] = &[
    thing("Quarantined message", &[], &["NetworkMessageId"]),
    thing("Recipient", &["ReleaseTo"], &[]),
];

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["QuarantinePreview", "QuarantinePreviewMessage", "QuarantineViewHeader", "QuarantineExport", "QuarantineExportMessage"], &API_ACTIVITY, READ),
    op(&["QuarantineRelease", "QuarantineReleaseMessage", "QuarantineReleaseRequest", "QuarantineReleaseRequestDeny"], &API_ACTIVITY, UPDATE),
    op(&["QuarantineDelete", "QuarantineDeleteMessage"], &API_ACTIVITY, DELETE),
    op(&["AdminSubmission", "UserSubmission"], &API_ACTIVITY, CREATE),
    op(&["QuarantinePreview*", "QuarantineView*", "QuarantineExport*"], &API_ACTIVITY, READ),
    op(&["QuarantineRelease*"], &API_ACTIVITY, UPDATE),
    op(&["QuarantineDelete*"], &API_ACTIVITY, DELETE),
];

/// What was asked for, by number, where the name does not say it (Microsoft, schema page, enum `RequestType`).
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    if decision.activity != OTHER {
        return decision;
    }
    let activity = match record.int("RequestType") {
        Some(0 | 3 | 4) => READ,
        Some(2 | 5) => UPDATE,
        Some(1) => DELETE,
        _ => OTHER,
    };
    decision.to(&API_ACTIVITY, activity)
}

fn map(event: &mut Event<'_, '_>) {
    let operation = event.record.text("Operation").unwrap_or_default();
    let name = canonical(&operation);
    if name.ends_with("deny") || name.ends_with("denied") {
        event.set_id(at!("action_id"), at!("action"), (2, "Denied"));
    }
}
