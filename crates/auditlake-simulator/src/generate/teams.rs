//! Teams (schema page, "Microsoft Teams schema"): record type 25, and 57 for devices and policies.

use serde_json::{Value, json};

use super::record::Record;
use super::scene::Scene;

/// Sessions, chats, teams and channels.
pub(super) fn activity(scene: &mut Scene<'_>) -> Record {
    const OPERATIONS: [(u32, &str); 13] = [
        (25, "TeamsSessionStarted"),
        (22, "MessageSent"),
        (15, "ChatCreated"),
        (8, "MessageCreatedHasLink"),
        (6, "MemberAdded"),
        (3, "MemberRemoved"),
        (2, "MemberRoleChanged"),
        (2, "ChannelAdded"),
        (1, "ChannelDeleted"),
        (1, "TeamCreated"),
        (6, "MeetingDetail"),
        (7, "MeetingParticipantDetail"),
        (2, "TeamSettingChanged"),
    ];
    let operation = *scene.weighted(&OPERATIONS);
    match operation {
        "TeamsSessionStarted" => session(scene),
        "MessageSent" | "ChatCreated" | "MessageCreatedHasLink" => chat(scene, operation),
        "MeetingDetail" | "MeetingParticipantDetail" => meeting(scene, operation),
        _ => team(scene, operation),
    }
}

/// A setting of the whole organization.
pub(super) fn admin(scene: &mut Scene<'_>) -> Record {
    let admin = scene.admin();
    let (name, new, old) = *scene.pick(&[
        ("AllowGuestUser", "True", "False"),
        ("AllowPrivateChannelCreation", "False", "True"),
        ("MeetingRecording", "Disabled", "Enabled"),
    ]);
    Record::new(
        scene,
        "TeamsTenantSettingChanged",
        57,
        "MicrosoftTeams",
        &admin.by_object_id().into_admin(),
    )
    .with("ResultStatus", "Succeeded")
    .with(
        "ModifiedProperties",
        json!([{"Name": name, "NewValue": new, "OldValue": old}]),
    )
    .with(
        "ExtraProperties",
        json!([{"Key": "TimeZone", "Value": "Europe/Berlin"}]),
    )
}

fn base(scene: &mut Scene<'_>, operation: &str) -> Record {
    let user = scene.user();
    let ip = scene.client_ip(user);
    Record::new(scene, operation, 25, "MicrosoftTeams", &user.by_object_id())
        .with_some("ClientIP", ip)
        .with("ExtraProperties", extra(scene, user.agent.0))
}

fn extra(scene: &mut Scene<'_>, agent: &str) -> Value {
    if scene.chance(0.2) {
        return json!([]);
    }
    json!([
        {"Key": "TimeZone", "Value": "Europe/Berlin"}, {"Key": "OsName", "Value": "windows"},
        {"Key": "OsVersion", "Value": "10"}, {"Key": "Country", "Value": "de"}, {"Key": "ClientName", "Value": "skypeteams"},
        {"Key": "ClientVersion", "Value": "27/1.0.0.2025062301"}, {"Key": "ClientUtcOffsetSeconds", "Value": "7200"},
        {"Key": "UserAgent", "Value": agent},
    ])
}

fn session(scene: &mut Scene<'_>) -> Record {
    let device = scene.user().device_id.as_str();
    base(scene, "TeamsSessionStarted")
        .with("ObjectId", "Unknown (Unknown)")
        .with("DeviceId", device)
}

fn chat(scene: &mut Scene<'_>, operation: &str) -> Record {
    let (one, other) = (scene.user(), scene.guest());
    let thread = format!("19:{}_{}@unq.gbl.spaces", one.object_id, other.object_id);
    let record = base(scene, operation).with("ResourceTenantId", scene.organization).with_all(json!({
        "ChatThreadId": thread, "CommunicationType": "OneOnOne", "ItemName": thread, "ChatName": null,
        "MessageId": scene.at.as_millisecond().to_string(), "MessageVersion": "0",
        "MessageSizeInBytes": scene.number(10, 4000), "SubscriptionId": scene.id_of(&thread),
        "ParticipantInfo": {
            "HasForeignTenantUsers": false, "HasGuestUsers": true, "HasOtherGuestUsers": false,
            "HasUnauthenticatedUsers": false, "ParticipatingDomains": [],
            "ParticipatingTenantIds": [scene.organization],
        },
        "Members": [
            {"DisplayName": one.name, "Role": 1, "UPN": one.upn},
            {"DisplayName": other.name, "Role": 3, "UPN": other.upn},
        ],
    }));
    if operation == "MessageCreatedHasLink" {
        return record.with(
            "MessageURLs",
            json!([
                "https://contoso.example/wiki",
                "https://fabrikam.example/offer?id=7"
            ]),
        );
    }
    record
}

fn meeting(scene: &mut Scene<'_>, operation: &str) -> Record {
    let id = scene.deed_id("meeting");
    let user = scene.anyone();
    let start = scene.earlier(120);
    let end = scene.time();
    let attendee = json!({
        "OrganizationId": scene.organization, "RecipientType": "User", "UPN": user.upn,
        "UserObjectId": user.object_id,
        "DisplayName": user.name, "Role": 1,
    });
    let record = base(scene, operation)
        .with("MeetingDetailId", id.as_str())
        .with("CommunicationType", "ScheduledMeeting");
    if operation == "MeetingDetail" {
        let url = format!("https://teams.example/l/meetup-join/{id}");
        let calendar = format!(
            "040000008200E00074C5B7101A82E008{}",
            id.replace('-', "").to_uppercase()
        );
        return record.with_all(json!({
            "StartTime": start, "EndTime": end, "MeetingURL": url, "Organizer": attendee,
            "Modalities": ["Audio", "Video", "ScreenSharing"], "ICalUid": calendar,
        }));
    }
    record.with_all(json!({"JoinTime": start, "LeaveTime": end, "Attendees": [attendee], "DeviceInformation": "Teams Desktop/1.0"}))
}

fn team(scene: &mut Scene<'_>, operation: &str) -> Record {
    let site = scene.site();
    let guest = scene.guest();
    let member = scene.anyone();
    let record = base(scene, operation).with_all(json!({
        "AADGroupId": site.group, "CommunicationType": "Team", "ItemName": site.name, "TeamGuid": site.team,
        "TeamName": site.name,
    }));
    match operation {
        "MemberAdded" | "MemberRemoved" | "MemberRoleChanged" => record.with("Members", json!([
            {"DisplayName": guest.name, "Role": 3, "UPN": guest.upn},
            {"DisplayName": member.name, "Role": if operation == "MemberRoleChanged" { 1 } else { 2 }, "UPN": member.upn},
        ])),
        "ChannelAdded" | "ChannelDeleted" => record
            .with("ChannelGuid", format!("19:{}@thread.tacv2", scene.hex(32).to_lowercase()))
            .with("ChannelName", *scene.pick(&["Planning", "Random", "Ideen"]))
            .with("ChannelType", *scene.pick(&["Standard", "Private"])),
        "TeamSettingChanged" => record.with("Name", "Team access").with("NewValue", "Private").with("OldValue", "Public"),
        _ => record,
    }
}
