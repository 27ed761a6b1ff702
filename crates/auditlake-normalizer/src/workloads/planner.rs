//! Microsoft Planner, To Do and Project for the web (record types 188 to 200, 202, 231, 287, 386, 387, 392, 393, 401, 402, 418).
//!
//! *What it covers:* plans, tasks, goals, chats about tasks, rosters and their members, lists of them that somebody read,
//! labels, settings of the tenant; projects and roadmaps; tasks of To Do.
//! *Mapping:* Web Resources Activity. The plan, task or project is `web_resources[0]`, then what holds it, and each
//! element of a list; the copy of a plan is in `web_resources_result`. A roster is Group Management, a setting of the
//! tenant Entity Management.
//! *Deliberate:* the record type tells what `ObjectId` is. The access that a plan's second container has is a label of that
//! container. `ResultStatus` is a number here: 3 is a failure for want of authorization.
//! *Left out:* all but the first of several members of a roster, which stay in `unmapped`.

mod containers;
mod resources;

use std::borrow::Cow;

use super::{Decision, Mapping, Operation, Otherwise, Workload, derived, op};
use crate::actor;
use crate::class::{ENTITY_MANAGEMENT, GROUP_MANAGEMENT, WEB_RESOURCES_ACTIVITY};
use crate::event::Event;
use crate::record::Record;
use crate::record_types;
use crate::schema::path::at;
use crate::status::{FAILURE, SUCCESS};
use crate::things::{Thing, thing};

/// Planner.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "planner",
    name: "Planner, To Do and Project for the web",
    record_types: &[
        188, 189, 190, 191, 192, 193, 194, 195, 196, 197, 198, 199, 200, 202, 231, 287, 386, 387,
        392, 393, 401, 402, 418,
    ],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &WEB_RESOURCES_ACTIVITY,
        activity: None,
    },
    fields: FIELDS,
    things: THINGS,
    refine,
    map,
};

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    derived("ObjectId", at!("web_resources.uid"), "plan, task, goal or message, by the record type; of a list, the query"),
    derived("PlanList", at!("web_resources.uid"), "one `Plan` for each"),
    derived("TaskList", at!("web_resources.uid"), "one `Task` for each"),
    derived("GoalList", at!("web_resources.uid"), "one `Goal` for each"),
    derived("MessageList", at!("web_resources.uid"), "one `Chat message` for each"),
    derived("ContainerId", at!("web_resources.uid"), "with `ContainerType` as its type: `Group`, `Roster`, `TeamsChannel`"),
    derived("SharedWithContainerId", at!("web_resources.uid"), "with `SharedWithContainerType` as its type"),
    derived("SharedWithContainerAccessLevel", at!("web_resources.labels"), "`ReadAccess`, `ReadWriteAccess`, `FullAccess`"),
    derived("OriginalContainerId", at!("web_resources.uid"), "with `OriginalContainerType` as its type"),
    derived("NewPlanId", at!("web_resources_result.uid"), "the copy of a plan"),
    derived("NewContainerId", at!("web_resources_result.uid"), "with `NewContainerType` as its type"),
    derived("AdditionalInfo[].EnvironmentName", at!("web_resources.name"), "environment of a project or roadmap"),
    derived("ObjectId", at!("web_resources.data_classifications.uid"), "where the record is about a label of a roster"),
    derived("AssignmentMethod", at!("web_resources.labels"), "how a label was assigned: `Standard`, `Privileged`, `Auto`"),
    derived("ObjectId", at!("group.uid"), "a roster"),
    derived("MemberIds", at!("user.uid"), "the first member"),
    derived("ObjectId", at!("entity.data"), "the tenant's settings before"),
    derived("TenantSettings", at!("entity.data"), "the tenant's settings after"),
    derived("ProjectEnabled", at!("comment"), "as are `RoadmapEnabled` and `AssignedToMeEnabled`"),
    derived("ResultStatus", at!("status"), "1 Success, 2 and 3 Failure"),
    derived("ResultStatus", at!("status_detail"), "`AuthorizationFailure`, for 3"),
];

