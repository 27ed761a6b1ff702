//! Copilot, agents and AI applications: administration (record types 310 to 325, 363, 373, 375, 376, 383, 384, 389, 390, 397, 399, 454).
//!
//! *What it covers:* plugins, workspaces, promptbooks and settings of Copilot; agents that administrators deploy, block, change or
//! remove; scheduled prompts and background automations; triggers of Security Copilot; Dragon Copilot.
//! *Mapping:* plugins and agents as Application Lifecycle, workspaces and promptbooks as Web Resources Activity, tenant settings as
//! changes of the organization, the rest as API Activity. Settings and what lets an agent in have severity Medium.
//! *Deliberate:* Microsoft's two lists give numbers from 365 on to different record types. The operation and the members decide what
//! a record is, never the number alone: under 373, 375, 376, 383 and 384 a record of the other list keeps the class that its
//! operation has by its verb.
//! *Left out:* the text of scheduled prompts and lists of assigned users, which stay in `unmapped`.

use super::{Decision, Mapping, Operation, Otherwise, Thing, Workload, derived, op, text};
use crate::class::{
    API_ACTIVITY, APPLICATION_LIFECYCLE, ENTITY_MANAGEMENT, WEB_RESOURCES_ACTIVITY,
};
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::at;
use crate::things::{first, thing};

/// Administration of AI.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "ai_admin",
    name: "Copilot and agent administration",
    record_types: &[
        310, 311, 312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 322, 323, 324, 325, 363, 373,
        375, 376, 383, 384, 389, 390, 397, 399, 454,
    ],
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

const INSTALL: u8 = 1;
const REMOVE: u8 = 2;
const ENABLE: u8 = 6;
const DISABLE: u8 = 7;
const CHANGE: u8 = 8;

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["CreateCopilotPlugin"], &APPLICATION_LIFECYCLE, INSTALL),
    op(&["DeleteCopilotPlugin"], &APPLICATION_LIFECYCLE, REMOVE),
    op(&["EnableCopilotPlugin"], &APPLICATION_LIFECYCLE, ENABLE),
    op(&["DisableCopilotPlugin"], &APPLICATION_LIFECYCLE, DISABLE),
    op(&["UpdateCopilotPlugin"], &APPLICATION_LIFECYCLE, CHANGE),
    op(&["DeployedAgent"], &APPLICATION_LIFECYCLE, INSTALL).sensitive(),
    op(&["RemovedAgent", "DeletedAgent"], &APPLICATION_LIFECYCLE, REMOVE),
    op(&["UnblockedAgent"], &APPLICATION_LIFECYCLE, ENABLE).sensitive(),
    op(&["BlockedAgent"], &APPLICATION_LIFECYCLE, DISABLE),
    op(&["UpdatedAgent"], &APPLICATION_LIFECYCLE, CHANGE),
    op(&["CreateCopilotWorkspace", "CreateCopilotPromptBook"], &WEB_RESOURCES_ACTIVITY, 1),
    op(&["UpdateCopilotWorkspace", "EnableCopilotWorkspace", "DisableCopilotWorkspace", "UpdateCopilotPromptBook", "EnableCopilotPromptBook", "DisableCopilotPromptBook"], &WEB_RESOURCES_ACTIVITY, 3),
    op(&["DeleteCopilotWorkspace", "DeleteCopilotPromptBook"], &WEB_RESOURCES_ACTIVITY, 4),
    op(&["UpdateCopilotSettings", "UpdateTenantSettings", "UpdatedTenantSettings"], &ENTITY_MANAGEMENT, 3).sensitive(),
    op(&["ProvisionedProduct"], &API_ACTIVITY, 1),
    op(&["DeprovisionedProduct"], &API_ACTIVITY, 4),
];

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    text("AgentName", at!("app.name")),
    derived("AgentID", at!("app.uid"), "also `AgentId`"),
    derived("ObjectId", at!("app.uid"), "of a plugin, also its name where nothing else names it"),
    derived("Property", at!("entity.name"), "the setting, of the organization"),
    derived("NewValue", at!("entity.data"), "with `OldValue`"),
    derived("OrganizationId", at!("entity.uid"), "where the record names no setting"),
];

#[rustfmt::skip]
const THINGS: &[Thing] = &[
    thing("Agent", &["AgentName"], &["AgentId"]),
    thing("Automation", &["ScenarioType"], &["AutomationId"]),
    thing("Environment", &[], &["EnvironmentId"]),
];

/// Under a record type that names the kind of thing, an operation that does not name it means the same.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let is_setting = record.text("Property").is_some() && record.text("NewValue").is_some();
    if is_setting && decision.class.uid == API_ACTIVITY.uid {
        return Decision {
            sensitive: true,
            ..decision.to(&ENTITY_MANAGEMENT, 3)
        };
    }
    decision
}

/// Fills application or organization.
pub(super) fn map(event: &mut Event<'_, '_>) {
    match event.class.uid {
        uid if uid == APPLICATION_LIFECYCLE.uid => set_app(event),
        uid if uid == ENTITY_MANAGEMENT.uid => set_organization(event),
        _ => {}
    }
}

fn set_app(event: &mut Event<'_, '_>) {
    let record = event.record;
    event.copy("AgentId", at!("app.uid"));
    if record.text("AgentName").is_none()
        && let Some((member, plugin)) = first(record, &["ObjectId"])
    {
        event.set(at!("app.name"), plugin.clone());
        event.set(at!("app.uid"), plugin);
        record.take(member);
    }
}

/// A setting of the tenant: its name, and its values before and after.
fn set_organization(event: &mut Event<'_, '_>) {
    let record = event.record;
    event.set_id(
        at!("entity.type_id"),
        at!("entity.type"),
        (4, "Organization"),
    );
    event.set_some(at!("entity.uid"), record.text("OrganizationId"));
    event.copy("Property", at!("entity.name"));
    if let Some(data) = values(record)
        && event.set(at!("entity.data"), data)
    {
        record.take("NewValue");
        record.take("OldValue");
    }
}

/// The values as a JSON object.
fn values(record: &Record<'_>) -> Option<String> {
    let member = |name: &str| Some(format!("\"{name}\":{}", record.raw(name)?));
    let members: Vec<String> = ["NewValue", "OldValue"]
        .iter()
        .filter_map(|name| member(name))
        .collect();
    (!members.is_empty()).then(|| format!("{{{}}}", members.join(",")))
}
