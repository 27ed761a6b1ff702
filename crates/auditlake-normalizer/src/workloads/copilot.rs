//! Copilot and other AI applications: interactions (record types 261, 284, 328, 334, 405 to 407, 411 to 413, 420, 436).
//!
//! *What it covers:* prompts and answers of Microsoft 365 Copilot, agents of Copilot Studio, Security Copilot, Facilitator in Teams
//! and third-party AI applications; agents that are invoked, tools that they run, models that they ask.
//! *Mapping:* API Activity with the profile `ai_operation`: the conversation is the message context with the host application, the
//! model is the model. What Copilot read are the target resources, with their sensitivity labels and, as data, what was done with
//! each; the user's context, the agent and its plugins are related resources.
//! *Deliberate:* an interaction that Microsoft flags (`JailbreakDetected` on a message, `XPIADetected`, cross-prompt injection, on a
//! resource) is an alert of severity High with disposition Detected, and the flag is in `status_detail`. A model of a record of the
//! workload Copilot that names no provider is Microsoft's to run: its provider is `Microsoft`; elsewhere it is left in `unmapped`.
//! A conversation is opened by a user: the role is User. Administration that comes under these numbers keeps its class.
//! *Left out:* prompt and answer, which are not in the record; messages, second models and the client's region stay in `unmapped`.

mod resources;

use std::borrow::Cow;

use super::{Mapping, Operation, Otherwise, Workload, ai_admin, as_decided, derived, op};
use crate::class::{
    API_ACTIVITY, APPLICATION_LIFECYCLE, ENTITY_MANAGEMENT, WEB_RESOURCES_ACTIVITY,
};
use crate::event::Event;
use crate::record::{Record, as_bool};
use crate::schema::path::{at, top};
use crate::status::SEVERITIES;

/// Interactions with AI.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "copilot",
    name: "Copilot and AI interactions",
    record_types: &[261, 284, 328, 334, 405, 406, 407, 411, 412, 413, 420, 436],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: Some(99),
    },
    fields: FIELDS,
    things: &[],
    refine: as_decided,
    map,
};

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["CopilotInteraction", "AIAppInteraction", "ConnectedAIAppInteraction", "TeamCopilotInteraction"], &API_ACTIVITY, 99),
    op(&["AIInvokeAgent", "AIExecuteTool", "AIInferenceCall", "AIGuardrail"], &API_ACTIVITY, 99),
    op(&["CreateCopilotPlugin"], &APPLICATION_LIFECYCLE, 1),
    op(&["DeleteCopilotPlugin"], &APPLICATION_LIFECYCLE, 2),
    op(&["EnableCopilotPlugin"], &APPLICATION_LIFECYCLE, 6),
    op(&["DisableCopilotPlugin"], &APPLICATION_LIFECYCLE, 7),
    op(&["UpdateCopilotPlugin"], &APPLICATION_LIFECYCLE, 8),
    op(&["CreateCopilotWorkspace", "CreateCopilotPromptBook"], &WEB_RESOURCES_ACTIVITY, 1),
    op(&["UpdateCopilotWorkspace", "UpdateCopilotPromptBook"], &WEB_RESOURCES_ACTIVITY, 3),
    op(&["DeleteCopilotWorkspace", "DeleteCopilotPromptBook"], &WEB_RESOURCES_ACTIVITY, 4),
    op(&["UpdateCopilotSettings", "UpdateTenantSettings"], &ENTITY_MANAGEMENT, 3).sensitive(),
];

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    derived("CopilotEventData.ThreadId", at!("message_context.uid"), ""),
    derived("CopilotEventData.AppHost", at!("message_context.application.name"), ""),
    derived("AppIdentity", at!("message_context.application.uid"), ""),
    derived("AgentName", at!("message_context.name"), "also a related resource"),
    derived("AgentId", at!("resources.uid"), "of the agent"),
    derived("CopilotEventData.ModelTransparencyDetails[].ModelName", at!("ai_model.name"), "of the first model"),
    derived("CopilotEventData.ModelTransparencyDetails[].ModelProviderName", at!("ai_model.ai_provider"), ""),
    derived("CopilotEventData.ModelTransparencyDetails[].ModelVersion", at!("ai_model.version"), ""),
    derived("CopilotEventData.AccessedResources[].Name", at!("resources.name"), "else the last part of `SiteUrl`"),
    derived("CopilotEventData.AccessedResources[].Id", at!("resources.uid"), "else `listItemUniqueId`, `SiteUrl`"),
    derived("CopilotEventData.AccessedResources[].Type", at!("resources.type"), ""),
    derived("CopilotEventData.AccessedResources[].SensitivityLabelId", at!("resources.data_classifications.uid"), ""),
    derived("CopilotEventData.AccessedResources[].Action", at!("resources.data"), "all of the resource"),
    derived("CopilotEventData.AccessedResources[].XPIADetected", at!("status_detail"), "true: also `is_alert`, severity High, disposition Detected"),
    derived("CopilotEventData.Messages[].JailbreakDetected", at!("status_detail"), "true: the same"),
    derived("CopilotEventData.Contexts[].Id", at!("resources.uid"), "related"),
    derived("CopilotEventData.Contexts[].Type", at!("resources.type"), ""),
    derived("CopilotEventData.AISystemPlugin[].Id", at!("resources.uid"), "related, of type Plugin"),
];

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid != API_ACTIVITY.uid {
        return ai_admin::map(event);
    }
    let record = event.record;
    let data = record.object("CopilotEventData").unwrap_or_default();
    set_context(event, &data);
    set_model(event, &data);
    set_flags(event, &data);
    resources::set(event, &data);
    if is_whole(&data) {
        record.take("CopilotEventData");
    }
}

