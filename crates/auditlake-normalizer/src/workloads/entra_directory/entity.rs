//! What was changed of an object of the directory.

use std::borrow::Cow;

use super::properties::{ids, modified, new_value, object};
use super::set_target;
use crate::actor::{self, is_guid};
use crate::changes::{self, Change};
use crate::common::take_if_held;
use crate::event::Event;
use crate::schema::path::at;
use crate::workloads::canonical;

/// What was changed: its kind from `extendedAuditEventCategory`, else from the operation's words.
pub(super) fn set(event: &mut Event<'_, '_>) {
    let record = event.record;
    let operation = record.text("Operation").unwrap_or_default();
    let category = record.named("ExtendedProperties", "extendedAuditEventCategory");
    let kind = kind_of(category.as_deref().unwrap_or_default())
        .or_else(|| kind_by_words(&canonical(&operation)));
    let kind = kind.unwrap_or((99, "Other"));
    event.set_id(at!("entity.type_id"), at!("entity.type"), kind);
    if !set_owned(event) {
        set_target_entity(event, kind.0);
    }
    let changed = record
        .raw("ModifiedProperties")
        .filter(|raw| raw.starts_with('[') && !record.objects("ModifiedProperties").is_empty());
    if event.set_some(at!("entity.data"), changed) {
        record.take("ModifiedProperties");
    }
    let leaves = [at!("entity.name"), at!("entity.uid")];
    take_if_held(event, "ObjectId", &leaves);
    set_comment(event);
}

/// Ownership: `Target` is the owner, and what they own a property. False where no property says what.
fn set_owned(event: &mut Event<'_, '_>) -> bool {
    let record = event.record;
    let is_ownership = record
        .text("Operation")
        .is_some_and(|operation| canonical(&operation).contains("owner"));
    let owned = ["Application", "ServicePrincipal", "Device"]
        .iter()
        .filter(|_| is_ownership)
        .find(|kind| modified(record, &format!("{kind}.ObjectID")).is_some());
    let Some(kind) = owned else { return false };
    let name = new_value(record, &format!("{kind}.DisplayName"));
    event.set_some(at!("entity.name"), name);
    let uid = new_value(record, &format!("{kind}.ObjectID"));
    event.set_some(at!("entity.uid"), uid);
    set_target(event, actor::ENTITY);
    true
}

fn set_target_entity(event: &mut Event<'_, '_>, type_id: u8) {
    let record = event.record;
    let targets = record.objects("Target");
    let name = ids(&targets, 5).next().or_else(|| ids(&targets, 1).next());
    let name = name.or_else(|| object(record).map(Cow::Owned));
    event.set_some(at!("entity.name"), name.clone());
    let own = object(record).filter(|id| is_guid(id));
    let uid = actor::object_id(&targets).or_else(|| own.map(Cow::Owned));
    event.set_some(at!("entity.uid"), uid);
    match type_id {
        2 => set_target(event, actor::ENTITY),
        3 => {
            event.set_some(at!("entity.group.name"), name);
        }
        5 => {
            event.set_some(at!("entity.policy.name"), name);
        }
        _ => {}
    }
}

fn kind_of(category: &str) -> Option<(u8, &'static str)> {
    Some(match category {
        "Device" => (1, "Device"),
        "User" => (2, "User"),
        "Group" => (3, "Group"),
        "Policy" => (5, "Policy"),
        "Company" | "Tenant" => (4, "Organization"),
        "Application" => (99, "Application"),
        "ServicePrincipal" => (99, "Service Principal"),
        "Role" => (99, "Role"),
        "Domain" => (99, "Domain"),
        _ => return None,
    })
}

fn kind_by_words(operation: &str) -> Option<(u8, &'static str)> {
    let words: [(&str, (u8, &str)); 20] = [
        ("access package", (99, "Access Package")),
        ("connected organization", (99, "Connected Organization")),
        ("access review", (99, "Access Review")),
        ("decision", (99, "Access Review")),
        ("administrative unit", (99, "Administrative Unit")),
        ("cross-tenant", (5, "Policy")),
        ("security defaults", (5, "Policy")),
        ("bitlocker", (1, "Device")),
        ("service principal", (99, "Service Principal")),
        ("application", (99, "Application")),
        ("password policy", (4, "Organization")),
        ("policy", (5, "Policy")),
        ("named location", (5, "Policy")),
        ("device", (1, "Device")),
        ("group", (3, "Group")),
        ("role", (99, "Role")),
        ("domain", (99, "Domain")),
        ("company", (4, "Organization")),
        ("tenant", (4, "Organization")),
        ("user", (2, "User")),
    ];
    words
        .into_iter()
        .find(|(word, _)| operation.contains(word))
        .map(|(_, kind)| kind)
}

/// The changed properties, with their values where those are short.
fn set_comment(event: &mut Event<'_, '_>) {
    let is_change = |change: &Change| {
        change.name != "Included Updated Properties" && !names_something(&change.name)
    };
    let changes = changes::of(event.record);
    let words = changes.iter().filter(|change| is_change(change));
    let words: Vec<String> = words.map(changes::in_words).collect();
    if !words.is_empty() {
        event.set(at!("comment"), words.join("; "));
    }
}

/// Properties that say which object is meant, not what changed of it.
fn names_something(property: &str) -> bool {
    property.split_once('.').is_some_and(|(object, _)| {
        [
            "TargetId",
            "ActorId",
            "Application",
            "Device",
            "Group",
            "Role",
            "ServicePrincipal",
            "User",
        ]
        .contains(&object)
    })
}
