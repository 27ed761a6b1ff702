//! Microsoft Purview: reports, insights and content explorer (record types 42, 48, 52, 161).
//!
//! *What it covers:* queries that portals and scripts sent to the reporting service, insights that it had, and items that
//! were opened in content explorer.
//! *Mapping:* queries are read API Activity on the kind of data that was asked for. An insight is a Detection Finding of its
//! own severity. What was seen in content explorer is a web resource.
//! *Deliberate:* nobody is the actor where the record says `NOT-FOUND`; the application is.
//! *Left out:* the address of the query, which is only the end of one, and how many rows it found.

use super::{Decision, Operation, Otherwise, Thing, Workload, derived, op, text};
use crate::class::{API_ACTIVITY, DETECTION_FINDING, WEB_RESOURCES_ACTIVITY};
use crate::common::take_if_held;
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::at;
use crate::things::thing;

/// Reports.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "purview_reports",
    name: "Microsoft Purview reports",
    record_types: &[42, 48, 52, 161],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: &[
        text("AadAppId", at!("actor.app_uid")),
        derived("InsightId", at!("finding_info.uid"), ""),
        derived("Name", at!("finding_info.title"), ""),
        derived("Description", at!("finding_info.desc"), ""),
        derived("Category", at!("finding_info.types"), ""),
        derived("Severity", at!("severity_id"), ""),
    ],
    things: THINGS,
    refine,
    map,
};

const THINGS: &[Thing] = &[thing("Report data", &["DataType"], &[])];

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["InsightGenerated"], &API_ACTIVITY, 1),
    op(&["LabelContentExplorerAccessedItem"], &WEB_RESOURCES_ACTIVITY, 2),
    op(&["SearchAlert", "SearchAlertAggregate", "SearchCustomTag", "SearchCustomerInsight", "SearchDataInsightsSubscription", "SearchMtpStatus", "AggregateActivityData", "AggregateCampaignIntelligenceData", "ValidaterbacAccessCheck"], &API_ACTIVITY, 2),
    op(&["Get*", "Search*", "Find*", "Aggregate*", "Validate*"], &API_ACTIVITY, 2),
];

/// An insight that tells its severity is a finding.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    if record.text("InsightId").is_some() && record.text("Severity").is_some() {
        return decision.to(&DETECTION_FINDING, 1);
    }
    decision
}

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid != DETECTION_FINDING.uid {
        return;
    }
    event.copy("InsightId", at!("finding_info.uid"));
    event.copy("Description", at!("finding_info.desc"));
    take_if_held(event, "ObjectId", &[at!("finding_info.uid")]);
    event.set_id(at!("status_id"), at!("status"), (1, "New"));
}
