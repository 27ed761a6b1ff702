//! Microsoft Teams administration (record types 23, 57, 59).
//!
//! *What it covers:* cmdlets and the admin center for Teams and Skype for Business; Teams devices.
//! *Mapping:* API Activity. The object and its parameters are `resources[0]`, with all parameters as JSON in
//! `resources.data`; its type is the cmdlet's noun. A changed setting is the resource, with both values in `data`.
//! *Deliberate:* what decides about strangers is sensitive: federation and external access, guests, meetings and
//! messages, apps, and the granting of such policies to a person.
//! *Left out:* what the administration of devices says beyond its object; it stays in `unmapped`.

use super::{Mapping, Operation, Otherwise, Workload, as_decided, derived, exchange_admin, op};
use crate::class::API_ACTIVITY;
use crate::event::Event;
use crate::schema::path::at;
use crate::things::{self, Thing, thing};
use crate::workloads::activity::{CREATE, DELETE, READ, UPDATE};

/// Administration of Teams.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "teams_admin",
    name: "Microsoft Teams administration",
    record_types: &[23, 57, 59],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: FIELDS,
    things: THINGS,
    refine: as_decided,
    map,
};

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    derived("ObjectId", at!("resources.name"), "object of the cmdlet; without one, its parameter `Identity` or `Name`"),
    derived("Parameters", at!("resources.data"), "all of them; names need not be unique"),
    derived("NewValue", at!("resources.data"), "of a setting, with `OldValue`"),
];

const THINGS: &[Thing] = &[thing("Setting", &["Name"], &[])];

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["TeamsAdminAction"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["New-CsExternalAccessPolicy", "New-CsTeamsMeetingPolicy", "New-CsTeamsMessagingPolicy", "New-CsTeamsAppPermissionPolicy", "New-CsTeamsAppSetupPolicy", "New-CsTeamsChannelsPolicy", "New-CsTeamsCallingPolicy", "New-CsOnlineApplicationInstance"], &API_ACTIVITY, CREATE).sensitive(),
    op(&["Set-CsTenantFederationConfiguration", "Set-CsExternalAccessPolicy", "Set-CsTeamsClientConfiguration", "Set-CsTeamsGuestMeetingConfiguration", "Set-CsTeamsGuestMessagingConfiguration", "Set-CsTeamsGuestCallingConfiguration", "Set-CsTeamsMeetingConfiguration", "Set-CsTeamsMeetingPolicy", "Set-CsTeamsMessagingPolicy", "Set-CsTeamsMessagingConfiguration", "Set-CsTeamsAppPermissionPolicy", "Set-CsTeamsAppSetupPolicy", "Set-CsTeamsChannelsPolicy", "Set-CsTeamsCallingPolicy", "Set-CsTeamsAcsFederationConfiguration", "Set-CsTeamsFilesPolicy"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["Grant-CsExternalAccessPolicy", "Grant-CsTeamsMeetingPolicy", "Grant-CsTeamsMessagingPolicy", "Grant-CsTeamsAppPermissionPolicy", "Grant-CsTeamsAppSetupPolicy", "Grant-CsTeamsChannelsPolicy", "Grant-CsTeamsCallingPolicy", "Grant-CsTeamsFilesPolicy", "Grant-CsApplicationAccessPolicy"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["New-CsApplicationAccessPolicy"], &API_ACTIVITY, CREATE).sensitive(),
    op(&["Set-CsApplicationAccessPolicy"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["Remove-CsExternalAccessPolicy", "Remove-CsTeamsMeetingPolicy", "Remove-CsTeamsMessagingPolicy", "Remove-CsTeamsAppPermissionPolicy"], &API_ACTIVITY, DELETE).sensitive(),
    op(&["Set-Cs*", "Grant-Cs*", "Set-*", "Grant-*", "Update-*", "Enable-*", "Move-*", "Sync-*"], &API_ACTIVITY, UPDATE),
    op(&["New-*", "Add-*", "Import-*", "Register-*", "Start-*"], &API_ACTIVITY, CREATE),
    op(&["Get-*", "Find-*", "Search-*", "Export-*", "Test-*"], &API_ACTIVITY, READ),
    op(&["Remove-*", "Disable-*", "Unregister-*", "Clear-*", "Stop-*"], &API_ACTIVITY, DELETE),
];

fn map(event: &mut Event<'_, '_>) {
    things::set(event, THINGS);
    if event.has(at!("resources.name")) {
        set_change(event);
    } else {
        exchange_admin::set_object(event);
    }
}

/// What the setting was and became, as the record writes it.
fn set_change(event: &mut Event<'_, '_>) {
    let record = event.record;
    let value = |member: &str| record.raw(member).unwrap_or("null");
    let (old, new) = (value("OldValue"), value("NewValue"));
    let change = format!(r#"{{"OldValue":{old},"NewValue":{new}}}"#);
    if event.set(at!("resources.data"), change) {
        record.take("OldValue");
        record.take("NewValue");
    }
}
