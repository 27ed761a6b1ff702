//! Defender XDR, Endpoint and Identity: administration and response (record types 81, 110 to 114, 116, 117, 226, 235, 237, 302 to 304, 340 to 345, 360).
//!
//! *What it covers:* actions on devices, live response, indicators, custom detection rules, suppression rules, settings, roles,
//! device discovery, app governance policies, onboarding of workspaces.
//! *Mapping:* API Activity with the actor; the device, file, rule or package is the resource. What weakens or uses the defence
//! has severity Medium: isolation and its end, live response, files taken from devices, indicators, rules, exclusions,
//! features, roles, offboarding.
//! *Deliberate:* custom detections (113) are API Activity: their records tell who made, changed or switched off a rule. What a rule
//! found is an alert of another record type.
//! *Left out:* settings in detail and the queries of rules, which stay in `unmapped`.

use super::{Operation, Otherwise, Thing, Workload, as_decided, op};
use crate::class::API_ACTIVITY;
use crate::event::Event;
use crate::things::thing;
use crate::workloads::activity::{CREATE, DELETE, OTHER, READ, UPDATE};

/// Administration of Defender.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "defender_admin",
    name: "Defender administration and response",
    record_types: &[
        81, 110, 111, 112, 113, 114, 116, 117, 226, 235, 237, 302, 303, 304, 340, 341, 342, 343,
        344, 345, 360,
    ],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: &[],
    things: THINGS,
    refine: as_decided,
    map,
};

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["IsolateDevice", "ReleaseFromIsolation", "RestrictAppExecution", "RemoveAppRestrictions", "StopAndQuarantineFile"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["RunLiveResponseSession", "RunLiveResponseApi"], &API_ACTIVITY, OTHER).sensitive(),
    op(&["LiveResponseGetFile", "DownloadFile", "CollectInvestigationPackage"], &API_ACTIVITY, READ).sensitive(),
    op(&["RunAntiVirusScan"], &API_ACTIVITY, OTHER),
    op(&["DownloadOffboardingPkg"], &API_ACTIVITY, READ).sensitive(),
    op(&["DownloadOnboardingPkg"], &API_ACTIVITY, READ),
    op(&["SetAdvancedFeatures", "ChangeDataRetention"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["AddIndicator"], &API_ACTIVITY, CREATE).sensitive(),
    op(&["EditIndicator"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["DeleteIndicator"], &API_ACTIVITY, DELETE).sensitive(),
    op(&["CreateCustomDetection"], &API_ACTIVITY, CREATE).sensitive(),
    op(&["EditCustomDetection", "ChangeCustomDetectionRuleStatus"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["DeleteCustomDetection"], &API_ACTIVITY, DELETE).sensitive(),
    op(&["RunCustomDetection"], &API_ACTIVITY, OTHER),
    op(&["ExclusionConfigurationAdded"], &API_ACTIVITY, CREATE).sensitive(),
    op(&["SensorDeleted", "SentinelDisconnectWorkspace"], &API_ACTIVITY, DELETE).sensitive(),
    op(&["MonitoringAlertUpdated"], &API_ACTIVITY, UPDATE),
    op(&["Get*", "List*", "View*", "Download*", "Export*"], &API_ACTIVITY, READ),
    op(&["Add*", "Create*", "New*"], &API_ACTIVITY, CREATE).sensitive(),
    op(&["Edit*", "Update*", "Set*", "Change*", "Enable*", "Disable*", "Assign*", "Activate*", "Deactivate*"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["Delete*", "Remove*", "Disconnect*", "Offboard*"], &API_ACTIVITY, DELETE).sensitive(),
];

#[rustfmt::skip]
const THINGS: &[Thing] = &[
    thing("Device", &["DeviceName"], &[]),
    thing("File", &["FileName"], &["FileSHA256"]),
    thing("Detection rule", &["RuleName"], &["RuleId"]),
];

fn map(_: &mut Event<'_, '_>) {}
