//! Microsoft Stream (classic), Sway and Kaizala (record types 12, 32, 39).
//!
//! *What it covers:* videos, channels, groups and their permissions; sways, who may see them, and the service's switches.
//! *Mapping:* Web Resources Activity; the object that the record names is `web_resources[0]`.
//! *Deliberate:* permissions of a video or sway are Share; roles of the whole service and its switches are sensitive
//! API Activity.
//! *Left out:* details of a video or sway, which Microsoft does not document; they stay in `unmapped`.

use super::{Operation, Otherwise, Workload, as_decided, op};
use crate::class::{API_ACTIVITY, WEB_RESOURCES_ACTIVITY};
use crate::workloads::activity::{CREATE, DELETE, EXPORT, READ, SHARE, UPDATE};

/// Stream, Sway and Kaizala.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "stream_sway",
    name: "Stream (classic), Sway and Kaizala",
    record_types: &[12, 32, 39],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &WEB_RESOURCES_ACTIVITY,
        activity: None,
    },
    fields: &[],
    things: &[],
    refine: as_decided,
    map: |_| {},
};

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["StreamCreateVideo", "StreamCreateChannel", "StreamCreateGroup", "StreamCreateVideoComment", "StreamInvokeVideoUpload", "StreamInvokeVideoTextTrackUpload", "StreamInvokeVideoThumbnailUpload"], &WEB_RESOURCES_ACTIVITY, CREATE),
    op(&["StreamInvokeVideoView", "StreamInvokeChannelView", "StreamInvokeGroupView", "StreamInvokeGetTranscript", "StreamInvokeGetTextTrack"], &WEB_RESOURCES_ACTIVITY, READ),
    op(&["StreamEditVideo", "StreamEditChannel", "StreamEditGroup", "StreamEditUserSettings", "StreamInvokeVideoSetLink", "StreamInvokeVideoLike", "StreamInvokeVideoUnLike"], &WEB_RESOURCES_ACTIVITY, UPDATE),
    op(&["StreamEditAdminGlobalRoleMembers", "StreamEditAdminTenantSettings"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["StreamDeleteVideo", "StreamDeleteChannel", "StreamDeleteGroup", "StreamDeleteVideoComment", "StreamDeleteVideoTextTrack", "StreamDeleteVideoThumbnail"], &WEB_RESOURCES_ACTIVITY, DELETE),
    op(&["StreamInvokeVideoDownload"], &WEB_RESOURCES_ACTIVITY, EXPORT),
    op(&["StreamInvokeVideoShare", "StreamEditVideoPermissions", "StreamEditGroupMemberships"], &WEB_RESOURCES_ACTIVITY, SHARE),
    op(&["SwayCreate", "SwayDuplicate"], &WEB_RESOURCES_ACTIVITY, CREATE),
    op(&["SwayView"], &WEB_RESOURCES_ACTIVITY, READ),
    op(&["SwayEdit", "SwayRevokeShare", "SwayEnableDuplication", "SwayDisableDuplication"], &WEB_RESOURCES_ACTIVITY, UPDATE),
    op(&["SwayServiceOn", "SwayServiceOff", "SwayExternalSharingOn", "SwayExternalSharingOff"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["SwayDelete"], &WEB_RESOURCES_ACTIVITY, DELETE),
    op(&["SwayShare", "SwayChangeShareLevel"], &WEB_RESOURCES_ACTIVITY, SHARE),
    op(&["StreamCreate*"], &WEB_RESOURCES_ACTIVITY, CREATE),
    op(&["StreamEdit*"], &WEB_RESOURCES_ACTIVITY, UPDATE),
    op(&["StreamDelete*"], &WEB_RESOURCES_ACTIVITY, DELETE),
];
