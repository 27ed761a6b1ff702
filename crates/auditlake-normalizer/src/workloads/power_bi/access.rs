//! Who gains or loses access to workspaces, and what the tenant allows.

use super::super::{Decision, canonical};
use crate::actor;
use crate::class::USER_ACCESS;
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::at;

const ASSIGN: u8 = 1;
const REVOKE: u8 = 2;

/// Operations on the access to a workspace give or take roles, where they say whose.
pub(super) fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let operation = record.text("Operation").unwrap_or_default();
    let activity = match canonical(&operation).as_ref() {
        "addfolderaccess" | "updatefolderaccess" => ASSIGN,
        "deletefolderaccess" => REVOKE,
        _ => return decision,
    };
    let says_whose = first_request(record).is_some_and(|request| {
        grantee(&request).is_some() && request.text("RolePermissions").is_some()
    });
    if says_whose {
        return decision.to(&USER_ACCESS, activity);
    }
    decision
}

fn first_request<'a>(record: &Record<'a>) -> Option<Record<'a>> {
    record.objects("FolderAccessRequests").into_iter().next()
}

/// Member and type of who is given access.
fn grantee(request: &Record<'_>) -> Option<(&'static str, (u8, &'static str))> {
    let kinds = [
        ("UserObjectId", actor::USER),
        ("GroupObjectId", (99, "Group")),
    ];
    kinds
        .into_iter()
        .find(|(member, _)| request.text(member).is_some())
}

/// The role that was given to, or taken from, the first of the list.
pub(super) fn set_role(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(request) = first_request(record) else {
        return;
    };
    let Some((member, kind)) = grantee(&request) else {
        return;
    };
    event.set_some(actor::TARGET.uid, request.text(member));
    event.set_id(actor::TARGET.type_id, actor::TARGET.type_, kind);
    event.set_some(at!("privileges"), request.text("RolePermissions"));
    take_if_single(record, "FolderAccessRequests", &[member, "RolePermissions"]);
}

/// The workspace as a group, and the first of its new or former members.
pub(super) fn set_membership(event: &mut Event<'_, '_>) {
    let record = event.record;
    event.copy("WorkspaceName", at!("group.name"));
    event.copy("WorkspaceId", at!("group.uid"));
    event.set(at!("group.type"), "Workspace");
    let members = record.objects("MembershipInformation");
    let Some(member) = members.iter().find_map(|member| member.text("MemberEmail")) else {
        return;
    };
    actor::set_name(event, actor::TARGET, member);
    take_if_single(record, "MembershipInformation", &["MemberEmail"]);
}

/// A list of one entry without other members is held whole.
fn take_if_single(record: &Record<'_>, list: &str, members: &[&str]) {
    if let [only] = record.objects(list).as_slice()
        && only.has_only(members)
    {
        record.take(list);
    }
}

/// A tenant setting belongs to the organization; its state is a word, or an object.
pub(super) fn set_tenant_setting(event: &mut Event<'_, '_>) {
    let record = event.record;
    event.set_id(
        at!("entity.type_id"),
        at!("entity.type"),
        (4, "Organization"),
    );
    let _named =
        event.copy("ItemName", at!("entity.name")) || event.copy("ObjectId", at!("entity.name"));
    let state = record.text("SwitchState");
    let object = state.clone().filter(|state| Record::parse(state).is_ok());
    let raw = record
        .raw("SwitchState")
        .filter(|raw| raw.starts_with(['{', '[']))
        .map(std::borrow::Cow::Borrowed);
    let done =
        event.set_some(at!("entity.data"), object.or(raw)) || event.set_some(at!("comment"), state);
    if done {
        record.take("SwitchState");
    }
}
