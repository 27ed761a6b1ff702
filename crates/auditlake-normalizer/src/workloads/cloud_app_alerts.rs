//! Defender for Cloud Apps: alerts, and those of app governance (record types 98, 115).
//!
//! *What it covers:* anomaly detections and policy matches in connected cloud applications.
//! *Mapping:* Detection Finding: title, description, link and category are the alert's; the user is the affected resource and
//! evidence, the addresses are evidence, the applications are related resources.
//! *Deliberate:* the alert's own id is `ObjectId`; the operation names the detection, not an action.
//! *Left out:* times of the activity and the assignee, which stay in `unmapped`.

use std::borrow::Cow;

use super::{Operation, Otherwise, Workload, as_decided, derived, op, text};
use crate::class::DETECTION_FINDING;
use crate::event::Event;
use crate::evidence::{add_affected_user, add_ip, add_user};
use crate::generic::finding_status;
use crate::record::{Record, scalar};
use crate::schema::path::{at, list};
use crate::status::severity_of;
use crate::workloads::Mapping;

/// Alerts of cloud applications.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "cloud_app_alerts",
    name: "Defender for Cloud Apps alerts",
    record_types: &[98, 115],
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

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["MCAS_ALERT_*", "ALERT_*"], &DETECTION_FINDING, 1),
];

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    text("AlertDisplayName", at!("finding_info.title")),
    text("AlertDescription", at!("finding_info.desc")),
    text("AlertCategory", at!("finding_info.types")),
    text("AlertUri", at!("finding_info.src_url")),
    text("ObjectId", at!("finding_info.uid")),
    derived("AlertSeverity", at!("severity_id"), ""),
    derived("ResultStatus", at!("status_id"), "New 1, Dismissed 3, Resolved 4"),
    derived("ClientIPs", at!("evidences.src_endpoint.ip"), ""),
    derived("UserId", at!("resources.name"), "the affected account, also evidence"),
    derived("Applications[].Name", at!("resources.name"), "related"),
];

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid != DETECTION_FINDING.uid {
        return;
    }
    set_severity(event);
    set_status(event);
    let user = event.record.text("UserId");
    add_affected_user(event, user.clone());
    add_user(event, "User", user, None);
    add_addresses(event);
    add_applications(event);
}

fn set_severity(event: &mut Event<'_, '_>) {
    let record = event.record;
    let severity = record
        .text("AlertSeverity")
        .as_deref()
        .and_then(severity_of);
    if let Some(severity) = severity {
        event.set_id(at!("severity_id"), at!("severity"), severity);
        record.take("AlertSeverity");
    }
}

fn set_status(event: &mut Event<'_, '_>) {
    let record = event.record;
    let status = match record.text("ResultStatus").as_deref() {
        Some("New") => Some((1, "New")),
        Some(words) => finding_status(words),
        None => None,
    };
    if let Some(status) = status {
        event.set_id(at!("status_id"), at!("status"), status);
        record.take("ResultStatus");
    }
}

fn add_addresses(event: &mut Event<'_, '_>) {
    let record = event.record;
    let mut is_whole = true;
    for address in record.array("ClientIPs") {
        is_whole &= add_ip(event, scalar(address).as_deref());
    }
    if is_whole {
        record.take("ClientIPs");
    }
}

fn add_applications(event: &mut Event<'_, '_>) {
    let record = event.record;
    let applications = record.objects("Applications");
    for application in &applications {
        add_application(event, application.text("Name"));
    }
    let is_whole = |application: &Record<'_>| application.has_only(&["Name"]);
    if applications.iter().all(is_whole) {
        record.take("Applications");
    }
}

fn add_application<'a>(event: &mut Event<'_, 'a>, name: Option<Cow<'a, str>>) {
    event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), name);
        event.set(at!("resources.type"), "Application");
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (4, "Related"),
        );
    });
}
