//! Viva Insights, Viva Pulse and access to Viva features (record types 44, 251 to 253, 280 to 283).
//!
//! *What it covers:* queries, explorations, uploaded data and privacy settings of Viva Insights; surveys of Viva Pulse,
//! their reports, exports and confidential conversations; policies about who may use which feature of Viva.
//! *Mapping:* surveys are Web Resources Activity, with the survey as `web_resources[0]` and its details as `data`; the
//! rest is API Activity, with the changed properties or details as `resources.data`.
//! *Deliberate:* settings of privacy and access, uploads and exports of what is known of people, and policies are
//! sensitive. Where Viva Pulse's `Operation` is not known, `EventName` decides. An extended deadline, a draft and the
//! deletion of a person's data have the activity that they are, not Other.
//! *Left out:* the role of the actor in Viva Insights, which stays in `unmapped`.

use super::{Decision, Mapping, Operation, Otherwise, Workload, canonical, derived, find, op};
use crate::class::{API_ACTIVITY, WEB_RESOURCES_ACTIVITY};
use crate::event::Event;
use crate::record::Record;
use crate::record_types;
use crate::schema::path::{at, list};
use crate::things::{self, Thing, thing};
use crate::workloads::activity::{CREATE, DELETE, READ, UPDATE};

/// Viva Insights and Viva Pulse.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "viva",
    name: "Viva Insights, Viva Pulse and Viva access policies",
    record_types: &[44, 251, 252, 253, 280, 281, 282, 283],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: FIELDS,
    things: THINGS,
    refine,
    map,
};

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    derived("EventDetails[].Name", at!("web_resources.data"), "details of what happened to a survey"),
    derived("EventName", at!("activity_name"), "where `Operation` is not known"),
    derived("ObjectId", at!("resources.name"), "object of Viva Insights"),
    derived("ModifiedProperties[].NewValue", at!("resources.data"), "all of the changed properties"),
    derived("OperationDetails[].Name", at!("resources.data"), "where nothing was changed"),
];

const PULSE: Thing = thing("Survey", &[], &["PulseId"]);
const THINGS: &[Thing] = &[PULSE];

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["MeetingExclusionCreated"], &API_ACTIVITY, CREATE),
    op(&["UploadedOrgData"], &API_ACTIVITY, CREATE).sensitive(),
    op(&["AccessedOdataLink", "ViewedExplore", "DownloadedReport", "ExecutedQuery"], &API_ACTIVITY, READ),
    op(&["CanceledQuery"], &API_ACTIVITY, UPDATE),
    op(&["UpdatedDataAccessSetting", "UpdatedPrivacySetting"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["DeletedResult"], &API_ACTIVITY, DELETE),
    op(&["PulseCreate", "PulseCreateDraft", "PulseInvite", "PulseSubmit", "PulseConfidentialConversationStarted"], &WEB_RESOURCES_ACTIVITY, CREATE),
    op(&["PulseCancel", "PulseExtendDeadline", "PulseConfidentialConversationResponded"], &WEB_RESOURCES_ACTIVITY, UPDATE),
    op(&["PulseTenantSettingsUpdate"], &WEB_RESOURCES_ACTIVITY, UPDATE).sensitive(),
    op(&["PulseDeleteDraft", "PulseQuestionDeleted", "PulseConfidentialConversationMessageDeleted"], &WEB_RESOURCES_ACTIVITY, DELETE),
    op(&["PulseDeleteUserData"], &WEB_RESOURCES_ACTIVITY, DELETE),
    op(&["PulseDataExport"], &WEB_RESOURCES_ACTIVITY, 7).sensitive(),
    op(&["PulseReportShare"], &WEB_RESOURCES_ACTIVITY, 8),
];

/// Policies by their record type, surveys by the event that they name.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let policy = |activity| Decision {
        sensitive: true,
        ..decision.to(&API_ACTIVITY, activity)
    };
    match record_types::number_of(record) {
        Some(251) => policy(CREATE),
        Some(252) => policy(UPDATE),
        Some(253) => policy(DELETE),
        Some(280..=283) if decision.class.uid == API_ACTIVITY.uid => of_survey(record, decision),
        _ => decision,
    }
}

fn of_survey(record: &Record<'_>, decision: Decision) -> Decision {
    let event = record.text("EventName").unwrap_or_default();
    let activity = match decision.activity {
        1..=4 => decision.activity,
        _ => 99,
    };
    find(OPERATIONS, &canonical(&event)).map_or_else(
        || decision.to(&WEB_RESOURCES_ACTIVITY, activity),
        |known| Decision {
            sensitive: known.sensitive,
            ..decision.to(known.class, known.activity)
        },
    )
}

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid == WEB_RESOURCES_ACTIVITY.uid {
        return set_survey(event);
    }
    set_object(event);
}

fn set_survey(event: &mut Event<'_, '_>) {
    let record = event.record;
    let is_named = things::add_web_resource(event, &PULSE);
    if is_named && event.set_some(at!("web_resources.data"), record.json("EventDetails")) {
        record.take("EventDetails");
    }
    if record.text("EventName") == record.text("Operation") {
        record.take("EventName");
    }
}

/// The object of Viva Insights, and what became of it.
fn set_object(event: &mut Event<'_, '_>) {
    let record = event.record;
    let member = ["ModifiedProperties", "OperationDetails"]
        .into_iter()
        .find(|member| record.json(member).is_some());
    let mut is_detailed = false;
    let added = event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), record.text("ObjectId"));
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (1, "Target"),
        );
        let details = member.and_then(|member| record.json(member));
        is_detailed = event.set_some(at!("resources.data"), details);
    });
    if added {
        record.take("ObjectId");
    }
    if let Some(member) = member.filter(|_| added && is_detailed) {
        record.take(member);
    }
}
