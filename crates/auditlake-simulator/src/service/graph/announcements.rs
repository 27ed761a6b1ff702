//! The service announcements.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{bad_request, check_role};
use crate::Operation;
use crate::service::reply::Reply;
use crate::service::{Call, Service, Tenant, locked};

const HEALTH: &str = "ServiceHealth.Read.All";
const MESSAGES: &str = "ServiceMessage.Read.All";

/// Elements on a page unless the request prefers another number (Microsoft Graph v1.0, "List serviceAnnouncement
/// messages").
const PAGE_SIZE: usize = 100;
const LARGEST_PAGE: usize = 1000;

impl Service {
    pub(super) fn announced(
        &self,
        tenant: &Tenant,
        call: &Call,
        operation: Operation,
    ) -> Result<Reply, Reply> {
        let role = if operation == Operation::ServiceMessages {
            MESSAGES
        } else {
            HEALTH
        };
        check_role(tenant, &[role])?;
        let since = since(call)?;
        let announcements = locked(&tenant.announcements);
        let elements = match operation {
            Operation::HealthOverviews => overviews(call, &announcements),
            Operation::ServiceIssues => announcements.issues.clone(),
            _ => announcements.messages.clone(),
        };
        let is_wanted = |element: &&Value| since.is_none_or(|since| since <= modified(element));
        let shown = elements
            .iter()
            .filter(is_wanted)
            .map(|element| Cow::Owned(element.to_string()));
        self.collection(call, page_size(call), shown)
    }
}

/// The services, with their issues if they are asked for.
fn overviews(call: &Call, announcements: &crate::Announcements) -> Vec<Value> {
    let expanded = call.query.get("$expand") == Some("issues");
    let with_issues = |service: &Value| {
        let mut service = service.clone();
        let of_service = |issue: &&Value| issue["service"] == service["service"];
        let issues: Vec<&Value> = announcements.issues.iter().filter(of_service).collect();
        if expanded {
            service["issues"] = json!(issues);
        }
        service
    };
    announcements.services.iter().map(with_issues).collect()
}

fn modified(element: &Value) -> Timestamp {
    let text = element["lastModifiedDateTime"].as_str();
    text.and_then(|text| text.parse().ok())
        .unwrap_or(Timestamp::MAX)
}

/// The one filter that is understood: `lastModifiedDateTime ge <time>`.
fn since(call: &Call) -> Result<Option<Timestamp>, Reply> {
    let Some(filter) = call.query.get("$filter") else {
        return Ok(None);
    };
    let time = filter.strip_prefix("lastModifiedDateTime ge ");
    let time = time.and_then(|time| time.parse().ok());
    time.map(Some)
        .ok_or_else(|| bad_request("Invalid filter clause."))
}

fn page_size(call: &Call) -> usize {
    let header = call.headers.get("prefer").and_then(|it| it.to_str().ok());
    let preferred = header.and_then(|it| it.strip_prefix("odata.maxpagesize=")?.parse().ok());
    preferred.unwrap_or(PAGE_SIZE).min(LARGEST_PAGE)
}
