//! Viva Goals (record type 216).
//!
//! *What it covers:* objectives, projects, dashboards, teams and users; policy, settings and integrations; exports;
//! sign-in.
//! *Mapping:* Web Resources Activity, with the object, its changed fields and its details, and the organization of Viva
//! Goals as `web_resources`; sign-in is Authentication. What happened, in Microsoft's words, is `message`.
//! *Deliberate:* `OrganizationName` is an organization within Viva Goals, not the tenant. Policy, settings, integrations
//! and exports are sensitive.
//! *Left out:* the role of the actor and the owner and administrators of the organization; they stay in `unmapped`.

use super::{Mapping, Operation, Otherwise, Outcome, Workload, as_decided, derived, op};
use crate::actor;
use crate::class::{AUTHENTICATION, WEB_RESOURCES_ACTIVITY};
use crate::event::Event;
use crate::record::{Record, is_silent};
use crate::schema::path::{at, list};
use crate::things::{self, Thing, thing};

/// Viva Goals.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "viva_goals",
    name: "Viva Goals",
    record_types: &[216],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &WEB_RESOURCES_ACTIVITY,
        activity: None,
    },
    fields: FIELDS,
    things: THINGS,
    refine: as_decided,
    map,
};

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    derived("Detail", at!("message"), "what happened"),
    derived("Username", at!("actor.user.display_name"), "where it differs from `UserId`"),
    derived("ObjectId", at!("web_resources.name"), "with the kind that the operation names"),
    derived("ModifiedFields", at!("web_resources.data"), "with `ItemDetails`"),
    derived("ItemDetails", at!("web_resources.data"), "with `ModifiedFields`"),
];

const ORGANIZATION: Thing = thing("Organization", &["OrganizationName"], &[]);
const THINGS: &[Thing] = &[ORGANIZATION];

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["Organization created", "User added", "Team added", "OKR or Project created", "Dashboard created"], &WEB_RESOURCES_ACTIVITY, 1),
    op(&["Team updated", "OKR or Project updated", "Dashboard updated"], &WEB_RESOURCES_ACTIVITY, 3),
    op(&["Goals policy updated", "Organisation settings updated", "Organisation integrations updated"], &WEB_RESOURCES_ACTIVITY, 3).sensitive(),
    op(&["User deactivated", "User deleted", "Team deleted", "OKR or Project deleted", "Dashboard deleted"], &WEB_RESOURCES_ACTIVITY, 4),
    op(&["Data exported"], &WEB_RESOURCES_ACTIVITY, 7).sensitive(),
    op(&["User logged in"], &AUTHENTICATION, 1).outcome(Outcome::Success),
    op(&["User logged out"], &AUTHENTICATION, 2).outcome(Outcome::Success),
];

fn map(event: &mut Event<'_, '_>) {
    set_person(event);
    event.copy("Detail", at!("message"));
    if event.class.uid == AUTHENTICATION.uid {
        actor::set_user(event, actor::TARGET);
        event.set(at!("service.name"), "Viva Goals");
        event.set(at!("is_remote"), true);
    } else {
        add_object(event);
        things::add_web_resource(event, &ORGANIZATION);
    }
}

fn set_person(event: &mut Event<'_, '_>) {
    let record = event.record;
    actor::set_user(event, actor::ACTOR);
    if record.text("Username") == record.text("UserId") {
        record.take("Username");
    } else {
        event.copy("Username", actor::ACTOR.display_name);
    }
}

/// The object, of the kind that the operation names, with what the record says of it.
fn add_object(event: &mut Event<'_, '_>) {
    let record = event.record;
    let operation = record.text("Operation").unwrap_or_default();
    let kind = kind(&operation).map(str::to_owned);
    let details = details(record);
    let added = event.element(list!("web_resources"), |event| {
        event.set_some(at!("web_resources.name"), record.text("ObjectId"));
        event.set_some(at!("web_resources.type"), kind);
        event.set_some(at!("web_resources.data"), details);
    });
    if added {
        for member in ["ObjectId", "ModifiedFields", "ItemDetails"] {
            record.take(member);
        }
    }
}

/// Of `OKR or Project created`, the OKR or project.
fn kind(operation: &str) -> Option<&str> {
    let (kind, _) = operation.trim().rsplit_once(' ')?;
    Some(kind.trim()).filter(|kind| !kind.is_empty())
}

/// What changed, and what else the record says of the object, as it writes it.
fn details(record: &Record<'_>) -> Option<String> {
    let members: Vec<String> = ["ModifiedFields", "ItemDetails"]
        .iter()
        .filter_map(|member| {
            let raw = record.raw(member).filter(|raw| !is_silent(raw))?;
            Some(format!(r#""{member}":{raw}"#))
        })
        .collect();
    (!members.is_empty()).then(|| format!("{{{}}}", members.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_name_the_kind_of_their_object() {
        for (operation, expected) in [
            ("OKR or Project created", Some("OKR or Project")),
            ("Team  updated", Some("Team")),
            ("exported", None),
        ] {
            assert_eq!(kind(operation), expected, "{operation}");
        }
    }
}
