//! What clients asked for, for tests to look at.

use jiff::Timestamp;
use serde::Serialize;

use crate::faults::Operation;

/// One request and its answer. Neither tokens nor bodies are kept.
#[derive(Debug, Clone, Serialize)]
pub struct LoggedRequest {
    /// When it came, by the simulator's clock.
    pub at: Timestamp,
    /// The HTTP method.
    pub method: String,
    /// The path as sent, without the query.
    pub path: String,
    /// The decoded query, in the order sent.
    pub query: Vec<(String, String)>,
    /// What it was taken for; `None` for a path the service does not have.
    pub operation: Option<Operation>,
    /// Whether there was an `Authorization` header.
    pub authorized: bool,
    /// The HTTP status of the answer. A body that was cut off has 200.
    pub status: u16,
}

impl LoggedRequest {
    /// The first query parameter of this name (exact spelling).
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the caller said who it is, as it should on every call.
    pub fn has_publisher_identifier(&self) -> bool {
        self.parameter("PublisherIdentifier").is_some()
    }
}
