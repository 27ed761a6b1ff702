//! Defender for Office 365: mail verdicts (record type 28).
//!
//! *What it covers:* messages found to be phish, malware or spam, at delivery or later.
//! *Mapping:* Email Activity, Scan. Sender, recipients, subject, ids, attachments with their hashes and the outcomes of
//! SPF, DKIM and DMARC are columns; the verdict is the detail of the scan's outcome and decides the severity (malware and
//! high-confidence phish High, phish Medium, other threats Low, none Informational); the policy's action is action and
//! disposition, else the delivery action is; a bad attachment's family is malware.
//! *Deliberate:* Email Activity with the profile `security_control` and no finding: a verdict on one message is activity, and
//! what correlates verdicts is an alert. The source is the address that sent the message. An operation of a neighbouring
//! record type keeps its class here too.
//! *Left out:* all of the detection technology, delivery locations, overrides and later actions: they stay in `unmapped`,
//! and so do attachments, for their types and verdicts.

use std::borrow::Cow;

use super::{Operation, Otherwise, Outcome, Workload, as_decided, derived, op, text, url_clicks};
use crate::actor::is_email;
use crate::class::{DETECTION_FINDING, EMAIL_ACTIVITY, HTTP_ACTIVITY};
use crate::endpoint;
use crate::event::Event;
use crate::evidence::{OF_ATTACHMENT, add_hash, add_malware};
use crate::items::extension;
use crate::record::{Record, scalar};
use crate::schema::path::{Leaf, at, list};
use crate::status::SEVERITIES;
use crate::workloads::Mapping;

/// Mail verdicts.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "threat_mail",
    name: "Defender for Office 365 mail verdicts",
    record_types: &[28],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &EMAIL_ACTIVITY,
        activity: Some(99),
    },
    fields: FIELDS,
    things: &[],
    refine: as_decided,
    map,
};

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["TIMailData"], &EMAIL_ACTIVITY, 3).sensitive().outcome(Outcome::Success),
    op(&["TIUrlClickData"], &HTTP_ACTIVITY, 99).sensitive(),
    op(&["AtpDetection", "HygieneEvent", "AadRiskDetection", "RiskDetection"], &DETECTION_FINDING, 1),
    op(&["AirInvestigationData", "AirManualInvestigation", "AirAdminActionInvestigationData"], &DETECTION_FINDING, 2),
];

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    text("Subject", at!("email.subject")),
    text("InternetMessageId", at!("email.message_uid")),
    text("NetworkMessageId", at!("email.uid")),
    text("Verdict", at!("status_detail")),
    derived("P2Sender", at!("email.from"), "the visible sender, where it is an address"),
    derived("P1Sender", at!("email.return_path"), "the sender of the envelope, where it is an address"),
    derived("Recipients", at!("email.to"), "those that are addresses"),
    derived("SenderIp", at!("email.x_originating_ip"), "also the source endpoint"),
    derived("Directionality", at!("direction_id"), "Inbound 1, Outbound 2, Intra-org 3, else 0 Unknown"),
    derived("AttachmentData[].FileName", at!("email.files.name"), ""),
    derived("AttachmentData[].SHA256", at!("email.files.hashes.value"), ""),
    derived("AttachmentData[].MalwareFamily", at!("malware.name"), "of attachments whose verdict is 1 Bad"),
    derived("AuthDetails[SPF].Value", at!("email_auth.spf"), ""),
    derived("AuthDetails[DKIM].Value", at!("email_auth.dkim"), ""),
    derived("AuthDetails[DMARC].Value", at!("email_auth.dmarc"), ""),
    derived("Policy", at!("policy.name"), "by Microsoft's table where it is a number"),
    derived("PolicyAction", at!("disposition_id"), "and `action_id`; a name or a number of Microsoft's table"),
    derived("DeliveryAction", at!("action_id"), "where `PolicyAction` says nothing"),
    derived("Verdict", at!("severity_id"), "with `PhishConfidenceLevel` and the policy"),
];

fn map(event: &mut Event<'_, '_>) {
    match event.class.uid {
        uid if uid == DETECTION_FINDING.uid => {}
        uid if uid == HTTP_ACTIVITY.uid => url_clicks::map(event),
        _ => set_mail(event),
    }
}

fn set_mail(event: &mut Event<'_, '_>) {
    set_people(event);
    set_direction(event);
    for attachment in event.record.objects("AttachmentData") {
        add_attachment(event, &attachment);
    }
    set_authentication(event);
    set_policy(event);
    set_control(event);
    set_severity(event);
    event.set(at!("is_alert"), true);
}

