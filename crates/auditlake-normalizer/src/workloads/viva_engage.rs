//! Viva Engage, formerly Yammer (record types 22, 374, 414, 422, 424, 428).
//!
//! *What it covers:* messages and threads, files, groups (communities), suspended users, settings of the network, and
//! exports of its data.
//! *Mapping:* messages are Web Resources Activity, with thread, group and network as `web_resources`; files are File
//! Hosting Activity, groups Group Management, suspension an Account Change. The network is the entity of a changed
//! setting, and `comment` names what changed.
//! *Deliberate:* an export is sensitive: it holds what everybody wrote. A failed access keeps the activity of the access.
//! *Left out:* numbers that only Viva Engage knows people by, and versions of files; they stay in `unmapped`.

use super::{Decision, Mapping, Operation, Otherwise, Outcome, Workload, derived, op, text};
use crate::actor;
use crate::class::{
    ACCOUNT_CHANGE, API_ACTIVITY, ENTITY_MANAGEMENT, FILE_HOSTING, GROUP_MANAGEMENT,
    WEB_RESOURCES_ACTIVITY,
};
use crate::common::{take_if_held, take_if_said};
use crate::event::Event;
use crate::items::{self, extension};
use crate::record::Record;
use crate::record_types;
use crate::schema::path::at;
use crate::things::{self, Thing, thing};

/// Viva Engage.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "viva_engage",
    name: "Viva Engage",
    record_types: &[22, 374, 414, 422, 424, 428],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &WEB_RESOURCES_ACTIVITY,
        activity: None,
    },
    fields: FIELDS,
    things: THINGS,
    refine,
    map,
};

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    text("FileId", at!("file.uid")),
    derived("FileName", at!("file.name"), "with its extension"),
    text("GroupName", at!("group.name")),
    derived("TargetUserId", at!("user.name"), "with address and domain"),
    text("TargetObjectId", at!("user.uid")),
    text("YammerNetworkId", at!("entity.uid")),
    derived("ModifiedProperties[].NewValue", at!("comment"), "name, old and new value of each"),
    derived("ModifiedProperties[].Name", at!("entity.data"), "all of the changed properties"),
    derived("IsSoftDelete", at!("comment"), "whether deleted data is kept"),
    derived("ObjectId", at!("resources.name"), "what administration worked on"),
    derived("ActorUserId", at!("actor.user.name"), "where it says the same as `UserId`"),
];

/// What administration worked on; elsewhere the object says a name once more.
const OBJECT: Thing = thing("Object", &["ObjectId"], &[]);

const THINGS: &[Thing] = &[
    thing("Message", &[], &["MessageId"]),
    thing("Data export", &["DataExportType"], &[]),
    thing("Thread", &[], &["ThreadId"]),
    thing("Event", &[], &["MeetingId"]),
    thing("Group", &["GroupName"], &[]),
    thing("Network", &[], &["YammerNetworkId"]),
];

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["FileCreated"], &FILE_HOSTING, 1),
    op(&["FileDownloaded"], &FILE_HOSTING, 2),
    op(&["FileUpdateDescription"], &FILE_HOSTING, 3),
    op(&["FileUpdateName"], &FILE_HOSTING, 5),
    op(&["FileShared"], &FILE_HOSTING, 12),
    op(&["FileVisited"], &FILE_HOSTING, 14),
    op(&["FileAccessFailure"], &FILE_HOSTING, 14).outcome(Outcome::Failure),
    op(&["GroupCreation"], &GROUP_MANAGEMENT, 6),
    op(&["GroupDeletion"], &GROUP_MANAGEMENT, 5),
    op(&["NetworkUserSuspended", "UserSuspension"], &ACCOUNT_CHANGE, 5),
    op(&["MessageCreated", "ThreadCreated"], &WEB_RESOURCES_ACTIVITY, 1),
    op(&["MessageViewed"], &WEB_RESOURCES_ACTIVITY, 2),
    op(&["MessageAccessFailure", "CommunityAccessFailure"], &WEB_RESOURCES_ACTIVITY, 2).outcome(Outcome::Failure),
    op(&["MessageUpdated"], &WEB_RESOURCES_ACTIVITY, 3),
    op(&["MessageDeleted"], &WEB_RESOURCES_ACTIVITY, 4),
    op(&["DataExport"], &WEB_RESOURCES_ACTIVITY, 7).sensitive(),
    op(&["NetworkConfigurationUpdated", "NetworkSecurityConfigurationUpdated", "SoftDeleteSettingsUpdated", "ProcessProfileFields", "SupervisorAdminToggled"], &ENTITY_MANAGEMENT, 3).sensitive(),
];

