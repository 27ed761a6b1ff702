//! Microsoft Purview: communication compliance (record type 68).
//!
//! *What it covers:* messages that matched a policy or that a model found offensive, tags that reviewers set, and policies.
//! *Mapping:* a match is API Activity on the message, with the policy as the control that observed it; a message that a
//! model found offensive is a scan (Email Activity) with sender, recipients, attachments and their hashes.
//! *Deliberate:* no findings: a policy may take a share of all messages, whether anything is wrong with them or not. The
//! outcome is unknown, since `ResultStatus` holds the kind of item and the keywords that matched.
//! *Left out:* those keywords and the matched rules, which stay in `unmapped`.

use super::mail_labels::{SCAN, add_addresses, set_address};
use super::{Decision, Operation, Otherwise, Workload, derived, op};
use crate::class::{API_ACTIVITY, EMAIL_ACTIVITY};
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::{at, list};
use crate::status::UNKNOWN;
use crate::subject::{self, Subject};

/// Communication compliance.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "communication_compliance",
    name: "Microsoft Purview communication compliance",
    record_types: &[68],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: &[
        derived(
            "ObjectId",
            at!("resources.uid"),
            "the message; of a policy `resources.name`",
        ),
        derived("SRPolicyMatchDetails.SRPolicyName", at!("policy.name"), ""),
        derived("SRPolicyMatchDetails.SRPolicyId", at!("policy.uid"), ""),
        derived("ExchangeDetails.From", at!("email.from"), ""),
        derived("ExchangeDetails.Recipients", at!("email.to"), ""),
        derived("ExchangeDetails.Subject", at!("email.subject"), ""),
        derived(
            "ExchangeDetails.InternetMessageId",
            at!("email.message_uid"),
            "",
        ),
        derived("ExchangeDetails.NetworkMessageId", at!("email.uid"), ""),
        derived("ExchangeDetails.Directionality", at!("direction_id"), ""),
        derived(
            "ExchangeDetails.AttachmentData[].FileName",
            at!("email.files.name"),
            "",
        ),
        derived(
            "ExchangeDetails.AttachmentData[].FileType",
            at!("email.files.ext"),
            "",
        ),
        derived(
            "ExchangeDetails.AttachmentData[].SHA256",
            at!("email.files.hashes.value"),
            "",
        ),
    ],
    things: &[],
    refine,
    map,
};

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["SupervisionPolicyCreated"], &API_ACTIVITY, 1),
    op(&["SupervisionPolicyUpdated"], &API_ACTIVITY, 3).sensitive(),
    op(&["SupervisionPolicyDeleted"], &API_ACTIVITY, 4).sensitive(),
    op(&["SupervisoryReviewTag"], &API_ACTIVITY, 3),
    op(&["SupervisionRuleMatch", "SupervisoryReviewOLAudit"], &API_ACTIVITY, 99),
];

/// A message whose parts the record names was scanned.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    if record.object("ExchangeDetails").is_some() {
        return decision.to(&EMAIL_ACTIVITY, SCAN);
    }
    decision
}

fn map(event: &mut Event<'_, '_>) {
    let record = event.record;
    if let Some(message) = record.object("ExchangeDetails") {
        set_email(event, &message);
    }
    set_policy(event);
    if subject::add(event, object(record)) {
        record.take("ObjectId");
    }
}

/// A policy by its name, a message by its id.
fn object<'a>(record: &Record<'a>) -> Subject<'a> {
    let operation = record.text("Operation").unwrap_or_default();
    if operation.starts_with("SupervisionPolicy") {
        return Subject {
            kind: Some("Policy".into()),
            ..Subject::of_object_id(record)
        };
    }
    let details = record.object("ExchangeDetails").unwrap_or_default();
    Subject {
        kind: Some("Message".into()),
        name: details.text("Subject"),
        uid: record
            .text("ObjectId")
            .or_else(|| details.text("InternetMessageId")),
        ..Subject::default()
    }
}

/// The policy that the message matched.
fn set_policy(event: &mut Event<'_, '_>) {
    let Some(details) = event.record.object("SRPolicyMatchDetails") else {
        return;
    };
    event.set_some(at!("policy.name"), details.text("SRPolicyName"));
    event.set_some(at!("policy.uid"), details.text("SRPolicyId"));
    event.set_id(at!("action_id"), at!("action"), (3, "Observed"));
    event.set_id(at!("status_id"), at!("status"), UNKNOWN);
    if details.has_only(&["SRPolicyName", "SRPolicyId"]) {
        event.record.take("SRPolicyMatchDetails");
    }
}

fn set_email<'a>(event: &mut Event<'_, 'a>, message: &Record<'a>) {
    set_address(event, at!("email.from"), message.text("From"));
    event.set_some(at!("email.subject"), message.text("Subject"));
    event.set_some(at!("email.message_uid"), message.text("InternetMessageId"));
    event.set_some(at!("email.uid"), message.text("NetworkMessageId"));
    add_addresses(event, message, "Recipients", at!("email.to"));
    let direction = match message.text("Directionality").as_deref() {
        Some("Inbound") => (1, "Inbound"),
        Some("Outbound") => (2, "Outbound"),
        Some("Intra-org" | "IntraOrg") => (3, "Internal"),
        _ => (0, "Unknown"),
    };
    event.set_id(at!("direction_id"), at!("direction"), direction);
    for file in message.objects("AttachmentData") {
        add_attachment(event, &file);
    }
}

fn add_attachment<'a>(event: &mut Event<'_, 'a>, file: &Record<'a>) {
    event.element(list!("email.files"), |event| {
        event.set_some(at!("email.files.name"), file.text("FileName"));
        event.set_some(at!("email.files.ext"), file.text("FileType"));
        event.set_id(
            at!("email.files.type_id"),
            at!("email.files.type"),
            (1, "Regular File"),
        );
        if let Some(hash) = file.text("SHA256") {
            event.element(list!("email.files.hashes"), |event| {
                event.set_id(
                    at!("email.files.hashes.algorithm_id"),
                    at!("email.files.hashes.algorithm"),
                    (3, "SHA-256"),
                );
                event.set(at!("email.files.hashes.value"), hash);
            });
        }
    });
}
