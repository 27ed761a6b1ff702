//! What a class demands, from the members that records of any workload have: the floor under every mapping.

use crate::common::workload;
use crate::event::Event;
use crate::schema::path::{Leaf, at, list, top};
use crate::things::first;

/// Fills what the class demands and the workload has not set.
pub(crate) fn set(event: &mut Event<'_, '_>, operation: Option<&str>) {
    match event.class.uid {
        6003 => api(event, operation),
        6001 => web_resource(event),
        6006 if !event.has_top(top!("file")) => crate::items::set_file(event),
        3004 => entity(event),
        6002 => app(event),
        6005 => datastore(event),
        2004 => finding(event),
        _ => {}
    }
}

fn api(event: &mut Event<'_, '_>, operation: Option<&str>) {
    if let Some(operation) = operation {
        event.set(at!("api.operation"), operation.to_owned());
    }
    event.set(at!("api.service.name"), workload(event));
    if !event.has_top(top!("resources")) {
        resource_of_object_id(event);
    }
}

fn resource_of_object_id(event: &mut Event<'_, '_>) {
    let record = event.record;
    let object = record.text("ObjectId");
    let Some(object) = object.filter(|object| *object != "Not Available") else {
        return;
    };
    let added = event.element(list!("resources"), |event| {
        event.set(at!("resources.name"), object);
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (1, "Target"),
        );
    });
    if added {
        record.take("ObjectId");
    }
}

/// Members that name a thing of the web, in the order of how well they do.
const NAMES: &[&str] = &[
    "ItemName",
    "ListTitle",
    "ReportName",
    "DashboardName",
    "DatasetName",
    "WorkspaceName",
    "FormName",
    "TeamName",
    "ChannelName",
    "CaseName",
    "SearchName",
    "Name",
];
const IDS: &[&str] = &[
    "ListItemUniqueId",
    "ListId",
    "ReportId",
    "DatasetId",
    "FormId",
    "ChannelGuid",
    "TeamGuid",
    "MessageId",
    "ChatThreadId",
    "CaseId",
    "WebId",
];

fn web_resource(event: &mut Event<'_, '_>) {
    if event.has_top(top!("web_resources")) {
        return;
    }
    let record = event.record;
    let object = record.text("ObjectId");
    let url = object
        .clone()
        .filter(|object| object.starts_with("https://") || object.starts_with("http://"));
    let (named_by, name) = first(record, NAMES).unzip();
    let (known_by, id) = first(record, IDS).unzip();
    let name = name.or_else(|| object.clone());
    let kind = record
        .text("ItemType")
        .filter(|t| t.parse::<i64>().is_err());
    let typed_by = kind.as_ref().map(|_| "ItemType");
    let added = event.element(list!("web_resources"), |event| {
        event.set_some(at!("web_resources.name"), name);
        event.set_some(at!("web_resources.uid"), id);
        event.set_some(at!("web_resources.type"), kind);
        event.set_some(at!("web_resources.url_string"), url.clone());
    });
    if !added {
        return;
    }
    if url.is_some() || named_by.is_none() {
        record.take("ObjectId");
    }
    for member in [named_by, known_by, typed_by].into_iter().flatten() {
        record.take(member);
    }
}

fn entity(event: &mut Event<'_, '_>) {
    if event.has_top(top!("entity")) {
        return;
    }
    let name = event
        .record
        .text("ObjectId")
        .unwrap_or_else(|| workload(event));
    event.set_id(at!("entity.type_id"), at!("entity.type"), (99, "Other"));
    event.set(at!("entity.name"), name);
}

fn app(event: &mut Event<'_, '_>) {
    let record = event.record;
    let first = |members: &[&str]| members.iter().find_map(|member| record.text(member));
    let name = first(&[
        "AppName",
        "AddOnName",
        "FlowName",
        "DisplayName",
        "ObjectId",
    ]);
    // A name that only says the identifier again is none.
    let name = name.filter(|name| event.text(at!("app.uid")) != Some(name));
    event.set_some(at!("app.name"), name);
    event.set_some(
        at!("app.uid"),
        first(&["AppId", "AddOnGuid", "FlowDetailsUrl", "ObjectId"]),
    );
}

fn datastore(event: &mut Event<'_, '_>) {
    let record = event.record;
    let first = |members: &[&str]| members.iter().find_map(|member| record.text(member));
    event.set_some(at!("table.name"), first(&["EntityName", "TableName"]));
    let name = first(&["CrmOrganizationUniqueName", "DatabaseName", "InstanceUrl"]);
    if let Some(name) = name.filter(|name| event.text(at!("database.uid")) != Some(name)) {
        event.set(at!("database.name"), name);
        event.set_id(at!("database.type_id"), at!("database.type"), (99, "Other"));
    }
}

fn finding(event: &mut Event<'_, '_>) {
    for (members, leaf) in FINDING {
        if !event.has(*leaf) {
            let _set = members.iter().any(|member| event.copy(member, *leaf));
        }
    }
    // A finding needs an id and a title, which every record can give; what they are stays where it is.
    event.set_some(at!("finding_info.uid"), event.record.text("Id"));
    event.set_some(at!("finding_info.title"), event.record.text("Operation"));
    event.set(at!("is_alert"), true);
    set_policy(event);
    set_finding_severity(event);
    set_finding_status(event);
}

/// Attributes of a finding, each with the members that may hold it.
const FINDING: &[(&[&str], Leaf)] = &[
    (
        &["AlertId", "InvestigationId", "IncidentId"],
        at!("finding_info.uid"),
    ),
    (
        &["Name", "InvestigationName", "Title"],
        at!("finding_info.title"),
    ),
    (&["Category", "AlertType"], at!("finding_info.types")),
    (&["Comments"], at!("comment")),
];

/// The alert policy that found it.
fn set_policy(event: &mut Event<'_, '_>) {
    let leaf = at!("finding_info.analytic.uid");
    if !event.has(leaf) && event.copy("PolicyId", leaf) {
        event.set_id(
            at!("finding_info.analytic.type_id"),
            at!("finding_info.analytic.type"),
            (1, "Rule"),
        );
    }
}

fn set_finding_severity(event: &mut Event<'_, '_>) {
    let record = event.record;
    let words = record.text("Severity");
    if let Some(severity) = words.as_deref().and_then(crate::status::severity_of) {
        event.set_id(at!("severity_id"), at!("severity"), severity);
        record.take("Severity");
    }
}

fn set_finding_status(event: &mut Event<'_, '_>) {
    let record = event.record;
    if let Some(status) = record.text("Status").as_deref().and_then(finding_status) {
        event.set_id(at!("status_id"), at!("status"), status);
    }
}

/// Status words of alerts (Microsoft, schema of security and compliance alerts).
pub(crate) fn finding_status(words: &str) -> Option<(u8, &'static str)> {
    match words {
        "Active" => Some((1, "New")),
        "Investigating" => Some((2, "In Progress")),
        "Dismissed" => Some((3, "Suppressed")),
        "Resolved" => Some((4, "Resolved")),
        _ => None,
    }
}
