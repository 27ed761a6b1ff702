//! Microsoft Sentinel: data lake, graph and AI tools (record types 365 to 371, 377 to 380, 403, 440).
//!
//! *What it covers:* KQL queries on the lake, notebooks and the tables that they read and wrote, jobs, AI tools that agents
//! ran, queries of the graph, and the setting up of the lake.
//! *Mapping:* queries and tables are Datastore Activity, with the text of the query; jobs, tools and settings are API
//! Activity. The application is where it was run from (`Interface`). A reason for failure makes it a failure.
//! *Deliberate:* Microsoft's documentation and its Graph metadata number these records differently, and both numberings
//! occur. So the operation and the members decide, not the number: what has the text of a query is one. A record of another
//! product under one of these numbers is API Activity.
//! *Left out:* cost and duration of queries, rows returned. Several databases or tables stay in `unmapped` beside the first.

use std::borrow::Cow;

use super::{Decision, Operation, Otherwise, Workload, derived, op, text};
use crate::class::{API_ACTIVITY, DATASTORE_ACTIVITY};
use crate::event::Event;
use crate::record::{Record, scalar};
use crate::schema::path::at;
use crate::status::FAILURE;
use crate::subject::{self, Subject};
use crate::workloads::activity::OTHER;

/// Sentinel.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "sentinel",
    name: "Microsoft Sentinel data lake",
    record_types: &[
        365, 366, 367, 368, 369, 370, 371, 377, 378, 379, 380, 403, 440,
    ],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &API_ACTIVITY,
        activity: None,
    },
    fields: &[
        text("Interface", at!("actor.app_name")),
        text("FailureReason", at!("status_detail")),
        derived("QueryText", at!("query_info.query_string"), ""),
        derived(
            "Id",
            at!("query_info.uid"),
            "of a query, which has no identifier of its own",
        ),
        derived(
            "DatabaseName",
            at!("database.name"),
            "the first, of several",
        ),
        derived("TableName", at!("table.name"), ""),
        derived("TablesRead", at!("table.name"), "the first, of several"),
        derived("JobId", at!("resources.uid"), ""),
        derived("JobName", at!("resources.name"), ""),
        derived("Query", at!("resources.data"), "of a job"),
        derived("ToolName", at!("resources.name"), ""),
        derived("ToolID", at!("resources.uid"), ""),
        derived("InputParameters", at!("resources.data"), "of a tool"),
        derived("GraphName", at!("resources.name"), ""),
        derived("OperationInput", at!("resources.data"), "of a graph"),
        derived(
            "BillingAzureSubscriptionId",
            at!("resources.uid"),
            "that the lake is billed to",
        ),
    ],
    things: &[],
    refine,
    map,
};

const QUERY: u8 = 4;

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["KQLQueryCompleted"], &DATASTORE_ACTIVITY, QUERY),
    op(&["TableRead"], &DATASTORE_ACTIVITY, 1),
    op(&["CustomTableWrite"], &DATASTORE_ACTIVITY, 5),
    op(&["CustomTableDelete"], &DATASTORE_ACTIVITY, 7).sensitive(),
    op(&["SessionStarted", "JobCreated", "JobRunAdhoc", "JobRunScheduled", "SentinelLakeDefaultDataOnboarded"], &API_ACTIVITY, 1),
    op(&["SentinelLakeSetup"], &API_ACTIVITY, 1).sensitive(),
    op(&["JobUpdated", "JobEnabled", "JobDisabled", "JobRunStopped", "SessionStopped"], &API_ACTIVITY, 3),
    op(&["SentinelLakeSubscriptionChanged"], &API_ACTIVITY, 3).sensitive(),
    op(&["JobDeleted"], &API_ACTIVITY, 4),
    op(&["SentinelAIToolRunStarted", "SentinelAIToolRunCompleted"], &API_ACTIVITY, OTHER),
];

/// What has the text of a query is a query, whatever its operation and its number.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    if record.text("QueryText").is_some() {
        return decision.to(&DATASTORE_ACTIVITY, QUERY);
    }
    decision
}

fn map(event: &mut Event<'_, '_>) {
    set_query(event);
    set_data(event);
    if event.class.uid == API_ACTIVITY.uid {
        set_things(event);
    }
    if event.record.text("FailureReason").is_some() {
        event.set_id(at!("status_id"), at!("status"), FAILURE);
    }
}

fn set_query(event: &mut Event<'_, '_>) {
    if event.copy("QueryText", at!("query_info.query_string")) {
        event.set_some(at!("query_info.uid"), event.record.text("Id"));
    }
}

/// The database and table; a list of one is taken.
fn set_data(event: &mut Event<'_, '_>) {
    let record = event.record;
    if let Some((database, whole)) = first(record, "DatabaseName")
        && event.set(at!("database.name"), database)
    {
        event.set_id(at!("database.type_id"), at!("database.type"), (99, "Other"));
        if whole {
            record.take("DatabaseName");
        }
    }
    for member in ["TableName", "TablesRead"] {
        if let Some((table, whole)) = first(record, member)
            && event.set(at!("table.name"), table)
            && whole
        {
            record.take(member);
        }
    }
}

/// The text of a member, or the first of a list, and whether that is all of it.
fn first<'a>(record: &Record<'a>, member: &str) -> Option<(Cow<'a, str>, bool)> {
    if let Some(text) = record.text(member) {
        return Some((text, true));
    }
    let list = record.array(member);
    let text = list.first().and_then(|raw| scalar(raw))?;
    Some((text, list.len() == 1))
}

/// A kind of thing: members that may name or identify it, as documented and as they probably are, and those of its data.
struct Kind {
    label: &'static str,
    names: &'static [&'static str],
    uids: &'static [&'static str],
    details: &'static [&'static str],
}

#[rustfmt::skip]
const KINDS: &[Kind] = &[
    Kind { label: "Job", names: &["JobName", "Job Name"], uids: &["JobId", "Job ID"], details: &["JobType", "Job Type", "Schedule", "Query", "JobRunStatus", "Compute", "DatabasesRead", "DatabasesWrite", "TablesRead", "TablesWrite"] },
    Kind { label: "Job run", names: &[], uids: &["RunId", "Run ID"], details: &[] },
    Kind { label: "AI tool", names: &["ToolName"], uids: &["ToolID"], details: &["InputParameters", "DatabasesRead", "TablesRead", "APIsCalled"] },
    Kind { label: "Graph", names: &["GraphName"], uids: &[], details: &["OperationInput"] },
    Kind { label: "Notebook session", names: &[], uids: &["KernalId", "KernelId"], details: &["Compute"] },
    Kind { label: "Azure subscription", names: &[], uids: &["BillingAzureSubscriptionId"], details: &["BillingAzureResourceGroupName", "ProvisioningStatus", "DataOnboardingAtSetup", "DataOnboardingStatus"] },
];

fn set_things(event: &mut Event<'_, '_>) {
    let record = event.record;
    for kind in KINDS {
        let name = crate::things::first(record, kind.names);
        let uid = crate::things::first(record, kind.uids);
        let members: Vec<&str> = [&name, &uid]
            .into_iter()
            .flatten()
            .map(|(m, _)| *m)
            .collect();
        let subject = Subject {
            kind: Some(kind.label.into()),
            name: name.map(|(_, text)| text),
            uid: uid.map(|(_, text)| text),
            ..Subject::default()
        };
        if subject::add_with(event, subject, kind.details) {
            for member in members {
                record.take(member);
            }
        }
    }
}
