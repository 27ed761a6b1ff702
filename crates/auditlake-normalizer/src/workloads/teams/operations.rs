//! Operations of Teams.

use super::super::{Operation, Outcome, op};
use crate::class::{
    API_ACTIVITY, APPLICATION_LIFECYCLE, AUTHENTICATION, DETECTION_FINDING, ENTITY_MANAGEMENT,
    GROUP_MANAGEMENT, USER_ACCESS, WEB_RESOURCES_ACTIVITY,
};
use crate::workloads::activity::OTHER;

#[rustfmt::skip]
pub(super) const OPERATIONS: &[Operation] = &[
    op(&["TeamCreated"], &GROUP_MANAGEMENT, 6),
    op(&["TeamDeleted"], &GROUP_MANAGEMENT, 5),
    op(&["MemberAdded"], &GROUP_MANAGEMENT, 3),
    op(&["MemberRemoved"], &GROUP_MANAGEMENT, 4),
    op(&["InviteSent", "InviteeResponded", "ChannelOwnerResponded"], &GROUP_MANAGEMENT, OTHER),
    op(&["FailedValidation"], &GROUP_MANAGEMENT, OTHER).outcome(Outcome::Failure),
    op(&["MemberRoleChanged"], &USER_ACCESS, 1),
    op(&["ChannelAdded", "TabAdded", "ChatCreated", "MessageSent", "MessageCreatedHasLink", "MessageCreatedNotification", "AIInteractionCreatedNotification", "MeetingCreated"], &WEB_RESOURCES_ACTIVITY, 1),
    op(&["MessageRead", "MessagesListed", "ChatRetrieved", "MessageHostedContentRead", "MessageHostedContentsListed", "MessageReadReceiptReceived", "MeetingDetail", "MeetingParticipantDetail", "CallParticipantDetail"], &WEB_RESOURCES_ACTIVITY, 2),
    op(&["TeamSettingChanged", "ChannelSettingChanged", "TabUpdated", "ChatUpdated", "MessageUpdated", "MessageEditedHasLink", "ReactedToMessage", "MessageUpdatedNotification", "PerformedCardAction", "SharingRestored", "TerminatedSharing", "UserAccepted"], &WEB_RESOURCES_ACTIVITY, 3),
    op(&["UserBlocked"], &WEB_RESOURCES_ACTIVITY, 3).outcome(Outcome::Success),
    op(&["SensitivityLabelApplied", "SensitivityLabelChanged", "SensitivityLabelRemoved"], &WEB_RESOURCES_ACTIVITY, 3),
    op(&["ChannelDeleted", "TabRemoved", "MessageDeleted", "MessageDeletedNotification"], &WEB_RESOURCES_ACTIVITY, 4),
    op(&["MessagesExported", "RecordingExported", "TranscriptsExported", "DownloadedFile"], &WEB_RESOURCES_ACTIVITY, 7),
    op(&["AppInstalled", "BotAddedToTeam", "ConnectorAdded", "AppPublishedToCatalog"], &APPLICATION_LIFECYCLE, 1),
    op(&["AppUninstalled", "BotRemovedFromTeam", "ConnectorRemoved", "AppDeletedFromCatalog", "DeletedAllOrganizationApps"], &APPLICATION_LIFECYCLE, 2),
    op(&["AppUpgraded", "ConnectorUpdated", "AppUpdatedInCatalog"], &APPLICATION_LIFECYCLE, 8),
    op(&["TeamsTenantSettingChanged"], &ENTITY_MANAGEMENT, 3).sensitive(),
    op(&["TeamsAdminAction"], &API_ACTIVITY, 3).sensitive(),
    op(&["TeamsSessionStarted"], &AUTHENTICATION, 1).outcome(Outcome::Success),
    op(&["TeamsImpersonationDetected", "SecurityRiskInCallDetected"], &DETECTION_FINDING, 1),
    op(&["SubscribedToMessages"], &API_ACTIVITY, 1),
    op(&["MessageReported", "CallReported", "UserReported"], &API_ACTIVITY, OTHER),
];
