//! Power Apps and Power Platform (record types 45, 46, 79, 80, 149, 150, 163, 187, 256, 437).
//!
//! *What it covers:* canvas apps: creation, start, changes, shares, consent; connections and custom connectors; data
//! policies; environments and their groups; licenses; lockbox. Since late 2024 most of it comes as record type 256.
//! *Mapping:* apps as Application Lifecycle; who gains or loses an app as User Access Management; policies, environments
//! and their groups as Entity Management, the changed properties of a data policy in `comment`; the rest as API Activity. What
//! `PropertyCollection` or `AdditionalInfo` says of a resource or entity is its `data`.
//! *Deliberate:* the operation's name decides, not the record type: Microsoft's two lists disagree about 79 and 187. A
//! `GovernanceApiPolicyOperation` is what its property `operation_name` says. Data policies, rules of environment groups,
//! tenant isolation, consent, administrators and lockbox are of severity Medium.
//! *Left out:* Application Lifecycle has no place for the environment, the client's address and its user agent; they stay
//! in `unmapped`.

mod access;
mod entities;
mod operations;
mod properties;
mod subjects;

use self::properties::{analytics, governed, property};
use super::{Decision, Mapping, Otherwise, Workload, canonical, derived, find};
use crate::actor::{self, is_guid};
use crate::class::{API_ACTIVITY, APPLICATION_LIFECYCLE, ENTITY_MANAGEMENT, USER_ACCESS};
use crate::event::Event;
use crate::record::{Record, as_bool};
use crate::record_types;
use crate::schema::path::at;
use crate::status::{FAILURE, SUCCESS};
use crate::verbs;

/// Power Platform.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "power_platform",
    name: "Power Apps and Power Platform",
    record_types: &[45, 46, 79, 80, 149, 150, 163, 187, 256, 437],
    operations: operations::OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: FIELDS,
    things: &[],
    refine,
    map,
};

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    derived("AppName", at!("app.uid"), "the app's identifier, whatever the member is called"),
    derived("AdditionalInfo.resourceDisplayName", at!("app.name"), ""),
    derived("PropertyCollection[powerplatform.analytics.resource.power_app.id].Value", at!("app.uid"), ""),
    derived("PropertyCollection[powerplatform.analytics.resource.power_app.display_name].Value", at!("app.name"), ""),
    derived("PropertyCollection[powerplatform.analytics.resource.power_app.id].Value", at!("resources.uid"), "where its permissions change"),
    derived("PropertyCollection[powerplatform.analytics.resource.type].Value", at!("resources.type"), "of a resource that is no app"),
    derived("PropertyCollection[powerplatform.analytics.resource.environment.id].Value", at!("resources.uid"), ""),
    derived("PropertyCollection[powerplatform.analytics.resource.environment.name].Value", at!("resources.name"), ""),
    derived("EnvironmentId", at!("resources.uid"), ""),
    derived("AdditionalInfo.environmentName", at!("resources.uid"), "the environment's identifier"),
    derived("ResourceId", at!("resources.uid"), "a connection, a custom connector or a gateway"),
    derived("PropertyCollection[powerplatform.analytics.resource.tenant.lockbox.request.id].Value", at!("resources.uid"), ""),
    derived("PropertyCollection[].Value", at!("resources.data"), "the whole list, on the target"),
    derived("AdditionalInfo.environmentName", at!("resources.data"), "the whole object, on the target"),
    derived("PropertyCollection[targetuser.id].Value", at!("user.uid"), "who gains or loses; without it, in `ApplyAdminRole`, who asked"),
    derived("PropertyCollection[powerplatform.analytics.resource.permission_type].Value", at!("privileges"), "without it, the operation; System Administrator for `ApplyAdminRole`"),
    derived("PropertyCollection[powerplatform.analytics.resource.id].Value", at!("entity.uid"), ""),
    derived("PropertyCollection[powerplatform.analytics.resource.display_name].Value", at!("entity.name"), ""),
    derived("AdditionalInfo.policyId", at!("entity.policy.uid"), ""),
    derived("AdditionalInfo.policyType", at!("entity.policy.type"), ""),
    derived("AdditionalInfo.changeSet.changedProperties[].name", at!("comment"), "name: previous value => current value"),
    derived("AdditionalInfo.changeSet.connectorChanges[].name", at!("comment"), "name: previous classification => current classification"),
    derived("PropertyCollection[].Value", at!("entity.data"), "the whole list"),
    derived("PropertyCollection[powerplatform.analytics.correlation.id].Value", at!("metadata.correlation_uid"), ""),
    derived("PropertyCollection[powerplatform.analytics.resource.telemetry_correlation.id].Value", at!("metadata.correlation_uid"), ""),
    derived("PropertyCollection[enduser.id].Value", at!("actor.user.uid"), ""),
    derived("PropertyCollection[user_agent.original].Value", at!("http_request.user_agent"), "where the class has requests"),
    derived("PropertyCollection[powerplatform.analytics.operation.is_successful].Value", at!("status_id"), "without `ResultStatus`"),
    derived("PropertyCollection[powerplatform.analytics.resource.tenant.governance.api_policy.operation_result].Value", at!("status_id"), "without `ResultStatus`"),
];