fn set_people(event: &mut Event<'_, '_>) {
    let record = event.record;
    for (member, leaf) in [
        ("P2Sender", at!("email.from")),
        ("P1Sender", at!("email.return_path")),
    ] {
        if event.set_some(leaf, record.text(member).filter(|sender| is_email(sender))) {
            record.take(member);
        }
    }
    let recipients = record.array("Recipients");
    let mut is_whole = !recipients.is_empty();
    for recipient in recipients {
        let address = scalar(recipient).filter(|to| is_email(to));
        is_whole &= event.set_some(at!("email.to"), address);
    }
    if is_whole {
        record.take("Recipients");
    }
    if let Some((ip, _)) = record.text("SenderIp").as_deref().and_then(endpoint::parse) {
        event.set(at!("email.x_originating_ip"), ip.to_string());
    }
}

fn set_direction(event: &mut Event<'_, '_>) {
    let words = event.record.text("Directionality").unwrap_or_default();
    let direction = match words.to_ascii_lowercase().replace('-', "").as_str() {
        "inbound" => (1, "Inbound"),
        "outbound" => (2, "Outbound"),
        "intraorg" => (3, "Internal"),
        _ => (0, "Unknown"),
    };
    event.set_id(at!("direction_id"), at!("direction"), direction);
    if direction.0 != 0 {
        event.record.take("Directionality");
    }
}

fn add_attachment<'a>(event: &mut Event<'_, 'a>, attachment: &Record<'a>) {
    event.element(list!("email.files"), |event| {
        let Some(name) = attachment.text("FileName") else {
            return;
        };
        let ext = extension(&name).map(str::to_owned);
        event.set_some(at!("email.files.ext"), ext);
        event.set(at!("email.files.name"), name);
        event.set_id(
            at!("email.files.type_id"),
            at!("email.files.type"),
            (1, "Regular File"),
        );
        add_hash(event, OF_ATTACHMENT, attachment.text("SHA256"));
    });
    if attachment.int("FileVerdict") == Some(1) {
        add_malware(event, attachment.text("MalwareFamily"));
    }
}

/// `AuthDetails`: pairs of a check and its outcome, of which OCSF knows three.
fn set_authentication(event: &mut Event<'_, '_>) {
    let record = event.record;
    let known: [(&str, Leaf); 3] = [
        ("SPF", at!("email_auth.spf")),
        ("DKIM", at!("email_auth.dkim")),
        ("DMARC", at!("email_auth.dmarc")),
    ];
    for (check, leaf) in known {
        event.set_some(leaf, record.named("AuthDetails", check));
    }
    let is_known = |pair: &Record<'_>| {
        let name = pair.text("Name").unwrap_or_default();
        known
            .iter()
            .any(|(check, _)| name.eq_ignore_ascii_case(check))
    };
    if record.objects("AuthDetails").iter().all(is_known) {
        record.take("AuthDetails");
    }
}

/// Microsoft, Office 365 Management Activity API schema, enum `Policy`.
const POLICIES: &[(i64, &str)] = &[
    (1, "Anti-spam, HSPM"),
    (2, "Anti-spam, SPM"),
    (3, "Anti-spam, Bulk"),
    (4, "Anti-spam, PHSH"),
    (5, "Anti-phish, DIMP"),
    (6, "Anti-phish, UIMP"),
    (7, "Anti-phish, SPOOF"),
    (8, "Anti-phish, GIMP"),
    (9, "Anti-malware, AMP"),
    (10, "Safe attachment, SAP"),
    (11, "Exchange transport rule, ETR"),
    (12, "Anti-malware, ZAPM"),
    (13, "Anti-phish, ZAPP"),
    (14, "Anti-phish, ZAPS"),
    (
        HIGH_CONFIDENCE_PHISH,
        "Anti-spam, High confidence phish email (HPHISH)",
    ),
    (17, "Anti-spam, Outbound spam policy (OSPM)"),
];
const HIGH_CONFIDENCE_PHISH: i64 = 15;

fn set_policy(event: &mut Event<'_, '_>) {
    let record = event.record;
    let number = record.int("Policy");
    let known = POLICIES.iter().find(|(n, _)| Some(*n) == number);
    if let Some((_, name)) = known {
        event.set(at!("policy.name"), *name);
        event.copy("Policy", at!("policy.uid"));
    } else {
        event.copy("Policy", at!("policy.name"));
    }
}

/// Action and disposition.
type Control = ((u8, &'static str), (u8, &'static str));

const ALLOWED: (u8, &str) = (1, "Allowed");
const DENIED: (u8, &str) = (2, "Denied");
const MODIFIED: (u8, &str) = (4, "Modified");

