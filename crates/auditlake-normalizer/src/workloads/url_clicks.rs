//! Defender for Office 365 and Edge: clicks on links, and filtered pages (record types 41, 359).
//!
//! *What it covers:* links that Safe Links checked when somebody clicked them; pages that Edge's web content filter met.
//! *Mapping:* HTTP Activity with activity 99 Other: the link is the request's address and its host the destination, who
//! clicked is the actor, and the product in which they did is the application. What Safe Links did is action and
//! disposition; who went on past its page has severity High, every other click Medium.
//! *Deliberate:* a blocked click is no failure: the control did its work, and the status stays Unknown.
//! A filtered page is no alert, and its record does not say whether it was blocked.
//! *Left out:* the message or file that held the link (`SourceId`) and the category of a page, which the class has no place for.

use super::{Operation, Otherwise, Workload, as_decided, derived, op, text};
use crate::class::HTTP_ACTIVITY;
use crate::common::take_if_held;
use crate::endpoint;
use crate::event::Event;
use crate::evidence::host_of;
use crate::schema::path::at;
use crate::status::SEVERITIES;
use crate::things::first;
use crate::workloads::Mapping;

/// Clicks on links.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "url_clicks",
    name: "Link clicks and filtered pages",
    record_types: &[41, 359],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &HTTP_ACTIVITY,
        activity: Some(99),
    },
    fields: FIELDS,
    things: &[],
    refine: as_decided,
    map,
};

const OPERATIONS: &[Operation] = &[op(&["TIUrlClickData"], &HTTP_ACTIVITY, 99).sensitive()];

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    text("AppName", at!("actor.app_name")),
    derived("Url", at!("http_request.url.url_string"), "`URL` in Microsoft's reference"),
    derived("Url", at!("dst_endpoint.hostname"), "the host; `dst_endpoint.ip` where it is an address"),
    derived("URLPath", at!("http_request.url.url_string"), "of a filtered page"),
    derived("DomainURL", at!("http_request.url.hostname"), "where the address names no host"),
    derived("UserIp", at!("src_endpoint.ip"), ""),
    derived("URLClickAction", at!("disposition_id"), "and `action_id`: 2, 3 Blocked; 4, 5 Allowed, with severity High"),
];

/// Fills the click.
pub(super) fn map(event: &mut Event<'_, '_>) {
    set_url(event);
    set_control(event);
    if event.record.text("Operation").as_deref() == Some("TIUrlClickData") {
        event.set(at!("is_alert"), true);
    }
}

fn set_url(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some((member, url)) = first(record, &["Url", "URLPath"]) else {
        return;
    };
    let of_domain = || {
        record
            .text("DomainURL")
            .as_deref()
            .and_then(host_of)
            .map(str::to_owned)
    };
    if let Some(host) = host_of(&url).map(str::to_owned).or_else(of_domain) {
        match endpoint::parse(&host) {
            Some((ip, _)) => event.set(at!("dst_endpoint.ip"), ip.to_string()),
            None => event.set(at!("dst_endpoint.hostname"), host.clone()),
        };
        event.set(at!("http_request.url.hostname"), host);
    }
    if event.set(at!("http_request.url.url_string"), url) {
        record.take(member);
    }
    take_if_held(event, "DomainURL", &[at!("http_request.url.hostname")]);
}

/// Microsoft, Office 365 Management Activity API schema, enum `URLClickAction`, by number or name.
fn went_on(words: &str) -> Option<bool> {
    match words.trim().to_ascii_lowercase().as_str() {
        "2" | "blockpage" | "3" | "pendingdetonationpage" => Some(false),
        "4" | "blockpageoverride" | "5" | "pendingdetonationpageoverride" => Some(true),
        _ => None,
    }
}

fn set_control(event: &mut Event<'_, '_>) {
    let words = event.record.text("URLClickAction");
    match words.as_deref().and_then(went_on) {
        Some(true) => {
            event.set_id(at!("action_id"), at!("action"), (1, "Allowed"));
            event.set_id(at!("disposition_id"), at!("disposition"), (1, "Allowed"));
            event.set_id(at!("severity_id"), at!("severity"), SEVERITIES[4]);
        }
        Some(false) => {
            event.set_id(at!("action_id"), at!("action"), (2, "Denied"));
            event.set_id(at!("disposition_id"), at!("disposition"), (2, "Blocked"));
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_went_on() {
        for (words, expected) in [
            ("2", Some(false)),
            ("Blockpage", Some(false)),
            ("3", Some(false)),
            ("4", Some(true)),
            ("BlockPageOverride", Some(true)),
            ("5", Some(true)),
            ("1", None),
        ] {
            assert_eq!(went_on(words), expected, "{words}");
        }
    }
}
