//! Which operation a path means.

use axum::http::Method;
use serde_json::json;

use super::Call;
use super::reply::Reply;
use crate::Operation;

/// What a path asks for, and of whom.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) operation: Option<Operation>,
    pub(super) tenant_id: String,
    /// As in the path, not decoded.
    pub(super) content_id: Option<String>,
    /// The search of the audit log that is meant.
    pub(super) query_id: Option<String>,
    /// The operation of the Service Communications API.
    pub(super) service_operation: Option<String>,
    /// For the token endpoints.
    pub(super) token: Option<TokenForm>,
}

/// Whose token endpoint it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenForm {
    /// Entra's, version 1.
    V1,
    /// Entra's, version 2.
    V2,
    /// A virtual machine's metadata service.
    InstanceMetadata,
    /// App Service's.
    AppService,
}

impl Route {
    /// Both `/api/v1.0/` and the `/api/v1/` of the documentation's `NextPageUri` sample are served.
    pub(super) fn of(path: &str) -> Self {
        let path = path.strip_prefix('/').unwrap_or(path);
        let api = path
            .strip_prefix("api/v1.0/")
            .or_else(|| path.strip_prefix("api/v1/"));
        let route = match (api, path.strip_prefix(super::graph::VERSION_ROOT)) {
            (Some(api), _) => feed(api),
            (None, Some(path)) => graph(path),
            (None, None) => token(path),
        };
        route.unwrap_or_default()
    }

    /// The same for this method: a search is created where all of them are listed.
    pub(super) fn by_method(mut self, method: &Method) -> Self {
        if self.operation == Some(Operation::ListAuditQueries) && method == Method::POST {
            self.operation = Some(Operation::CreateAuditQuery);
        }
        self
    }
}

fn token(path: &str) -> Option<Route> {
    let (tenant_id, rest) = path.split_once('/')?;
    let (tenant_id, form) = match (tenant_id, rest) {
        ("metadata", "identity/oauth2/token") => ("", TokenForm::InstanceMetadata),
        ("msi", "token") => ("", TokenForm::AppService),
        (tenant_id, "oauth2/token") => (tenant_id, TokenForm::V1),
        (tenant_id, "oauth2/v2.0/token") => (tenant_id, TokenForm::V2),
        _ => return None,
    };
    let operation = Some(Operation::Token);
    Some(Route {
        operation,
        tenant_id: tenant_id.into(),
        token: Some(form),
        ..Route::default()
    })
}

fn feed(path: &str) -> Option<Route> {
    if let Some((tenant_id, operation)) = path.split_once("/ServiceComms/") {
        return Some(Route {
            operation: Some(Operation::ServiceCommunications),
            tenant_id: tenant_id.into(),
            service_operation: Some(operation.to_owned()),
            ..Route::default()
        });
    }
    let (tenant_id, rest) = path.split_once("/activity/feed/")?;
    let content_id = rest.strip_prefix("audit/").map(str::to_owned);
    let operation = Some(match rest {
        "subscriptions/start" => Operation::Start,
        "subscriptions/stop" => Operation::Stop,
        "subscriptions/list" => Operation::ListSubscriptions,
        "subscriptions/content" => Operation::ListContent,
        "subscriptions/notifications" => Operation::ListNotifications,
        "resources/dlpSensitiveTypes" => Operation::SensitiveTypes,
        _ if content_id.is_some() => Operation::RetrieveContent,
        _ => return None,
    });
    Some(Route {
        operation,
        tenant_id: tenant_id.into(),
        content_id,
        ..Route::default()
    })
}

/// By the path alone; see [`Route::by_method`].
fn graph(path: &str) -> Option<Route> {
    let segments: Vec<&str> = path.split('/').collect();
    let (operation, query_id) = match segments.as_slice() {
        ["security", "auditLog", "queries"] => (Operation::ListAuditQueries, None),
        ["security", "auditLog", "queries", id] => (Operation::ReadAuditQuery, Some(*id)),
        ["security", "auditLog", "queries", id, "records"] => {
            (Operation::ListAuditRecords, Some(*id))
        }
        ["admin", "serviceAnnouncement", what] => match *what {
            "healthOverviews" => (Operation::HealthOverviews, None),
            "issues" => (Operation::ServiceIssues, None),
            "messages" => (Operation::ServiceMessages, None),
            _ => return None,
        },
        _ => return None,
    };
    Some(Route {
        operation: Some(operation),
        query_id: query_id.map(str::to_owned),
        ..Route::default()
    })
}

/// Start and stop are POSTs and say how long their body is, even if it is empty; the rest are GETs.
pub(super) fn check_method(call: &Call, operation: Operation) -> Result<(), Reply> {
    let posts = matches!(operation, Operation::Start | Operation::Stop);
    let expected = if posts { Method::POST } else { Method::GET };
    if call.method != expected {
        let message = format!(
            "The requested resource does not support http method '{}'.",
            call.method
        );
        return Err(Reply::json(405, &json!({ "Message": message })));
    }
    let sized = call.headers.contains_key("content-length")
        || call.headers.contains_key("transfer-encoding");
    if posts && !sized {
        return Err(Reply::html(
            411,
            "<html><body><h2>Length Required</h2></body></html>",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, operation: Option<Operation>, content_id: Option<&str>) {
        let route = Route::of(path);
        assert_eq!(
            (route.operation, route.content_id.as_deref()),
            (operation, content_id),
            "{path}"
        );
    }

    #[test]
    fn paths_mean_operations() {
        check("/t/oauth2/v2.0/token", Some(Operation::Token), None);
        check("/t/oauth2/token", Some(Operation::Token), None);
        check(
            "/metadata/identity/oauth2/token",
            Some(Operation::Token),
            None,
        );
        check("/msi/token", Some(Operation::Token), None);
        check(
            "/api/v1.0/t/activity/feed/subscriptions/start",
            Some(Operation::Start),
            None,
        );
        check(
            "/api/v1/t/activity/feed/subscriptions/content",
            Some(Operation::ListContent),
            None,
        );
        check(
            "/api/v1.0/t/activity/feed/audit/a$b",
            Some(Operation::RetrieveContent),
            Some("a$b"),
        );
        check("/api/v1.0/t/activity/feed/subscriptions", None, None);
        check("/api/v2.0/t/activity/feed/subscriptions/list", None, None);
        check("/", None, None);
        let (one, records) = (Operation::ReadAuditQuery, Operation::ListAuditRecords);
        check("/graph/v1.0/security/auditLog/queries/q", Some(one), None);
        check(
            "/graph/v1.0/security/auditLog/queries/q/records",
            Some(records),
            None,
        );
        let issues = Some(Operation::ServiceIssues);
        check("/graph/v1.0/admin/serviceAnnouncement/issues", issues, None);
        let communications = Some(Operation::ServiceCommunications);
        check("/api/v1.0/t/ServiceComms/Services", communications, None);
        check("/graph/beta/security/auditLog/queries", None, None);
    }
}
