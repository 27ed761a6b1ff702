//! Microsoft Entra ID: changes of the directory (record type 8).
//!
//! *What it covers:* users, groups, roles (for good and by Privileged Identity Management), consent and grants, access
//! packages, access reviews, applications and their credentials, devices, policies, other tenants, domains, the tenant.
//!
//! *Mapping:* Account Change, Group Management, User Access Management, and Entity Management as the floor; target
//! accounts from `Target`, groups, roles and scopes from `ModifiedProperties`, whose values are often JSON in a string.
//! Of a grant (app role, delegated permission) `Target` is the API, which is the resource; the service principal or
//! person who gains it is `user`. Of a consent the application is `user`, the scopes are `privileges`, the APIs are
//! resources, and whether it is for everybody is in their tags. An owner added to an application or device changes that
//! (`entity`), and is `entity.user`. What was changed is told in `comment`, with old and new values where they are short
//! (`KeyDescription` of a new secret), and is whole in `entity.data`.
//!
//! *Deliberate:* taking a role away is as sensitive as giving it. An owner of an application can give it credentials, so
//! adding one is sensitive, and so is an update of an application that changes its credentials, of an account
//! that changes its second factors, or of conditional access. Requests for a role that await a decision are User Access Management, Other: nobody gained it yet. The
//! deletion-marked grant that the directory adds when it removes a link takes a grant away. An update without any
//! target is API Activity, since Entity Management demands an entity.
//!
//! *Left out:* old and new values of properties where the class is not Entity Management; they stay in `unmapped`.

mod access;
mod entity;
mod operations;
mod properties;

use std::borrow::Cow;

use self::properties::{client_id, ids, modified, new_value, object};
use super::{Decision, Otherwise, Workload, canonical, derived};
use crate::actor::{self, UserLeaves, is_guid};
use crate::changes::{self, unwrap};
use crate::class::{ACCOUNT_CHANGE, ENTITY_MANAGEMENT, GROUP_MANAGEMENT, USER_ACCESS};
use crate::common::take_if_held;
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::at;

/// Directory changes.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "entra_directory",
    name: "Microsoft Entra ID directory",
    record_types: &[8],
    operations: operations::OPERATIONS,
    otherwise: Otherwise {
        class: &ENTITY_MANAGEMENT,
        activity: None,
    },
    #[rustfmt::skip]
    fields: &[
        derived("Target[].ID", at!("user.name"), "of type 5, else `ObjectId`, else of type 1"),
        derived("Target[].ID", at!("user.uid"), "of `User_<GUID>`, else the first GUID of type 2"),
        derived("Target[].ID", at!("user.uid_alt"), "of type 3; of a service principal its client id"),
        derived("Target[].ID", at!("user.display_name"), "of type 1"),
        derived("Target[].ID", at!("group.name"), "of type 1, where the group itself is the target"),
        derived("Target[].ID", at!("group.uid"), "of `Group_<GUID>`"),
        derived("ModifiedProperties[Group.DisplayName].NewValue", at!("group.name"), "of a membership"),
        derived("ModifiedProperties[Group.ObjectID].NewValue", at!("group.uid"), "of a membership"),
        derived("ModifiedProperties[Role.DisplayName].NewValue", at!("privileges"), "the role; the old value where it was taken away"),
        derived("ModifiedProperties[Role.DisplayName].NewValue", at!("resources.name"), "the role, with its object id"),
        derived("ModifiedProperties[Role.ObjectID].NewValue", at!("resources.uid"), "of the role"),
        derived("ModifiedProperties[Group.DisplayName].NewValue", at!("resources.name"), "the group that somebody owns"),
        derived("ModifiedProperties[AppRole.Value].NewValue", at!("privileges"), "else `AppRole.Id`"),
        derived("ModifiedProperties[DelegatedPermissionGrant.Scope].NewValue", at!("privileges"), "each scope"),
        derived("ModifiedProperties[DelegatedPermissionGrant.ConsentType].NewValue", at!("resources.tags.value"), "`AllPrincipals` is for everybody"),
        derived("ModifiedProperties[ConsentAction.Permissions].NewValue", at!("privileges"), "each scope once, of the state after the consent"),
        derived("ModifiedProperties[ConsentAction.Permissions].NewValue", at!("resources.uid"), "each `ResourceId`: the APIs"),
        derived("ModifiedProperties[ConsentContext.IsAdminConsent].NewValue", at!("resources.tags.value"), "so too `OnBehalfOfAll`, `IsAppOnly`"),
        derived("ModifiedProperties[ServicePrincipal.ObjectID].NewValue", at!("user.uid"), "the service principal that gains a grant; its `DisplayName` is the name, its `AppId` the second id"),
        derived("ModifiedProperties[User.ObjectID].NewValue", at!("user.uid"), "the person who gains a grant; `User.UPN` is the name"),
        derived("Target[].ID", at!("resources.name"), "the API of a grant"),
        derived("Target[].ID", at!("entity.name"), "of type 5, else 1, else `ObjectId`"),
        derived("Target[].ID", at!("entity.uid"), "the object id"),
        derived("Target[].ID", at!("entity.user.name"), "a user that was changed, or an owner that was added"),
        derived("Target[].ID", at!("entity.group.name"), "a group that was changed"),
        derived("Target[].ID", at!("entity.policy.name"), "a policy that was changed"),
        derived("ModifiedProperties[Application.ObjectID].NewValue", at!("entity.uid"), "what an owner was added to; so too `ServicePrincipal`, `Device`"),
        derived("ExtendedProperties[extendedAuditEventCategory].Value", at!("entity.type"), "else from the words of the operation"),
        derived("ModifiedProperties[].Name", at!("comment"), "with old and new value, where these are short"),
        derived("ModifiedProperties[].NewValue", at!("entity.data"), "the whole list, as JSON"),
        derived("Operation", at!("action"), "`Denied` for a request or a review that was decided against"),
    ],
    things: &[],
    refine,
    map,
};