/// Record types whose every operation is Microsoft's access to the tenant, or what other tenants may do.
const SENSITIVE_TYPES: [i64; 3] = [149, 150, 437];

/// What only a property, or only the record type, says.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let operation = record.text("Operation").unwrap_or_default();
    let name = canonical(&operation);
    let record_type = record_type(record);
    let sensitive =
        decision.sensitive || record_type.is_some_and(|rt| SENSITIVE_TYPES.contains(&rt));
    let decision = Decision {
        sensitive,
        ..decision
    };
    if name == "governanceapipolicyoperation" {
        let activity = governed(record).map(|op| verbs::activity(&ENTITY_MANAGEMENT, &op));
        return decision.to(&ENTITY_MANAGEMENT, activity.unwrap_or(99));
    }
    let state = analytics(record, "resource.tenant.lockbox.request.state");
    if name == "lockboxrequestoperation" && state.as_deref() == Some("Created") {
        return decision.to(&API_ACTIVITY, 1);
    }
    // Records of apps that no table names are about apps all the same.
    if record_type == Some(45) && find(operations::OPERATIONS, &name).is_none() {
        let activity = verbs::activity(&APPLICATION_LIFECYCLE, &operation);
        return decision.to(&APPLICATION_LIFECYCLE, activity);
    }
    decision
}

/// The record type, sent as a number or as a name.
fn record_type(record: &Record<'_>) -> Option<i64> {
    record.int("RecordType").or_else(|| {
        let known = record_types::by_name(&record.text("RecordType")?)?;
        Some(known.value.into())
    })
}

fn map(event: &mut Event<'_, '_>) {
    match event.class.uid {
        uid if uid == APPLICATION_LIFECYCLE.uid => set_app(event),
        uid if uid == ENTITY_MANAGEMENT.uid => entities::set(event),
        uid if uid == USER_ACCESS.uid => access::set(event),
        _ => {}
    }
    if event.class.uid != ENTITY_MANAGEMENT.uid {
        subjects::set_resources(event);
    }
    set_common(event);
}

/// What the properties say that members of other records say.
fn set_common(event: &mut Event<'_, '_>) {
    let record = event.record;
    for name in ["correlation.id", "resource.telemetry_correlation.id"] {
        event.set_some(at!("metadata.correlation_uid"), analytics(record, name));
    }
    let id = property(record, "enduser.id").filter(|id| is_guid(id));
    event.set_some(actor::ACTOR.uid, id);
    event.set_some(
        at!("http_request.user_agent"),
        property(record, "user_agent.original"),
    );
    properties::take_echo(record);
    let succeeded = analytics(record, "operation.is_successful").or_else(|| {
        analytics(
            record,
            "resource.tenant.governance.api_policy.operation_result",
        )
    });
    if let Some(yes) = succeeded.filter(|_| record.text("ResultStatus").is_none()) {
        let status = as_bool(&yes).map(|yes| if yes { SUCCESS } else { FAILURE });
        if let Some(status) = status {
            event.set_id(at!("status_id"), at!("status"), status);
        }
    }
}

fn set_app(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(app) = subjects::app(record).or_else(|| subjects::resource(record)) else {
        return;
    };
    event.set_some(at!("app.name"), app.name.clone());
    event.set_some(at!("app.uid"), app.uid.clone());
    subjects::take_named(record, &app);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::Decided;

    #[test]
    fn properties_and_record_types_decide_where_names_do_not() {
        let governed = r#"{"Operation":"GovernanceApiPolicyOperation","PropertyCollection":[{"Name":
            "powerplatform.analytics.resource.tenant.governance.api_policy.operation_name","Value":"CreateDlpPolicy"}]}"#;
        for (json, expected) in [
            (governed, (3004, 1, false)),
            (
                r#"{"Operation":"GovernanceApiPolicyOperation"}"#,
                (3004, 99, false),
            ),
            (
                r#"{"Operation":"DeleteThing","RecordType":45}"#,
                (6002, 2, false),
            ),
            (
                r#"{"Operation":"DeleteThing","RecordType":"PowerAppsApp"}"#,
                (6002, 2, false),
            ),
            (
                r#"{"Operation":"DeleteThing","RecordType":256}"#,
                (6003, 7, false),
            ),
            (
                r#"{"Operation":"DeleteThing","RecordType":"437"}"#,
                (6003, 7, true),
            ),
            (
                r#"{"Operation":"DeletePowerApp","RecordType":45}"#,
                (6003, 7, false),
            ),
        ] {
            let decision = Record::parse(json)
                .map(|record| refine(&record, Decision::new(&API_ACTIVITY, 7, Decided::Verb)))
                .map(|d| (d.class.uid, d.activity, d.sensitive));
            assert_eq!(decision.ok(), Some(expected), "{json}");
        }
    }
}
