//! Apps of Microsoft Teams: Shifts, Approvals, Updates, Patients (record types 49, 73, 92, 230).
//!
//! *What it covers:* schedules, shifts, time off and the time clock; requests for approval; requests for updates and
//! their answers; patients of the former health care app.
//! *Mapping:* Web Resources Activity; the object that the record names is `web_resources[0]`.
//! *Deliberate:* to come and go by the time clock neither makes nor changes a thing that others see: activity Other. A
//! link to another system for the workforce is sensitive.
//! *Left out:* details of a shift or request, which Microsoft does not document; they stay in `unmapped`.

use super::{Operation, Otherwise, Workload, as_decided, op};
use crate::class::WEB_RESOURCES_ACTIVITY;
use crate::workloads::activity::OTHER;

/// Apps within Teams.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "teams_apps",
    name: "Shifts, Approvals and Updates in Microsoft Teams",
    record_types: &[49, 73, 92, 230],
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
    op(&["ScheduleGroupAdded", "ShiftAdded", "TimeOffAdded", "OpenShiftAdded", "TimeClockEntryAdded", "RequestAdded"], &WEB_RESOURCES_ACTIVITY, 1),
    op(&["WorkforceIntegrationAdded"], &WEB_RESOURCES_ACTIVITY, 1).sensitive(),
    op(&["ScheduleGroupEdited", "ShiftEdited", "TimeOffEdited", "OpenShiftEdited", "TimeClockEntryEdited", "RequestRespondedTo", "RequestCancelled", "ScheduleWithdrawn", "ScheduleSettingChanged"], &WEB_RESOURCES_ACTIVITY, 3),
    op(&["ScheduleGroupDeleted", "ShiftDeleted", "TimeOffDeleted", "OpenShiftDeleted", "TimeClockEntryDeleted"], &WEB_RESOURCES_ACTIVITY, 4),
    op(&["ScheduleShared"], &WEB_RESOURCES_ACTIVITY, 8),
    op(&["ClockedIn", "ClockedOut", "BreakStarted", "BreakEnded", "OffShiftDialogAccepted"], &WEB_RESOURCES_ACTIVITY, OTHER),
    op(&["CreatedApproval", "CreateUpdateRequest", "SubmitUpdate"], &WEB_RESOURCES_ACTIVITY, 1),
    op(&["ViewUpdate"], &WEB_RESOURCES_ACTIVITY, 2),
    op(&["ApprovedRequest", "RejectedApprovalRequest", "CanceledApprovalRequest", "EditUpdateRequest"], &WEB_RESOURCES_ACTIVITY, 3),
];
