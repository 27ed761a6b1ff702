//! Teams Evaluation Data Hub (record types 444, 445, 446).
//!
//! *What it covers:* data that was read and written, permissions on it, administration.
//! *Mapping:* reading and writing are Web Resources Activity on the data set; a change of permissions is Entity
//! Management of the object that they are on.
//! *Deliberate:* a permission that was granted or revoked is no User Access Management: these records do not say whose it
//! is, which that class demands. Both are sensitive.
//! *Left out:* nothing that Microsoft documents.

use super::{Mapping, Operation, Otherwise, Workload, as_decided, derived, op};
use crate::class::{API_ACTIVITY, ENTITY_MANAGEMENT, WEB_RESOURCES_ACTIVITY};
use crate::event::Event;
use crate::schema::path::at;
use crate::things::{Thing, thing};

/// Evaluation data.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "teams_evaluation",
    name: "Teams Evaluation Data Hub",
    record_types: &[444, 445, 446],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: FIELDS,
    things: THINGS,
    refine: as_decided,
    map,
};

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    derived("ObjectId", at!("entity.name"), "what the permission is on"),
    derived("Operation", at!("comment"), "whether it was granted or revoked"),
];

const THINGS: &[Thing] = &[thing("Data Set", &["ObjectId"], &[])];

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["DataRead"], &WEB_RESOURCES_ACTIVITY, 2),
    op(&["DataWrite"], &WEB_RESOURCES_ACTIVITY, 3),
    op(&["PermissionGranted", "PermissionRevoked"], &ENTITY_MANAGEMENT, 3).sensitive(),
];

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid != ENTITY_MANAGEMENT.uid {
        return;
    }
    let record = event.record;
    event.copy("ObjectId", at!("entity.name"));
    event.set(at!("entity.type_id"), 99_u8);
    event.set(at!("entity.type"), "Data Set");
    event.set_some(at!("comment"), record.text("Operation"));
}
