//! Microsoft Purview: eDiscovery (record types 24, 31).
//!
//! *What it covers:* cases, holds, searches, review sets and exports, of the classic tools and of the Purview portal, and
//! the review of communication compliance, which is recorded among them.
//! *Mapping:* Web Resources Activity. The first resource is what was worked on (`Object1…`, else `ObjectId`), with the
//! query, the locations searched and the items as data; then the second object and the case. Policies of communication
//! compliance are API Activity.
//! *Deliberate:* medium severity where mail and files leave or disappear (exports, purges), where a hold ends, and where
//! somebody becomes able to search. Permission filters and reports of searches are what they say, though their names
//! begin with `Search`; so is stopping one. Results that are sent on for analysis are an export.
//! *Left out:* when a job began and ended, and who was made a member or administrator, which the record does not name in a
//! member of its own.

use super::{Operation, Otherwise, Workload, as_decided, derived, op, text};
use crate::actor::is_guid;
use crate::class::{API_ACTIVITY, WEB_RESOURCES_ACTIVITY};
use crate::event::Event;
use crate::schema::path::at;
use crate::subject::{self, Subject};
use crate::workloads::activity::{CREATE, DELETE, EXPORT, READ, SEARCH, UPDATE};

/// eDiscovery.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "ediscovery",
    name: "Microsoft Purview eDiscovery",
    record_types: &[24, 31],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &WEB_RESOURCES_ACTIVITY,
        activity: None,
    },
    fields: &[
        text("ClientApplication", at!("actor.app_name")),
        text("ClientRequestId", at!("metadata.correlation_uid")),
        derived("Object1Name", at!("web_resources.name"), ""),
        derived("Object1Id", at!("web_resources.uid"), ""),
        derived("Object1Type", at!("web_resources.type"), ""),
        derived(
            "Object2Name",
            at!("web_resources.name"),
            "a further resource",
        ),
        derived(
            "ObjectId",
            at!("web_resources.name"),
            "where there is no first object",
        ),
        derived(
            "ObjectType",
            at!("web_resources.type"),
            "where there is no first object",
        ),
        derived(
            "CaseName",
            at!("web_resources.name"),
            "the last resource, of type Case",
        ),
        derived(
            "CaseId",
            at!("web_resources.uid"),
            "the last resource, of type Case",
        ),
        derived(
            "Case",
            at!("web_resources.name"),
            "the last resource, of type Case",
        ),
        derived("QueryText", at!("web_resources.data"), ""),
        derived("Query", at!("web_resources.data"), ""),
        derived("DataSources", at!("web_resources.data"), ""),
        derived("ExchangeLocations", at!("web_resources.data"), ""),
        derived("SharepointLocations", at!("web_resources.data"), ""),
        derived("ItemNames", at!("web_resources.data"), ""),
        derived("ItemIds", at!("web_resources.data"), ""),
        derived("ExportName", at!("web_resources.data"), ""),
        derived("JobId", at!("web_resources.data"), ""),
        derived("Settings", at!("web_resources.data"), ""),
    ],
    things: &[],
    refine: as_decided,
    map,
};

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["SearchCreated", "CaseAdded", "HoldCreated", "PurviewSearchAdded", "PurviewSearchAddToReviewSetJobSubmitted", "ReviewSetAdded", "ReviewSetCreated"], &WEB_RESOURCES_ACTIVITY, CREATE),
    op(&["AddWorkingSetQueryToWorkingSet", "AddQueryToWorkingSet", "AddNonOffice365DataToWorkingSet", "AddRemediatedData", "CreateWorkingSet", "CreateWorkingSetSearch", "CreateTag"], &WEB_RESOURCES_ACTIVITY, CREATE),
    op(&["CaseMemberAdded", "CaseAdminAdded", "SearchPermissionCreated"], &WEB_RESOURCES_ACTIVITY, CREATE).sensitive(),
    op(&["PreviewItemDownloaded", "PreviewItemListed", "PreviewItemRendered", "CaseViewed", "CaseSettingsViewed", "SearchViewed", "ViewedSearchExported", "ViewedSearchPreviewed", "PurviewSearchViewed", "PurviewSearchListViewed", "SampleResultsViewed", "StatisticsResultsViewed", "ReviewSetDocumentViewed", "LoadComparisonJob", "PreviewWorkingSetSearch", "ViewDocument"], &WEB_RESOURCES_ACTIVITY, READ),
    op(&["SearchUpdated", "CaseUpdated", "PurviewSearchUpdated", "SearchStopped", "ReviewSetDocumentsTaggedById", "AnnotateDocument", "UpdateTag", "UpdateCaseSettings", "UpdateWorkingSetSearch", "TagFiles", "TagJob"], &WEB_RESOURCES_ACTIVITY, UPDATE),
    op(&["HoldUpdated", "CaseAdminUpdated", "CaseMemberUpdated", "CaseMembersUpdated", "SearchPermissionUpdated"], &WEB_RESOURCES_ACTIVITY, UPDATE).sensitive(),
    op(&["SearchRemoved", "CaseRemoved", "CaseAdminRemoved", "CaseMemberRemoved", "PurviewSearchDeleted", "PurviewSearchExportJobDeleted", "SearchReportRemoved", "RemovedSearchResultsSentToZoom", "RemovedSearchExported", "RemovedSearchPreviewed", "RemovedSearchResultsPurged", "DeleteWorkingSetSearch", "DeleteTag"], &WEB_RESOURCES_ACTIVITY, DELETE),
    op(&["HoldRemoved", "SearchResultsPurged", "SearchPermissionRemoved"], &WEB_RESOURCES_ACTIVITY, DELETE).sensitive(),
    op(&["SearchStarted", "SearchPreviewed", "PurviewSearchStatisticsJobSubmitted", "PurviewSearchSampleJobSubmitted", "ReviewSetSearchRun"], &WEB_RESOURCES_ACTIVITY, SEARCH),
    op(&["SearchExported", "SearchReport", "SearchReportExported", "SearchExportDownloaded", "SearchResultExported", "SearchResultsExported", "DownloadedDocument", "PurviewSearchExportJobSubmitted", "ReviewSetExportJobSubmitted", "ExportJob"], &WEB_RESOURCES_ACTIVITY, EXPORT).sensitive(),
    op(&["SearchResultsSentToZoom", "DownloadDocument"], &WEB_RESOURCES_ACTIVITY, EXPORT),
    op(&["RunAlgo", "BurnJob", "ErrorRemediationJob"], &WEB_RESOURCES_ACTIVITY, 99),
    op(&["SupervisionPolicyCreated"], &API_ACTIVITY, CREATE),
    op(&["SupervisionPolicyUpdated"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["SupervisionPolicyDeleted"], &API_ACTIVITY, DELETE).sensitive(),
    op(&["SupervisoryReviewTag"], &API_ACTIVITY, UPDATE),
];

