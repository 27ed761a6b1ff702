//! What the simulated Microsoft announces of its services: their status, issues with posts, and messages.
//!
//! Everything is JSON as Microsoft Graph has it (v1.0, resources `serviceHealth`, `serviceHealthIssue` and
//! `serviceUpdateMessage`), so that a test can say exactly what is announced; the retired API's form is made of it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The announcements of a tenant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Announcements {
    /// `serviceHealth` objects, without their issues.
    pub services: Vec<Value>,
    /// `serviceHealthIssue` objects.
    pub issues: Vec<Value>,
    /// `serviceUpdateMessage` objects.
    pub messages: Vec<Value>,
}

impl Announcements {
    /// Made-up ones of the days before `now`: an issue that is over, one that goes on, and two messages.
    pub fn made_up(now: Timestamp) -> Self {
        let ago = |hours: i64| now - SignedDuration::from_hours(hours);
        let service = |id: &str, name: &str, status: &str| json!({"id": id, "service": name, "status": status});
        Self {
            services: vec![
                service("Exchange", "Exchange Online", "serviceDegradation"),
                service("SharePoint", "SharePoint Online", "serviceOperational"),
                service("microsoftteams", "Microsoft Teams", "serviceOperational"),
            ],
            issues: vec![
                issue(
                    (
                        "EX900001",
                        "Exchange Online",
                        "Some users can't search mail",
                    ),
                    ("serviceDegradation", "advisory"),
                    (ago(20), None),
                    &[
                        (ago(19), "We are looking into it."),
                        (ago(2), "A fix is on its way."),
                    ],
                ),
                issue(
                    ("MO900002", "Microsoft Teams", "Meetings don't start"),
                    ("serviceRestored", "incident"),
                    (ago(60), Some(ago(50))),
                    &[
                        (ago(59), "Meetings can't be joined."),
                        (ago(50), "It works again."),
                    ],
                ),
            ],
            messages: vec![
                message(
                    "MC900003",
                    "A new way to sort mail",
                    "stayInformed",
                    ago(70),
                ),
                message(
                    "MC900004",
                    "Old clients stop working",
                    "planForChange",
                    ago(30),
                ),
            ],
        }
    }
}

/// An issue with posts; it was changed when the last of them was made.
fn issue(
    (id, service, title): (&str, &str, &str),
    (status, classification): (&str, &str),
    (start, end): (Timestamp, Option<Timestamp>),
    posts: &[(Timestamp, &str)],
) -> Value {
    let modified = posts.iter().map(|(created, _)| *created).max();
    let post = |(created, content): &(Timestamp, &str)| {
        json!({"createdDateTime": created, "postType": "regular",
            "description": {"contentType": "html", "content": content}})
    };
    json!({
        "id": id, "title": title, "service": service, "status": status,
        "startDateTime": start, "endDateTime": end, "lastModifiedDateTime": modified.unwrap_or(start),
        "classification": classification, "origin": "microsoft",
        "feature": "Availability", "featureGroup": "Availability",
        "impactDescription": "Users may be affected.", "isResolved": end.is_some(),
        "details": [{"name": "NotifyInApp", "value": "True"}],
        "posts": posts.iter().map(post).collect::<Vec<_>>(),
    })
}

fn message(id: &str, title: &str, category: &str, modified: Timestamp) -> Value {
    json!({
        "id": id, "title": title, "category": category, "severity": "normal",
        "startDateTime": modified, "endDateTime": modified + SignedDuration::from_hours(24 * 90),
        "lastModifiedDateTime": modified, "tags": ["User impact"], "services": ["Exchange Online"],
        "isMajorChange": false, "actionRequiredByDateTime": null, "viewPoint": null, "hasAttachments": false,
        "details": [{"name": "ExternalLink", "value": "https://example.com/roadmap"}],
        "body": {"contentType": "html", "content": "<p>Something changes.</p>"},
    })
}
