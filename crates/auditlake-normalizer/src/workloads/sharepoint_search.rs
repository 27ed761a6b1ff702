//! SharePoint and Exchange: searches by people (record types 101, 102).
//!
//! *What it covers:* queries that people start in SharePoint, OneDrive and Outlook.
//!
//! *Mapping:* Web Resources Activity, Search; where it was searched is in `web_resources`.
//!
//! *Deliberate:* an operation that no table names is a search too: these record types are for nothing else.
//!
//! *Left out:* Microsoft documents no members of these records beside the common ones; whatever else they carry, the
//! query's words among it, stays in `unmapped`. A record that names no place is API Activity, Read.

use super::{Operation, Otherwise, Workload, as_decided, op};
use crate::class::WEB_RESOURCES_ACTIVITY as WEB;
use crate::event::Event;
use crate::things::thing;

/// Searches.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "sharepoint_search",
    name: "SharePoint and Exchange search",
    record_types: &[101, 102],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &WEB,
        activity: Some(5),
    },
    fields: &[],
    things: &[thing("Site", &["ObjectId", "SiteUrl"], &["Site"]).at(&["SiteUrl"])],
    refine: as_decided,
    map,
};

const OPERATIONS: &[Operation] = &[op(
    &[
        "SearchQueryPerformed",
        "SearchQueryInitiatedSharePoint",
        "SearchQueryInitiatedExchange",
        "SearchResultReturned",
    ],
    &WEB,
    5,
)];

/// The things say it all.
fn map(_: &mut Event<'_, '_>) {}
