//! Microsoft Entra ID: changes of the directory (record type 8).
//!
//! *What it covers:* users, groups, roles, consent and grants, applications, devices, policies, domains, the tenant.
//! *Mapping:* Account Change, Group Management, User Access Management, and Entity Management as the floor; target
//! accounts from `Target`, groups, roles and scopes from `ModifiedProperties`, whose values are often JSON in a string.
//! Of a grant (app role, delegated permission) `Target` is the API, which is the resource; the service principal or
//! person who gains it is `user`. Of a consent the application is `user`, and the APIs are resources. An owner added
//! to an application or device changes that (`entity`), and is `entity.user`.
//! *Deliberate:* taking a role away is as sensitive as giving it; an update without any target is API Activity, since
//! Entity Management demands an entity.
//! *Left out:* old and new values of properties are in `entity.data` where the class is Entity Management, else in
//! `unmapped`.

mod properties;

use std::borrow::Cow;

use self::properties::{client_id, consented, ids, modified, new_value, object, unwrap};
use super::{Decision, Operation, Otherwise, Workload, canonical, op};
use crate::actor::{self, UserLeaves, is_guid};
use crate::class::{ACCOUNT_CHANGE, ENTITY_MANAGEMENT, GROUP_MANAGEMENT, USER_ACCESS};
use crate::common::take_if_held;
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::{at, list};

/// Directory changes.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "entra_directory",
    name: "Microsoft Entra ID directory",
    record_types: &[8],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &ENTITY_MANAGEMENT,
        activity: None,
    },
    fields: &[],
    things: &[],
    refine,
    map,
};