/// An update that switches an account on or off is that; one that gives an application credentials is sensitive.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let operation = record.text("Operation").unwrap_or_default();
    match canonical(&operation).as_ref() {
        "update user" => refine_user(record, decision),
        "update application" | "update service principal" => Decision {
            sensitive: CREDENTIALS.iter().any(|c| modified(record, c).is_some()),
            ..decision
        },
        _ => decision,
    }
}

/// Properties of an account by which its second factor is found; their names begin so.
const FACTORS: &str = "StrongAuthentication";

/// Properties of an application by which something else can sign in as it.
const CREDENTIALS: [&str; 2] = ["KeyDescription", "FederatedIdentityCredentials"];

fn refine_user(record: &Record<'_>, decision: Decision) -> Decision {
    let enabled = modified(record, "AccountEnabled");
    match enabled.as_ref().and_then(switched) {
        Some(true) => decision.to(&ACCOUNT_CHANGE, 2),
        Some(false) => decision.to(&ACCOUNT_CHANGE, 5),
        None => Decision {
            sensitive: changes_factors(record),
            ..decision
        },
    }
}

fn changes_factors(record: &Record<'_>) -> bool {
    let changes = changes::of(record);
    changes
        .iter()
        .any(|change| change.name.starts_with(FACTORS))
}

/// The new state, when it differs from the old one.
fn switched(property: &Record<'_>) -> Option<bool> {
    let state = |member: &str| {
        property
            .text(member)
            .and_then(|value| crate::record::as_bool(&unwrap(&value)))
    };
    let new = state("NewValue")?;
    (state("OldValue") != Some(new)).then_some(new)
}

fn map(event: &mut Event<'_, '_>) {
    match event.class.uid {
        uid if uid == ACCOUNT_CHANGE.uid => set_target(event, actor::TARGET),
        uid if uid == GROUP_MANAGEMENT.uid => set_group_change(event),
        uid if uid == USER_ACCESS.uid => access::set(event),
        uid if uid == ENTITY_MANAGEMENT.uid => entity::set(event),
        _ => {}
    }
    set_denied(event);
}

/// A request or a review that was decided against is a control at work, not a failure.
fn set_denied(event: &mut Event<'_, '_>) {
    let operation = event.record.text("Operation").unwrap_or_default();
    let name = canonical(&operation);
    if name.starts_with("deny ") || name.contains(" denied") {
        event.set_id(at!("action_id"), at!("action"), (2, "Denied"));
    }
}

/// What `Target` names: a person, or an application by its display name, object id and client id.
fn set_target(event: &mut Event<'_, '_>, user: UserLeaves) {
    let record = event.record;
    let targets = record.objects("Target");
    let is_service = ids(&targets, 2).any(|id| id == "ServicePrincipal");
    let principal = ids(&targets, 5).next();
    let own_name = || object(record).filter(|id| !is_guid(id) && !is_service);
    if let Some(name) = principal.or_else(|| own_name().map(Cow::Owned)) {
        actor::set_name(event, user, name);
    }
    event.set_some(user.display_name, ids(&targets, 1).next());
    event.set_some(user.name, ids(&targets, 1).next());
    event.set_some(user.uid, actor::object_id(&targets));
    event.set_some(user.uid_alt, ids(&targets, 3).next());
    if is_service {
        event.set_some(user.uid_alt, client_id(record));
    } else {
        event.set_some(user.uid, object(record).filter(|id| is_guid(id)));
    }
    set_kind(event, user, is_service);
    take_if_held(event, "ObjectId", &[user.name, user.uid, user.uid_alt]);
}

fn set_kind(event: &mut Event<'_, '_>, user: UserLeaves, is_service: bool) {
    let kind = if is_service {
        actor::SERVICE
    } else {
        actor::USER
    };
    if event.has(user.name) || event.has(user.uid) {
        event.set_id(user.type_id, user.type_, kind);
    }
}

fn set_group_change(event: &mut Event<'_, '_>) {
    let record = event.record;
    event.set_some(at!("group.name"), new_value(record, "Group.DisplayName"));
    event.set_some(at!("group.uid"), new_value(record, "Group.ObjectID"));
    if matches!(event.activity_id, 3 | 4) {
        set_target(event, actor::TARGET);
    } else {
        let targets = record.objects("Target");
        event.set_some(at!("group.name"), ids(&targets, 1).next());
        event.set_some(at!("group.uid"), actor::object_id(&targets));
    }
    let role = new_value(record, "AppRole.Value").or_else(|| new_value(record, "AppRole.Id"));
    event.set_some(
        at!("privileges"),
        role.filter(|_| matches!(event.activity_id, 1 | 2)),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_switched_only_when_its_state_changed() {
        let check = |new: &str, old: &str| {
            let json = serde_json::json!({"NewValue": new, "OldValue": old}).to_string();
            Record::parse(&json).ok().as_ref().and_then(switched)
        };
        assert_eq!(check("[false]", "[true]"), Some(false));
        assert_eq!(check("[true]", "[]"), Some(true));
        assert_eq!(check("[true]", "[true]"), None);
    }
}
