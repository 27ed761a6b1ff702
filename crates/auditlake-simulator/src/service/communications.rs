//! The retired Service Communications API (Microsoft, "Office 365 Service Communications API reference"), made of what is
//! announced.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::reply::Reply;
use super::{Call, Service, Tenant, locked};
use crate::Announcements;

/// The role of the Office 365 Management APIs that it needs.
const ROLE: &str = "ServiceHealth.Read";

/// The most messages on a page.
const PAGE_SIZE: usize = 100;

/// How far back it goes unless told otherwise.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Service {
    pub(super) fn communications(&self, tenant: &Tenant, call: &Call) -> Result<Reply, Reply> {
        if !tenant.config.service_health_role {
            let message = format!(
                "The permission set sent in the request does not include the expected permission {ROLE}."
            );
            return Err(Reply::refused_as(401, "AF10001", message));
        }
        let announcements = locked(&tenant.announcements);
        let now = self.clock.now();
        let value = match call.route.service_operation.as_deref() {
            Some("Services") => services(&announcements),
            Some("CurrentStatus") => current(&announcements, now),
            Some("HistoricalStatus") => {
                historical(&announcements, since(call, "StatusTime", now)?, now)
            }
            Some("Messages") => page(
                call,
                messages(&announcements, since(call, "StartTime", now)?),
            ),
            _ => return Err(Reply::empty(404)),
        };
        Ok(Reply::json(200, &json!({ "value": value })))
    }
}

fn services(announcements: &Announcements) -> Vec<Value> {
    let service = |service: &Value| json!({"Id": service["id"], "DisplayName": service["service"], "FeatureNames": ["Availability"]});
    announcements.services.iter().map(service).collect()
}

/// Its time is always a day ago.
fn current(announcements: &Announcements, now: Timestamp) -> Vec<Value> {
    let status = |service: &Value| {
        let incidents = announcements.issues.iter().filter(|issue| {
            issue["service"] == service["service"] && issue["isResolved"] == json!(false)
        });
        let ids: Vec<&Value> = incidents.map(|issue| &issue["id"]).collect();
        let time = now - SignedDuration::from_hours(24);
        workload(service, &service["status"], &json!(time), &json!(ids))
    };
    announcements.services.iter().map(status).collect()
}

/// A status a service and day.
fn historical(announcements: &Announcements, since: Timestamp, now: Timestamp) -> Vec<Value> {
    let mut days = Vec::new();
    let mut day = since;
    while day < now {
        for service in &announcements.services {
            let ids = affected(announcements, service, day);
            let status = if ids.is_empty() {
                "serviceOperational"
            } else {
                "serviceDegradation"
            };
            days.push(workload(service, &json!(status), &json!(day), &json!(ids)));
        }
        day += SignedDuration::from_hours(24);
    }
    days
}

/// The issues of a service that went on within a day.
fn affected<'a>(
    announcements: &'a Announcements,
    service: &Value,
    day: Timestamp,
) -> Vec<&'a Value> {
    let time = |value: &Value| value.as_str()?.parse::<Timestamp>().ok();
    let went_on = |issue: &&Value| {
        let starts = time(&issue["startDateTime"]);
        let ends = time(&issue["endDateTime"]);
        issue["service"] == service["service"]
            && starts.is_some_and(|starts| starts < day + SignedDuration::from_hours(24))
            && ends.is_none_or(|ends| day <= ends)
    };
    let issues = announcements.issues.iter().filter(went_on);
    issues.map(|issue| &issue["id"]).collect()
}

fn workload(service: &Value, status: &Value, time: &Value, incidents: &Value) -> Value {
    json!({
        "Id": service["id"], "Workload": service["id"], "WorkloadDisplayName": service["service"],
        "Status": pascal(status), "StatusTime": time, "IncidentIds": incidents,
        "FeatureGroupStatusCollection": [{"Feature": "availability", "FeatureGroupDisplayName": "Availability",
            "FeatureStatus": pascal(status)}],
    })
}

fn messages(announcements: &Announcements, since: Timestamp) -> Vec<Value> {
    let incidents = announcements.issues.iter().map(incident);
    let others = announcements.messages.iter().map(other);
    let starts_late = |message: &Value| {
        let start = message["StartTime"].as_str();
        start.is_some_and(|start| start.parse::<Timestamp>().is_ok_and(|start| since <= start))
    };
    incidents.chain(others).filter(starts_late).collect()
}

fn incident(issue: &Value) -> Value {
    let posts = issue["posts"].as_array().into_iter().flatten();
    let history = |post: &Value| json!({"PublishedTime": post["createdDateTime"], "MessageText": post["description"]["content"]});
    json!({
        "Id": issue["id"], "Name": null, "Title": issue["title"], "MessageType": "Service Incident",
        "StartTime": issue["startDateTime"], "EndTime": issue["endDateTime"], "Status": pascal(&issue["status"]),
        "LastUpdatedTime": issue["lastModifiedDateTime"], "Workload": issue["service"],
        "WorkloadDisplayName": issue["service"], "Feature": "availability", "FeatureDisplayName": issue["feature"],
        "Messages": posts.map(history).collect::<Vec<_>>(),
    })
}

fn other(message: &Value) -> Value {
    let text = json!({"PublishedTime": message["lastModifiedDateTime"], "MessageText": message["body"]["content"]});
    json!({
        "Id": message["id"], "Name": null, "Title": message["title"], "MessageType": "Message Center",
        "StartTime": message["startDateTime"], "EndTime": message["endDateTime"], "Status": null,
        "LastUpdatedTime": message["lastModifiedDateTime"], "Workload": message["services"][0],
        "WorkloadDisplayName": message["services"][0], "Messages": [text],
    })
}

/// The retired API's spelling: its first letter is a capital.
fn pascal(status: &Value) -> Value {
    let mut letters = status.as_str().unwrap_or_default().chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    let text: String = first.into_iter().chain(letters).collect();
    json!(text)
}

/// The one filter that is understood: `<name> ge <time>`.
fn since(call: &Call, name: &str, now: Timestamp) -> Result<Timestamp, Reply> {
    let Some(filter) = call.query.get("$filter") else {
        return Ok(now - WEEK);
    };
    let time = filter
        .strip_prefix(name)
        .and_then(|it| it.strip_prefix(" ge "));
    time.and_then(|time| time.parse().ok())
        .ok_or_else(|| Reply::refused_as(400, "AF20002", "Invalid filter."))
}

fn page(call: &Call, messages: Vec<Value>) -> Vec<Value> {
    let number = |name| call.query.get(name)?.parse::<usize>().ok();
    let size = number("$top").unwrap_or(PAGE_SIZE).min(PAGE_SIZE);
    let skip = number("$skip").unwrap_or_default();
    messages.into_iter().skip(skip).take(size).collect()
}
