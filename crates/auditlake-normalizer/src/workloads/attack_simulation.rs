//! Attack simulation training (record types 85, 88, 218).
//!
//! *What it covers:* simulated attacks and what became of them with each user, assigned training, and their administration.
//! *Mapping:* API Activity with activity 99 Other and the severity Informational: what happened, by Microsoft's table of
//! numbers, is in the message; the campaign, the batch and the course are resources, the user is the actor.
//! *Deliberate:* never a finding and never a failure: a password that was given to a drill was not lost, and an alert on it
//! would drown those on real ones.
//! *Left out:* technique, kind and times of the campaign, which stay in `unmapped`.

use super::{Operation, Otherwise, Thing, Workload, as_decided, derived, op};
use crate::class::API_ACTIVITY;
use crate::event::Event;
use crate::schema::path::at;
use crate::status::{SEVERITIES, UNKNOWN};
use crate::things::thing;
use crate::workloads::Mapping;

/// Attack simulation and training.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "attack_simulation",
    name: "Attack simulation training",
    record_types: &[85, 88, 218],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: Some(99),
    },
    fields: FIELDS,
    things: THINGS,
    refine: as_decided,
    map,
};

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["AttackSim", "AttackSimAdmin", "UserTraining"], &API_ACTIVITY, 99),
    op(&["MessageDelivered", "MessageFailed", "CredentialEntered", "PermissionGranted", "LinkClicked", "AttachmentOpened", "MessageRead", "MessageReplied", "MessageForwarded", "MessageReported", "MessageDeleted", "OutOfOffice", "PositiveReinforcementMessageDelivered"], &API_ACTIVITY, 99),
    op(&["TrainingAssigned", "TrainingUpdated", "TrainingCompleted", "TrainingPreviouslyAssigned", "TrainingNotCompleted"], &API_ACTIVITY, 99),
    op(&["CampaignLaunched", "CampaignCompleted", "CampaignReportDownloaded", "CampaignReportViewed", "CampaignCancelled", "CampaignScheduled", "CampaignDeleted", "SimulationExcluded", "AutomationSubmitted", "AutomationTurnOn", "AutomationTurnOff", "AutomationCompleted", "AutomationDeleted"], &API_ACTIVITY, 99),
];

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    derived("AttackSimEvent", at!("message"), "the name of the number"),
    derived("AttackSimAdminEvent", at!("message"), "the name of the number"),
    derived("UserTrainingEvent", at!("message"), "the name of the number"),
];

#[rustfmt::skip]
const THINGS: &[Thing] = &[
    thing("Campaign", &[], &["CampaignId", "Campaign ID"]),
    thing("Course", &[], &["CourseId", "Course ID"]),
    thing("Batch", &[], &["BatchId", "Batch ID"]),
];

/// Microsoft, Office 365 Management Activity API schema, enum `AttackSimEventType`.
const EVENTS: &[(i64, &str)] = &[
    (1, "MessageDelivered"),
    (2, "MessageFailed"),
    (6, "CredentialEntered"),
    (7, "PermissionGranted"),
    (8, "LinkClicked"),
    (10, "AttachmentOpened"),
    (12, "MessageRead"),
    (13, "MessageReplied"),
    (14, "MessageForwarded"),
    (15, "MessageReported"),
    (16, "MessageDeleted"),
    (17, "OutOfOffice"),
    (18, "PositiveReinforcementMessageDelivered"),
];

/// The same, enum `AttackSimAdminEventType`.
const ADMIN_EVENTS: &[(i64, &str)] = &[
    (0, "CampaignLaunched"),
    (1, "CampaignCompleted"),
    (2, "CampaignReportDownloaded"),
    (3, "CampaignReportViewed"),
    (4, "CampaignCancelled"),
    (5, "CampaignScheduled"),
    (6, "CampaignDeleted"),
    (7, "SimulationExcluded"),
    (8, "AutomationSubmitted"),
    (9, "AutomationTurnOn"),
    (10, "AutomationTurnOff"),
    (11, "AutomationCompleted"),
    (12, "AutomationDeleted"),
];

/// The same, enum `UserTrainingEventType`.
const TRAINING_EVENTS: &[(i64, &str)] = &[
    (1, "TrainingAssigned"),
    (2, "TrainingUpdated"),
    (3, "TrainingCompleted"),
    (4, "TrainingPreviouslyAssigned"),
    (5, "TrainingNotCompleted"),
];

/// Members that tell what happened, each with the names of its numbers.
const TELLING: &[(&str, &[(i64, &str)])] = &[
    ("AttackSimEvent", EVENTS),
    ("AttackSimAdminEvent", ADMIN_EVENTS),
    ("UserTrainingEvent", TRAINING_EVENTS),
];

fn map(event: &mut Event<'_, '_>) {
    event.set_id(at!("severity_id"), at!("severity"), SEVERITIES[1]);
    // Operations such as `MessageFailed` tell of the drill, not of an outcome.
    if event.record.text("ResultStatus").is_none() {
        event.set_id(at!("status_id"), at!("status"), UNKNOWN);
    }
    for (member, names) in TELLING {
        set_message(event, member, names);
    }
}

fn set_message(event: &mut Event<'_, '_>, member: &str, names: &[(i64, &'static str)]) {
    let record = event.record;
    let Some(sent) = record.text(member) else {
        return;
    };
    let number = record.int(member);
    let name = names.iter().find(|(known, _)| Some(*known) == number);
    let what = name.map_or(sent.as_ref(), |(_, name)| *name);
    let message = match record.text("UserId") {
        Some(user) => format!("Simulation: {what} by {user}"),
        None => format!("Simulation: {what}"),
    };
    event.set(at!("message"), message);
}
