//! Microsoft Purview: insider risk management (record types 292, 306, 308, 335).
//!
//! *What it covers:* what analysts and administrators did in insider risk management: cases, users in scope and what was
//! learned of them, and the trail of its own activities.
//! *Mapping:* API Activity on the object, whose kind is that of the record type.
//! *Deliberate:* medium severity for every change, since who is watched, and whether a case goes on, is a matter for a
//! second look.
//! *Left out:* nothing that is known of these records. The alerts themselves are findings, under a record type of their own.

use super::{Decision, Otherwise, Workload, derived};
use crate::class::API_ACTIVITY;
use crate::event::Event;
use crate::record::Record;
use crate::record_types::number_of;
use crate::schema::path::at;
use crate::subject::{self, Subject};
use crate::workloads::activity::READ;

/// Insider risk.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "insider_risk",
    name: "Microsoft Purview insider risk management",
    record_types: &[292, 306, 308, 335],
    operations: &[],
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: &[derived(
        "ObjectId",
        at!("resources.name"),
        "or `resources.uid`, where it is a GUID",
    )],
    things: &[],
    refine,
    map,
};

fn refine(_: &Record<'_>, decision: Decision) -> Decision {
    Decision {
        sensitive: decision.activity != READ,
        ..decision
    }
}

fn map(event: &mut Event<'_, '_>) {
    let record = event.record;
    let kind = match number_of(record) {
        Some(292) => Some("Insights of a user"),
        Some(306) => Some("Insider risk case"),
        Some(308) => Some("User in scope"),
        _ => None,
    };
    let subject = Subject {
        kind: kind.map(Into::into),
        ..Subject::of_object_id(record)
    };
    if subject::add(event, subject) {
        record.take("ObjectId");
    }
}
