//! Microsoft Purview: classification on demand and the posture agent (record types 361, 430).
//!
//! *What it covers:* files of SharePoint and OneDrive that a scan classified, and files that the posture agent relabelled.
//! *Mapping:* sensitive information that a scan found is a Data Security Finding on the file, new or known before; a scan
//! that found none is API Activity. A relabelled file is updated.
//! *Left out:* what was found before, the mode of the scan, and where the agent looked, which stay in `unmapped`.

use super::{Decision, Otherwise, Workload, derived};
use crate::actor::is_guid;
use crate::class::{API_ACTIVITY, DATA_SECURITY_FINDING, FILE_HOSTING};
use crate::event::Event;
use crate::items::{extension, last_part};
use crate::record::Record;
use crate::schema::path::{at, list};

/// Classification.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "data_classification",
    name: "Microsoft Purview data classification",
    record_types: &[361, 430],
    operations: &[],
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: &[
        derived(
            "ClassificationPosture",
            at!("activity_id"),
            "found for the first time, or again",
        ),
        derived(
            "ClassificationInfo[].SensitiveInformationTypeName",
            at!("data_security.discovery_details.type"),
            "",
        ),
        derived(
            "ClassificationInfo[].Count",
            at!("data_security.discovery_details.count"),
            "",
        ),
        derived("PolicyId", at!("data_security.policy.uid"), "the scan"),
        derived("DocumentMetaData.FilePathUrl", at!("file.path"), ""),
        derived(
            "DocumentMetaData.FileName",
            at!("file.name"),
            "its last part",
        ),
        derived(
            "DocumentMetaData.FileOwnerEmail",
            at!("file.owner.email_addr"),
            "",
        ),
        derived("DocumentMetaData.FileOwner", at!("file.owner.name"), ""),
        derived("DocumentMetaData.UniqueId", at!("file.uid"), ""),
        derived(
            "DocumentMetaData.SiteCollectionUrl",
            at!("file.url.url_string"),
            "",
        ),
        derived("FileName", at!("file.name"), "of a relabelled file"),
        derived(
            "NewLabel",
            at!("file.data_classifications.confidentiality"),
            "`file.data_classifications.uid`, where it is a GUID",
        ),
    ],
    things: &[],
    refine,
    map,
};

/// What the record holds decides: sensitive information, a new label, neither.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    if record.text("NewLabel").is_some() {
        return decision.to(&FILE_HOSTING, 3);
    }
    if record.objects("ClassificationInfo").is_empty() {
        return decision;
    }
    // Matches where there were none, or more than there were (Microsoft, schema page, enum `ClassificationPosture`).
    let new = matches!(record.int("ClassificationPosture"), Some(3 | 5));
    decision.to(&DATA_SECURITY_FINDING, if new { 1 } else { 2 })
}

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid == DATA_SECURITY_FINDING.uid {
        set_finding(event);
    }
    let record = event.record;
    if let Some(document) = record.object("DocumentMetaData") {
        set_document(event, &document);
    } else if let Some(name) = record.text("FileName") {
        set_name(event, &name);
        record.take("FileName");
    }
    set_label(event);
}

fn set_finding(event: &mut Event<'_, '_>) {
    let record = event.record;
    // A finding needs an id and a title, which the record has none of its own for.
    event.set_some(at!("finding_info.uid"), record.text("Id"));
    event.set_some(at!("finding_info.title"), record.text("Operation"));
    event.set_id(
        at!("data_security.detection_system_id"),
        at!("data_security.detection_system"),
        (10, "Application-Level DLP"),
    );
    event.set_id(
        at!("data_security.data_lifecycle_state_id"),
        at!("data_security.data_lifecycle_state"),
        (1, "Data at-Rest"),
    );
    event.copy("PolicyId", at!("data_security.policy.uid"));
    for found in record.objects("ClassificationInfo") {
        let kind = found
            .text("SensitiveInformationTypeName")
            .or_else(|| found.text("SensitiveType"));
        event.element(list!("data_security.discovery_details"), |event| {
            event.set_some(at!("data_security.discovery_details.type"), kind);
            event.set_some(
                at!("data_security.discovery_details.count"),
                found.int("Count"),
            );
        });
    }
    event.set_id(at!("status_id"), at!("status"), (1, "New"));
}

fn set_document<'a>(event: &mut Event<'_, 'a>, document: &Record<'a>) {
    let path = document.text("FilePathUrl");
    if let Some(name) = document.text("FileName").or_else(|| path.clone()) {
        set_name(event, &name);
    }
    event.set_some(at!("file.path"), path);
    event.set_some(at!("file.uid"), document.text("UniqueId"));
    event.set_some(at!("file.owner.name"), document.text("FileOwner"));
    event.set_some(
        at!("file.owner.email_addr"),
        document.text("FileOwnerEmail"),
    );
    event.set_some(
        at!("file.url.url_string"),
        document.text("SiteCollectionUrl"),
    );
}

/// The name of a file, which may be a path.
fn set_name(event: &mut Event<'_, '_>, path: &str) {
    let Some(name) = last_part(path) else { return };
    event.set_some(at!("file.ext"), extension(name).map(str::to_owned));
    event.set(at!("file.name"), name.to_owned());
    event.set_id(at!("file.type_id"), at!("file.type"), (1, "Regular File"));
}

/// The label that a file was given.
fn set_label(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(label) = record.text("NewLabel") else {
        return;
    };
    let added = event.element(list!("file.data_classifications"), |event| {
        event.set(at!("file.data_classifications.confidentiality_id"), 99_u8);
        let confidentiality = at!("file.data_classifications.confidentiality");
        if is_guid(&label) {
            event.set(at!("file.data_classifications.uid"), label);
            event.set(confidentiality, "Sensitivity label");
        } else {
            event.set(confidentiality, label);
        }
    });
    if added {
        record.take("NewLabel");
    }
}