/// The conversation, which needs the application that it was held in.
fn set_context<'a>(event: &mut Event<'_, 'a>, data: &Record<'a>) {
    let record = event.record;
    event.set_some(
        at!("message_context.application.name"),
        data.text("AppHost"),
    );
    event.copy("AppIdentity", at!("message_context.application.uid"));
    if !event.has_top(top!("message_context")) {
        return;
    }
    event.set_some(at!("message_context.uid"), data.text("ThreadId"));
    event.set_some(at!("message_context.name"), record.text("AgentName"));
    event.set_id(
        at!("message_context.ai_role_id"),
        at!("message_context.ai_role"),
        (1, "User"),
    );
}

fn set_model<'a>(event: &mut Event<'_, 'a>, data: &Record<'a>) {
    let models = data.objects("ModelTransparencyDetails");
    let Some(model) = models.first() else { return };
    let of_copilot = || {
        let workload = event.record.text("Workload");
        (workload.as_deref() == Some("Copilot")).then_some(Cow::Borrowed("Microsoft"))
    };
    let provider = model.text("ModelProviderName").or_else(of_copilot);
    if let (Some(name), Some(provider)) = (model.text("ModelName"), provider) {
        event.set(at!("ai_model.name"), name);
        event.set(at!("ai_model.ai_provider"), provider);
        event.set_some(at!("ai_model.version"), model.text("ModelVersion"));
    }
}

/// What Microsoft's own detection says of messages and resources.
fn set_flags(event: &mut Event<'_, '_>, data: &Record<'_>) {
    let flagged = [
        ("Messages", "JailbreakDetected"),
        ("AccessedResources", "XPIADetected"),
        ("Contexts", "XPIADetected"),
    ];
    let is_set = |list: &str, flag: &str| {
        let elements = data.objects(list);
        elements
            .iter()
            .any(|element| element.text(flag).as_deref().and_then(as_bool) == Some(true))
    };
    let mut found: Vec<&str> = flagged
        .iter()
        .filter(|(list, flag)| is_set(list, flag))
        .map(|(_, flag)| *flag)
        .collect();
    found.dedup();
    if found.is_empty() {
        return;
    }
    event.set(at!("status_detail"), found.join(", "));
    event.set(at!("is_alert"), true);
    event.set_id(at!("disposition_id"), at!("disposition"), (15, "Detected"));
    event.set_id(at!("severity_id"), at!("severity"), SEVERITIES[4]);
}

/// Whether all that the data hold has gone to attributes.
fn is_whole(data: &Record<'_>) -> bool {
    let lists = ["AccessedResources", "Contexts", "AISystemPlugin"];
    data.has_only(&["AppHost", "ThreadId", lists[0], lists[1], lists[2]])
        && data.text("AppHost").is_some()
        && lists.iter().all(|list| resources::is_whole(data, list))
}
