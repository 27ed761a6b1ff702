//! What could not be had, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why something could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapReason {
    /// Older than the seven days that the service keeps content.
    Expired,
    /// The service does not know the content.
    NotFound,
    /// The token lacks a permission.
    Permission,
    /// There is no enabled subscription.
    Disabled,
    /// The address points away from the connection's own service.
    RefusedUri,
    /// The body is larger than may be read.
    TooLarge,
    /// The body is not a JSON array of records.
    Malformed,
    /// The service throttled until the retries were used up.
    Throttled,
    /// Anything else, after all retries.
    Failed,
}

impl GapReason {
    /// The word in reports and in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::NotFound => "not_found",
            Self::Permission => "permission",
            Self::Disabled => "disabled",
            Self::RefusedUri => "refused_uri",
            Self::TooLarge => "too_large",
            Self::Malformed => "malformed",
            Self::Throttled => "throttled",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for GapReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that could not be had: a blob, a window of a content type, or a whole content type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Content type, `Audit.Exchange`; `files` for an input file.
    pub content_type: String,
    /// Window, `20260504T100000Z_20260504T110000Z`; none when the whole content type is meant.
    pub window: Option<String>,
    /// `contentId` of the blob; none when a whole window or content type is meant.
    pub content_id: Option<String>,
    /// Why.
    pub reason: GapReason,
    /// The service's own words, or ours.
    pub detail: String,
}

#[cfg(test)]
mod tests {
    use super::GapReason;

    #[test]
    fn a_reason_is_the_same_word_in_json_and_in_text() {
        let words = "expired not_found permission disabled refused_uri too_large malformed throttled failed";
        for word in words.split(' ') {
            let reason: GapReason = serde_json::from_value(word.into()).unwrap();
            assert_eq!(reason.to_string(), word);
            assert_eq!(serde_json::to_value(reason).unwrap(), word);
        }
    }
}
