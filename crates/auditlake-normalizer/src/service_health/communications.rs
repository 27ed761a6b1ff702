//! Elements of the Service Communications API, which Microsoft has retired.
//!
//! Source: Microsoft, "Office 365 Service Communications API reference"; member names differ between its tables and its
//! samples, of which both are read.

use serde_json::Value;

use super::row::{Row, elements, hash, read, read_time, version};
use super::{HealthOrigin, graph};

const API: &str = "service_communications";

/// A service that the tenant has.
pub(super) fn service(value: &Value, json: &str, origin: &HealthOrigin<'_>) -> Row {
    let id = value["Id"].as_str();
    let name = value["DisplayName"].as_str();
    Row::new("service", id, &[&hash(json)], json, origin)
        .text("api", Some(API))
        .time("time", Some(origin.fetched))
        .text("service", name)
        .texts("services", name)
}

/// A service's status. The time that it names is always a day ago, and says nothing.
pub(super) fn current(value: &Value, json: &str, origin: &HealthOrigin<'_>) -> Row {
    let row = graph::status(workload(value), &value["Status"], json, origin);
    named(row, value)
}

/// A service's status of a day.
pub(super) fn historical(value: &Value, json: &str, origin: &HealthOrigin<'_>) -> Row {
    let time = read_time(&value["StatusTime"]).or_else(|| read_time(&value["StatusDate"]));
    let day = time.map(|time| time.strftime("%Y-%m-%d").to_string());
    let day = day.unwrap_or_else(|| hash(json));
    let status = value["Status"].as_str().unwrap_or_default();
    let version = ["day", &day, status];
    let row = Row::new("status", workload(value), &version, json, origin)
        .time("time", time.or(Some(origin.fetched)))
        .word("status", &value["Status"]);
    named(row, value)
}

fn workload(value: &Value) -> Option<&str> {
    let id = value["Workload"].as_str().or_else(|| value["Id"].as_str());
    id.filter(|id| !id.is_empty())
}

fn named(row: Row, value: &Value) -> Row {
    let name = value["WorkloadDisplayName"].as_str();
    row.text("api", Some(API))
        .text("service", name)
        .texts("services", name)
}

/// An incident and its posts, or a message. Its type is the table's («Message Center») or the samples'
/// («`MessageCenter`»).
pub(super) fn message(value: &Value, json: &str, origin: &HealthOrigin<'_>) -> Vec<Row> {
    let kind = value["MessageType"].as_str().unwrap_or_default();
    let kind = kind.replace(' ', "").to_ascii_lowercase();
    if kind == "messagecenter" {
        return vec![center(value, json, origin)];
    }
    let posts = elements(json, "Messages").into_iter();
    let posts = posts.map(|json| post(&read(json), json, value, origin));
    let row = changed("issue", value, json, origin).word("classification", &value["MessageType"]);
    std::iter::once(row).chain(posts).collect()
}

/// What an incident and a message have alike.
fn changed(kind: &str, value: &Value, json: &str, origin: &HealthOrigin<'_>) -> Row {
    let modified = &value["LastUpdatedTime"];
    let version = version(modified, json);
    let row = Row::new(kind, value["Id"].as_str(), &[&version], json, origin)
        .time("time", read_time(modified).or(Some(origin.fetched)))
        .word("status", &value["Status"])
        .text("title", title(value))
        .text("feature", value["FeatureDisplayName"].as_str())
        .text("impact_description", value["ImpactDescription"].as_str())
        .time("start_time", read_time(&value["StartTime"]))
        .time("end_time", read_time(&value["EndTime"]))
        .time("last_modified_time", read_time(modified));
    named(row, value)
}

fn center(value: &Value, json: &str, origin: &HealthOrigin<'_>) -> Row {
    let last = value["Messages"].as_array().and_then(|all| all.last());
    let text = last.and_then(|last| last["MessageText"].as_str());
    changed("message", value, json, origin)
        .text("content", text)
        .word("category", &value["Category"])
        .word("severity", &value["Severity"])
}

fn post(post: &Value, json: &str, issue: &Value, origin: &HealthOrigin<'_>) -> Row {
    let created = &post["PublishedTime"];
    let content = post["MessageText"].as_str();
    let said = hash(content.unwrap_or(json));
    let version = [&*version(created, json), &*said];
    let row = Row::new("post", issue["Id"].as_str(), &version, json, origin)
        .time("time", read_time(created).or(Some(origin.fetched)))
        .text("title", title(issue))
        .text("content", content);
    named(row, issue)
}

fn title(value: &Value) -> Option<&str> {
    value["Title"].as_str().or_else(|| value["Name"].as_str())
}
