//! Microsoft Purview Information Protection: labels and protection of files (record types 70, 82, 83, 84, 93 to 97, 180).
//!
//! *What it covers:* sensitivity labels set, changed and removed by Office and the Information Protection client and scanner,
//! protection, labelled files found, opened, renamed and deleted, label policies that matched, and heartbeats of the client.
//! *Mapping:* File Hosting Activity on the file, with the label it now has; the device and the application that was used.
//! What was done to label and protection, and how it was chosen, is said in the message.
//! *Deliberate:* medium severity where a label is lowered or removed, or protection taken off. A message in place of a file
//! is a resource of API Activity.
//! *Left out:* the former label, the template and owner of the protection, found sensitive information, and whether the
//! file was at rest or in use, which have no column.

use super::{Decision, Operation, Otherwise, Workload, derived, op};
use crate::class::{API_ACTIVITY, FILE_HOSTING};
use crate::event::Event;
use crate::items::{extension, last_part};
use crate::record::Record;
use crate::schema::path::{at, list};
use crate::workloads::activity::UPDATE;

/// Information Protection.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "information_protection",
    name: "Microsoft Purview Information Protection",
    record_types: &[70, 82, 83, 84, 93, 94, 95, 96, 97, 180],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &FILE_HOSTING,
        activity: None,
    },
    fields: &[
        derived("ObjectId", at!("file.path"), "its last part is the name"),
        derived(
            "SensitivityLabelEventData.SensitivityLabelId",
            at!("file.data_classifications.uid"),
            "",
        ),
        derived(
            "SensitivityLabelEventData.LabelEventType",
            at!("message"),
            "upgraded, downgraded, removed; the latter two raise the severity",
        ),
        derived(
            "SensitivityLabelEventData.ActionSource",
            at!("message"),
            "default, automatic, by hand, recommended",
        ),
        derived(
            "ProtectionEventData.ProtectionEventType",
            at!("message"),
            "added, changed, removed; the last raises the severity",
        ),
        derived("Common.ApplicationId", at!("actor.app_uid"), ""),
        derived("Common.ApplicationName", at!("actor.app_name"), ""),
        derived("Common.DeviceName", at!("device.hostname"), ""),
        derived("Common.Platform", at!("device.os.type_id"), ""),
        derived(
            "EmailInfo.Subject",
            at!("resources.name"),
            "of a message in place of a file",
        ),
    ],
    things: &[],
    refine,
    map,
};

const OPEN: u8 = 14;

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["SensitivityLabelApplied", "SensitivityLabelUpdated", "SensitivityLabelChanged", "SensitivityLabelPolicyMatched", "SensitivityLabeledFileApplied"], &FILE_HOSTING, UPDATE),
    op(&["SensitivityLabelRemoved", "SensitivityLabeledFileRemoved"], &FILE_HOSTING, UPDATE).sensitive(),
    op(&["SensitivityLabeledFileOpened", "Access", "Discover"], &FILE_HOSTING, OPEN),
    op(&["SensitivityLabeledFileRenamed"], &FILE_HOSTING, 5),
    op(&["FileDeleted"], &FILE_HOSTING, 4),
    op(&["HeartBeat"], &API_ACTIVITY, 99),
    op(&["Protection*"], &FILE_HOSTING, UPDATE),
];

/// Lowering or removing a label or protection is sensitive; a labelled message is no file.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let changes = Changes::of(record);
    let lowered = matches!(changes.label, Some(2 | 3)) || changes.protection == Some(3);
    let decision = Decision {
        sensitive: decision.sensitive || lowered,
        ..decision
    };
    let is_message = record.text("ObjectId").is_none() && record.object("EmailInfo").is_some();
    if !is_message || decision.class.uid != FILE_HOSTING.uid {
        return decision;
    }
    let activity = if decision.activity == OPEN { 2 } else { UPDATE };
    decision.to(&API_ACTIVITY, activity)
}

/// What was done, by Microsoft's numbers.
struct Changes {
    label: Option<i64>,
    source: Option<i64>,
    protection: Option<i64>,
}

impl Changes {
    fn of(record: &Record<'_>) -> Self {
        let label = record
            .object("SensitivityLabelEventData")
            .unwrap_or_default();
        let protection = record.object("ProtectionEventData").unwrap_or_default();
        Self {
            label: label.int("LabelEventType"),
            source: label.int("ActionSource"),
            protection: protection.int("ProtectionEventType"),
        }
    }