/// What was searched for, where, and what was found.
const DETAILS: &[&str] = &[
    "Query",
    "QueryText",
    "QueryId",
    "QueryFiles",
    "DataSources",
    "ExchangeLocations",
    "SharepointLocations",
    "PublicFolderLocations",
    "Exclusions",
    "ItemNames",
    "ItemIds",
    "ExportName",
    "JobId",
    "Settings",
    "Parameters",
];

fn map(event: &mut Event<'_, '_>) {
    let worked_on = add_numbered(event, ["Object1Name", "Object1Id", "Object1Type"], DETAILS)
        || add_object_id(event);
    add_numbered(event, ["Object2Name", "Object2Id", "Object2Type"], &[]);
    add_case(event, if worked_on { &[] } else { DETAILS });
}

/// An object, whose name, identifier and kind are these members.
fn add_numbered(event: &mut Event<'_, '_>, members: [&str; 3], details: &[&str]) -> bool {
    let record = event.record;
    let [name, uid, kind] = members.map(|member| record.text(member));
    let subject = Subject {
        kind,
        name,
        uid,
        ..Subject::default()
    };
    take_added(event, subject, &members, details)
}

fn take_added<'a>(
    event: &mut Event<'_, 'a>,
    subject: Subject<'a>,
    members: &[&str],
    details: &[&str],
) -> bool {
    let added = subject::add_with(event, subject, details);
    if added {
        for member in members {
            event.record.take(member);
        }
    }
    added
}

/// What older records name by `ObjectId` alone.
fn add_object_id(event: &mut Event<'_, '_>) -> bool {
    let record = event.record;
    let subject = Subject {
        kind: record.text("ObjectType"),
        ..Subject::of_object_id(record)
    };
    take_added(event, subject, &["ObjectId", "ObjectType"], DETAILS)
}

/// The case: by name and id, or by whichever of them `Case` is.
fn add_case(event: &mut Event<'_, '_>, details: &[&str]) -> bool {
    let record = event.record;
    let (case_id, case_name) = match record.text("Case") {
        Some(case) if is_guid(&case) => (Some(case), None),
        case => (None, case),
    };
    let (name, uid) = (record.text("CaseName"), record.text("CaseId"));
    let members = [
        if name.is_some() { "CaseName" } else { "Case" },
        if uid.is_some() { "CaseId" } else { "Case" },
    ];
    let subject = Subject {
        kind: Some("Case".into()),
        name: name.or(case_name),
        uid: uid.or(case_id),
        ..Subject::default()
    };
    take_added(event, subject, &members, details)
}
