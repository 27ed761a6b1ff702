//! Parameters of cmdlets: the ones to search for, and the addresses that messages are sent on to.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::actor::is_email;
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::at;
use crate::tags;
use crate::workloads::exchange_recipients::{self, addresses};

/// Parameters that send messages, or copies of them, on to somebody.
const SENDS_TO: &[&str] = &[
    "ForwardTo",
    "ForwardAsAttachmentTo",
    "RedirectTo",
    "ForwardingSmtpAddress",
    "ForwardingAddress",
    "BlindCopyTo",
    "CopyTo",
    "AddToRecipients",
    "RedirectMessageTo",
    "JournalEmailAddress",
];

/// Further parameters that a hunter looks for: what a rule hides, where connectors lead, who may send, what is logged.
#[rustfmt::skip]
const WATCHED: &[&str] = &[
    // Inbox rules: what they do, and to which messages.
    "Name", "DeleteMessage", "SoftDeleteMessage", "MoveToFolder", "CopyToFolder", "MarkAsRead", "StopProcessingRules", "SendTextMessageNotificationTo",
    "From", "SentTo", "FromAddressContainsWords", "RecipientAddressContainsWords", "SubjectContainsWords", "BodyContainsWords", "SubjectOrBodyContainsWords", "HeaderContainsWords",
    // Mailboxes.
    "DeliverToMailboxAndForward", "GrantSendOnBehalfTo", "AuditEnabled", "AuditBypassEnabled", "LitigationHoldEnabled", "SingleItemRecoveryEnabled", "RetainDeletedItemsFor",
    // Transport rules.
    "Quarantine", "SetSCL", "SetAuditSeverity", "SentToScope", "FromScope", "SenderIpRanges", "SenderDomainIs", "RecipientDomainIs", "ApplyHtmlDisclaimerText", "Mode", "Enabled",
    // Connectors and remote domains.
    "SmartHosts", "RecipientDomains", "SenderDomains", "SenderIPAddresses", "RequireTls", "TlsSenderCertificateName", "ConnectorType", "AutoForwardEnabled", "AutoForwardingMode",
    // Protection and access.
    "AllowedSenders", "AllowedSenderDomains", "IPAllowList", "Entries", "Allow", "Block", "AuditDisabled", "AdminAuditLogEnabled", "UnifiedAuditLogIngestionEnabled", "PopEnabled", "ImapEnabled", "SmtpClientAuthenticationDisabled", "AppId", "AccessRight", "PolicyScopeGroupId",
];

/// Parameters of `Set-Mailbox` that give its messages away, or let others write in its name.
pub(super) const MAILBOX_EXPOSED: &[&str] = &[
    "ForwardingSmtpAddress",
    "ForwardingAddress",
    "GrantSendOnBehalfTo",
];

/// A parameter of the cmdlet. Names need not be unique; the first counts.
pub(super) fn parameter<'a>(record: &Record<'a>, name: &str) -> Option<Cow<'a, str>> {
    record.named("Parameters", name)
}

/// The first of these parameters that the cmdlet has.
pub(super) fn first<'a>(record: &Record<'a>, names: &[&str]) -> Option<Cow<'a, str>> {
    names.iter().find_map(|name| parameter(record, name))
}

/// Whether the cmdlet has one of these parameters, with a value.
pub(super) fn any(record: &Record<'_>, names: &[&str]) -> bool {
    first(record, names).is_some()
}

/// The parameters as they are: names need not be unique, so the list stays a list.
pub(super) fn as_json<'a>(record: &Record<'a>) -> Option<&'a str> {
    record
        .raw("Parameters")
        .filter(|raw| raw.starts_with('[') && *raw != "[]")
}

/// The parameters to search for, as sent; every one of a name.
pub(super) fn add_tags(event: &mut Event<'_, '_>) {
    for pair in event.record.pairs("Parameters") {
        if is_searched(&pair.name) {
            let name = pair.name.clone();
            tags::add(event, &tags::OF_RESOURCE, name, pair.value.clone());
        }
    }
}

/// Whether it is a parameter to search for; those of its length are looked at.
fn is_searched(name: &str) -> bool {
    static BY_LENGTH: LazyLock<Vec<Vec<&str>>> = LazyLock::new(|| {
        let names = || SENDS_TO.iter().chain(WATCHED).copied();
        let of_length = |length| names().filter(|name| name.len() == length).collect();
        let longest = names().map(str::len).max().unwrap_or_default();
        (0..=longest).map(of_length).collect()
    });
    let known = BY_LENGTH.get(name.len());
    known.is_some_and(|known| known.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

/// The mailbox's own forwarding, of the owner that the cmdlet names.
pub(super) fn add_owner(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(sent) = parameter(record, "ForwardingSmtpAddress") else {
        return;
    };
    let address = addresses(&sent).into_iter().find(|to| is_email(to));
    if event.set_some(at!("resources.owner.forward_addr"), address) {
        let owner = first(record, &["Identity"]).or_else(|| record.text("ObjectId"));
        event.set_some(at!("resources.owner.name"), owner);
    }
}

/// Each address that messages are sent on to, of every parameter of such a name.
pub(super) fn add_recipients(event: &mut Event<'_, '_>) {
    let sends = |name: &str| {
        SENDS_TO
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    };
    let pairs = event.record.pairs("Parameters").iter();
    let values = pairs
        .filter(|pair| sends(&pair.name))
        .filter_map(|pair| pair.value.as_ref());
    for recipient in values.flat_map(|value| addresses(value)) {
        exchange_recipients::add(event, recipient);
    }
}
