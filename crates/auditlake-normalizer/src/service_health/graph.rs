//! Elements of Microsoft Graph's service announcements.
//!
//! Source: Microsoft Graph v1.0, resources `serviceHealth`, `serviceHealthIssue`, `serviceHealthIssuePost` and
//! `serviceUpdateMessage`.

use serde_json::Value;

use super::HealthOrigin;
use super::row::{Row, elements, hash, lower_camel, read, read_time, version};

const API: &str = "graph";

/// A service's status: one row for each hour and status that it is seen with.
pub(super) fn overview(value: &Value, json: &str, origin: &HealthOrigin<'_>) -> Row {
    status(value["id"].as_str(), &value["status"], json, origin)
        .text("api", Some(API))
        .text("service", value["service"].as_str())
        .texts("services", value["service"].as_str())
}

/// The status of a service as it is now.
pub(super) fn status(
    id: Option<&str>,
    status: &Value,
    json: &str,
    origin: &HealthOrigin<'_>,
) -> Row {
    let hour = origin.fetched.as_second().div_euclid(3600).to_string();
    let word = lower_camel(status.as_str().unwrap_or_default());
    let id = id.filter(|id| !id.is_empty());
    let unnamed = id.map_or_else(|| hash(json), |_| String::new());
    Row::new("status", id, &[&hour, &word, &unnamed], json, origin)
        .time("time", Some(origin.fetched))
        .word("status", status)
}

/// An issue and its posts.
pub(super) fn issue(value: &Value, json: &str, origin: &HealthOrigin<'_>) -> Vec<Row> {
    let id = value["id"].as_str();
    let modified = &value["lastModifiedDateTime"];
    let row = Row::new("issue", id, &[&version(modified, json)], json, origin)
        .text("api", Some(API))
        .time("time", read_time(modified).or(Some(origin.fetched)))
        .text("service", value["service"].as_str())
        .texts("services", value["service"].as_str())
        .word("status", &value["status"])
        .text("title", value["title"].as_str())
        .word("classification", &value["classification"])
        .word("origin", &value["origin"])
        .text("feature", value["feature"].as_str())
        .text("feature_group", value["featureGroup"].as_str())
        .text("impact_description", value["impactDescription"].as_str())
        .bool("is_resolved", &value["isResolved"])
        .time("start_time", read_time(&value["startDateTime"]))
        .time("end_time", read_time(&value["endDateTime"]))
        .time("last_modified_time", read_time(modified))
        .json("details", &value["details"]);
    let posts = elements(json, "posts").into_iter();
    let posts = posts.map(|json| post(&read(json), json, value, origin));
    std::iter::once(row).chain(posts).collect()
}

/// A post: known by its issue, its time and what it says.
fn post(post: &Value, json: &str, issue: &Value, origin: &HealthOrigin<'_>) -> Row {
    let (created, description) = (&post["createdDateTime"], &post["description"]);
    let content = description["content"].as_str();
    let said = hash(content.unwrap_or(json));
    let version = [&*version(created, json), &*said];
    Row::new("post", issue["id"].as_str(), &version, json, origin)
        .text("api", Some(API))
        .time("time", read_time(created).or(Some(origin.fetched)))
        .text("service", issue["service"].as_str())
        .texts("services", issue["service"].as_str())
        .text("title", issue["title"].as_str())
        .word("classification", &issue["classification"])
        .word("post_type", &post["postType"])
        .text("content", content)
        .word("content_type", &description["contentType"])
}

/// A message of the message center.
pub(super) fn message(value: &Value, json: &str, origin: &HealthOrigin<'_>) -> Row {
    let modified = &value["lastModifiedDateTime"];
    let services = texts(&value["services"]);
    let one = <[&str; 1]>::try_from(services.clone()).ok();
    let version = version(modified, json);
    Row::new("message", value["id"].as_str(), &[&version], json, origin)
        .text("api", Some(API))
        .time("time", read_time(modified).or(Some(origin.fetched)))
        .text("service", one.map(|[service]| service))
        .texts("services", services)
        .text("title", value["title"].as_str())
        .time("start_time", read_time(&value["startDateTime"]))
        .time("end_time", read_time(&value["endDateTime"]))
        .time("last_modified_time", read_time(modified))
        .text("content", value["body"]["content"].as_str())
        .word("content_type", &value["body"]["contentType"])
        .word("category", &value["category"])
        .word("severity", &value["severity"])
        .texts("tags", texts(&value["tags"]))
        .bool("is_major_change", &value["isMajorChange"])
        .time(
            "action_required_by_time",
            read_time(&value["actionRequiredByDateTime"]),
        )
        .json("details", &value["details"])
}

fn texts(value: &Value) -> Vec<&str> {
    let elements = value.as_array().into_iter().flatten();
    elements.filter_map(Value::as_str).collect()
}
