//! Microsoft 365 administration: settings of reports, Cloud Policy, Cloud Update (record types 147, 288, 337 to 339).
//!
//! *What it covers:* whether usage reports show names; policy configurations of Microsoft 365 apps; update profiles,
//! windows in which updates are excluded, and devices that are rolled back or moved to another channel.
//!
//! *Mapping:* Entity Management: the policy configuration or update profile is `entity`, else the tenant is; what it
//! holds is `entity.data`, and a setting's old and new value are `comment`. Devices are API Activity with a resource each.
//!
//! *Deliberate:* policies of apps are sensitive: they decide what macros and add-ins may do.
//!
//! *Left out:* scope and priorities of policy configurations, which stay in `unmapped`.

use super::{Decision, Operation, Otherwise, Workload, derived, op, text};
use crate::changes;
use crate::class::{API_ACTIVITY, ENTITY_MANAGEMENT};
use crate::event::Event;
use crate::record::{Member, Record, elements, is_silent, scalar};
use crate::schema::path::{at, list};
use crate::tags::{self, OF_RESOURCE};
use crate::verbs;

/// Administration.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "microsoft365_admin",
    name: "Microsoft 365 administration",
    record_types: &[147, 288, 337, 338, 339],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &ENTITY_MANAGEMENT,
        activity: None,
    },
    #[rustfmt::skip]
    fields: &[
        text("ConfigId", at!("entity.uid")),
        text("ConfigName", at!("entity.name")),
        text("ProfileName", at!("entity.name")),
        derived("ConfigName", at!("entity.policy.name"), "a policy configuration; of an update profile `ProfileName`"),
        derived("OrganizationId", at!("entity.uid"), "the tenant, where no policy or profile is named"),
        derived("Policies", at!("entity.data"), "as JSON; of an update profile `Waves`, of the tenant `ProfileExclusionWindows` or `ModifiedProperties`"),
        derived("ModifiedProperties[].NewValue", at!("comment"), "each property with old and new value"),
        derived("RollbackDevices.Devices", at!("resources.name"), "each device; so too `ChannelChangeDevices`"),
        derived("RollbackDevices.RollbackBuildNumber", at!("resources.tags.value"), "with the kind of rollback"),
    ],
    things: &[],
    refine,
    map,
};

const CLOUD_POLICY: i64 = 288;
const DEVICES: i64 = 339;

const OPERATIONS: &[Operation] = &[op(
    &["UpdateUsageReportsPrivacySetting"],
    &ENTITY_MANAGEMENT,
    3,
)];

fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    match record.int("RecordType") {
        Some(DEVICES) => {
            let operation = record.text("Operation").unwrap_or_default();
            let activity = verbs::activity(&API_ACTIVITY, &operation);
            decision.to(&API_ACTIVITY, activity)
        }
        Some(CLOUD_POLICY) => Decision {
            sensitive: true,
            ..decision
        },
        _ => decision,
    }
}

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid == ENTITY_MANAGEMENT.uid {
        set_entity(event);
    } else {
        add_devices(event, "RollbackDevices");
        add_devices(event, "ChannelChangeDevices");
    }
}

fn set_entity(event: &mut Event<'_, '_>) {
    let record = event.record;
    let named = ["ConfigName", "ProfileName", "ConfigId"];
    if let Some(name) = named.iter().find_map(|member| record.text(member)) {
        event.set_id(at!("entity.type_id"), at!("entity.type"), (5, "Policy"));
        event.set(at!("entity.policy.name"), name);
    } else {
        event.set_id(
            at!("entity.type_id"),
            at!("entity.type"),
            (4, "Organization"),
        );
        event.set_some(at!("entity.uid"), record.text("OrganizationId"));
    }
    for member in [
        "Policies",
        "Waves",
        "ProfileExclusionWindows",
        "ModifiedProperties",
    ] {
        let list = record
            .raw(member)
            .filter(|raw| raw.starts_with('[') && *raw != "[]");
        if event.set_some(at!("entity.data"), list) {
            record.take(member);
        }
    }
    let words: Vec<String> = changes::of(record).iter().map(changes::in_words).collect();
    if !words.is_empty() {
        event.set(at!("comment"), words.join("; "));
    }
}

/// The devices of a rollback or of a change of channel, each with what becomes of it.
fn add_devices(event: &mut Event<'_, '_>, member: &str) {
    let record = event.record;
    let Some(order) = record.object(member) else {
        return;
    };
    for device in order.array("Devices").into_iter().filter_map(scalar) {
        event.element(list!("resources"), |event| {
            event.set(at!("resources.name"), device);
            event.set(at!("resources.type"), "Device");
            event.set_id(
                at!("resources.role_id"),
                at!("resources.role"),
                (1, "Target"),
            );
            for said in order.members() {
                let value = scalar(said.value);
                tags::add(event, &OF_RESOURCE, said.key.clone(), value);
            }
        });
    }
    if is_whole(&order) {
        record.take(member);
    }
}

/// Whether devices and scalars are all that an order holds.
fn is_whole(order: &Record<'_>) -> bool {
    let is_scalar = |raw: &str| scalar(raw).is_some();
    let is_held = |member: &Member<'_>| match &*member.key {
        "Devices" => elements(member.value).into_iter().all(is_scalar),
        _ => is_scalar(member.value) || is_silent(member.value),
    };
    order.members().iter().all(is_held)
}
