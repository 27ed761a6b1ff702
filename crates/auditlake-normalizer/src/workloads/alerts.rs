//! Microsoft Purview and Defender: alerts of alert policies (record type 40).
//!
//! *What it covers:* alerts, the entities that led to them, and changes of their status.
//! *Mapping:* Detection Finding: the policy is the analytic, the category and the threats are the types, the link is to the
//! alert or its investigation. `Data` is JSON inside a string, with short names: the accounts, the message (sender,
//! recipients, subject, id), the address, links and files in it become evidence, and the whole of it is evidence too, as
//! JSON. The account that it is about is an affected resource.
//! *Deliberate:* the actor is the service that raised the alert; whoever did what it tells of is evidence, since an alert is a
//! claim. An entity is an update of its alert: both have the alert's id. An update to Resolved or Dismissed is a close.
//! *Left out:* nothing: what has no column stays in `unmapped`.

mod data;

use super::{Decision, Operation, Otherwise, Workload, derived, op, text};
use crate::class::DETECTION_FINDING;
use crate::common::take_if_held;
use crate::event::Event;
use crate::evidence::{add_affected_user, add_malware, add_url, add_user, object_text};
use crate::record::Record;
use crate::schema::path::at;
use crate::workloads::Mapping;

/// Alerts.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "alerts",
    name: "Security and compliance alerts",
    record_types: &[40],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &DETECTION_FINDING,
        activity: Some(2),
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
    op(&["AlertTriggered"], &DETECTION_FINDING, 1),
    op(&["AlertEntityGenerated", "AlertUpdated"], &DETECTION_FINDING, UPDATE),
];

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    text("AlertId", at!("finding_info.uid")),
    text("Name", at!("finding_info.title")),
    text("Comments", at!("comment")),
    derived("Category", at!("finding_info.types"), "with the threats that `Data.thn` names"),
    derived("PolicyId", at!("finding_info.analytic.uid"), ""),
    derived("Severity", at!("severity_id"), ""),
    derived("Status", at!("status_id"), "Active 1 New, Investigating 2, Dismissed 3, Resolved 4"),
    derived("AlertLinks[].AlertLinkHref", at!("finding_info.src_url"), "else `Data.alk`, `Data.ail`"),
    derived("AlertEntityId", at!("evidences.user.name"), "by `EntityType`: an account, a link or malware"),
    derived("AlertEntityId", at!("evidences.url.url_string"), "of a malicious link"),
    derived("AlertEntityId", at!("malware.name"), "of a malware family, unless it is the id of a message"),
    derived("AlertEntityId", at!("resources.name"), "of an account"),
    derived("Data", at!("evidences.data"), "the JSON that the text holds"),
    derived("Data.ad", at!("finding_info.desc"), ""),
    derived("Data.f3u", at!("evidences.user.name"), "who did it; also an affected resource"),
    derived("Data.suid", at!("evidences.user.name"), ""),
    derived("Data.tsd", at!("evidences.email.from"), "`mfrm` of DLP alerts"),
    derived("Data.trc", at!("evidences.email.to"), "`to` and `cc` of DLP alerts"),
    derived("Data.trc", at!("resources.name"), "of a click on a link: who clicked, also evidence"),
    derived("Data.eid", at!("evidences.url.url_string"), "of a malicious link"),
    derived("Data.ms", at!("evidences.email.subject"), ""),
    derived("Data.imsgid", at!("evidences.email.message_uid"), ""),
    derived("Data.sip", at!("evidences.src_endpoint.ip"), ""),
    derived("Data.zu", at!("evidences.url.url_string"), ""),
    derived("Data.zfn", at!("evidences.file.name"), ""),
    derived("Data.zfh", at!("evidences.file.hashes.value"), "where it is MD5, SHA-1 or SHA-256"),
    derived("Data.thn", at!("finding_info.types"), ""),
];

/// An update that ends the alert closes it.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let ended = matches!(
        record.text("Status").as_deref(),
        Some("Resolved" | "Dismissed")
    );
    let is_update = record
        .text("Operation")
        .is_some_and(|operation| operation.trim().eq_ignore_ascii_case("AlertUpdated"));
    if ended && is_update {
        return decision.to(&DETECTION_FINDING, CLOSE);
    }
    decision
}

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid != DETECTION_FINDING.uid {
        return;
    }
    set_link(event);
    event.copy("Category", at!("finding_info.types"));
    set_entity(event);
    let record = event.record;
    if let Some(text) = object_text(record, "Data") {
        if let Ok(data) = Record::parse(&text) {
            data::set(event, &data);
        }
        if data::keep(event, text.into_owned()) {
            record.take("Data");
        }
    }
    event.copy("AlertId", at!("finding_info.uid"));
    take_if_held(event, "ObjectId", &[at!("finding_info.uid")]);
}

/// `AlertLinks`: links to the alert, of which one may be empty.
fn set_link(event: &mut Event<'_, '_>) {
    let record = event.record;
    let links = record.objects("AlertLinks");
    let mut hrefs = links.iter().filter_map(|link| link.text("AlertLinkHref"));
    event.set_some(at!("finding_info.src_url"), hrefs.next());
    let is_whole = links.iter().all(|link| link.has_only(&["AlertLinkHref"]));
    if is_whole && hrefs.next().is_none() {
        record.take("AlertLinks");
    }
}

/// The entity of `AlertEntityGenerated`, by its type.
fn set_entity(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(entity) = record.text("AlertEntityId") else {
        return;
    };
    let added = match record.text("EntityType").as_deref() {
        Some("User" | "Recipients") => {
            add_affected_user(event, Some(entity.clone()));
            add_user(event, "User", Some(entity.clone()), None)
        }
        Some("Sender") => add_user(event, "Sender", Some(entity.clone()), None),
        Some("MaliciousUrl") => add_url(event, Some(entity.clone())),
        Some("MalwareFamily") if !is_message_id(&entity) => {
            add_malware(event, Some(entity.clone()))
        }
        _ => false,
    };
    if added {
        record.take("AlertEntityId");
        if record.text("ObjectId") == Some(entity) {
            record.take("ObjectId");
        }
    }
}

/// `<GUID>-<number>-<number>`: a message and its recipient.
fn is_message_id(entity: &str) -> bool {
    entity.get(..36).is_some_and(crate::actor::is_guid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_that_are_messages() {
        assert!(is_message_id(
            "6b1f0203-3c2d-4e5f-8a9b-0c1d2e3f0203-1582863486295170079-1"
        ));
        assert!(!is_message_id("Trojan:Win32/Example.A") && !is_message_id("x"));
    }
}
