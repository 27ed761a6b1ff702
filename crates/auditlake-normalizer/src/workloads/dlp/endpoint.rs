//! Matches on devices: `EndpointMetaData`, or the same members in the record itself.

use std::borrow::Cow;

use super::{MATCH, add_sensitive, set_confidence};
use crate::endpoint as address;
use crate::event::Event;
use crate::evidence::{OF_FILE, add_hash, host_of};
use crate::items::{extension, last_part};
use crate::record::Record;
use crate::schema::path::at;

/// Whether the record is of a device.
pub(super) fn is_on_device(record: &Record<'_>) -> bool {
    record.object("EndpointMetaData").is_some()
        || record
            .text("Workload")
            .is_some_and(|workload| workload.eq_ignore_ascii_case("Endpoint"))
}

/// Fills device, file, destination and what the device did about it.
pub(super) fn set(event: &mut Event<'_, '_>) {
    let Some(metadata) = event.record.object("EndpointMetaData") else {
        return;
    };
    set_device(event, &metadata);
    set_file(event, &metadata);
    event.set_some(at!("actor.app_name"), metadata.text("Application"));
    event.set_some(at!("comment"), metadata.text("Justification"));
    set_destination(event, metadata.text("TargetDomain"));
    if event.activity_id == MATCH {
        let mode = metadata.text("EnforcementMode");
        enforcement(event, mode.as_deref());
    }
    if event.has(at!("data_security.discovery_details.type")) {
        return;
    }
    let all = metadata.objects("SensitiveInfoTypeData");
    set_confidence(event, &all);
    for found in &all {
        let kind = found
            .text("SensitiveInfoTypeName")
            .or_else(|| found.text("SensitiveInfoTypeId"));
        add_sensitive(event, kind, found.int("Count"));
    }
}

fn set_device<'a>(event: &mut Event<'_, 'a>, metadata: &Record<'a>) {
    event.set_some(at!("device.hostname"), metadata.text("DeviceName"));
    event.set_some(at!("device.uid"), metadata.text("MDATPDeviceId"));
    event.set_id(at!("device.type_id"), at!("device.type"), (0, "Unknown"));
}

fn set_file<'a>(event: &mut Event<'_, 'a>, metadata: &Record<'a>) {
    let record = event.record;
    let path = record.text("ObjectId");
    let Some(name) = path.as_deref().and_then(last_part).map(str::to_owned) else {
        return;
    };
    let ext = metadata.text("FileExtension");
    let ext = ext.or_else(|| extension(&name).map(|ext| Cow::Owned(ext.to_owned())));
    event.set_some(at!("file.ext"), ext);
    event.set(at!("file.name"), name);
    event.set_some(at!("file.path"), path);
    event.set_id(at!("file.type_id"), at!("file.type"), (1, "Regular File"));
    event.set_some(at!("file.size"), metadata.int("FileSize"));
    for hash in ["Sha256", "Sha1"] {
        add_hash(event, OF_FILE, metadata.text(hash));
    }
}

fn set_destination<'a>(event: &mut Event<'_, 'a>, domain: Option<Cow<'a, str>>) {
    let Some(domain) = domain else { return };
    if let Some((ip, _)) = address::parse(&domain) {
        event.set(at!("dst_endpoint.ip"), ip.to_string());
    } else if let Some(host) = host_of(&domain) {
        event.set(at!("dst_endpoint.hostname"), host.to_owned());
    }
}

/// Sets action and disposition by what the device did (Microsoft, Office 365 Management Activity API schema,
/// `EnforcementMode`), unless a rule has said so already. A warning blocks until the user goes on.
pub(in crate::workloads) fn enforcement(event: &mut Event<'_, '_>, mode: Option<&str>) {
    let words = mode.unwrap_or_default().trim().to_ascii_lowercase();
    let (action, disposition) = match words.as_str() {
        "1" | "audit" => ((3, "Observed"), (17, "Logged")),
        "2" | "warn" | "4" | "block" => ((2, "Denied"), (2, "Blocked")),
        "3" | "warnandbypass" | "5" | "allow" => ((1, "Allowed"), (1, "Allowed")),
        _ => return,
    };
    event.set_id(at!("action_id"), at!("action"), action);
    event.set_id(at!("disposition_id"), at!("disposition"), disposition);
}