/// Microsoft, Office 365 Management Activity API schema, enum `PolicyAction`, by name or number.
fn policy_action(words: &str) -> Option<Control> {
    Some(match words.to_ascii_lowercase().as_str() {
        "movetojmf" | "0" => (DENIED, (4, "Isolated")),
        "addxheader" | "1" | "modifysubject" | "2" => (MODIFIED, (18, "Tagged")),
        "redirect" | "3" | "bccmessage" | "7" => (MODIFIED, (7, "Custom Action")),
        "delete" | "4" => (DENIED, (5, "Deleted")),
        "quarantine" | "5" => (DENIED, (3, "Quarantined")),
        "noaction" | "6" => ((3, "Observed"), (16, "No Action")),
        "replaceattachment" | "8" => (MODIFIED, (11, "Corrected")),
        _ => return None,
    })
}

/// What became of the message at first.
fn delivery_action(words: &str) -> Option<Control> {
    Some(match words.to_ascii_lowercase().as_str() {
        "delivered" => (ALLOWED, ALLOWED),
        "deliveredasspam" | "junked" => (DENIED, (4, "Isolated")),
        "blocked" => (DENIED, (2, "Blocked")),
        "replaced" => (MODIFIED, (11, "Corrected")),
        _ => return None,
    })
}

fn set_control(event: &mut Event<'_, '_>) {
    let record = event.record;
    let by_policy = record
        .text("PolicyAction")
        .as_deref()
        .and_then(policy_action);
    let by_delivery = || {
        record
            .text("DeliveryAction")
            .as_deref()
            .and_then(delivery_action)
    };
    let Some((action, disposition)) = by_policy.or_else(by_delivery) else {
        return;
    };
    event.set_id(at!("action_id"), at!("action"), action);
    event.set_id(at!("disposition_id"), at!("disposition"), disposition);
    if by_policy.is_some() {
        record.take("PolicyAction");
    }
}

fn set_severity(event: &mut Event<'_, '_>) {
    let record = event.record;
    let verdict = record.text("Verdict").unwrap_or_default();
    let level = record.text("PhishConfidenceLevel").unwrap_or_default();
    let policy = record.text("Policy").unwrap_or_default();
    if let Some(severity) = severity(&verdict, &level, &policy) {
        event.set_id(at!("severity_id"), at!("severity"), severity);
    }
}

fn severity(verdict: &str, level: &str, policy: &str) -> Option<(u8, &'static str)> {
    let verdict = squeezed(verdict);
    let policy = squeezed(policy);
    let is_certain = squeezed(level) == "high"
        || verdict.starts_with("high")
        || policy.contains("highconfidencephish")
        || policy.parse() == Ok(HIGH_CONFIDENCE_PHISH);
    match verdict.as_ref() {
        "" => None,
        v if v.contains("malware") => Some(SEVERITIES[4]),
        v if v.contains("phish") && is_certain => Some(SEVERITIES[4]),
        v if v.contains("phish") => Some(SEVERITIES[3]),
        "none" | "nothreats" | "notspam" | "good" | "clean" => Some(SEVERITIES[1]),
        _ => Some(SEVERITIES[2]),
    }
}

/// Small letters and digits alone.
fn squeezed(words: &str) -> Cow<'_, str> {
    let kept = words.chars().filter(char::is_ascii_alphanumeric);
    Cow::Owned(kept.map(|c| c.to_ascii_lowercase()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verdict_decides_the_severity() {
        for (verdict, level, policy, expected) in [
            ("Malware", "", "", Some(4)),
            ("Phish", "", "", Some(3)),
            ("Phish", "High", "", Some(4)),
            ("Phish", "Normal", "HighConfidencePhish", Some(4)),
            ("Phish", "", "15", Some(4)),
            ("High Confidence Phish", "", "", Some(4)),
            ("Spam", "", "", Some(2)),
            ("No threats", "", "", Some(1)),
            ("", "High", "15", None),
        ] {
            let got = severity(verdict, level, policy).map(|(id, _)| id);
            assert_eq!(got, expected, "{verdict} {level} {policy}");
        }
    }

    #[test]
    fn actions_by_name_and_by_number() {
        let of = |words: &str| policy_action(words).map(|(a, d)| (a.0, d.0));
        for (name, number, expected) in [
            ("MoveToJMF", "0", (2, 4)),
            ("AddXHeader", "1", (4, 18)),
            ("ModifySubject", "2", (4, 18)),
            ("Redirect", "3", (4, 7)),
            ("Delete", "4", (2, 5)),
            ("Quarantine", "5", (2, 3)),
            ("NoAction", "6", (3, 16)),
            ("BccMessage", "7", (4, 7)),
            ("ReplaceAttachment", "8", (4, 11)),
        ] {
            assert_eq!(
                (of(name), of(number)),
                (Some(expected), Some(expected)),
                "{name}"
            );
        }
        assert_eq!(of("9"), None);
    }
}
