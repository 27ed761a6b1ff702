//! Microsoft Purview Message Encryption: the portal for encrypted messages (record type 154).
//!
//! *What it covers:* sign-ins of people outside to read encrypted messages, and messages and attachments that they opened,
//! downloaded, forwarded or answered.
//! *Mapping:* the actor is the reader (`Recipient`); the message is the resource, and the sender its owner. A request for
//! authentication is a logon of the reader.
//! *Deliberate:* `UserId` names the sender, who did nothing here, and is the actor only where there is no reader. The
//! outcome is `ResultStatus`, else the number of `OperationStatus` or `AuthenticationStatus`.
//! *Left out:* how the reader authenticated, for which OCSF has no word; the message of a logon, whose class has no place
//! for it.

use super::{Operation, Otherwise, Workload, as_decided, derived, op};
use crate::actor;
use crate::class::{API_ACTIVITY, AUTHENTICATION};
use crate::common::take_if_held;
use crate::event::Event;
use crate::schema::path::{at, list};
use crate::status::{FAILURE, SUCCESS};
use crate::subject::{self, Subject};

/// The portal for encrypted messages.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "message_portal",
    name: "Encrypted message portal",
    record_types: &[154],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: &[
        derived("Recipient", at!("actor.user.name"), "the reader"),
        derived("Sender", at!("resources.owner.name"), ""),
        derived("MessageId", at!("resources.uid"), ""),
        derived(
            "OperationProperties[MailSubject].Value",
            at!("resources.name"),
            "",
        ),
        derived("AttachmentName", at!("resources.name"), "a second resource"),
        derived(
            "OperationStatus",
            at!("status_id"),
            "where there is no `ResultStatus`",
        ),
        derived(
            "AuthenticationStatus",
            at!("status_id"),
            "of a logon, where there is no `ResultStatus`",
        ),
    ],
    things: &[],
    refine: as_decided,
    map,
};

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["AuthenticationRequest", "AuthenticateRequest"], &AUTHENTICATION, 1),
    op(&["MessageAccess", "AttachmentReview", "AttachmentDownload"], &API_ACTIVITY, 2),
    op(&["MessageForward"], &API_ACTIVITY, 99),
];

fn map(event: &mut Event<'_, '_>) {
    let record = event.record;
    if let Some(reader) = record.text("Recipient") {
        let operation = record.text("Operation").unwrap_or_default();
        event.set(at!("message"), format!("{operation} by {reader}"));
        actor::set_name(event, actor::ACTOR, reader.clone());
        actor::set_name(event, actor::TARGET, reader);
        record.take("Recipient");
    }
    set_status(event);
    if event.class.uid == AUTHENTICATION.uid {
        event.set(at!("service.name"), "Encrypted message portal");
        event.set(at!("is_remote"), true);
    } else {
        set_message(event);
    }
}

/// The message, and the attachment that was opened.
fn set_message(event: &mut Event<'_, '_>) {
    let record = event.record;
    let subject = record.named("OperationProperties", "MailSubject");
    let added = event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), subject);
        event.set_some(at!("resources.uid"), record.text("MessageId"));
        event.set(at!("resources.type"), "Encrypted message");
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (1, "Target"),
        );
        let sender = record.text("Sender");
        event.set_some(
            at!("resources.owner.email_addr"),
            sender.clone().filter(|sender| actor::is_email(sender)),
        );
        event.set_some(at!("resources.owner.name"), sender);
    });
    if added {
        record.take("MessageId");
        record.take("Sender");
        take_if_held(event, "UserId", &[at!("resources.owner.name")]);
        take_if_held(event, "UserKey", &[at!("resources.owner.name")]);
    }
    let attachment = Subject {
        kind: Some("Attachment".into()),
        name: record.text("AttachmentName"),
        ..Subject::default()
    };
    if subject::add(event, attachment) {
        record.take("AttachmentName");
    }
}

/// Numbers: 0 is a success, 1 a failure (Microsoft, OME portal schema).
fn set_status(event: &mut Event<'_, '_>) {
    let record = event.record;
    if record.text("ResultStatus").is_some() {
        return;
    }
    let logon = event.class.uid == AUTHENTICATION.uid;
    let member = if logon {
        "AuthenticationStatus"
    } else {
        "OperationStatus"
    };
    let status = match record.int(member) {
        Some(0) => SUCCESS,
        Some(1) => FAILURE,
        _ => return,
    };
    event.set_id(at!("status_id"), at!("status"), status);
    record.take(member);
}
