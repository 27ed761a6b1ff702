//! Power Automate (record type 30).
//!
//! *What it covers:* cloud flows: creation, changes, deletion; who owns or may run them; trial licenses.
//! *Mapping:* Application Lifecycle, the flow known by the identifier in its address; shares of a flow as User Access
//! Management, whom with and as what from the record's own members.
//! *Deliberate:* licenses are API Activity, since no application comes or goes.
//! *Left out:* the connectors of a flow (`FlowConnectorNames`), which its class has no attribute for, and the client's
//! address where a flow is created, changed or deleted, for the same reason; they stay in `unmapped`. Runs are not in the
//! record type.

use std::borrow::Cow;

use super::{Mapping, Operation, Otherwise, Workload, as_decided, derived, op};
use crate::actor;
use crate::class::{API_ACTIVITY, APPLICATION_LIFECYCLE, USER_ACCESS};
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::{at, list};
use crate::things::{Thing, thing};

/// Power Automate.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "power_automate",
    name: "Power Automate",
    record_types: &[30],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &APPLICATION_LIFECYCLE,
        activity: None,
    },
    fields: FIELDS,
    things: THINGS,
    refine: as_decided,
    map,
};

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["CreateFlow"], &APPLICATION_LIFECYCLE, 1),
    op(&["DeleteFlow"], &APPLICATION_LIFECYCLE, 2),
    op(&["EditFlow"], &APPLICATION_LIFECYCLE, 8),
    op(&["PutPermissions"], &USER_ACCESS, 1),
    op(&["DeletePermissions"], &USER_ACCESS, 2),
    op(&["StartAPaidTrial"], &API_ACTIVITY, 1),
    op(&["RenewTrial"], &API_ACTIVITY, 3),
];

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    derived("FlowDetailsUrl", at!("app.uid"), "the flow's identifier in its address, else the address"),
    derived("FlowDetailsUrl", at!("app.url_string"), ""),
    derived("FlowDetailsUrl", at!("resources.uid"), "the flow's identifier, where its permissions change"),
    derived("RecipientUPN", at!("user.name"), "who gains or loses the flow"),
    derived("SharingPermission", at!("privileges"), "`3` is Owner, `2` is Run-only user; else as it is; without it, the operation"),
];

const THINGS: &[Thing] = &[thing("License", &["LicenseDisplayName"], &[])];

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid == USER_ACCESS.uid {
        set_share(event);
    } else {
        set_flow(event);
    }
    let record = event.record;
    // `UserUPN` repeats `UserKey`, or the name.
    let upn = record.text("UserUPN");
    if upn.is_some() && (upn == record.text("UserKey") || upn == record.text("UserId")) {
        record.take("UserUPN");
    }
}

fn set_flow(event: &mut Event<'_, '_>) {
    let address = event.record.text("FlowDetailsUrl");
    event.set_some(at!("app.uid"), address.as_deref().and_then(flow_id));
    event.copy("FlowDetailsUrl", at!("app.url_string"));
}

fn set_share(event: &mut Event<'_, '_>) {
    let record = event.record;
    if let Some(recipient) = record.text("RecipientUPN") {
        actor::set_name(event, actor::TARGET, recipient);
        record.take("RecipientUPN");
    }
    if event.set(at!("privileges"), privilege(record)) {
        record.take("SharingPermission");
    }
    let id = record.text("FlowDetailsUrl").as_deref().and_then(flow_id);
    event.element(list!("resources"), |event| {
        event.set_some(at!("resources.uid"), id);
        event.set(at!("resources.type"), "Flow");
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (1, "Target"),
        );
    });
}

/// Microsoft, Power Automate activity logs: `SharingPermission`.
fn privilege<'a>(record: &Record<'a>) -> Cow<'a, str> {
    match record.text("SharingPermission") {
        Some(text) if text == "3" => Cow::Borrowed("Owner"),
        Some(text) if text == "2" => Cow::Borrowed("Run-only user"),
        Some(text) => text,
        None => record.text("Operation").unwrap_or_default(),
    }
}

/// The identifier in `…/flows/IDENTIFIER/details`.
fn flow_id(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("/flows/")?;
    let id = rest.split(['/', '?', '#']).next()?;
    (!id.is_empty()).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flow_is_in_its_address() {
        for (address, expected) in [
            (
                "https://make.example/environments/E/flows/F-1/details",
                Some("F-1"),
            ),
            (
                "https://make.example/environments/E/flows/F-1?v=3",
                Some("F-1"),
            ),
            ("https://make.example/flows/", None),
            ("https://make.example/environments/E", None),
        ] {
            assert_eq!(flow_id(address).as_deref(), expected, "{address}");
        }
    }
}
