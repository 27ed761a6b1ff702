//! Defender for Office 365: automated investigation and response (record types 64, 86, 89).
//!
//! *What it covers:* investigations, manual ones too, and what administrators decide in them.
//! *Mapping:* Detection Finding. `Data` is JSON inside a string: its description and severity are the finding's, and each of its
//! entities is evidence: mailboxes, messages with their attachments, links, files and their hashes, addresses; clusters of
//! messages as JSON. The status decides the activity: started Create, ended Close, anything else Update.
//! *Deliberate:* no Incident Finding, which demands an assignee. What administrators decide belongs to the investigation, so
//! it updates the finding; who submitted and who approved it are evidence.
//! *Left out:* `Actions`, a list of JSON texts, stays in `unmapped`.

mod entities;

use super::{Decision, Operation, Otherwise, Workload, derived, op, text};
use crate::class::DETECTION_FINDING;
use crate::event::Event;
use crate::evidence::{add_data, add_user, object_text, owned};
use crate::record::Record;
use crate::schema::path::at;
use crate::status::severity_of;
use crate::workloads::Mapping;
use crate::workloads::activity::CREATE;

/// Investigations.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "air",
    name: "Defender for Office 365 investigations",
    record_types: &[64, 86, 89],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &DETECTION_FINDING,
        activity: Some(UPDATE),
    },
    fields: FIELDS,
    things: &[],
    refine,
    map,
};

const UPDATE: u8 = 2;
const CLOSE: u8 = 3;

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["AirInvestigationData", "AirManualInvestigation", "AirAdminActionInvestigationData"], &DETECTION_FINDING, UPDATE),
];

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    text("InvestigationId", at!("finding_info.uid")),
    text("InvestigationName", at!("finding_info.title")),
    text("InvestigationType", at!("finding_info.types")),
    text("DeepLinkUrl", at!("finding_info.src_url")),
    derived("InvestigationUrn", at!("finding_info.uid"), "of an administrator's decision, unless `None`"),
    derived("Status", at!("status_id"), "started 1 New; running, pending, threats found 2; remediated, no threats 4; other words 99"),
    derived("Data", at!("evidences.data"), "the JSON that the text holds"),
    derived("Data.Description", at!("finding_info.desc"), ""),
    derived("Data.Severity", at!("severity_id"), ""),
    derived("Data.Entities[].Upn", at!("evidences.user.name"), "else `MailboxPrimaryAddress`"),
    derived("Data.Entities[].AadId", at!("evidences.user.uid"), ""),
    derived("Data.Entities[].Upn", at!("resources.name"), "the affected mailbox"),
    derived("Data.Entities[].Url", at!("evidences.url.url_string"), ""),
    derived("Data.Entities[].Urls", at!("evidences.url.url_string"), "of a message"),
    derived("Data.Entities[].Address", at!("evidences.src_endpoint.ip"), ""),
    derived("Data.Entities[].Sender", at!("evidences.email.from"), "else `P2Sender`"),
    derived("Data.Entities[].SenderIP", at!("evidences.src_endpoint.ip"), ""),
    derived("Data.Entities[].Recipient", at!("evidences.email.to"), ""),
    derived("Data.Entities[].Subject", at!("evidences.email.subject"), ""),
    derived("Data.Entities[].InternetMessageId", at!("evidences.email.message_uid"), ""),
    derived("Data.Entities[].NetworkMessageId", at!("evidences.email.uid"), ""),
    derived("Data.Entities[].Files[].Name", at!("evidences.file.name"), ""),
    derived("Data.Entities[].Files[].FileHashes[].Value", at!("evidences.file.hashes.value"), ""),
    derived("Data.Entities[].Files[].MalwareFamily", at!("malware.name"), ""),
    derived("Data.Entities[].Name", at!("evidences.file.name"), "of a file"),
    derived("Approver", at!("evidences.user.name"), ""),
    derived("Submitter", at!("evidences.user.name"), ""),
];

/// Activity and status of an investigation's state, where it is known.
fn state(words: &str) -> Option<(u8, (u8, &'static str))> {
    Some(match words.trim().to_ascii_lowercase().as_str() {
        "investigation started" | "starting" => (CREATE, (1, "New")),
        "running" | "pending action" | "threats found" => (UPDATE, (2, "In Progress")),
        "remediated" | "no threats found" => (CLOSE, (4, "Resolved")),
        _ => return None,
    })
}

/// States in which nothing more will happen, beside those in which all is well.
fn has_broken_off(words: &str) -> bool {
    let words = words.trim().to_ascii_lowercase();
    words == "failed" || words.starts_with("terminated")
}

fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let words = record.text("Status").unwrap_or_default();
    let activity = match state(&words) {
        Some((activity, _)) => activity,
        None if has_broken_off(&words) => CLOSE,
        None => return decision,
    };
    decision.to(&DETECTION_FINDING, activity)
}

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid != DETECTION_FINDING.uid {
        return;
    }
    set_state(event);
    set_urn(event);
    let record = event.record;
    if let Some(text) = object_text(record, "Data") {
        if let Ok(data) = Record::parse(&text) {
            set_data(event, &data);
        }
        if add_data(event, "Data", text.into_owned()) {
            record.take("Data");
        }
    }
    for (member, kind) in [("Approver", "Approver"), ("Submitter", "Submitter")] {
        if add_user(event, kind, record.text(member), None) {
            record.take(member);
        }
    }
    let object = record.text("ObjectId");
    if object == record.text("Id") || object == record.text("InvestigationId") {
        record.take("ObjectId");
    }
}

fn set_state(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(words) = record.text("Status") else {
        return;
    };
    if let Some((_, status)) = state(&words) {
        event.set_id(at!("status_id"), at!("status"), status);
    } else {
        event.set(at!("status_id"), 99_u8);
        event.set(at!("status"), words);
        record.take("Status");
    }
}

fn set_urn(event: &mut Event<'_, '_>) {
    let urn = event.record.text("InvestigationUrn");
    if urn.is_some_and(|urn| !urn.eq_ignore_ascii_case("None")) {
        event.copy("InvestigationUrn", at!("finding_info.uid"));
    }
}

fn set_data(event: &mut Event<'_, '_>, data: &Record<'_>) {
    event.set_some(at!("finding_info.desc"), owned(data, "Description"));
    let severity = data.text("Severity").as_deref().and_then(severity_of);
    if let Some(severity) = severity {
        event.set_id(at!("severity_id"), at!("severity"), severity);
    }
    for entity in data.objects("Entities") {
        entities::add(event, &entity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_of_an_investigation() {
        for (words, expected) in [
            ("Investigation Started", Some(1)),
            ("Pending Action", Some(2)),
            ("Threats Found", Some(2)),
            ("Remediated", Some(4)),
            ("No threats found", Some(4)),
            ("Failed", None),
        ] {
            assert_eq!(state(words).map(|(_, (id, _))| id), expected, "{words}");
        }
        assert!(has_broken_off("Terminated By User") && has_broken_off("Failed"));
        assert!(!has_broken_off("Queued"));
    }
}
