//! Access by Microsoft: datacenter cmdlets and Customer Lockbox (record types 10, 257).
//!
//! *What it covers:* cmdlets that Microsoft's staff ran against the tenant, and access to Cloud PCs through Customer Lockbox.
//! *Mapping:* API Activity, always of medium severity. The resources are the object or the tenant, and the elevation that
//! was approved for it: who approved it, for which role, from when and for how long.
//! *Left out:* nothing that is known of these records.

use super::{Decision, Otherwise, Workload, derived};
use crate::class::API_ACTIVITY;
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::at;
use crate::subject::{self, Subject};

/// Access by Microsoft.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "data_center_access",
    name: "Access by Microsoft",
    record_types: &[10, 257],
    operations: &[],
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: &[
        derived("ObjectId", at!("resources.name"), ""),
        derived("EffectiveOrganization", at!("resources.name"), "the tenant"),
        derived("ElevationRequestId", at!("resources.uid"), "the elevation"),
        derived("ElevationRole", at!("resources.data"), "of the elevation"),
        derived(
            "ElevationApprover",
            at!("resources.data"),
            "of the elevation",
        ),
        derived("ElevationTime", at!("resources.data"), "of the elevation"),
        derived(
            "ElevationDuration",
            at!("resources.data"),
            "of the elevation",
        ),
        derived("GenericInfo", at!("resources.data"), "of the elevation"),
    ],
    things: &[],
    refine,
    map,
};

/// Whatever Microsoft's staff does in a tenant is worth a look.
fn refine(_: &Record<'_>, decision: Decision) -> Decision {
    Decision {
        sensitive: true,
        ..decision
    }
}

/// What is said of an elevation.
const ELEVATION: &[&str] = &[
    "ElevationRole",
    "ElevationApprover",
    "ElevationTime",
    "ElevationApprovedTime",
    "ElevationDuration",
    "GenericInfo",
];

fn map(event: &mut Event<'_, '_>) {
    let record = event.record;
    if subject::add(event, Subject::of_object_id(record)) {
        record.take("ObjectId");
    }
    let tenant = Subject {
        kind: Some("Organization".into()),
        name: record.text("EffectiveOrganization"),
        ..Subject::default()
    };
    if subject::add(event, tenant) {
        record.take("EffectiveOrganization");
    }
    let elevation = Subject {
        kind: Some("Elevation".into()),
        uid: record.text("ElevationRequestId"),
        ..Subject::default()
    };
    if subject::add_with(event, elevation, ELEVATION) {
        record.take("ElevationRequestId");
    }
}
