//! Who gains or loses a role, a grant or a consent, and on what.

use std::borrow::Cow;

use super::properties::{consented, ids, modified, new_value};
use super::{set_kind, set_target};
use crate::actor;
use crate::event::Event;
use crate::schema::path::{at, list};
use crate::tags;
use crate::workloads::canonical;

/// Who gains or loses what, on what.
pub(super) fn set(event: &mut Event<'_, '_>) {
    let record = event.record;
    let operation = record.text("Operation").unwrap_or_default();
    if is_grant(&canonical(&operation)) && set_grantee(event) {
        let targets = record.objects("Target");
        let (name, uid) = (ids(&targets, 1).next(), actor::object_id(&targets));
        add_resource(event, "Service Principal", name, uid);
    } else if canonical(&operation) == "consent to application" {
        set_target(event, actor::TARGET);
        add_consented(event);
    } else {
        set_target(event, actor::TARGET);
    }
    set_privileges(event, &operation);
    for kind in ["Role", "Group"] {
        let name = new_value(record, &format!("{kind}.DisplayName"));
        let uid = new_value(record, &format!("{kind}.ObjectID"));
        add_resource(event, kind, name, uid);
    }
}

/// The APIs that a consent opens; the application itself, where the record names none.
fn add_consented(event: &mut Event<'_, '_>) {
    let record = event.record;
    let apis = consented(record, "ResourceId");
    if apis.is_empty() {
        let targets = record.objects("Target");
        let (name, uid) = (ids(&targets, 1).next(), actor::object_id(&targets));
        add_resource(event, "Service Principal", name, uid);
    }
    for api in apis {
        add_resource(event, "Service Principal", None, Some(Cow::Owned(api)));
    }
}

/// For whom a consent or grant was given: for one person or for everybody, and by an administrator or not.
fn add_reach(event: &mut Event<'_, '_>) {
    let record = event.record;
    for property in ["IsAdminConsent", "OnBehalfOfAll", "IsAppOnly"] {
        let value = new_value(record, &format!("ConsentContext.{property}"));
        tags::add(event, &tags::OF_RESOURCE, property, value);
    }
    let kinds = match new_value(record, "DelegatedPermissionGrant.ConsentType") {
        Some(kind) => vec![kind.into_owned()],
        None => consented(record, "ConsentType"),
    };
    for kind in kinds {
        tags::add(event, &tags::OF_RESOURCE, "ConsentType", Some(kind));
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
        add_reach(event);
    });
}
