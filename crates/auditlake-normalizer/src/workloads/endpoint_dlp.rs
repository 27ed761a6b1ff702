//! Microsoft Purview: endpoint DLP (record type 63).
//!
//! *What it covers:* files that were created, read, copied, printed, uploaded or sent away on onboarded devices, removable
//! media, and rules that matched.
//! *Mapping:* File System Activity: file with its hashes, device, application, and the file that came of a copy or renaming; what
//! the device did about it is action and disposition, the matched policy is `policy`. Rules that matched are Data Security
//! Findings, as in the other records of DLP. Ways out of the device (media, network share, cloud, printer, clipboard,
//! remote session, Bluetooth) have severity Medium, and where the file went is in the message.
//! *Deliberate:* a renamed file is `file` under its former name and `file_result` under the new. Media without a file are API
//! Activity, and the medium is the resource.
//! *Left out:* the domain, address or printer that a file went to has no column in this class: it is in `message` and stays in
//! `unmapped`, as does the client's address.

use std::borrow::Cow;

use super::{Mapping, Operation, Otherwise, Workload, as_decided, derived, dlp, integer, op, text};
use crate::class::{API_ACTIVITY, DATA_SECURITY_FINDING, FILE_SYSTEM_ACTIVITY};
use crate::common::take_if_held;
use crate::event::Event;
use crate::evidence::{OF_FILE, add_hash};
use crate::items::{extension, last_part};
use crate::schema::path::{at, list};

/// Endpoint DLP.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "endpoint_dlp",
    name: "Microsoft Purview endpoint DLP",
    record_types: &[63],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &FILE_SYSTEM_ACTIVITY,
        activity: Some(99),
    },
    fields: FIELDS,
    things: &[],
    refine: as_decided,
    map,
};

const RENAME: u8 = 5;

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["FileCreated", "ArchiveCreated", "FileDownloadedFromBrowser", "FileCreatedOnRemovableMedia", "FileCreatedOnNetworkShare"], &FILE_SYSTEM_ACTIVITY, 1),
    op(&["FileRead"], &FILE_SYSTEM_ACTIVITY, 2),
    op(&["FileModified"], &FILE_SYSTEM_ACTIVITY, 3),
    op(&["FileDeleted"], &FILE_SYSTEM_ACTIVITY, 4),
    op(&["FileRenamed", "FileMoved"], &FILE_SYSTEM_ACTIVITY, RENAME),
    op(&["FileCopiedToRemovableMedia", "FileCopiedToNetworkShare", "FileCopiedToRemoteDesktopSession", "FileCopiedToClipboard", "FileUploadedToCloud", "FileUploadedToCloudByUnallowedApp", "FilePrinted", "FileAccessedByUnallowedApp", "FileTransferredByBluetooth"], &FILE_SYSTEM_ACTIVITY, 99).sensitive(),
    op(&["FileArchived"], &FILE_SYSTEM_ACTIVITY, 99),
    op(&["RemovableMediaMount", "RemovableMediaUnmount", "RemovableMediaUnlockedmount"], &API_ACTIVITY, 99),
    op(&["DlpRuleMatch"], &DATA_SECURITY_FINDING, 1),
    op(&["DlpRuleUndo"], &DATA_SECURITY_FINDING, 3),
    op(&["DlpInfo"], &DATA_SECURITY_FINDING, 4),
];

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    text("DeviceName", at!("device.hostname")),
    text("MDATPDeviceId", at!("device.uid")),
    text("Application", at!("actor.app_name")),
    text("FileExtension", at!("file.ext")),
    integer("FileSize", at!("file.size")),
    derived("ObjectId", at!("file.path"), "also the name; of a renamed file `file_result`"),
    derived("Sha1", at!("file.hashes.value"), ""),
    derived("Sha256", at!("file.hashes.value"), ""),
    derived("PreviousFileName", at!("file.name"), "of a renamed file"),
    derived("TargetFilePath", at!("file_result.path"), "also the name"),
    derived("TargetDomain", at!("message"), "else `TargetUrl`, `TargetPrinterName`, `TargetFilePath`"),
    derived("Platform", at!("device.os.type_id"), "1 Windows, 2 macOS"),
    derived("EnforcementMode", at!("disposition_id"), "1 Logged, 2 and 4 Blocked, 3 and 5 Allowed"),
    derived("PolicyMatchInfo.PolicyName", at!("policy.name"), ""),
    derived("PolicyMatchInfo.PolicyId", at!("policy.uid"), ""),
    derived("RemovableMediaDeviceAttributes.Model", at!("resources.name"), "of media"),
    derived("RemovableMediaDeviceAttributes.SerialNumber", at!("resources.uid"), "of media"),
    derived("EndpointMetaData.DeviceName", at!("device.hostname"), "of a rule that matched: as in the other records of DLP"),
];