const OTHER: u8 = 99;

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    // Users
    op(&["Add user"], &ACCOUNT_CHANGE, 1),
    op(&["Delete user", "Hard Delete user"], &ACCOUNT_CHANGE, 6),
    op(&["Restore user"], &ACCOUNT_CHANGE, OTHER),
    op(&["Enable account"], &ACCOUNT_CHANGE, 2),
    op(&["Disable account"], &ACCOUNT_CHANGE, 5),
    op(&["Change user password"], &ACCOUNT_CHANGE, 3),
    op(&["Reset user password", "Reset password (self-service)", "Reset password (by admin)"], &ACCOUNT_CHANGE, 4),
    op(&["Set force change user password", "Change user license", "Set license properties"], &ACCOUNT_CHANGE, OTHER),
    op(&["Enable Strong Authentication", "User registered security info", "User registered all required security info"], &ACCOUNT_CHANGE, 10),
    op(&["Disable Strong Authentication", "User deleted security info"], &ACCOUNT_CHANGE, 11).sensitive(),
    op(&["Update StsRefreshTokenValidFrom Timestamp"], &ACCOUNT_CHANGE, OTHER),
    op(&["Invite external user", "Redeem external user invite"], &ACCOUNT_CHANGE, 1),
    op(&["Update user"], &ENTITY_MANAGEMENT, 3),
    // Groups
    op(&["Add group"], &GROUP_MANAGEMENT, 6),
    op(&["Delete group", "Hard Delete group"], &GROUP_MANAGEMENT, 5),
    op(&["Update group", "Restore group", "Set group license", "Set group managed by"], &ENTITY_MANAGEMENT, 3),
    op(&["Add member to group"], &GROUP_MANAGEMENT, 3),
    op(&["Remove member from group"], &GROUP_MANAGEMENT, 4),
    op(&["Add owner to group", "Add eligible owner to group"], &USER_ACCESS, 1),
    op(&["Remove owner from group"], &USER_ACCESS, 2),
    op(&["Add app role assignment to group"], &GROUP_MANAGEMENT, 1),
    op(&["Remove app role assignment from group"], &GROUP_MANAGEMENT, 2),
    // Roles and privileges
    op(&["Add member to role", "Add eligible member to role", "Add scoped member to role", "Add member to role completed (PIM activation)", "Add eligible member to role in PIM completed (permanent)"], &USER_ACCESS, 1).sensitive(),
    op(&["Remove member from role", "Remove eligible member from role", "Remove scoped member from role"], &USER_ACCESS, 2).sensitive(),
    op(&["Add role definition"], &ENTITY_MANAGEMENT, 1),
    op(&["Update role", "Update role definition"], &ENTITY_MANAGEMENT, 3).sensitive(),
    op(&["Delete role definition"], &ENTITY_MANAGEMENT, 4),
    op(&["Consent to application"], &USER_ACCESS, 1).sensitive(),
    op(&["Add delegated permission grant", "Add OAuth2PermissionGrant"], &USER_ACCESS, 1).sensitive(),
    op(&["Remove delegated permission grant", "Revoke consent"], &USER_ACCESS, 2),
    op(&["Add app role assignment to service principal", "Add app role assignment grant to user"], &USER_ACCESS, 1).sensitive(),
    op(&["Remove app role assignment from service principal", "Remove app role assignment from user"], &USER_ACCESS, 2),
    op(&["Add delegation entry", "Set delegation entry"], &USER_ACCESS, 1),
    op(&["Remove delegation entry"], &USER_ACCESS, 2),
    // Applications, devices, policies, the tenant
    op(&["Add application", "Add service principal"], &ENTITY_MANAGEMENT, 1),
    op(&["Update application", "Update service principal", "Add owner to application", "Add owner to service principal", "Restore application"], &ENTITY_MANAGEMENT, 3),
    op(&["Update application - Certificates and secrets management", "Add service principal credentials", "Remove service principal credentials"], &ENTITY_MANAGEMENT, 3).sensitive(),
    op(&["Delete application", "Hard Delete application", "Remove service principal", "Hard delete service principal"], &ENTITY_MANAGEMENT, 4),
    op(&["Add device"], &ENTITY_MANAGEMENT, 1),
    op(&["Register device"], &ENTITY_MANAGEMENT, 6),
    op(&["Unregister device"], &ENTITY_MANAGEMENT, 7),
    op(&["Update device", "Add registered owner to device", "Add registered users to device", "Device no longer compliant", "Device no longer managed"], &ENTITY_MANAGEMENT, 3),
    op(&["Delete device"], &ENTITY_MANAGEMENT, 4),
    op(&["Add policy", "Add conditional access policy", "Add named location"], &ENTITY_MANAGEMENT, 1),
    op(&["Update policy", "Update conditional access policy", "Update named location"], &ENTITY_MANAGEMENT, 3),
    op(&["Delete policy", "Delete conditional access policy", "Delete named location"], &ENTITY_MANAGEMENT, 4).sensitive(),
    op(&["Add domain to company", "Add unverified domain", "Add partner to company", "Create company"], &ENTITY_MANAGEMENT, 1),
    op(&["Remove domain from company", "Remove partner from company", "Remove unverified domain"], &ENTITY_MANAGEMENT, 4),
    op(&["Set company information", "Set company contact information", "Set password policy", "Set DirSyncEnabled flag", "Update domain", "Verify domain", "Verify email verified domain", "Set directory feature on tenant", "Set company allowed data location"], &ENTITY_MANAGEMENT, 3),
    op(&["Set domain authentication", "Set federation settings on domain"], &ENTITY_MANAGEMENT, 3).sensitive(),
    op(&["Hard Delete*"], &ENTITY_MANAGEMENT, 4),
];

/// An update that switches an account on or off is that.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let is_update = record
        .text("Operation")
        .is_some_and(|op| canonical(&op) == "update user");
    let enabled = is_update
        .then(|| modified(record, "AccountEnabled"))
        .flatten();
    match enabled.as_ref().and_then(|property| switched(property)) {
        Some(true) => decision.to(&ACCOUNT_CHANGE, 2),
        Some(false) => decision.to(&ACCOUNT_CHANGE, 5),
        None => decision,
    }
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
        uid if uid == USER_ACCESS.uid => set_access(event),
        uid if uid == ENTITY_MANAGEMENT.uid => set_entity(event),
        _ => {}
    }
    set_comment(event);
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

