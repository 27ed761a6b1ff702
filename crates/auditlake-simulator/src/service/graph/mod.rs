//! Microsoft Graph below `/graph/v1.0`: the tenant is the token's, errors have Graph's shape, and throttling is HTTP 429.

mod announcements;
mod audit_data;
mod index;
mod page;
mod record_types;
mod search;
mod searches;

use serde_json::json;

pub(super) use self::index::Index;
pub(super) use self::search::Search;
pub use self::search::SearchState;
use super::reply::Reply;
use super::token::Audience;
use super::{Call, Service, Tenant};
use crate::Operation;

/// Where Graph begins on the simulator's origin.
pub(super) const ROOT: &str = "graph";

/// With its version.
pub(super) const VERSION_ROOT: &str = "graph/v1.0/";

impl Service {
    pub(super) fn answer_graph(&self, call: &Call, operation: Operation) -> Result<Reply, Reply> {
        check_method(call, operation)?;
        let tenant = self
            .bearer(call, Audience::Graph)
            .ok_or_else(unauthorized)?;
        match operation {
            Operation::CreateAuditQuery => self.create_search(tenant, call),
            Operation::ListAuditQueries => self.list_searches(tenant, call),
            Operation::ReadAuditQuery => self.show_search(tenant, call),
            Operation::ListAuditRecords => self.list_records(tenant, call),
            Operation::HealthOverviews | Operation::ServiceIssues | Operation::ServiceMessages => {
                self.announced(tenant, call, operation)
            }
            _ => Err(not_found("Resource not found for the segment.")),
        }
    }
}

fn check_method(call: &Call, operation: Operation) -> Result<(), Reply> {
    let expected = if operation == Operation::CreateAuditQuery {
        "POST"
    } else {
        "GET"
    };
    if call.method.as_str() == expected {
        return Ok(());
    }
    let message = format!("The method '{}' is not supported here.", call.method);
    Err(error(405, "MethodNotAllowed", &message))
}

/// One of these roles is needed.
fn check_role(tenant: &Tenant, roles: &[&str]) -> Result<(), Reply> {
    let granted = tenant.config.graph_roles.iter();
    let mut held = granted.filter(|role| roles.contains(&role.as_str()));
    held.next().map(|_| ()).ok_or_else(forbidden)
}

/// Graph's error object.
pub(super) fn error(status: u16, code: &str, message: &str) -> Reply {
    let id = uuid::Uuid::new_v4().to_string();
    let inner = json!({"request-id": id, "client-request-id": id});
    let error = json!({"code": code, "message": message, "innerError": inner});
    let mut reply = Reply::json(status, &json!({"error": error}));
    reply.headers.push(("request-id", id));
    reply
}

/// A token that is missing, unknown, out of date, or for another audience.
pub(super) fn unauthorized() -> Reply {
    error(
        401,
        "InvalidAuthenticationToken",
        "Access token validation failure. Invalid audience.",
    )
}

/// A token that lacks the permission, whose name Graph does not say.
pub(super) fn forbidden() -> Reply {
    error(
        403,
        "Forbidden",
        "The caller does not have the permission that the request needs.",
    )
}

pub(super) fn not_found(message: &str) -> Reply {
    error(404, "ResourceNotFound", message)
}

/// Too many requests, with the wait in whole seconds if it is said.
pub(super) fn throttled(retry_after: Option<u64>) -> Reply {
    let mut reply = error(429, "TooManyRequests", "Please retry again later.");
    reply
        .headers
        .extend(retry_after.map(|seconds| ("retry-after", seconds.to_string())));
    reply
}

fn bad_request(message: &str) -> Reply {
    error(400, "BadRequest", message)
}