fn map(event: &mut Event<'_, '_>) {
    dlp::map(event);
    if event.class.uid == DATA_SECURITY_FINDING.uid {
        return;
    }
    set_file(event);
    set_device(event);
    set_control(event);
    set_message(event);
    add_medium(event);
}

fn set_file(event: &mut Event<'_, '_>) {
    let record = event.record;
    if !event.allows(at!("file.name")) {
        return;
    }
    let path = record.text("ObjectId");
    let former = record
        .text("PreviousFileName")
        .filter(|_| event.activity_id == RENAME);
    if let Some(former) = former {
        set_result(event, path.clone());
        let ext = extension(&former).map(str::to_owned);
        event.set_some(at!("file.ext"), ext);
        set_name(event, former);
        record.take("PreviousFileName");
        take_if_held(event, "FileExtension", &[at!("file_result.ext")]);
    } else if let Some(path) = path {
        set_name(event, path);
        let target = record.text("TargetFilePath");
        if set_result(event, target) {
            record.take("TargetFilePath");
        }
    }
    if event.has(at!("file.path")) || event.has(at!("file_result.path")) {
        record.take("ObjectId");
    }
    for hash in ["Sha256", "Sha1"] {
        if add_hash(event, OF_FILE, record.text(hash)) {
            record.take(hash);
        }
    }
}

/// Name and path of the file; a name alone has no path.
fn set_name<'a>(event: &mut Event<'_, 'a>, path: Cow<'a, str>) {
    let Some(name) = last_part(&path).map(str::to_owned) else {
        return;
    };
    if name != path {
        event.set(at!("file.path"), path);
    }
    event.set(at!("file.name"), name);
    event.set_id(at!("file.type_id"), at!("file.type"), (1, "Regular File"));
}

/// The file that came of it.
fn set_result<'a>(event: &mut Event<'_, 'a>, path: Option<Cow<'a, str>>) -> bool {
    let Some(path) = path else { return false };
    let Some(name) = last_part(&path).map(str::to_owned) else {
        return false;
    };
    event.set_some(at!("file_result.ext"), extension(&name).map(str::to_owned));
    event.set(at!("file_result.name"), name);
    event.set_id(
        at!("file_result.type_id"),
        at!("file_result.type"),
        (1, "Regular File"),
    );
    event.set(at!("file_result.path"), path)
}

fn set_device(event: &mut Event<'_, '_>) {
    let record = event.record;
    event.set_id(at!("device.type_id"), at!("device.type"), (0, "Unknown"));
    let (id, name) = match record.int("Platform") {
        Some(1) => (100_i64, "Windows"),
        Some(2) => (300, "macOS"),
        _ => return,
    };
    event.set(at!("device.os.name"), name);
    event.set(at!("device.os.type_id"), id);
    event.set(at!("device.os.type"), name);
    record.take("Platform");
}

fn set_control(event: &mut Event<'_, '_>) {
    let record = event.record;
    let mode = record.text("EnforcementMode");
    dlp::enforcement(event, mode.as_deref());
    if let Some(policy) = record.object("PolicyMatchInfo") {
        event.set_some(at!("policy.name"), policy.text("PolicyName"));
        event.set_some(at!("policy.uid"), policy.text("PolicyId"));
        if policy.has_only(&["PolicyName", "PolicyId"]) {
            record.take("PolicyMatchInfo");
        }
    }
}

/// What happened, and where to: no other attribute of the class has a place for it.
fn set_message(event: &mut Event<'_, '_>) {
    let record = event.record;
    let targets = [
        "TargetDomain",
        "TargetUrl",
        "TargetPrinterName",
        "TargetFilePath",
    ];
    let target = targets.iter().find_map(|member| record.text(member));
    let parts = (record.text("Operation"), record.text("UserId"), target);
    if let (Some(operation), Some(user), Some(target)) = parts {
        event.set(at!("message"), format!("{operation} by {user} to {target}"));
    }
}

/// Removable media, where no file is.
fn add_medium(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(medium) = record.object("RemovableMediaDeviceAttributes") else {
        return;
    };
    let added = event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), medium.text("Model"));
        event.set_some(at!("resources.uid"), medium.text("SerialNumber"));
        event.set(at!("resources.type"), "Removable media");
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (1, "Target"),
        );
        event.set_some(
            at!("resources.data"),
            record.raw("RemovableMediaDeviceAttributes"),
        );
    });
    if added {
        record.take("RemovableMediaDeviceAttributes");
    }
}
