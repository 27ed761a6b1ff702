//! Microsoft Defender for Office 365: submissions (record type 29).
//!
//! *What it covers:* messages that users and administrators reported to Microsoft or to their organization, and what became
//! of the reports.
//! *Mapping:* API Activity on the submission; the message is a second resource, with sender, recipients and verdicts as data.
//! *Deliberate:* medium severity where a submission creates an entry that lets a sender through. The sender's address is
//! where the message came from, not where the report did: it is in the data of the message.
//! *Left out:* fingerprints and other properties of the filter.

use super::{Operation, Otherwise, Workload, as_decided, derived, op};
use crate::class::API_ACTIVITY;
use crate::event::Event;
use crate::schema::path::at;
use crate::subject::{self, Subject};
use crate::workloads::activity::CREATE;

/// Submissions.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "submissions",
    name: "Submissions",
    record_types: &[29],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: Some(CREATE),
    },
    fields: &[
        derived("SubmissionId", at!("resources.uid"), "of the submission"),
        derived(
            "SubmissionState",
            at!("resources.data"),
            "of the submission",
        ),
        derived("RescanResult", at!("resources.data"), "of the submission"),
        derived("Subject", at!("resources.name"), "of the message"),
        derived("InternetMessageId", at!("resources.uid"), "of the message"),
        derived("P2Sender", at!("resources.data"), "of the message"),
        derived("P1Sender", at!("resources.data"), "of the message"),
        derived("Recipients", at!("resources.data"), "of the message"),
        derived("SenderIP", at!("resources.data"), "of the message"),
    ],
    things: &[],
    refine: as_decided,
    map,
};

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["UserSubmission", "UserSubmissionTriage", "CustomSubmission", "AttackSimUserSubmission", "SubmissionNotification"], &API_ACTIVITY, CREATE),
    op(&["AdminSubmission", "AdminSubmissionRegistered", "AdminSubmissionDeliveryCheck", "AdminSubmissionSubmitting", "AdminSubmissionSubmitted", "AdminSubmissionTriage", "AdminSubmissionTimeout"], &API_ACTIVITY, CREATE),
    op(&["AdminSubmissionTablAllow"], &API_ACTIVITY, CREATE).sensitive(),
];

/// What is said of the submission.
const SUBMISSION: &[&str] = &[
    "SubmissionType",
    "SubmissionState",
    "SubmissionContentType",
    "SubmissionContentSubType",
    "SubmissionConfidenceLevel",
    "RescanResult",
];

/// What is said of the message.
const MESSAGE: &[&str] = &[
    "P2Sender",
    "P2SenderDomain",
    "P1Sender",
    "P1SenderDomain",
    "SenderIP",
    "Recipients",
    "MessageDate",
    "Language",
    "BCLValue",
    "KesMailId",
];

fn map(event: &mut Event<'_, '_>) {
    let record = event.record;
    let (member, uid) = match record.text("SubmissionId") {
        Some(uid) => ("SubmissionId", Some(uid)),
        None => ("ObjectId", record.text("ObjectId")),
    };
    let submission = Subject {
        kind: Some("Submission".into()),
        uid,
        ..Subject::default()
    };
    if subject::add_with(event, submission, SUBMISSION) {
        record.take(member);
        crate::common::take_if_held(event, "ObjectId", &[at!("resources.uid")]);
    }
    let message = Subject {
        kind: Some("Email".into()),
        name: record.text("Subject"),
        uid: record.text("InternetMessageId"),
        ..Subject::default()
    };
    if subject::add_with(event, message, MESSAGE) {
        record.take("Subject");
        record.take("InternetMessageId");
    }
}
