//! SharePoint and OneDrive: sharing (record type 14).
//!
//! *What it covers:* links and invitations, their use and end; membership of SharePoint groups; site administrators.
//!
//! *Mapping:* File Hosting Activity for files and folders, Web Resources Activity for sites, lists and pages; groups and
//! administrators as identity changes. Whom a file was shared with, and with which rights, is in `access_list`; whether
//! that was a guest, and all that `EventData` says of the link, is in the tags of `file`. Of a site, list or page both
//! are in the tags of `web_resources`.
//!
//! *Deliberate:* a group that joins a group is a subgroup. A decision against a request is a success with action Denied.
//! A site administrator is sensitive when added; the service account that is removed from each new site is not.
//!
//! *Left out:* the day on which a link expires is a tag as sent and no `expiration_time`, since it is written in the local
//! order of day and month. Of files the identifiers of site, web and list stay in `unmapped`.

use super::{
    Decision, Operation, Otherwise, Outcome, Workload, derived, integer, op, sharepoint_web, text,
};
use crate::actor;
use crate::changes;
use crate::class::{
    ENTITY_MANAGEMENT, FILE_HOSTING, GROUP_MANAGEMENT, USER_ACCESS, WEB_RESOURCES_ACTIVITY,
};
use crate::event::Event;
use crate::event_data;
use crate::items;
use crate::record::Record;
use crate::schema::path::{at, list};
use crate::tags;
use crate::workloads::activity::OTHER;

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
    #[rustfmt::skip]
    fields: &[
        text("SourceFileExtension", at!("file.ext")),
        text("ListItemUniqueId", at!("file.uid")),
        integer("FileSizeBytes", at!("file.size")),
        text("SiteUrl", at!("file.url.url_string")),
        derived("SourceFileName", at!("file.name"), "else the last part of `ObjectId`"),
        derived("ObjectId", at!("file.path"), ""),
        derived("SourceRelativeUrl", at!("file.parent_folder"), "without the file's name at its end"),
        derived("ItemType", at!("file.type"), ""),
        derived("EventData", at!("share"), "`Type` of a link, else `Permissions granted`"),
        derived("TargetUserOrGroupName", at!("access_list"), "whom a file was shared with"),
        derived("EventData", at!("access_list"), "`Permissions granted` or `SharingLevel` of a file"),
        derived("TargetUserOrGroupType", at!("file.tags.value"), "whether it was a guest, a member or a group"),
        derived("EventData", at!("file.tags.value"), "each part by its name, such as the day on which a link expires"),
        derived("EventData", at!("group.name"), "`Group`; of a group that was made or removed its own name"),
        derived("TargetUserOrGroupName", at!("user.name"), "who joins or leaves a group, or becomes an administrator"),
        derived("ModifiedProperties[SiteAdmin].NewValue", at!("user.name"), "the administrator, where no target is named"),
        derived("TargetUserOrGroupName", at!("subgroup.name"), "a group that joins or leaves a group"),
        derived("TargetUserOrGroupType", at!("subgroup.type"), ""),
        derived("Operation", at!("privileges"), "administrator of the site collection or of a geography"),
        derived("SiteUrl", at!("resources.name"), "the site that gets an administrator; else `ObjectId`"),
        derived("ObjectId", at!("entity.name"), "the site whose group was changed; the group is `entity.group`"),
        derived("TargetUserOrGroupName", at!("web_resources.tags.value"), "whom a site, list or page was shared with"),
        derived("EventData", at!("web_resources.tags.value"), "each part by its name, of a site, list or page"),
        derived("Operation", at!("action"), "`Denied` for a request that was denied or an invitation that was blocked"),
    ],
    things: &[],
    refine,
    map,
};

const SHARE: u8 = 12;
const UNSHARE: u8 = 13;

#[rustfmt::skip]
pub(super) const OPERATIONS: &[Operation] = &[
    op(&["SharingSet", "AnonymousLinkCreated", "AnonymousLinkUpdated", "CompanyLinkCreated", "SecureLinkCreated", "SecureLinkUpdated", "AddedToSecureLink", "SharingInvitationCreated", "SharingInvitationUpdated", "SharingLinkCreated", "SharedLinkCreated", "AccessInvitationCreated", "AccessInvitationUpdated"], &FILE_HOSTING, SHARE),
    op(&["SharingRevoked", "AnonymousLinkRemoved", "CompanyLinkRemoved", "SecureLinkDeleted", "RemovedFromSecureLink", "SharingInvitationRevoked", "SharedLinkDisabled", "AccessInvitationRevoked"], &FILE_HOSTING, UNSHARE),
    op(&["SharingInvitationBlocked"], &FILE_HOSTING, SHARE).outcome(Outcome::Failure),
    op(&["SharingInvitationAccepted", "AccessInvitationAccepted", "AccessRequestCreated", "AccessRequestAccepted", "AccessRequestApproved", "AccessRequestDenied", "AccessRequestRejected", "AccessRequestUpdated", "AccessInvitationExpired"], &FILE_HOSTING, OTHER),
    op(&["AnonymousLinkUsed", "CompanyLinkUsed", "SecureLinkUsed"], &FILE_HOSTING, 14),
    op(&["AddedToGroup", "UserAddedToGroup"], &GROUP_MANAGEMENT, 3),
    op(&["RemovedFromGroup", "UserRemovedFromGroup"], &GROUP_MANAGEMENT, 4),
    op(&["GroupAdded"], &GROUP_MANAGEMENT, 6),
    op(&["GroupRemoved"], &GROUP_MANAGEMENT, 5),
    op(&["GroupUpdated"], &ENTITY_MANAGEMENT, 3),
    op(&["SiteCollectionAdminAdded", "GeoAdminAdded"], &USER_ACCESS, 1).sensitive(),
    op(&["SiteCollectionAdminRemoved", "GeoAdminDeleted"], &USER_ACCESS, 2),
    op(&["SiteAdminChangeRequest"], &USER_ACCESS, OTHER),
    op(&["PermissionLevelAdded", "PermissionLevelModified", "PermissionLevelRemoved", "PermissionLevelsInheritanceBroken", "SharingInheritanceBroken", "SharingInheritanceReset", "SitePermissionsModified", "WebRequestAccessModified", "WebMembersCanShareModified"], &WEB_RESOURCES_ACTIVITY, 3),
];

