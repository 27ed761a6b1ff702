//! Data that enters or leaves the tenant in bulk (record types 148, 174, 181, 183, 217, 219).
//!
//! *What it covers:* connectors that import third-party data for compliance, shares and exports of school data, and
//! extractions of Microsoft Graph Data Connect with the consent to them.
//! *Mapping:* API Activity; the resources are the share, dataset, pipeline, connector or item, and the application is what
//! extracts. The status of an extraction or import is the event's.
//! *Deliberate:* medium severity where data leaves or may leave: shares, downloads, extractions, consent.
//! *Left out:* columns and scope of an extraction, and the numbers of rows. The application that was consented to is also
//! that of the actor, as wherever a record has `ApplicationId`.

use super::{Decision, Operation, Otherwise, Thing, Workload, derived, op, text};
use crate::class::API_ACTIVITY;
use crate::event::Event;
use crate::record::Record;
use crate::record_types::number_of;
use crate::schema::path::at;
use crate::status::{FAILURE, SUCCESS};
use crate::subject::{self, Subject};
use crate::things::thing;

/// Data in and out.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "data_sharing",
    name: "Data connectors and data shares",
    record_types: &[148, 174, 181, 183, 217, 219],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: &[
        text("ApplicationName", at!("actor.app_name")),
        text("ResultMessage", at!("status_detail")),
        text("Reason", at!("status_detail")),
        derived("Status", at!("status"), "of an extraction"),
        derived("Invitation.ShareId", at!("resources.uid"), ""),
        derived("Invitation.ShareName", at!("resources.name"), ""),
        derived("State", at!("resources.data"), "of a consent"),
        derived("Approver", at!("resources.data"), "of a consent"),
        derived(
            "Datasets[].DatasetName",
            at!("resources.name"),
            "of a consent",
        ),
    ],
    things: THINGS,
    refine,
    map,
};

const THINGS: &[Thing] = &[
    thing("Dataset", &["DatasetName"], &[]),
    thing("Pipeline run", &["PipelineName"], &["PipelineRunId"]),
    thing("Export", &["NameOfDownloadedZipFile"], &[]),
    thing("Imported item", &[], &["ItemId"]),
    thing("Data connector", &["JobType"], &["JobId"]),
];

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["DataShareCreated", "GenerateCopyOfLakeData"], &API_ACTIVITY, 1).sensitive(),
    op(&["DownloadCopyOfLakeData"], &API_ACTIVITY, 2).sensitive(),
    op(&["DataShareDeleted"], &API_ACTIVITY, 4),
];

/// Extractions and the consent to them.
const GRAPH_DATA_CONNECT: [i64; 3] = [183, 217, 219];

fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let extracts = number_of(record).is_some_and(|number| GRAPH_DATA_CONNECT.contains(&number));
    Decision {
        sensitive: decision.sensitive || extracts,
        ..decision
    }
}

fn map(event: &mut Event<'_, '_>) {
    set_share(event);
    set_consent(event);
    set_status(event);
}

/// The share, with the invitation to it.
fn set_share(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(invitation) = record.object("Invitation") else {
        return;
    };
    let share = Subject {
        kind: Some("Data share".into()),
        name: invitation.text("ShareName"),
        uid: invitation.text("ShareId"),
        data: record.raw("Invitation").map(Into::into),
        ..Subject::default()
    };
    if subject::add(event, share) {
        record.take("Invitation");
    }
}

/// The application that was consented to, and the datasets.
fn set_consent(event: &mut Event<'_, '_>) {
    let record = event.record;
    if record.raw("Datasets").is_none() {
        return;
    }
    let application = Subject {
        kind: Some("Application".into()),
        uid: record.text("ApplicationId"),
        ..Subject::default()
    };
    subject::add_with(
        event,
        application,
        &[
            "State",
            "Approver",
            "Reason",
            "DestinationTenantId",
            "DestinationSinks",
        ],
    );
    for raw in record.array("Datasets") {
        let Ok(dataset) = Record::parse(raw) else {
            continue;
        };
        let dataset = Subject {
            kind: Some("Dataset".into()),
            name: dataset.text("DatasetName"),
            data: Some(raw.into()),
            ..Subject::default()
        };
        subject::add(event, dataset);
    }
}

/// `Status` of an extraction, in any words.
fn set_status(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(words) = record.text("Status") else {
        return;
    };
    match words.as_ref() {
        "Succeeded" | "Success" => event.set_id(at!("status_id"), at!("status"), SUCCESS),
        "Failed" | "Failure" => event.set_id(at!("status_id"), at!("status"), FAILURE),
        _ => {
            event.set(at!("status_id"), 99_u8);
            event.set(at!("status"), words);
        }
    }
    record.take("Status");
}
