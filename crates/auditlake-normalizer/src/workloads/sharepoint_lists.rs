//! SharePoint and OneDrive: lists, their items, columns and content types (record types 36, 54, 55, 56).
//!
//! *What it covers:* reading, creation, change, deletion and restoring of lists, list items, columns and content types.
//!
//! *Mapping:* Web Resources Activity; the thing itself is the first of `web_resources`, then the list, web and site that
//! hold it. What kind of list it is and how many items it has are tags.
//!
//! *Deliberate:* names of operations that Microsoft's page writes with blanks (`List Item Deleted`) mean what those
//! without mean.
//!
//! *Left out:* how a list looks and whether an app made the change, which stay in `unmapped`.

use super::{Operation, Otherwise, Workload, as_decided, derived, op};
use crate::class::WEB_RESOURCES_ACTIVITY as WEB;
use crate::schema::path::at;

use super::sharepoint_web;

/// Lists.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "sharepoint_lists",
    name: "SharePoint lists",
    record_types: &[36, 54, 55, 56],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &WEB,
        activity: None,
    },
    #[rustfmt::skip]
    fields: &[
        derived("ObjectId", at!("web_resources.name"), "the last part of the address; of a list its `ListTitle`"),
        derived("ObjectId", at!("web_resources.url_string"), "when it is an address"),
        derived("ItemType", at!("web_resources.type"), "a number as the name that it stands for"),
        derived("ListItemUniqueId", at!("web_resources.uid"), "of an item"),
        derived("ListId", at!("web_resources.uid"), "of the list"),
        derived("WebId", at!("web_resources.uid"), "of the web that holds it"),
        derived("Site", at!("web_resources.uid"), "of the site that holds it"),
        derived("ListTitle", at!("web_resources.name"), "of the list"),
        derived("ListBaseType", at!("web_resources.tags.value"), "so too `ListBaseTemplateType`, `IsDocLib`, `IsHiddenList`, `ItemCount`"),
    ],
    things: &[],
    refine: as_decided,
    map: sharepoint_web::set,
};

#[rustfmt::skip]
pub(super) const OPERATIONS: &[Operation] = &[
    op(&["ListViewed", "ListItemViewed"], &WEB, 2),
    op(&["ListCreated", "ListItemCreated", "ListColumnCreated", "ListContentTypeCreated", "SiteColumnCreated", "SiteContentTypeCreated", "Site ContentType Created"], &WEB, 1),
    op(&["ListUpdated", "ListItemUpdated", "ListColumnUpdated", "ListContentTypeUpdated", "ListRestored", "ListItemRestored", "SiteColumnUpdated", "SiteContentTypeUpdated"], &WEB, 3),
    op(&["ListDeleted", "ListItemDeleted", "List Item Deleted", "ListItemRecycled", "ListColumnDeleted", "List Column Deleted", "ListContentTypeDeleted", "SiteColumnDeleted", "SiteContentTypeDeleted"], &WEB, 4),
];
