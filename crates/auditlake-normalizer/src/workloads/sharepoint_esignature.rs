//! SharePoint eSignature (record type 277).
//!
//! *What it covers:* requests for signatures: sent, signed, declined, cancelled.
//!
//! *Mapping:* Web Resources Activity by the operation's verb; the request is the `web_resources` element, with its
//! status, its sender and the time at which it was sent as tags.
//!
//! *Deliberate:* the sender is no actor: whoever signs acts on what another sent.
//!
//! *Left out:* the recipients, of which Microsoft documents no members; they stay in `unmapped`.

use super::{Otherwise, Workload, as_decided, derived};
use crate::class::WEB_RESOURCES_ACTIVITY as WEB;
use crate::event::Event;
use crate::schema::path::{at, list};
use crate::tags::{self, OF_WEB_RESOURCE};

/// Signatures.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "sharepoint_esignature",
    name: "SharePoint eSignature",
    record_types: &[277],
    operations: &[],
    otherwise: Otherwise {
        class: &WEB,
        activity: None,
    },
    fields: &[
        derived("AgreementId", at!("web_resources.uid"), ""),
        derived(
            "AgreementStatus",
            at!("web_resources.tags.value"),
            "so too `AgreementSender`, `AgreementCreationDateTime`",
        ),
    ],
    things: &[],
    refine: as_decided,
    map,
};

const DETAILS: [&str; 3] = [
    "AgreementStatus",
    "AgreementSender",
    "AgreementCreationDateTime",
];

fn map(event: &mut Event<'_, '_>) {
    let record = event.record;
    let added = event.element(list!("web_resources"), |event| {
        event.set_some(at!("web_resources.uid"), record.text("AgreementId"));
        event.set(at!("web_resources.type"), "Agreement");
        for member in DETAILS {
            tags::add(event, &OF_WEB_RESOURCE, member, record.text(member));
        }
    });
    if added {
        record.take_scalars(&["AgreementId"]);
        record.take_scalars(&DETAILS);
    }
}