/// What is neither file nor folder is a web resource; a group added to a group is a subgroup.
pub(super) fn refine(record: &Record<'_>, decision: Decision) -> Decision {
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

pub(super) fn map(event: &mut Event<'_, '_>) {
    match event.class.uid {
        uid if uid == FILE_HOSTING.uid => set_share(event),
        uid if uid == GROUP_MANAGEMENT.uid => set_group(event),
        uid if uid == USER_ACCESS.uid => set_admin(event),
        uid if uid == WEB_RESOURCES_ACTIVITY.uid => sharepoint_web::set(event),
        uid if uid == ENTITY_MANAGEMENT.uid => set_changed_group(event),
        _ => {}
    }
    set_decision(event);
}

fn set_share(event: &mut Event<'_, '_>) {
    items::set_file(event);
    let record = event.record;
    event.set_some(
        at!("share"),
        event_data::part(record, "Type")
            .or_else(|| event_data::part(record, "Permissions granted")),
    );
    event.copy("TargetUserOrGroupName", at!("access_list"));
    let rights = ["Permissions granted", "SharingLevel"];
    for right in rights.iter().filter_map(|r| event_data::part(record, r)) {
        event.set(at!("access_list"), right);
    }
    set_tags(event);
}

/// What kind of account it was shared with, and all that the record says of the link.
fn set_tags(event: &mut Event<'_, '_>) {
    let record = event.record;
    let kind = record.text("TargetUserOrGroupType");
    if tags::add(event, &tags::OF_FILE, "TargetUserOrGroupType", kind) {
        record.take("TargetUserOrGroupType");
    }
    let Some(parts) = event_data::parts(record) else {
        return;
    };
    for (name, value) in parts {
        tags::add(event, &tags::OF_FILE, name, Some(value));
    }
    record.take("EventData");
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
    let group = event_data::part(record, "Group").or_else(|| {
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

/// A group that was changed, and the site that it belongs to.
fn set_changed_group(event: &mut Event<'_, '_>) {
    let record = event.record;
    event.set_id(at!("entity.type_id"), at!("entity.type"), (3, "Group"));
    let group = event_data::part(record, "Group").or_else(|| record.text("TargetUserOrGroupName"));
    event.set_some(at!("entity.group.name"), group);
    event.set(at!("entity.group.type"), "SharePoint Group");
    event.copy("ObjectId", at!("entity.name"));
    let words: Vec<String> = changes::of(record).iter().map(changes::in_words).collect();
    if !words.is_empty() {
        event.set(at!("comment"), words.join("; "));
    }
}

fn set_target(event: &mut Event<'_, '_>) {
    if let Some(name) = event.record.text("TargetUserOrGroupName") {
        actor::set_name(event, actor::TARGET, name);
        event.record.take("TargetUserOrGroupName");
    }
}

/// Who is administrator of a site or geography now, or no longer.
fn set_admin(event: &mut Event<'_, '_>) {
    set_target(event);
    let named = changes::of(event.record)
        .into_iter()
        .find(|change| change.name == "SiteAdmin");
    let named = named.and_then(|c| [c.new, c.old].into_iter().find(|name| !name.is_empty()));
    if let Some(name) = named.filter(|_| !event.has(at!("user.name"))) {
        actor::set_name(event, actor::TARGET, name.into());
    }
    let operation = event.record.text("Operation").unwrap_or_default();
    let (role, place) = if operation.starts_with("Geo") {
        ("Geo Administrator", "Tenant")
    } else {
        ("Site Collection Administrator", "Site")
    };
    event.set(at!("privileges"), role);
    let record = event.record;
    let added = event.element(list!("resources"), |event| {
        event.set_some(
            at!("resources.name"),
            record.text("SiteUrl").or_else(|| record.text("ObjectId")),
        );
        event.set_some(at!("resources.uid"), record.text("Site"));
        event.set(at!("resources.type"), place);
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (1, "Target"),
        );
    });
    if added {
        let named_by = record.text("SiteUrl").map_or("ObjectId", |_| "SiteUrl");
        record.take_scalars(&[named_by, "Site"]);
    }
}