    /// In words; none where the numbers say nothing or are new (Microsoft, AIP schemas of the Management Activity API).
    fn words(&self) -> Vec<&'static str> {
        let label = match self.label {
            Some(1) => Some("label upgraded"),
            Some(2) => Some("label downgraded"),
            Some(3) => Some("label removed"),
            Some(4) => Some("label changed to one of the same order"),
            _ => None,
        };
        let source = match self.source {
            Some(1) => Some("label chosen by default"),
            Some(2) => Some("label chosen automatically"),
            Some(3) => Some("label chosen by hand"),
            Some(4) => Some("label recommended"),
            _ => None,
        };
        let protection = match self.protection {
            Some(1) => Some("protection added"),
            Some(2) => Some("protection changed"),
            Some(3) => Some("protection removed"),
            _ => None,
        };
        [label, source, protection].into_iter().flatten().collect()
    }
}

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid == FILE_HOSTING.uid {
        set_file(event);
    }
    set_email(event);
    set_program_and_device(event);
    set_message(event);
}

fn set_file(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(path) = record.text("ObjectId") else {
        return;
    };
    let Some(name) = last_part(&path).map(str::to_owned) else {
        return;
    };
    event.set_some(at!("file.ext"), extension(&name).map(str::to_owned));
    event.set(at!("file.name"), name);
    event.set_id(at!("file.type_id"), at!("file.type"), (1, "Regular File"));
    event.set(at!("file.path"), path);
    record.take("ObjectId");
    let label = record
        .object("SensitivityLabelEventData")
        .unwrap_or_default();
    if let Some(label) = label.text("SensitivityLabelId") {
        event.element(list!("file.data_classifications"), |event| {
            event.set(at!("file.data_classifications.uid"), label);
            event.set_id(
                at!("file.data_classifications.confidentiality_id"),
                at!("file.data_classifications.confidentiality"),
                (99, "Sensitivity label"),
            );
        });
    }
    if event.has(at!("file.data_classifications.uid")) && has_label_only(record) {
        record.take("SensitivityLabelEventData");
    }
}

/// Whether nothing but the present label is said of it.
fn has_label_only(record: &Record<'_>) -> bool {
    let label = record.object("SensitivityLabelEventData");
    label.is_some_and(|label| label.has_only(&["SensitivityLabelId"]))
}

/// A labelled message: Outlook has no file to name.
fn set_email(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(email) = record.object("EmailInfo") else {
        return;
    };
    let label = record
        .object("SensitivityLabelEventData")
        .unwrap_or_default();
    let added = event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), email.text("Subject"));
        event.set(at!("resources.type"), "Email");
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (1, "Target"),
        );
        event.set_some(at!("resources.data"), record.raw("EmailInfo"));
        if let Some(label) = label.text("SensitivityLabelId") {
            event.element(list!("resources.data_classifications"), |event| {
                event.set(at!("resources.data_classifications.uid"), label);
                event.set_id(
                    at!("resources.data_classifications.confidentiality_id"),
                    at!("resources.data_classifications.confidentiality"),
                    (99, "Sensitivity label"),
                );
            });
        }
    });
    if added {
        record.take("EmailInfo");
    }
}

/// `Common`: what was used, and where.
fn set_program_and_device(event: &mut Event<'_, '_>) {
    let common = event.record.object("Common").unwrap_or_default();
    event.set_some(at!("actor.app_uid"), common.text("ApplicationId"));
    event.set_some(at!("actor.app_name"), common.text("ApplicationName"));
    if !event.set_some(at!("device.hostname"), common.text("DeviceName")) {
        return;
    }
    event.set_id(at!("device.type_id"), at!("device.type"), (0, "Unknown"));
    if let Some((id, name)) = common.int("Platform").and_then(platform) {
        event.set(at!("device.os.type_id"), id);
        event.set(at!("device.os.type"), name);
        event.set(at!("device.os.name"), name);
    }
}

/// OCSF operating system of the client's number for it.
fn platform(number: i64) -> Option<(i64, &'static str)> {
    match number {
        1 => Some((100, "Windows")),
        2 => Some((300, "macOS")),
        3 => Some((301, "iOS")),
        4 => Some((201, "Android")),
        _ => None,
    }
}

fn set_message(event: &mut Event<'_, '_>) {
    let record = event.record;
    let words = Changes::of(record).words();
    let (Some(operation), false) = (record.text("Operation"), words.is_empty()) else {
        return;
    };
    let by = record.text("UserId").map(|user| format!(" by {user}"));
    let message = format!(
        "{operation}{}: {}",
        by.unwrap_or_default(),
        words.join(", ")
    );
    event.set(at!("message"), message);
}