/// Who gains or loses what, on what.
fn set_access(event: &mut Event<'_, '_>) {
    let record = event.record;
    let operation = record.text("Operation").unwrap_or_default();
    if is_grant(&canonical(&operation)) && set_grantee(event) {
        let targets = record.objects("Target");
        let (name, uid) = (ids(&targets, 1).next(), actor::object_id(&targets));
        add_resource(event, "Service Principal", name, uid);
    } else {
        set_target(event, actor::TARGET);
    }
    set_privileges(event, &operation);
    for kind in ["Role", "Group"] {
        let name = new_value(record, &format!("{kind}.DisplayName"));
        let uid = new_value(record, &format!("{kind}.ObjectID"));
        add_resource(event, kind, name, uid);
    }
    for api in consented(record, "ResourceId") {
        add_resource(event, "Service Principal", None, Some(Cow::Owned(api)));
    }
}

/// Operations whose `Target` is what is granted (an API, an application), and who gains it a property.
fn is_grant(operation: &str) -> bool {
    ["app role assignment", "permission grant", "permissiongrant"]
        .iter()
        .any(|words| operation.contains(words))
}

/// Who gains or loses a grant: a person or a service principal; false where the properties name neither.
fn set_grantee(event: &mut Event<'_, '_>) -> bool {
    let record = event.record;
    let user = actor::TARGET;
    let is_person = modified(record, "User.ObjectID").is_some();
    let (kind, name, alias) = if is_person {
        ("User", "User.UPN", "User.PUID")
    } else {
        (
            "ServicePrincipal",
            "ServicePrincipal.DisplayName",
            "ServicePrincipal.AppId",
        )
    };
    let uid = new_value(record, &format!("{kind}.ObjectID"));
    if !event.set_some(user.uid, uid) {
        return false;
    }
    if let Some(name) = new_value(record, name) {
        actor::set_name(event, user, name.clone());
        event.set_some(user.display_name, (!is_person).then_some(name));
    }
    event.set_some(user.uid_alt, new_value(record, alias));
    set_kind(event, user, !is_person);
    true
}

/// Scopes, else the role, else what the operation's name says; each once.
fn set_privileges(event: &mut Event<'_, '_>, operation: &str) {
    let record = event.record;
    let granted = new_value(record, "DelegatedPermissionGrant.Scope");
    let mut privileges: Vec<String> = match granted {
        Some(scopes) => scopes.split_whitespace().map(str::to_owned).collect(),
        None => consented(record, "Scope"),
    };
    if privileges.is_empty() {
        let role = ["Role.DisplayName", "AppRole.Value", "AppRole.Id"]
            .iter()
            .find_map(|name| new_value(record, name));
        let is_owner = canonical(operation).contains("owner");
        let said = if is_owner {
            "Group Owner"
        } else {
            operation.trim()
        };
        privileges.push(role.map_or_else(|| said.to_owned(), Cow::into_owned));
    }
    for privilege in privileges {
        event.set(at!("privileges"), privilege);
    }
}

fn add_resource<'a>(
    event: &mut Event<'_, 'a>,
    kind: &'static str,
    name: Option<Cow<'a, str>>,
    uid: Option<Cow<'a, str>>,
) {
    event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), name);
        event.set_some(at!("resources.uid"), uid);
        event.set(at!("resources.type"), kind);
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (1, "Target"),
        );
    });
}

/// What was changed: its kind from `extendedAuditEventCategory`, else from the operation's words.
fn set_entity(event: &mut Event<'_, '_>) {
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
    let words: [(&str, (u8, &str)); 12] = [
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

/// The names of the changed properties.
fn set_comment(event: &mut Event<'_, '_>) {
    let record = event.record;
    let names: Vec<String> = record
        .objects("ModifiedProperties")
        .iter()
        .filter_map(|property| property.text("Name"))
        .filter(|name| *name != "Included Updated Properties" && !names_something(name))
        .map(Cow::into_owned)
        .collect();
    if !names.is_empty() {
        event.set(at!("comment"), format!("changed: {}", names.join(", ")));
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
