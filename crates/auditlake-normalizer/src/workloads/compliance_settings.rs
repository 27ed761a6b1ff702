//! Microsoft Purview: compliance settings (record types 53, 69, 155, 332).
//!
//! *What it covers:* changes in Compliance Manager and in the settings of compliance, the application of information
//! barriers, and encryption with customer keys.
//! *Mapping:* API Activity, each changed setting a resource with its old and new value as data.
//! *Deliberate:* medium severity for changes of compliance settings and of customer keys.
//! *Left out:* nothing that is known of these records.

use super::{Decision, Otherwise, Workload, derived};
use crate::class::API_ACTIVITY;
use crate::event::Event;
use crate::record::Record;
use crate::record_types::number_of;
use crate::schema::path::at;
use crate::subject::{self, Subject};
use crate::workloads::activity::READ;

/// Compliance settings.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "compliance_settings",
    name: "Microsoft Purview compliance settings",
    record_types: &[53, 69, 155, 332],
    operations: &[],
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: &[
        derived("Details[].Name", at!("resources.name"), ""),
        derived("Details[].NewValue", at!("resources.data"), ""),
    ],
    things: &[],
    refine,
    map,
};

const SENSITIVE: [i64; 3] = [69, 155, 332];

fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let sensitive = number_of(record).is_some_and(|number| SENSITIVE.contains(&number));
    Decision {
        sensitive: sensitive && decision.activity != READ,
        ..decision
    }
}

/// Each changed setting; the list is taken when all of it are such.
fn map(event: &mut Event<'_, '_>) {
    let record = event.record;
    let changes = record.array("Details");
    let mut added = 0;
    for raw in &changes {
        let name = Record::parse(raw)
            .ok()
            .and_then(|change| change.text("Name"));
        let setting = Subject {
            kind: Some("Setting".into()),
            name,
            data: Some((*raw).into()),
            ..Subject::default()
        };
        added += usize::from(subject::add(event, setting));
    }
    if added > 0 && added == changes.len() {
        record.take("Details");
    }
}
