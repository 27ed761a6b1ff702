//! SharePoint and OneDrive: pages, sites, comments and administration (record types 4, 7, 37).
//!
//! *What it covers:* pages viewed, searches, comments; sites created, renamed, moved, deleted; permission levels and
//! inheritance; tenant policies, tenant settings, term store, hub sites. Operations on files, lists and sharing that come
//! under these record types are read as in the workloads for those.
//!
//! *Mapping:* Web Resources Activity; the page or site is the first of `web_resources`, the web and site that hold it
//! follow. What the record says beside (`EventData`: a permission level and its rights, where a site came from) is in its
//! tags; of a change the tags are the old values, and those of `web_resources_result` the new ones. A policy of the
//! tenant is Entity Management: `entity` is the policy, `comment` tells each value before and after.
//!
//! *Deliberate:* audit policies, stored credentials (`SSO…`) and a second owner of personal sites are sensitive.
//! A setting is an update whatever words its name has (`PreviewModeEnabledSet`, `SearchCenterUrlSet`).
//!
//! *Left out:* where the event came from within SharePoint (`EventSource`), which stays in `unmapped`.

use super::{
    Decision, Operation, Otherwise, Workload, canonical, derived, find, op, sharepoint_files,
    sharepoint_lists, sharepoint_sharing, sharepoint_web,
};
use crate::changes;
use crate::class::{
    DETECTION_FINDING, ENTITY_MANAGEMENT, FILE_HOSTING, WEB_RESOURCES_ACTIVITY as WEB,
};
use crate::common::take_if_held;
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::at;
use crate::workloads::activity::{CREATE, DELETE, UPDATE};

/// Pages, sites and administration.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "sharepoint_sites",
    name: "SharePoint and OneDrive sites",
    record_types: &[4, 7, 37],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &WEB,
        activity: None,
    },
    #[rustfmt::skip]
    fields: &[
        derived("ObjectId", at!("web_resources.name"), "the last part of the address, else all of it"),
        derived("ObjectId", at!("web_resources.url_string"), "when it is an address"),
        derived("ItemType", at!("web_resources.type"), "a number as the name that it stands for"),
        derived("ListItemUniqueId", at!("web_resources.uid"), "of a page"),
        derived("WebId", at!("web_resources.uid"), "of the web"),
        derived("Site", at!("web_resources.uid"), "of the site"),
        derived("EventData", at!("web_resources.tags.value"), "each part by its name"),
        derived("ModifiedProperties[].OldValue", at!("web_resources.tags.value"), "by the property's name"),
        derived("ModifiedProperties[].NewValue", at!("web_resources_result.tags.value"), "by the property's name"),
        derived("Operation", at!("entity.policy.name"), "which policy of the tenant"),
        derived("ObjectId", at!("entity.name"), "whom the policy holds for: the tenant or a site"),
        derived("Site", at!("entity.uid"), "of a site's policy"),
        derived("ModifiedProperties[].NewValue", at!("comment"), "each property with old and new value"),
        derived("ModifiedProperties[].Name", at!("entity.data"), "the whole list, as JSON"),
        derived("SourceFileName", at!("file.name"), "of an operation on a file, as in the workload for files"),
        derived("TargetUserOrGroupName", at!("user.name"), "of a membership or an administrator, as in the workload for sharing"),
    ],
    things: &[],
    refine,
    map,
};

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["PageViewed", "PageViewedExtended", "PagePrefetched", "ClientViewSignaled"], &WEB, 2),
    op(&["SearchQueryPerformed", "SearchQueryInitiatedSharePoint", "SearchResultReturned", "eDiscoverySearchPerformed"], &WEB, 5),
    op(&["CommentCreated"], &WEB, CREATE),
    op(&["CommentDeleted"], &WEB, DELETE),
    // Sites
    op(&["SiteCollectionCreated", "AppCatalogCreated"], &WEB, CREATE),
    op(&["SiteRenamed", "SiteRestored", "SiteCollectionQuotaModified", "HubSiteJoined", "HubSiteUnjoined", "HubSiteRegistered", "HubSiteUnregistered", "WebThemeApplied", "FeatureActivated", "FeatureDeactivated", "SegmentsAdded", "SegmentsChanged", "SegmentsRemoved", "SiteGeoMoveScheduled", "SiteGeoMoveCancelled", "SiteGeoMoveCompleted"], &WEB, UPDATE),
    op(&["SiteDeleted", "SitePermanentlyDeleted", "HubSiteOrphanHubDeleted"], &WEB, DELETE),
    // Permissions and labels of a site
    op(&["PermissionLevelAdded", "PermissionLevelModified", "PermissionLevelRemoved", "PermissionLevelsInheritanceBroken", "SharingInheritanceBroken", "SharingInheritanceReset", "SitePermissionsModified", "WebRequestAccessModified", "WebMembersCanShareModified", "SiteSensitivityLabelApplied", "SiteSensitivityLabelChanged", "SiteSensitivityLabelRemoved"], &WEB, UPDATE),
    // Policies of the tenant
    op(&["SharingPolicyChanged", "DeviceAccessPolicyChanged", "NetworkAccessPolicyChanged", "AllowedDataLocationAdded", "AllowedDataLocationDeleted", "ExemptUserAgentSet", "CustomizeExemptUsers"], &ENTITY_MANAGEMENT, UPDATE).sensitive(),
    // Settings of the tenant and of services
    op(&["AuditPolicyUpdate", "SSOGroupCredentialsSet", "SSOUserCredentialsSet", "UpdateSSOApplication", "SecondaryMySiteOwnerSet"], &WEB, UPDATE).sensitive(),
    op(&["AuditPolicyRemoved", "DeleteSSOApplication"], &WEB, DELETE).sensitive(),
    op(&["CreateSSOApplication"], &WEB, CREATE).sensitive(),
    op(&["ActivationEnabled", "AllowGroupCreationSet", "AzureStreamingEnabledSet", "CollaborationTypeModified", "DefaultLanguageChangedInTermStore", "GeoQuotaAllocated", "HostSiteSet", "LegacyWorkflowEnabledSet", "MaxQuotaModified", "MaxResourceUsageModified", "MySitePublicEnabledSet", "NewsFeedEnabledSet", "ODBNextUXSettings", "OfficeOnDemandSet", "PeopleResultsScopeSet", "PreviewModeEnabledSet", "QuotaWarningEnabledModified", "RenderingEnabled", "ResourceWarningEnabledModified", "SearchCenterUrlSet", "SyntexBillingSubscriptionSettingsChanged", "UpdateDisableSiteBranding"], &WEB, UPDATE),
    op(&["SendToConnectionAdded", "AdministratorAddedToTermStore", "LanguageAddedToTermStore", "ContainerTypeCreated", "TenantWideThemeCreated"], &WEB, CREATE),
    op(&["ContainerTypeUpdated", "ContainerTypeOwnersUpdated", "TenantWideThemeUpdated", "eDiscoveryHoldApplied"], &WEB, UPDATE),
    op(&["SendToConnectionRemoved", "AdministratorDeletedFromTermStore", "LanguageRemovedFromTermStore", "ContainerTypeDeleted", "TenantWideThemeDeleted", "eDiscoveryHoldRemoved"], &WEB, DELETE),
];

