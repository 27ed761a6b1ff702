//! What happens to SharePoint sites rather than to files: sharing, lists, pages and settings (schema page, "SharePoint
//! Sharing schema", "SharePoint List Operations"): record types 14, 36, 37, 54, 55, 56 and 4.

use serde_json::{Value, json};

use super::population::Actor;
use super::record::Record;
use super::scene::Scene;
use super::sharepoint::{base, on_document, place, place_in};

/// Sharing, links and invitations.
pub(super) fn sharing(scene: &mut Scene<'_>) -> Record {
    const OPERATIONS: [(u32, &str); 10] = [
        (25, "SharingSet"),
        (20, "AddedToSecureLink"),
        (15, "SecureLinkCreated"),
        (10, "AddedToGroup"),
        (8, "AnonymousLinkCreated"),
        (7, "AnonymousLinkUsed"),
        (5, "CompanyLinkCreated"),
        (5, "SharingInvitationCreated"),
        (3, "SharingInheritanceBroken"),
        (2, "AccessRequestCreated"),
    ];
    let operation = *scene.weighted(&OPERATIONS);
    let user = scene.user();
    let place = place(scene, user);
    let document = scene.document(&place.url);
    let target = shared_with(scene);
    let record = base(scene, operation, 14, user, &place);
    let record = if operation == "AddedToGroup" && scene.chance(0.5) {
        by_sharepoint(record)
    } else {
        record
    };
    on_document(record, scene, &place, &document)
        .with(
            "EventData",
            *scene.pick(&[
                "<Type>View</Type>",
                "<Type>Edit</Type>",
                "<Group>Site Members</Group>",
            ]),
        )
        .with("UniqueSharingId", scene.id_of(("sharing", &document.id)))
        .with_all(target)
}

/// Lists, list items, columns and content types.
pub(super) fn list(scene: &mut Scene<'_>) -> Record {
    const OPERATIONS: [(u32, (&str, u32, &str)); 8] = [
        (30, ("ListViewed", 36, "List")),
        (10, ("ListUpdated", 36, "List")),
        (5, ("ListCreated", 36, "List")),
        (20, ("ListItemUpdated", 54, "ListItem")),
        (15, ("ListItemCreated", 54, "ListItem")),
        (10, ("ListColumnCreated", 56, "Field")),
        (5, ("ListColumnUpdated", 56, "Field")),
        (5, ("ListContentTypeCreated", 55, "ContentType")),
    ];
    let &(operation, record_type, item_type) = scene.weighted(&OPERATIONS);
    let user = scene.user();
    let place = place(scene, user);
    let count = scene.number(0, 900);
    base(scene, operation, record_type, user, &place).with_all(json!({
        "ItemType": item_type, "ListTitle": place.list, "ListBaseTemplateType": "100", "ListBaseType": "GenericList",
        "IsDocLib": false, "FromApp": false, "CustomizedDoclib": false, "ItemCount": count, "ListColor": "",
        "ListIcon": "", "Source": "Unknown", "TemplateTypeId": "", "DoNotDistributeEvent": true,
        "ObjectId": format!("{}{}", place.url, place.list),
    }))
}

/// Pages that are looked at, and comments on them.
pub(super) fn page(scene: &mut Scene<'_>) -> Record {
    const OPERATIONS: [(u32, (&str, u32)); 4] = [
        (70, ("PageViewed", 4)),
        (15, ("PageViewedExtended", 4)),
        (10, ("ClientViewSignaled", 4)),
        (5, ("CommentCreated", 37)),
    ];
    let &(operation, record_type) = scene.weighted(&OPERATIONS);
    let user = scene.anyone();
    let place = place_in(scene.site());
    let custom = scene.chance(0.2);
    base(scene, operation, record_type, user, &place).with_all(json!({
        "ItemType": "Page", "ObjectId": format!("{}SitePages/Home.aspx", place.url), "CustomUniqueId": custom,
    }))
}

/// What administrators change.
pub(super) fn site_admin(scene: &mut Scene<'_>) -> Record {
    const CHANGES: [(&str, &str, &str, &str); 4] = [
        (
            "SharingPolicyChanged",
            "ShareWithGuests",
            "Disabled",
            "Enabled",
        ),
        ("SiteCollectionAdminAdded", "SiteAdmin", "", "someone"),
        (
            "SiteCollectionQuotaModified",
            "StorageQuota",
            "26214400",
            "27262976",
        ),
        ("GroupUpdated", "Title", "Visitors", "Readers"),
    ];
    let (operation, property, old, new) = *scene.pick(&CHANGES);
    let user = scene.admin();
    let place = place_in(scene.site());
    base(scene, operation, 4, user, &place)
        .with("UserType", 2)
        .with("ItemType", "Site")
        .with("ObjectId", place.url.as_str())
        .with(
            "ModifiedProperties",
            json!([{"Name": property, "NewValue": new, "OldValue": old}]),
        )
}

fn shared_with(scene: &mut Scene<'_>) -> Value {
    let link = format!(
        "SharingLinks.{}.OrganizationView.{}",
        scene.deed_id("item"),
        scene.deed_id("link")
    );
    let (kind, name) = match scene.number(0, 4) {
        0 => ("Guest", scene.guest().upn.to_lowercase()),
        1 => ("SharePointGroup", link),
        2 => ("SecurityGroup", format!("{} Members", scene.site().name)),
        _ => ("Member", scene.anyone().upn.clone()),
    };
    json!({"TargetUserOrGroupType": kind, "TargetUserOrGroupName": name})
}

/// What SharePoint does by itself has neither an address nor an agent.
fn by_sharepoint(record: Record) -> Record {
    let actor = Actor::system(
        "i:0i.t|00000003-0000-0ff1-ce00-000000000000|app@sharepoint",
        5,
        "app@sharepoint",
    );
    record
        .with("UserKey", actor.key)
        .with("UserType", actor.user_type)
        .with("UserId", actor.id)
        .with("ClientIP", "")
        .with("UserAgent", "")
}