/// Record types of administration: networks that are joined, segments of people, people who are hidden.
const ADMINISTRATION: [i64; 3] = [374, 414, 428];

/// What administration does beyond the tables is an operation of an interface, not of a page.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let number = record_types::number_of(record);
    if decision.class.uid == WEB_RESOURCES_ACTIVITY.uid
        && number.is_some_and(|number| ADMINISTRATION.contains(&number))
    {
        return decision.to(&API_ACTIVITY, api_activity(decision.activity));
    }
    decision
}

/// API Activity knows the first four activities of web resources, and no others.
fn api_activity(activity: u8) -> u8 {
    match activity {
        1..=4 => activity,
        5 | 7 => 2,
        _ => 99,
    }
}

fn map(event: &mut Event<'_, '_>) {
    actor::set_user(event, actor::ACTOR);
    match event.class.uid {
        uid if uid == FILE_HOSTING.uid => set_file(event),
        uid if uid == GROUP_MANAGEMENT.uid => {
            event.copy("GroupName", at!("group.name"));
            event.set(at!("group.type"), "Viva Engage Group");
        }
        uid if uid == ACCOUNT_CHANGE.uid => set_target(event),
        uid if uid == ENTITY_MANAGEMENT.uid => set_network(event),
        uid if uid == API_ACTIVITY.uid => things::set(event, &[OBJECT]),
        _ => {}
    }
    things::set(event, THINGS);
    take_if_said(event, "ObjectId");
    take_if_held(event, "ActorUserId", &[actor::ACTOR.name]);
}

fn set_file(event: &mut Event<'_, '_>) {
    let Some(name) = event.record.text("FileName") else {
        return items::set_file(event);
    };
    event.set_some(at!("file.ext"), extension(&name).map(str::to_owned));
    event.copy("FileName", at!("file.name"));
    event.set_id(at!("file.type_id"), at!("file.type"), (1, "Regular File"));
}

fn set_target(event: &mut Event<'_, '_>) {
    if let Some(name) = event.record.text("TargetUserId") {
        actor::set_name(event, actor::TARGET, name);
        event.record.take("TargetUserId");
    }
}

/// The network, and what was changed of it.
fn set_network(event: &mut Event<'_, '_>) {
    let record = event.record;
    event.copy("YammerNetworkId", at!("entity.uid"));
    event.set_id(
        at!("entity.type_id"),
        at!("entity.type"),
        (4, "Organization"),
    );
    let changes: Vec<String> = record
        .objects("ModifiedProperties")
        .iter()
        .filter_map(change)
        .collect();
    if let Some(keeps) = record.text("IsSoftDelete") {
        event.set(at!("comment"), format!("IsSoftDelete: {keeps}"));
        record.take("IsSoftDelete");
    }
    event.set(at!("comment"), changes.join("; "));
    if event.set_some(at!("entity.data"), record.json("ModifiedProperties")) {
        record.take("ModifiedProperties");
    }
}

/// `Name: old => new`.
fn change(property: &Record<'_>) -> Option<String> {
    let value = |member: &str| property.text(member).unwrap_or_default();
    let name = property.text("Name")?;
    Some(format!(
        "{name}: {} => {}",
        value("OldValue"),
        value("NewValue")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activities_of_web_resources_as_those_of_an_interface() {
        let expected = [(1, 1), (4, 4), (5, 2), (6, 99), (7, 2), (8, 99), (99, 99)];
        for (web, api) in expected {
            assert_eq!(api_activity(web), api, "{web}");
        }
    }

    #[test]
    fn changes_are_told_in_a_line() {
        let told = |json: &str| change(&Record::parse(json).ok()?);
        assert_eq!(
            told(r#"{"Name":"A","OldValue":"1","NewValue":2}"#).as_deref(),
            Some("A: 1 => 2")
        );
        assert_eq!(told(r#"{"OldValue":"1"}"#), None);
    }
}
