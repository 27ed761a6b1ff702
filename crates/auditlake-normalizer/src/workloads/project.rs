//! Project Online (record type 35).
//!
//! *What it covers:* projects, resources, timesheets, task status, engagements, reporting, and the settings of Project Web
//! App.
//! *Mapping:* Web Resources Activity. What was audited (`Entity`) is the type of `web_resources[0]`, and its name where
//! the record has no other.
//! *Deliberate:* some operations stand for several actions, such as `EnterpriseCalendarModified` for copied and deleted:
//! there `Action` decides. Security groups, categories and permissions, and delegation are sensitive.
//! *Left out:* the site beyond its address; it stays in `unmapped`.

use super::{Decision, Mapping, Operation, Otherwise, Workload, derived, op};
use crate::class::WEB_RESOURCES_ACTIVITY;
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::{at, list};
use crate::things::{self, Thing, thing};
use crate::workloads::activity::{CREATE, DELETE, OTHER, READ, UPDATE};

/// Project Online.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "project",
    name: "Project Online",
    record_types: &[35],
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
    derived("Entity", at!("web_resources.type"), "kind of what was audited"),
    derived("Entity", at!("web_resources.name"), "where the record names no object"),
    derived("ObjectId", at!("web_resources.name"), "and `url_string`, where it is an address"),
    derived("SiteUrl", at!("web_resources.url_string"), "where `ObjectId` is no address"),
    derived("Action", at!("activity_name"), "where the operation stands for several actions"),
];

/// On whose behalf.
const ON_BEHALF: Thing = thing("Resource", &[], &["OnBehalfOfResId"]);
const THINGS: &[Thing] = &[ON_BEHALF];

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["CustomFieldOrLookupTableCreated", "ProjectCreated", "ResourceCreated", "TaskStatusSubmitted", "TimesheetSubmitted"], &WEB_RESOURCES_ACTIVITY, CREATE),
    op(&["PortfolioDataAccessed", "ProjectAccessed", "PWASettingsAccessed", "ReportingAccessed", "ResourceAccessed", "TaskStatusAccessed", "TimesheetAccessed"], &WEB_RESOURCES_ACTIVITY, READ),
    op(&["ConnectedSiteSettingModified", "CustomFieldOrLookupTableModified", "EngagementModified", "EnterpriseCalendarModified", "LookAndFeelModified", "PortfolioDataModified", "ProjectModified", "PWASettingsModified", "QueueJobStateModified", "ReportingSettingModified", "ResourceModified", "ResourcePlanModified", "StatusReportModified", "WorkflowModified"], &WEB_RESOURCES_ACTIVITY, UPDATE),
    op(&["SecurityCategoryModified", "SecurityGroupModified", "PermissionTemplateModified", "PermissionSyncSettingModified", "DelegateModified"], &WEB_RESOURCES_ACTIVITY, UPDATE).sensitive(),
    op(&["EngagementRejected", "EntityForceCheckedIn", "ProjectCheckedIn", "ProjectCheckedOut", "ProjectForceCheckedIn", "ResourceCheckedIn", "ResourceCheckedOut", "ResourceForceCheckedIn", "ResourcePlanCheckedInOrOut", "TaskStatusApproved", "TaskStatusRejected", "TimesheetApproved", "TimesheetRejected"], &WEB_RESOURCES_ACTIVITY, UPDATE),
    op(&["CustomFieldOrLookupTableDeleted", "EntityDeleted", "ProjectDeleted", "ResourceDeleted", "DelegateRemoved"], &WEB_RESOURCES_ACTIVITY, DELETE),
    op(&["EngagementAccepted", "ProjectPublished", "ProjectWorkflowRestarted", "ResourcePlanPublished", "ResourceRedacted", "TaskStatusSaved", "TimesheetSaved"], &WEB_RESOURCES_ACTIVITY, OTHER),
];

/// An operation that stands for several actions: the one that it was.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let operation = record.text("Operation").unwrap_or_default();
    let action = record.text("Action").unwrap_or_default();
    if !operation.trim().ends_with("Modified") {
        return decision;
    }
    let activity = match action.as_ref() {
        "Created" | "Copied" => CREATE,
        "Deleted" => DELETE,
        "Exported" => 7,
        _ => decision.activity,
    };
    decision.to(decision.class, activity)
}

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid != WEB_RESOURCES_ACTIVITY.uid {
        return;
    }
    set_entity(event);
    things::add_web_resource(event, &ON_BEHALF);
    take_action(event);
}

fn set_entity(event: &mut Event<'_, '_>) {
    let record = event.record;
    let object = record.text("ObjectId");
    let is_address = object
        .as_deref()
        .is_some_and(|object| object.starts_with("https://") || object.starts_with("http://"));
    let place = if is_address { "ObjectId" } else { "SiteUrl" };
    let entity = record.text("Entity");
    let added = event.element(list!("web_resources"), |event| {
        event.set_some(at!("web_resources.name"), object.or_else(|| entity.clone()));
        event.set_some(at!("web_resources.type"), entity);
        event.set_some(at!("web_resources.url_string"), record.text(place));
    });
    if added {
        for member in ["ObjectId", "Entity", place] {
            record.take(member);
        }
    }
}

/// The operation's name says the action, but where it stands for several.
fn take_action(event: &Event<'_, '_>) {
    let record = event.record;
    let operation = record.text("Operation").unwrap_or_default();
    let action = record.text("Action");
    if action.is_some_and(|action| operation.trim().ends_with(&*action)) {
        record.take("Action");
    }
}
