//! Microsoft Purview Information Protection: automatic labels (record types 71, 72, 75).
//!
//! *What it covers:* rules of auto-labeling policies that matched items of SharePoint, OneDrive and Exchange.
//! *Mapping:* a file is updated (File Hosting Activity), a message is scanned (Email Activity), each with the policy; what
//! names neither is API Activity.
//! *Deliberate:* the actor is the labeling service in `UserId`: nobody did anything. No finding: nothing is wrong.
//! *Left out:* conditions and detected values, which stay in `unmapped`.

use super::mail_labels::{SCAN, add_addresses, set_address};
use super::{Decision, Operation, Otherwise, Workload, derived, op};
use crate::class::{API_ACTIVITY, EMAIL_ACTIVITY, FILE_HOSTING};
use crate::common::take_if_held;
use crate::event::Event;
use crate::items::{extension, last_part};
use crate::record::Record;
use crate::schema::path::at;

/// Automatic labels.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "auto_labeling",
    name: "Microsoft Purview automatic labels",
    record_types: &[71, 72, 75],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: &[
        derived(
            "PolicyDetails[].PolicyName",
            at!("policy.name"),
            "of the first policy",
        ),
        derived(
            "PolicyDetails[].PolicyId",
            at!("policy.uid"),
            "of the first policy",
        ),
        derived("SharePointMetaData.FilePathUrl", at!("file.path"), ""),
        derived(
            "SharePointMetaData.FileName",
            at!("file.name"),
            "else the last part of the path",
        ),
        derived("SharePointMetaData.FileOwner", at!("file.owner.name"), ""),
        derived(
            "SharePointMetaData.SiteCollectionUrl",
            at!("file.url.url_string"),
            "",
        ),
        derived("ExchangeMetaData.From", at!("email.from"), ""),
        derived("ExchangeMetaData.To", at!("email.to"), ""),
        derived("ExchangeMetaData.CC", at!("email.cc"), ""),
        derived("ExchangeMetaData.Subject", at!("email.subject"), ""),
        derived("ExchangeMetaData.MessageID", at!("email.message_uid"), ""),
    ],
    things: &[],
    refine,
    map,
};

const OPERATIONS: &[Operation] = &[op(&["AutoSensitivityLabelRuleMatch"], &API_ACTIVITY, 99)];

/// What was matched decides: a message, a file.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    if record.object("ExchangeMetaData").is_some() {
        return decision.to(&EMAIL_ACTIVITY, SCAN);
    }
    if record.object("SharePointMetaData").is_some() {
        return decision.to(&FILE_HOSTING, 3);
    }
    decision
}

fn map(event: &mut Event<'_, '_>) {
    let record = event.record;
    if let Some(policy) = record.objects("PolicyDetails").first() {
        event.set_some(at!("policy.name"), policy.text("PolicyName"));
        event.set_some(at!("policy.uid"), policy.text("PolicyId"));
    }
    if let Some(mail) = record.object("ExchangeMetaData") {
        set_email(event, &mail);
    }
    if let Some(file) = record.object("SharePointMetaData") {
        set_file(event, &file);
    }
}

fn set_email<'a>(event: &mut Event<'_, 'a>, mail: &Record<'a>) {
    event.set_id(at!("direction_id"), at!("direction"), (0, "Unknown"));
    set_address(event, at!("email.from"), mail.text("From"));
    event.set_some(at!("email.subject"), mail.text("Subject"));
    event.set_some(at!("email.message_uid"), mail.text("MessageID"));
    event.set_some(at!("email.uid"), mail.text("UniqueID"));
    add_addresses(event, mail, "To", at!("email.to"));
    add_addresses(event, mail, "CC", at!("email.cc"));
    take_if_held(event, "ObjectId", &[at!("email.message_uid")]);
}

fn set_file<'a>(event: &mut Event<'_, 'a>, file: &Record<'a>) {
    let path = file.text("FilePathUrl");
    let last = path.as_deref().and_then(last_part).map(str::to_owned);
    let name = file.text("FileName").or_else(|| last.map(Into::into));
    let Some(name) = name else { return };
    event.set_some(at!("file.ext"), extension(&name).map(str::to_owned));
    event.set(at!("file.name"), name);
    event.set_id(at!("file.type_id"), at!("file.type"), (1, "Regular File"));
    event.set_some(at!("file.path"), path);
    event.set_some(at!("file.uid"), file.text("UniqueID"));
    event.set_some(at!("file.owner.name"), file.text("FileOwner"));
    event.set_some(at!("file.url.url_string"), file.text("SiteCollectionUrl"));
    take_if_held(event, "ObjectId", &[at!("file.path")]);
}
