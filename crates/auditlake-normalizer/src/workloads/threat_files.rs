//! Defender for Office 365: files in SharePoint, OneDrive and Teams (record type 47).
//!
//! *What it covers:* files that Safe Attachments or the virus scanner found to be malicious.
//! *Mapping:* Detection Finding. The file, with its path and hash, is evidence and the affected resource; its family is
//! malware; who changed it last is evidence; the technology that found it is the analytic. A bad file has severity High.
//! *Left out:* the scanner's error codes, which stay in the evidence's data.

use super::{Operation, Otherwise, Workload, as_decided, derived, op, text};
use crate::class::DETECTION_FINDING;
use crate::event::Event;
use crate::evidence::{add_file, add_malware, add_user};
use crate::record::Record;
use crate::schema::path::{at, list};
use crate::status::SEVERITIES;
use crate::status::is_finding;
use crate::workloads::Mapping;

/// Malicious files.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "threat_files",
    name: "Defender for Office 365 malicious files",
    record_types: &[47],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &DETECTION_FINDING,
        activity: Some(1),
    },
    fields: FIELDS,
    things: &[],
    refine: as_decided,
    map,
};

const OPERATIONS: &[Operation] = &[op(&["AtpDetection"], &DETECTION_FINDING, 1)];

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    text("EventDeepLink", at!("finding_info.src_url")),
    derived("FileData.FileName", at!("evidences.file.name"), "also the affected resource"),
    derived("FileData.FilePath", at!("evidences.file.path"), ""),
    derived("FileData.SHA256", at!("evidences.file.hashes.value"), ""),
    derived("FileData.FileSize", at!("evidences.data"), "all of `FileData`, in the record's words"),
    derived("FileData.DocumentId", at!("resources.uid"), ""),
    derived("FileData.MalwareFamily", at!("malware.name"), ""),
    derived("FileData.FileVerdict", at!("severity_id"), "1 Bad is High, 0 Good Informational, else Unknown"),
    derived("DetectionMethod", at!("finding_info.analytic.name"), ""),
    derived("LastModifiedBy", at!("evidences.user.name"), ""),
];

fn map(event: &mut Event<'_, '_>) {
    let record = event.record;
    if is_finding(event) {
        event.set_id(at!("status_id"), at!("status"), (1, "New"));
    }
    set_analytic(event);
    if let Some(file) = record.object("FileData") {
        set_file(event, &file);
    }
    if add_user(
        event,
        "Last changed by",
        record.text("LastModifiedBy"),
        None,
    ) {
        record.take("LastModifiedBy");
    }
}

fn set_analytic(event: &mut Event<'_, '_>) {
    if event.copy("DetectionMethod", at!("finding_info.analytic.name")) {
        event.set_id(
            at!("finding_info.analytic.type_id"),
            at!("finding_info.analytic.type"),
            (99, "Detection technology"),
        );
    }
}

fn set_file<'a>(event: &mut Event<'_, 'a>, file: &Record<'a>) {
    let record = event.record;
    let paths = (file.text("FileName"), file.text("FilePath"));
    let hashes = file.text("SHA256").into_iter().collect();
    if add_file(event, paths, hashes, record.raw("FileData")) {
        record.take("FileData");
    }
    event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), file.text("FileName"));
        event.set_some(at!("resources.uid"), file.text("DocumentId"));
        event.set(at!("resources.type"), "File");
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (3, "Affected"),
        );
    });
    add_malware(event, file.text("MalwareFamily"));
    let severity = match file.int("FileVerdict") {
        Some(1) => {
            event.set(at!("finding_info.title"), "Malware detected in a file");
            SEVERITIES[4]
        }
        Some(0) => SEVERITIES[1],
        _ => SEVERITIES[0],
    };
    event.set_id(at!("severity_id"), at!("severity"), severity);
}
