//! Power BI and Fabric (record types 20, 144, 357, 465).
//!
//! *What it covers:* reports, dashboards, semantic models, dataflows, workspaces, apps, gateways, capacities and the other
//! items of Power BI and Fabric: use, changes, exports, sharing, publication to the web; tenant settings; access to
//! workspaces; DLP matches.
//! *Mapping:* Web Resources Activity: what the operation is about first, then what it belongs to (semantic model,
//! workspace, capacity); the members of workspaces as group changes; tenant settings as changes of the organization, the
//! new state in `comment`; DLP rules as Data Security Finding, as in Purview.
//! *Deliberate:* names whose first word is no common verb have the activity that they mean: `TookOverDataflow` updates as
//! `TakeOverDataset` does, `AcquireStorageAccountKey` reads. Removing a sensitivity label changes the item and deletes
//! nothing. Publication to the web, shares with other tenants, administrators, tenant policies and encryption keys are
//! of severity Medium. Roles given in `FolderAccessRequests` are User Access Management.
//! *Left out:* whom access was given beyond the first person of a list, schedules, refresh and Git details; they stay in `unmapped`.

mod access;
mod items;
mod operations;

use super::{Mapping, Otherwise, Workload, derived, dlp, text};
use crate::class::{
    DATA_SECURITY_FINDING, ENTITY_MANAGEMENT, GROUP_MANAGEMENT, USER_ACCESS, WEB_RESOURCES_ACTIVITY,
};
use crate::event::Event;
use crate::schema::path::at;

/// Power BI.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "power_bi",
    name: "Power BI and Fabric",
    record_types: &[20, 144, 357, 465],
    operations: operations::OPERATIONS,
    otherwise: Otherwise {
        class: &WEB_RESOURCES_ACTIVITY,
        activity: None,
    },
    fields: FIELDS,
    things: items::THINGS,
    refine: access::refine,
    map,
};

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    text("OperationId", at!("metadata.correlation_uid")),
    text("ActivityId", at!("metadata.correlation_uid")),
    text("RequestId", at!("metadata.correlation_uid")),
    derived("SensitivityLabelId", at!("web_resources.data_classifications.uid"), "of the item that the operation is about"),
    derived("SensitivityLabelEventData.SensitivityLabelId", at!("web_resources.data_classifications.uid"), "the new label"),
    derived("DataClassification", at!("web_resources.data_classifications.confidentiality"), ""),
    derived("SharingInformation[].RecipientEmail", at!("web_resources.data"), "the whole list: whom it was shared with"),
    derived("OrgAppPermission.recipients", at!("web_resources.data"), "the whole object: who may use the app"),
    derived("UserInformation.UsersAdded", at!("web_resources.data"), "the whole object"),
    derived("ExportedArtifactInfo.ExportType", at!("web_resources.data"), "the whole object: the format of the export"),
    derived("Datasets[].DatasetName", at!("web_resources.name"), "each as a related item"),
    derived("CopiedReportName", at!("web_resources_result.name"), "the copy"),
    derived("CopiedReportId", at!("web_resources_result.uid"), ""),
    derived("WorkSpaceName", at!("group.name"), "members of a workspace"),
    derived("WorkspaceId", at!("group.uid"), ""),
    derived("MembershipInformation[].MemberEmail", at!("user.name"), "the first; a list of several stays in `unmapped`"),
    derived("FolderAccessRequests[].UserObjectId", at!("user.uid"), "the first; a list of several stays in `unmapped`"),
    derived("FolderAccessRequests[].GroupObjectId", at!("user.uid"), "where access is given to a group"),
    derived("FolderAccessRequests[].RolePermissions", at!("privileges"), "of the first"),
    derived("ItemName", at!("entity.name"), "the tenant setting"),
    derived("SwitchState", at!("comment"), "the setting's new state"),
    derived("SwitchState", at!("entity.data"), "where it is an object"),
];

fn map(event: &mut Event<'_, '_>) {
    match event.class.uid {
        uid if uid == DATA_SECURITY_FINDING.uid => dlp::map(event),
        uid if uid == GROUP_MANAGEMENT.uid => access::set_membership(event),
        uid if uid == USER_ACCESS.uid => access::set_role(event),
        uid if uid == ENTITY_MANAGEMENT.uid => access::set_tenant_setting(event),
        _ => {}
    }
    items::set(event);
    take_echo_of_operation(event);
}

/// `Activity` repeats `Operation`.
fn take_echo_of_operation(event: &Event<'_, '_>) {
    let record = event.record;
    if record.text("Activity").is_some() && record.text("Activity") == record.text("Operation") {
        record.take("Activity");
    }
}
