//! SharePoint and OneDrive: sharing (record type 14).
//!
//! *What it covers:* links and invitations, their use and end; membership of SharePoint groups; site administrators.
//! *Mapping:* File Hosting Activity for files and folders, Web Resources Activity for sites, lists and pages; groups and
//! administrators as identity changes. Whom it was shared with is in `access_list`.
//! *Deliberate:* a group that joins a group is a subgroup. A decision against a request is a success with action Denied.
//! *Left out:* whom a site or list was shared with (its class has no such attribute), the name of a subgroup, and the
//! day on which a link expires, which is written in the local order of day and month; they stay in `unmapped`.

use std::borrow::Cow;

use super::{Decision, Operation, Otherwise, Outcome, Workload, op};
use crate::actor;
use crate::class::{FILE_HOSTING, GROUP_MANAGEMENT, USER_ACCESS, WEB_RESOURCES_ACTIVITY};
use crate::event::Event;
use crate::items;
use crate::record::Record;
use crate::schema::path::{at, list};

/// Sharing.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "sharepoint_sharing",
    name: "SharePoint and OneDrive sharing",
    record_types: &[14],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &FILE_HOSTING,
        activity: None,
    },
    fields: items::FIELDS,
    things: &[],
    refine,
    map,
};

const OTHER: u8 = 99;
const SHARE: u8 = 12;
const UNSHARE: u8 = 13;

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["SharingSet", "AnonymousLinkCreated", "AnonymousLinkUpdated", "CompanyLinkCreated", "SecureLinkCreated", "SecureLinkUpdated", "AddedToSecureLink", "SharingInvitationCreated", "SharingInvitationUpdated", "SharingLinkCreated", "SharedLinkCreated"], &FILE_HOSTING, SHARE),
    op(&["SharingRevoked", "AnonymousLinkRemoved", "CompanyLinkRemoved", "SecureLinkDeleted", "RemovedFromSecureLink", "SharingInvitationRevoked", "SharedLinkDisabled"], &FILE_HOSTING, UNSHARE),
    op(&["SharingInvitationBlocked"], &FILE_HOSTING, SHARE).outcome(Outcome::Failure),
    op(&["SharingInvitationAccepted", "AccessInvitationAccepted", "AccessRequestCreated", "AccessRequestAccepted", "AccessRequestApproved", "AccessRequestDenied", "AccessRequestRejected", "AccessRequestUpdated"], &FILE_HOSTING, OTHER),
    op(&["AnonymousLinkUsed", "CompanyLinkUsed", "SecureLinkUsed"], &FILE_HOSTING, 14),
    op(&["AddedToGroup", "UserAddedToGroup"], &GROUP_MANAGEMENT, 3),
    op(&["RemovedFromGroup", "UserRemovedFromGroup"], &GROUP_MANAGEMENT, 4),
    op(&["GroupAdded"], &GROUP_MANAGEMENT, 6),
    op(&["GroupRemoved"], &GROUP_MANAGEMENT, 5),
    op(&["SiteCollectionAdminAdded", "GeoAdminAdded"], &USER_ACCESS, 1).sensitive(),
    op(&["SiteCollectionAdminRemoved", "GeoAdminDeleted"], &USER_ACCESS, 2),
    op(&["SiteAdminChangeRequest"], &USER_ACCESS, OTHER),
    op(&["PermissionLevelAdded", "PermissionLevelModified", "PermissionLevelRemoved", "PermissionLevelsInheritanceBroken", "SharingInheritanceBroken", "SharingInheritanceReset", "SitePermissionsModified", "WebRequestAccessModified", "WebMembersCanShareModified"], &WEB_RESOURCES_ACTIVITY, 3),
];

/// What is neither file nor folder is a web resource; a group added to a group is a subgroup.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let item = record.text("ItemType").unwrap_or_default();
    if decision.class.uid == FILE_HOSTING.uid
        && !matches!(item.as_ref(), "File" | "Folder" | "1" | "5")
    {
        let activity = if decision.activity == SHARE { 8 } else { OTHER };
        return decision.to(&WEB_RESOURCES_ACTIVITY, activity);
    }
    let subgroup = matches!(
        record.text("TargetUserOrGroupType").as_deref(),
        Some("SecurityGroup" | "SharePointGroup")
    );
    match decision.activity {
        3 if decision.class.uid == GROUP_MANAGEMENT.uid && subgroup => {
            decision.to(&GROUP_MANAGEMENT, 7)
        }
        4 if decision.class.uid == GROUP_MANAGEMENT.uid && subgroup => {
            decision.to(&GROUP_MANAGEMENT, 8)
        }
        _ => decision,
    }
}

