//! What an error of a service means for what was asked of it.

use auditlake_api::{Error as ApiError, ErrorKind, Operation};

use crate::error::Error;
use crate::gap::GapReason;
use crate::ledger::Failed;

/// Whether no token can be had any more, which ends everything. A token that one request refuses may serve the others.
pub(crate) fn has_no_token(error: &ApiError) -> bool {
    error.kind() == ErrorKind::Credentials && error.operation() == Operation::AcquireToken
}

/// The gap's reason for an error of the service.
pub(crate) fn reason(error: &ApiError) -> GapReason {
    match error.kind() {
        ErrorKind::Permission | ErrorKind::Credentials => GapReason::Permission,
        ErrorKind::Disabled => GapReason::Disabled,
        ErrorKind::Expired => GapReason::Expired,
        ErrorKind::NotFound => GapReason::NotFound,
        ErrorKind::RefusedUri => GapReason::RefusedUri,
        ErrorKind::TooLarge => GapReason::TooLarge,
        ErrorKind::Malformed => GapReason::Malformed,
        ErrorKind::Throttled => GapReason::Throttled,
        _ => GapReason::Failed,
    }
}

/// The error and what caused it, in one line.
pub(crate) fn describe(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// What of a unit could not be had: a blob, or the unit itself.
pub(crate) fn failed(
    content_id: Option<String>,
    reason: GapReason,
    detail: impl Into<String>,
) -> Failed {
    Failed {
        content_id,
        reason,
        detail: detail.into(),
        created: None,
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        match error.kind() {
            ErrorKind::Config => Self::Config(describe(&error)),
            ErrorKind::Credentials => Self::Credentials(Box::new(error)),
            ErrorKind::Permission => Self::Permission(describe(&error)),
            _ => Self::Service(Box::new(error)),
        }
    }
}