/// What holds the plan, task or message.
const THINGS: &[Thing] = &[
    thing("Project task", &[], &["TaskId"]),
    thing("Project", &[], &["ProjectId"]),
    thing("Roadmap item", &[], &["RoadmapItemId"]),
    thing("Roadmap", &[], &["RoadmapId"]),
    thing("Task", &[], &["ParentEntityId"]),
    thing("Plan", &[], &["PlanId"]),
    thing("Roster", &[], &["Roster"]),
];

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["PlanCreated", "PlanCopied", "TaskCreated", "GoalCreated", "ChatMessageCreated", "ProjectCreated", "RoadmapCreated", "RoadmapItemCreated"], &WEB_RESOURCES_ACTIVITY, 1),
    op(&["TaskListCreated", "SubTaskCreated", "LinkedEntityCreated", "AttachmentCreated"], &WEB_RESOURCES_ACTIVITY, 1),
    op(&["PlanRead", "PlanListRead", "TaskRead", "TaskListRead", "GoalRead", "GoalListRead", "RosterRead", "ProjectAccessed", "RoadmapAccessed", "RoadmapItemAccessed"], &WEB_RESOURCES_ACTIVITY, 2),
    op(&["PlanModified", "TaskModified", "TaskAssigned", "TaskCompleted", "GoalModified", "ProjectUpdated", "RoadmapUpdated", "RoadmapItemUpdated"], &WEB_RESOURCES_ACTIVITY, 3),
    op(&["TaskUpdated", "TaskListUpdated", "SubTaskUpdated", "LinkedEntityUpdated", "AttachmentUpdated", "AcceptedSharingLinkOnFolder"], &WEB_RESOURCES_ACTIVITY, 3),
    op(&["PlanDeleted", "TaskDeleted", "GoalDeleted", "ChatMessageDeleted", "ProjectDeleted", "RoadmapDeleted", "RoadmapItemDeleted"], &WEB_RESOURCES_ACTIVITY, 4),
    op(&["TaskListDeleted", "SubTaskDeleted", "LinkedEntityDeleted", "AttachmentDeleted"], &WEB_RESOURCES_ACTIVITY, 4),
    op(&["FolderSharingLinkShared"], &WEB_RESOURCES_ACTIVITY, 8),
    op(&["RosterMemberAdded"], &GROUP_MANAGEMENT, 3),
    op(&["RosterMemberDeleted", "RosterMemberRemoved"], &GROUP_MANAGEMENT, 4),
    op(&["RosterDeleted"], &GROUP_MANAGEMENT, 5),
    op(&["RosterCreated"], &GROUP_MANAGEMENT, 6),
    op(&["TenantSettingsUpdated"], &ENTITY_MANAGEMENT, 3).sensitive(),
];

/// Record types of settings of the tenant.
const SETTINGS: [i64; 4] = [194, 199, 200, 287];

/// A setting of the tenant is one whatever the operation is called.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let is_setting =
        record_types::number_of(record).is_some_and(|number| SETTINGS.contains(&number));
    if is_setting && matches!(decision.activity, 1 | 3 | 99) {
        return Decision {
            sensitive: true,
            ..decision.to(&ENTITY_MANAGEMENT, 3)
        };
    }
    decision
}

fn map(event: &mut Event<'_, '_>) {
    set_result(event);
    match event.class.uid {
        uid if uid == WEB_RESOURCES_ACTIVITY.uid => resources::set(event),
        uid if uid == GROUP_MANAGEMENT.uid => set_roster(event),
        uid if uid == ENTITY_MANAGEMENT.uid => set_settings(event),
        _ => {}
    }
}

/// Microsoft, Office 365 Management Activity API schema, enum `ResultStatus` of Planner.
fn set_result(event: &mut Event<'_, '_>) {
    let record = event.record;
    let result = record.text("ResultStatus").unwrap_or_default();
    let status = match result.as_ref() {
        "1" => SUCCESS,
        "2" => FAILURE,
        "3" | "AuthorizationFailure" => {
            event.set(at!("status_detail"), "AuthorizationFailure");
            FAILURE
        }
        _ => return,
    };
    event.set_id(at!("status_id"), at!("status"), status);
    record.take("ResultStatus");
}

/// A roster, and the first of the members that joined or left it.
fn set_roster(event: &mut Event<'_, '_>) {
    let record = event.record;
    event.copy("ObjectId", at!("group.uid"));
    event.set(at!("group.type"), "Planner Roster");
    let Some(members) = record.text("MemberIds") else {
        return;
    };
    let first = members.split(',').next().unwrap_or_default().trim();
    let set = if actor::is_guid(first) {
        event.set(at!("user.uid"), first.to_owned())
    } else {
        actor::set_name(event, actor::TARGET, Cow::Owned(first.to_owned()));
        event.has(at!("user.name"))
    };
    if set && first == members {
        record.take("MemberIds");
    }
}

/// Settings of the tenant: all of them before and after, or one switch.
fn set_settings(event: &mut Event<'_, '_>) {
    let record = event.record;
    event.set_some(at!("entity.uid"), record.text("OrganizationId"));
    event.set_id(
        at!("entity.type_id"),
        at!("entity.type"),
        (4, "Organization"),
    );
    for switch in ["ProjectEnabled", "RoadmapEnabled", "AssignedToMeEnabled"] {
        let change = record.text(switch).map(|on| format!("{switch}: {on}"));
        if event.set_some(at!("comment"), change) {
            record.take(switch);
        }
    }
    let (Some(before), Some(after)) = (record.json("ObjectId"), record.json("TenantSettings"))
    else {
        return;
    };
    let both = format!(r#"{{"ObjectId":{before},"TenantSettings":{after}}}"#);
    if event.set(at!("entity.data"), both) {
        record.take("ObjectId");
        record.take("TenantSettings");
    }
}