/// Operations of lists, files and sharing come under these record types too.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let operation = record.text("Operation").unwrap_or_default();
    let name = canonical(&operation);
    if find(OPERATIONS, &name).is_some() {
        return decision;
    }
    let elsewhere = |operations| find(operations, &name);
    if let Some(sharing) = elsewhere(sharepoint_sharing::OPERATIONS) {
        return sharepoint_sharing::refine(record, sharing);
    }
    elsewhere(sharepoint_lists::OPERATIONS)
        .or_else(|| elsewhere(sharepoint_files::OPERATIONS))
        .unwrap_or(decision)
}

fn map(event: &mut Event<'_, '_>) {
    let operation = event.record.text("Operation").unwrap_or_default();
    if find(sharepoint_sharing::OPERATIONS, &canonical(&operation)).is_some() {
        return sharepoint_sharing::map(event);
    }
    match event.class.uid {
        uid if uid == FILE_HOSTING.uid || uid == DETECTION_FINDING.uid => {
            sharepoint_files::map(event);
        }
        uid if uid == ENTITY_MANAGEMENT.uid => set_policy(event),
        uid if uid == WEB.uid => sharepoint_web::set(event),
        _ => {}
    }
}

/// A policy of the tenant, or of one site, with what was changed of it.
fn set_policy(event: &mut Event<'_, '_>) {
    let record = event.record;
    let operation = record.text("Operation").unwrap_or_default();
    event.set_id(at!("entity.type_id"), at!("entity.type"), (5, "Policy"));
    event.set(at!("entity.policy.name"), policy(&operation).to_owned());
    event.set_some(at!("entity.name"), record.text("ObjectId"));
    if event.copy("Site", at!("entity.uid")) {
        event.set(at!("entity.policy.type"), "Site");
    }
    take_if_held(event, "ObjectId", &[at!("entity.name")]);
    let words: Vec<String> = changes::of(record).iter().map(changes::in_words).collect();
    if words.is_empty() {
        return;
    }
    event.set(at!("comment"), words.join("; "));
    let whole = record
        .raw("ModifiedProperties")
        .filter(|raw| raw.starts_with('['));
    if event.set_some(at!("entity.data"), whole) {
        record.take("ModifiedProperties");
    }
}

/// The policy in an operation's name: of `SharingPolicyChanged` the sharing policy.
fn policy(operation: &str) -> &str {
    ["Changed", "Added", "Deleted", "Set"]
        .iter()
        .find_map(|end| operation.strip_suffix(end))
        .unwrap_or(operation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_name_the_policy() {
        for (operation, expected) in [
            ("SharingPolicyChanged", "SharingPolicy"),
            ("AllowedDataLocationDeleted", "AllowedDataLocation"),
            ("ExemptUserAgentSet", "ExemptUserAgent"),
            ("CustomizeExemptUsers", "CustomizeExemptUsers"),
        ] {
            assert_eq!(policy(operation), expected);
        }
    }
}
