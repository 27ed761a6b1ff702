//! Microsoft Purview Information Protection: labelled mail (record type 43).
//!
//! *What it covers:* messages with a sensitivity label that the transport of Exchange Online saw.
//! *Mapping:* Email Activity, a scan: sender, recipients, subject, and the label with its name.
//! *Deliberate:* the direction is unknown, since the record does not say it.
//! *Left out:* what the label did before transport, when it was applied, and whether by hand.

use std::borrow::Cow;

use super::{Operation, Otherwise, Workload, as_decided, derived, op, text};
use crate::actor::is_email;
use crate::class::EMAIL_ACTIVITY;
use crate::event::Event;
use crate::record::{Record, scalar};
use crate::schema::path::{Leaf, at, list};

/// Labelled mail.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "mail_labels",
    name: "Microsoft Purview labels on mail",
    record_types: &[43],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &EMAIL_ACTIVITY,
        activity: Some(SCAN),
    },
    fields: &[
        derived("Sender", at!("email.from"), "where it is an address"),
        text("ItemName", at!("email.subject")),
        derived("Receivers", at!("email.to"), "those that are addresses"),
        derived("LabelId", at!("email.data_classifications.uid"), ""),
        derived(
            "LabelName",
            at!("email.data_classifications.confidentiality"),
            "",
        ),
    ],
    things: &[],
    refine: as_decided,
    map,
};

/// Activity 3 Scan.
pub(super) const SCAN: u8 = 3;

const OPERATIONS: &[Operation] = &[op(&["MIPLabel"], &EMAIL_ACTIVITY, SCAN)];

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid != EMAIL_ACTIVITY.uid {
        return;
    }
    let record = event.record;
    event.set_id(at!("direction_id"), at!("direction"), (0, "Unknown"));
    if set_address(event, at!("email.from"), record.text("Sender")) {
        record.take("Sender");
    }
    if add_addresses(event, record, "Receivers", at!("email.to")) {
        record.take("Receivers");
    }
    set_label(event);
}

/// Sets an address, where it is one: names and addresses of directories are not (OCSF `email_t`).
pub(super) fn set_address<'a>(
    event: &mut Event<'_, 'a>,
    leaf: Leaf,
    address: Option<Cow<'a, str>>,
) -> bool {
    event.set_some(leaf, address.filter(|address| is_email(address)))
}

/// Adds the addresses of a list; true when all of its elements are such.
pub(super) fn add_addresses<'a>(
    event: &mut Event<'_, 'a>,
    record: &Record<'a>,
    member: &str,
    leaf: Leaf,
) -> bool {
    let addresses = record.array(member);
    let added = addresses
        .iter()
        .filter(|raw| set_address(event, leaf, scalar(raw)))
        .count();
    added > 0 && added == addresses.len()
}

fn set_label(event: &mut Event<'_, '_>) {
    let record = event.record;
    let label = record.text("LabelId");
    let added = event.element(list!("email.data_classifications"), |event| {
        if label.is_none() {
            return;
        }
        event.set_some(at!("email.data_classifications.uid"), label);
        event.set(at!("email.data_classifications.confidentiality_id"), 99_u8);
        let name = record.text("LabelName");
        event.set(
            at!("email.data_classifications.confidentiality"),
            name.unwrap_or("Sensitivity label".into()),
        );
    });
    if added {
        record.take("LabelId");
        record.take("LabelName");
    }
}
