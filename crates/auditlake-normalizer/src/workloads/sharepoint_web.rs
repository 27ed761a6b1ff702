//! Sites, pages and lists as `web_resources`: the item itself, then the list, web and site that hold it.

use std::borrow::Cow;

use crate::changes;
use crate::event::Event;
use crate::event_data;
use crate::items::last_part;
use crate::record::Record;
use crate::schema::path::{at, list};
use crate::tags::{self, OF_WEB_RESOURCE, OF_WEB_RESULT};

/// Fills `web_resources`, and `web_resources_result` where the record has new values.
pub(super) fn set(event: &mut Event<'_, '_>) {
    let kind = kind(event.record);
    add_item(event, &kind);
    add_holders(event, &kind);
    add_result(event, &kind);
}

/// What kind of item it is: `ItemType`, sent as text or as the number of Microsoft's enum.
fn kind<'a>(record: &Record<'a>) -> Cow<'a, str> {
    let sent = record.text("ItemType").unwrap_or_default();
    match sent.as_ref() {
        "1" => "File".into(),
        "5" => "Folder".into(),
        "6" | "web" => "Web".into(),
        "7" => "Site".into(),
        "8" => "Tenant".into(),
        "9" => "DocumentLibrary".into(),
        "11" => "Page".into(),
        _ => sent,
    }
}

/// The member that identifies an item of a kind.
fn uid_member(kind: &str) -> &'static str {
    match kind {
        "Site" => "Site",
        "Web" => "WebId",
        "List" | "DocumentLibrary" => "ListId",
        _ => "ListItemUniqueId",
    }
}

fn name<'a>(record: &Record<'a>, kind: &str) -> Option<Cow<'a, str>> {
    let of_list = || record.text("ListTitle").or_else(|| record.text("ListName"));
    let object = record.text("ObjectId");
    let last = || object.as_deref().and_then(last_part).map(str::to_owned);
    let is_list = matches!(kind, "List" | "DocumentLibrary");
    record
        .text("SourceFileName")
        .or_else(|| is_list.then(of_list).flatten())
        .or_else(|| last().map(Cow::Owned))
}

fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

fn add_item(event: &mut Event<'_, '_>, kind: &str) {
    let record = event.record;
    let object = record.text("ObjectId");
    let url = object.clone().filter(|object| is_url(object));
    let is_held = url.is_some() || object == name(record, kind);
    let added = event.element(list!("web_resources"), |event| {
        event.set_some(at!("web_resources.name"), name(record, kind));
        event.set_some(at!("web_resources.uid"), record.text(uid_member(kind)));
        event.set(at!("web_resources.type"), kind.to_owned());
        event.set_some(at!("web_resources.url_string"), url);
        add_tags(event);
    });
    if !added {
        return;
    }
    record.take_scalars(&["ItemType", uid_member(kind)]);
    let names = ["ListTitle", "ListName", "SourceFileName"];
    for member in names {
        if record.text(member) == name(record, kind) {
            record.take(member);
        }
    }
    if is_held {
        record.take("ObjectId");
    }
}

/// Members of sharing and list records that say more about the item.
const DETAILS: [&str; 7] = [
    "TargetUserOrGroupName",
    "TargetUserOrGroupType",
    "ListBaseType",
    "ListBaseTemplateType",
    "IsDocLib",
    "IsHiddenList",
    "ItemCount",
];

fn add_tags(event: &mut Event<'_, '_>) {
    let record = event.record;
    for member in DETAILS {
        if tags::add(event, &OF_WEB_RESOURCE, member, record.text(member)) {
            record.take(member);
        }
    }
    if let Some(parts) = event_data::parts(record) {
        for (name, value) in parts {
            tags::add(event, &OF_WEB_RESOURCE, name, Some(value));
        }
        record.take("EventData");
    }
    for change in changes::of(record) {
        let old = Some(change.old).filter(|old| !old.is_empty());
        tags::add(event, &OF_WEB_RESOURCE, change.name, old);
    }
}

/// The list, web and site that hold the item.
fn add_holders(event: &mut Event<'_, '_>, kind: &str) {
    let record = event.record;
    let list_name = record.text("ListTitle").or_else(|| record.text("ListName"));
    let site_url = record.text("SiteUrl");
    for (holder, member, name, url) in [
        ("List", "ListId", list_name, record.text("ListUrl")),
        ("Web", "WebId", None, None),
        ("Site", "Site", site_url.clone(), site_url),
    ] {
        if uid_member(kind) == member {
            continue;
        }
        let added = event.element(list!("web_resources"), |event| {
            event.set_some(at!("web_resources.name"), name);
            event.set_some(at!("web_resources.uid"), record.text(member));
            event.set(at!("web_resources.type"), holder);
            event.set_some(
                at!("web_resources.url_string"),
                url.filter(|url| is_url(url)),
            );
        });
        let own = match (added, holder) {
            (false, _) => [""; 2],
            (_, "List") => ["ListTitle", "ListId"],
            (_, "Site") => ["SiteUrl", "Site"],
            _ => ["WebId"; 2],
        };
        record.take_scalars(&own);
    }
}

/// The item with its new values.
fn add_result(event: &mut Event<'_, '_>, kind: &str) {
    let record = event.record;
    let changes = changes::of(record);
    if changes.iter().all(|change| change.new.is_empty()) {
        return;
    }
    let added = event.element(list!("web_resources_result"), |event| {
        event.set_some(at!("web_resources_result.name"), name(record, kind));
        event.set(at!("web_resources_result.type"), kind.to_owned());
        for change in changes {
            let new = Some(change.new).filter(|new| !new.is_empty());
            tags::add(event, &OF_WEB_RESULT, change.name, new);
        }
    });
    let is_held = |p: &Record<'_>| p.has_only_scalars(&["Name", "OldValue", "NewValue"]);
    let properties = record.only_objects("ModifiedProperties");
    if added && properties.is_some_and(|all| all.iter().all(is_held)) {
        record.take("ModifiedProperties");
    }
}
