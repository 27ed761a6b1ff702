//! Microsoft Teams: teams, chats, meetings and apps (record types 25, 60, 206, 462).
//!
//! *What it covers:* teams and channels; chats, messages and their links; meetings and calls; members, guests and their
//! roles; apps, bots, connectors and tabs; sign-in to the client; sensitivity labels; warnings of impersonation and
//! what users report.
//! *Mapping:* conversations are Web Resources Activity, with the message, the chat or channel, the team and each link as
//! `web_resources`; membership is Group Management, a role User Access Management, an app Application Lifecycle, a sign-in
//! Authentication, a warning a Detection Finding, a setting of the tenant Entity Management. What kind of conversation it
//! is, and whether it has foreign, guest or anonymous participants, are `web_resources.labels`; `ParticipantInfo` itself is
//! `web_resources.data`.
//! *Deliberate:* a record is one event: of several members the first is `user`, and `Members` stays in `unmapped`. What
//! a person joined is the group: the channel or chat where the record names one, else the team. Microsoft's pages
//! contradict each other about the numbers of `Role`, so that they are not put in words: `Role 2`; a guest is told by the
//! `#EXT#` in the name. To block somebody in a chat is a success with action Denied.
//! *Left out:* attendees, times and devices of a meeting, the team of an app or of a channel that somebody joined, and
//! the answer to an invitation; they stay in `unmapped`.

mod conversations;
mod operations;
mod people;

use super::{Mapping, Otherwise, Workload, as_decided, derived, entra_sign_in, text};
use crate::actor;
use crate::class::{
    AUTHENTICATION, DETECTION_FINDING, ENTITY_MANAGEMENT, GROUP_MANAGEMENT, USER_ACCESS,
    WEB_RESOURCES_ACTIVITY,
};
use crate::common::{take_if_said, workload};
use crate::event::Event;
use crate::schema::path::at;
use crate::things::{self, Thing, thing};

/// Teams.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "teams",
    name: "Microsoft Teams",
    record_types: &[25, 60, 206, 462],
    operations: operations::OPERATIONS,
    otherwise: Otherwise {
        class: &WEB_RESOURCES_ACTIVITY,
        activity: None,
    },
    fields: FIELDS,
    things: THINGS,
    refine: as_decided,
    map,
};

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    text("AddOnName", at!("app.name")),
    text("AddOnGuid", at!("app.uid")),
    derived("TeamName", at!("group.name"), "where somebody joined or left the team itself"),
    derived("TeamGuid", at!("group.uid"), "as for `TeamName`"),
    derived("AADGroupId", at!("group.uid_alt"), "the team's group in Microsoft Entra ID"),
    derived("ChannelName", at!("group.name"), "where somebody joined, left or was invited to the channel"),
    derived("ChannelGuid", at!("group.uid"), "as for `ChannelName`"),
    derived("ChatThreadId", at!("group.uid"), "where somebody joined or left the chat"),
    derived("CommunicationType", at!("group.type"), "of a chat; of a team or channel, `Team` and `Channel`"),
    derived("Members[].UPN", at!("user.name"), "the first member"),
    derived("Members[].DisplayName", at!("user.display_name"), "the first member"),
    derived("Members[].Role", at!("privileges"), "the first member's role, in words where the record has them, else `Role` and the number"),
    derived("Invitee", at!("user.name"), "who was invited to a shared channel"),
    derived("CommunicationType", at!("web_resources.labels"), "kind of conversation: `OneOnOne`, `GroupChat`, `Channel`"),
    derived("CommunicationSubType", at!("web_resources.labels"), "kind of meeting"),
    derived("ChannelType", at!("web_resources.labels"), "`Standard`, `Private`, `Shared`"),
    derived("ParticipantInfo.HasForeignTenantUsers", at!("web_resources.labels"), "the names of the `Has…` members that are true"),
    derived("ParticipantInfo.ParticipatingDomains", at!("web_resources.data"), "with all of `ParticipantInfo`, at the chat, channel or meeting"),
    derived("MessageURLs", at!("web_resources.url_string"), "one `Link` for each address"),
    derived("Messages[].Id", at!("web_resources.uid"), "one `Message` for each, with its details in `data`"),
    derived("Messages[].ChatThreadId", at!("web_resources.uid"), "the chats and channels of the messages"),
    derived("Message.ThreadId", at!("web_resources.uid"), "as for `Messages`"),
    derived("HostedContents[].Id", at!("web_resources.uid"), "one `Hosted content` for each"),
    derived("NewValue", at!("web_resources.data"), "of a setting, with `OldValue`"),
    derived("SensitivityLabelId", at!("web_resources.data_classifications.uid"), "label of a meeting"),
    derived("ReportMetadata", at!("resources.data"), "reason and subject of a user's report"),
    derived("Name", at!("comment"), "setting of the tenant, with `OldValue` and `NewValue`"),
    derived("ObjectId", at!("actor.app_name"), "the client of a sign-in: its kind and version"),
    derived("ExtraProperties[ClientName].Value", at!("actor.app_name"), "the client"),
    derived("ExtraProperties[OsName].Value", at!("src_endpoint.os.name"), "operating system of the client"),
];

