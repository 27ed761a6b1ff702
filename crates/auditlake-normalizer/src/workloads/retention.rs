//! Microsoft Purview: retention and records (record types 38, 140, 172, 285, 286, 293).
//!
//! *What it covers:* retention policies, labels and adaptive scopes, disposition review, records management, and retention
//! at work in Exchange, SharePoint and Teams.
//! *Mapping:* Web Resources Activity, the policy, label, scope or item being the resource; its kind is what the operation's
//! name says.
//! *Deliberate:* one class for all of them, and medium severity for what changes or removes retention, approves a disposal,
//! or shows the option of regulatory records, which nobody can take back.
//! *Left out:* nothing that is known of these records.

use super::{Operation, Otherwise, Workload, as_decided, derived, op};
use crate::class::WEB_RESOURCES_ACTIVITY;
use crate::event::Event;
use crate::schema::path::at;
use crate::subject::{self, Subject};
use crate::workloads::activity::{CREATE, DELETE, UPDATE};

/// Retention.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "retention",
    name: "Microsoft Purview retention and records",
    record_types: &[38, 140, 172, 285, 286, 293],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &WEB_RESOURCES_ACTIVITY,
        activity: None,
    },
    fields: &[
        derived(
            "ObjectId",
            at!("web_resources.name"),
            "or `web_resources.uid`, where it is a GUID",
        ),
        derived("Operation", at!("web_resources.type"), "without its verb"),
    ],
    things: &[],
    refine: as_decided,
    map,
};

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["NewComplianceTag", "NewRetentionCompliancePolicy", "NewRetentionComplianceRule", "NewAdaptiveScope", "AddReviewer"], &WEB_RESOURCES_ACTIVITY, CREATE),
    op(&["SetComplianceTag", "SetRetentionCompliancePolicy", "SetRetentionComplianceRule", "SetAdaptiveScope", "SetRestrictiveRetentionUI", "ApproveDisposal"], &WEB_RESOURCES_ACTIVITY, UPDATE).sensitive(),
    op(&["ApplicableAdaptiveScopeChange", "ExtendRetention", "RelabelItem"], &WEB_RESOURCES_ACTIVITY, UPDATE),
    op(&["RemoveComplianceTag", "RemoveRetentionCompliancePolicy", "RemoveRetentionComplianceRule", "RemoveAdaptiveScope"], &WEB_RESOURCES_ACTIVITY, DELETE).sensitive(),
];

fn map(event: &mut Event<'_, '_>) {
    let record = event.record;
    let operation = record.text("Operation").unwrap_or_default();
    let subject = Subject {
        kind: kind(&operation).map(|kind| kind.to_owned().into()),
        ..Subject::of_object_id(record)
    };
    if subject::add(event, subject) {
        record.take("ObjectId");
    }
}

/// Of `SetComplianceTag` the tag; the disposition of an item works on the item.
fn kind(operation: &str) -> Option<&str> {
    match operation.trim() {
        "ApplicableAdaptiveScopeChange" => Some("AdaptiveScope"),
        "ApproveDisposal" | "ExtendRetention" | "RelabelItem" | "AddReviewer" => Some("Item"),
        name => ["New", "Set", "Remove"]
            .iter()
            .find_map(|verb| name.strip_prefix(verb))
            .filter(|kind| !kind.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_name_what_they_work_on() {
        for (operation, expected) in [
            ("NewComplianceTag", Some("ComplianceTag")),
            ("RemoveAdaptiveScope", Some("AdaptiveScope")),
            ("ApplicableAdaptiveScopeChange", Some("AdaptiveScope")),
            ("ApproveDisposal", Some("Item")),
            ("Set", None),
            ("TagApplied", None),
        ] {
            assert_eq!(kind(operation), expected, "{operation}");
        }
    }
}