fn map(event: &mut Event<'_, '_>) {
    match event.class.uid {
        uid if uid == FILE_HOSTING.uid => set_share(event),
        uid if uid == GROUP_MANAGEMENT.uid => set_group(event),
        uid if uid == USER_ACCESS.uid => set_admin(event),
        _ => {}
    }
    set_decision(event);
}

fn set_share(event: &mut Event<'_, '_>) {
    items::set_file(event);
    let record = event.record;
    event.set_some(
        at!("share"),
        event_data(record, "Type").or_else(|| event_data(record, "Permissions granted")),
    );
    event.copy("TargetUserOrGroupName", at!("access_list"));
}

/// Denied requests and blocked invitations are a control at work.
fn set_decision(event: &mut Event<'_, '_>) {
    let operation = event.record.text("Operation").unwrap_or_default();
    if operation.ends_with("Denied") || operation.ends_with("Rejected") {
        event.set_id(at!("action_id"), at!("action"), (2, "Denied"));
    }
    if operation.ends_with("Blocked") {
        event.set_id(at!("action_id"), at!("action"), (2, "Denied"));
        event.set_id(at!("disposition_id"), at!("disposition"), (2, "Blocked"));
    }
}

fn set_group(event: &mut Event<'_, '_>) {
    let record = event.record;
    let group = event_data(record, "Group").or_else(|| {
        record
            .text("TargetUserOrGroupName")
            .filter(|_| matches!(event.activity_id, 5 | 6))
    });
    event.set_some(at!("group.name"), group.or_else(|| record.text("ObjectId")));
    event.set(at!("group.type"), "SharePoint Group");
    match event.activity_id {
        3 | 4 => set_target(event),
        7 | 8 => set_subgroup(event),
        _ => {}
    }
}

fn set_subgroup(event: &mut Event<'_, '_>) {
    event.copy("TargetUserOrGroupName", at!("subgroup.name"));
    event.copy("TargetUserOrGroupType", at!("subgroup.type"));
}

fn set_target(event: &mut Event<'_, '_>) {
    if let Some(name) = event.record.text("TargetUserOrGroupName") {
        actor::set_name(event, actor::TARGET, name);
        event.record.take("TargetUserOrGroupName");
    }
}

fn set_admin(event: &mut Event<'_, '_>) {
    set_target(event);
    event.set(at!("privileges"), "Site Collection Administrator");
    let record = event.record;
    let added = event.element(list!("resources"), |event| {
        event.set_some(
            at!("resources.name"),
            record.text("SiteUrl").or_else(|| record.text("ObjectId")),
        );
        event.set_some(at!("resources.uid"), record.text("Site"));
        event.set(at!("resources.type"), "Site");
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (1, "Target"),
        );
    });
    if added {
        let named_by = record.text("SiteUrl").map_or("ObjectId", |_| "SiteUrl");
        record.take(named_by);
        record.take("Site");
    }
}

/// A part of `EventData`, which is XML-like text: `<Type>Edit</Type>`.
fn event_data<'a>(record: &Record<'a>, name: &str) -> Option<Cow<'a, str>> {
    let data = record.text("EventData")?;
    let (_, rest) = data.split_once(&format!("<{name}>"))?;
    let (value, _) = rest.split_once("</")?;
    (!value.is_empty()).then(|| Cow::Owned(unescaped(value)))
}

/// Text of XML with its five named entities read.
fn unescaped(text: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (entity, mark)| {
        text.replace(entity, mark)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_event_data_are_read() {
        let check = |data: &str, name: &str| {
            let json = serde_json::json!({"EventData": data}).to_string();
            let record = Record::parse(&json).ok()?;
            event_data(&record, name).map(Cow::into_owned)
        };
        assert_eq!(
            check("<Group>A &amp;lt; B</Group><Type>Edit</Type>", "Group").as_deref(),
            Some("A &lt; B")
        );
        assert_eq!(
            check(
                "<Permissions granted>Read</Permissions granted>",
                "Permissions granted"
            )
            .as_deref(),
            Some("Read")
        );
        assert_eq!(check("<Type></Type>", "Type"), None);
        assert_eq!(check("plain", "Type"), None);
    }
}
