//! What an error of the service means: for its blob or window, for its content type, or for the run.

use auditlake_api::{ContentType, Error as ApiError, ErrorKind, Operation};

use super::Fetcher;
use crate::error::Error;
use crate::gap::{Gap, GapReason};
use crate::ledger::Failed;

impl Fetcher {
    /// Whether nothing more is to be asked of a content type.
    pub(super) fn is_given_up(&self, content_type: ContentType) -> bool {
        let state = self.lock();
        state.refused.is_some() || state.unavailable.contains_key(&content_type)
    }

    /// Whether an error of a listing means that the content type, or everything, is out of reach.
    pub(super) fn give_up(&self, content_type: ContentType, error: &ApiError) -> bool {
        match error.kind() {
            ErrorKind::Credentials if has_no_token(error) => {
                self.lock().refused.get_or_insert_with(|| error.clone());
                true
            }
            ErrorKind::Credentials | ErrorKind::Permission | ErrorKind::Disabled => {
                self.unavailable(content_type, reason(error), describe(error));
                true
            }
            _ => false,
        }
    }

    /// Names a content type as out of reach, once.
    pub(crate) fn unavailable(&self, content_type: ContentType, reason: GapReason, detail: String) {
        if self
            .lock()
            .unavailable
            .insert(content_type, reason)
            .is_none()
        {
            let content_type = content_type.to_string();
            self.recorder.gap(Gap {
                content_type,
                window: None,
                content_id: None,
                reason,
                detail,
            });
        }
    }
}

/// Whether no token can be had any more, which ends everything. A token that one request refuses may serve the others.
pub(super) fn has_no_token(error: &ApiError) -> bool {
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
pub(super) fn failed(
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
