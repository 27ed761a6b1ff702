//! Power Pages (record type 186).
//!
//! *What it covers:* sites of Power Pages: creation, deletion, restarts, visibility, domains, protection, diagnostics.
//! *Mapping:* Application Lifecycle: the site is the application.
//! *Deliberate:* what is switched on or off in a site changes the site, which runs on: Update, not Enable or Disable. What
//! opens a site to others or takes its protection or logs away is of severity Medium.
//! *Left out:* members of their own are not documented; they stay in `unmapped`. So does the client's address, for which
//! the class has no attribute.

use super::{Mapping, Operation, Otherwise, Workload, as_decided, op, text};
use crate::class::APPLICATION_LIFECYCLE as APP;
use crate::event::Event;
use crate::schema::path::at;

/// Power Pages.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "power_pages",
    name: "Power Pages",
    record_types: &[186],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &APP,
        activity: None,
    },
    fields: FIELDS,
    things: &[],
    refine: as_decided,
    map,
};

const INSTALL: u8 = 1;
const REMOVE: u8 = 2;
const START: u8 = 3;
const STOP: u8 = 4;
const RESTART: u8 = 5;
const UPDATE: u8 = 8;

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["SiteCreated"], &APP, INSTALL),
    op(&["SiteDeleted"], &APP, REMOVE),
    op(&["SiteUnarchived"], &APP, START),
    op(&["SiteShutDown", "SiteSuspended", "SiteArchived"], &APP, STOP),
    op(&["SiteRestarted"], &APP, RESTART),
    op(&[
        "SiteURLUpdated", "SiteNameUpdated", "WebsiteRecordUpdated", "CustomDomainConnected", "CustomDomainDeleted", "ConvertedToProduction",
        "IPRestrictionsAdded", "WAFEnabled", "DiagnosticLogsEnabled", "MaintenanceModeEnabled", "MaintenanceModeDisabled", "MaintenanceModeURLModified",
        "BootstrapVersionUpdated", "CustomErrorsEnabled", "CustomErrorsDisabled", "D365URLUpdated", "DataModelVersionUpdated", "EarlyUpgradeEnabled",
        "EarlyUpgradeDisabled", "FieldServiceExtensionInstalled", "ProjectServiceAutomationExtensionInstalled", "CDNEnabled", "CDNDisabled",
        "PowerBIVisualizationEnabled", "PowerBIVisualizationDisabled", "PowerBIEmbeddedServiceEnabled", "PowerBIEmbeddedServiceDisabled",
        "SharePointIntegrationEnabled", "SharePointIntegrationDisabled",
    ], &APP, UPDATE),
    op(&[
        "SiteVisibilityUpdated", "SiteVisibilityPermissionsUpdated", "AnonymousSettingExceptionListChanged", "IPRestrictionsDeleted", "WAFDisabled",
        "DiagnosticLogsDisabled", "CustomCertificateUpdated", "WebsiteAuthenticationKeyUpdated",
    ], &APP, UPDATE).sensitive(),
];

const FIELDS: &[Mapping] = &[text("ObjectId", at!("app.uid"))];

fn map(_: &mut Event<'_, '_>) {}
