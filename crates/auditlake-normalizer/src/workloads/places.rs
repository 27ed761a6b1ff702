//! Microsoft Places (record type 364).
//!
//! *What it covers:* buildings, floors, rooms and desks in the directory of places.
//! *Mapping:* Web Resources Activity. The place is `web_resources[0]`, its kind the type, and the cmdlet's parameters its
//! `data`.
//! *Left out:* the changed properties where the record has parameters too; they stay in `unmapped`.

use super::{Mapping, Operation, Otherwise, Workload, as_decided, derived, op};
use crate::class::WEB_RESOURCES_ACTIVITY;
use crate::event::Event;
use crate::schema::path::{at, list};

/// Places.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "places",
    name: "Microsoft Places",
    record_types: &[364],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &WEB_RESOURCES_ACTIVITY,
        activity: None,
    },
    fields: FIELDS,
    things: &[],
    refine: as_decided,
    map,
};

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    derived("ObjectId", at!("web_resources.name"), ""),
    derived("PlaceType", at!("web_resources.type"), "`Building`, `Room`, `Desk`"),
    derived("Parameters", at!("web_resources.data"), "all of them"),
    derived("ModifiedProperties", at!("web_resources.data"), "where the record has no parameters"),
];

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["New-Place"], &WEB_RESOURCES_ACTIVITY, 1),
    op(&["Get-PlaceV3"], &WEB_RESOURCES_ACTIVITY, 2),
    op(&["Set-PlaceV3", "Set-Place"], &WEB_RESOURCES_ACTIVITY, 3),
    op(&["Remove-Place"], &WEB_RESOURCES_ACTIVITY, 4),
];

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid != WEB_RESOURCES_ACTIVITY.uid {
        return;
    }
    let record = event.record;
    let details = ["Parameters", "ModifiedProperties"]
        .into_iter()
        .find_map(|member| Some((member, record.json(member)?)));
    let (member, details) = details.unzip();
    let added = event.element(list!("web_resources"), |event| {
        event.set_some(at!("web_resources.name"), record.text("ObjectId"));
        event.set_some(at!("web_resources.type"), record.text("PlaceType"));
        event.set_some(at!("web_resources.data"), details);
    });
    if added {
        for member in ["ObjectId", "PlaceType"].into_iter().chain(member) {
            record.take(member);
        }
    }
}