/// What is talked in and about, in the order in which a record shows it.
const THINGS: &[Thing] = &[
    thing("Message", &[], &["MessageId"]),
    thing("Tab", &["AddOnName"], &["AddOnGuid"]),
    thing("Setting", &["Name"], &[]),
    REPORT,
    thing("Meeting", &["MeetingURL"], &["MeetingDetailId"]).at(&["MeetingURL"]),
    thing("Call", &[], &["CallId"]),
    thing("Channel", &["ChannelName"], &["ChannelGuid"]),
    thing("Chat", &["ChatName"], &["ChatThreadId"]),
    thing("Team", &["TeamName"], &["TeamGuid"]),
    thing("Subscription", &[], &["SubscriptionId"]),
];

const REPORT: Thing = thing("Report", &[], &["SubmissionId"]);

fn map(event: &mut Event<'_, '_>) {
    match event.class.uid {
        uid if uid == WEB_RESOURCES_ACTIVITY.uid => conversations::set(event),
        uid if uid == GROUP_MANAGEMENT.uid => people::set_membership(event),
        uid if uid == USER_ACCESS.uid => people::set_role(event),
        uid if uid == AUTHENTICATION.uid => set_sign_in(event),
        uid if uid == ENTITY_MANAGEMENT.uid => set_tenant(event),
        uid if uid == DETECTION_FINDING.uid => {
            event.set_id(at!("status_id"), at!("status"), (1, "New"));
        }
        _ => set_report(event),
    }
    set_client(event);
    things::set(event, THINGS);
    take_if_said(event, "CommunicationType");
    take_if_said(event, "ItemName");
    take_if_said(event, "MessageVersion");
    set_decision(event);
}

/// To block somebody is a control at work.
fn set_decision(event: &mut Event<'_, '_>) {
    if event.record.text("Operation").as_deref() == Some("UserBlocked") {
        event.set_id(at!("action_id"), at!("action"), (2, "Denied"));
    }
}

/// `ExtraProperties`: a list of keys and values about the client.
fn set_client(event: &mut Event<'_, '_>) {
    let extra = event.record.objects("ExtraProperties");
    let value = |key: &str| {
        extra
            .iter()
            .find(|pair| pair.text("Key").as_deref() == Some(key))
            .and_then(|pair| pair.text("Value"))
    };
    event.set_some(at!("actor.app_name"), value("ClientName"));
    entra_sign_in::set_client_os(event, value("OsName"));
}

/// `ObjectId` is the client that the user signed in with: `Web (1415/1.0.0.0)`.
fn set_sign_in(event: &mut Event<'_, '_>) {
    actor::set_user(event, actor::TARGET);
    event.set(at!("service.name"), workload(event));
    event.set(at!("is_remote"), true);
    event.copy("ObjectId", at!("actor.app_name"));
}

/// A setting of the tenant, and what became of it.
fn set_tenant(event: &mut Event<'_, '_>) {
    let record = event.record;
    event.set_some(at!("entity.uid"), record.text("OrganizationId"));
    event.set_id(
        at!("entity.type_id"),
        at!("entity.type"),
        (4, "Organization"),
    );
    let Some(name) = record.text("Name") else {
        return;
    };
    let value = |member: &str| record.text(member).unwrap_or_default();
    let change = format!("{name}: {} => {}", value("OldValue"), value("NewValue"));
    if event.set(at!("comment"), change) {
        for member in ["Name", "OldValue", "NewValue"] {
            record.take(member);
        }
    }
}

/// What a user reported: a message, a call or a person.
fn set_report(event: &mut Event<'_, '_>) {
    let record = event.record;
    let Some(metadata) = record.json("ReportMetadata") else {
        return;
    };
    things::set(event, &[REPORT]);
    if event.has(at!("resources.uid")) && event.set(at!("resources.data"), metadata) {
        record.take("ReportMetadata");
    }
}
