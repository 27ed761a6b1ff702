//! The five feeds of the API, spelled as Microsoft spells them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A feed of the Management Activity API.
///
/// Source: Microsoft, Office 365 Management Activity API reference, section "Working with the Office 365 Management
/// Activity API" (content types).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum ContentType {
    /// `Audit.AzureActiveDirectory`: sign-ins and directory changes.
    AzureActiveDirectory,
    /// `Audit.Exchange`: mailboxes and Exchange administration.
    Exchange,
    /// `Audit.SharePoint`: `SharePoint` and `OneDrive`.
    SharePoint,
    /// `Audit.General`: every workload that the other feeds do not carry.
    General,
    /// `DLP.All`: data loss prevention events of all workloads.
    Dlp,
}

impl ContentType {
    /// All feeds, in the order in which Microsoft lists them.
    pub const ALL: [Self; 5] = [
        Self::AzureActiveDirectory,
        Self::Exchange,
        Self::SharePoint,
        Self::General,
        Self::Dlp,
    ];

    /// The wire spelling, such as `Audit.Exchange`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AzureActiveDirectory => "Audit.AzureActiveDirectory",
            Self::Exchange => "Audit.Exchange",
            Self::SharePoint => "Audit.SharePoint",
            Self::General => "Audit.General",
            Self::Dlp => "DLP.All",
        }
    }
}

impl fmt::Display for ContentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl From<ContentType> for &'static str {
    fn from(content_type: ContentType) -> Self {
        content_type.as_str()
    }
}

/// A text that names no content type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown content type `{given}`, valid are {}", valid_names())]
pub struct UnknownContentType {
    /// The text as given.
    pub given: String,
}

fn valid_names() -> String {
    ContentType::ALL
        .map(|content_type| format!("`{content_type}`"))
        .join(", ")
}

impl FromStr for ContentType {
    type Err = UnknownContentType;

    /// Reads the wire spelling, in any letter case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let same = |content_type: &Self| content_type.as_str().eq_ignore_ascii_case(text);
        Self::ALL
            .into_iter()
            .find(same)
            .ok_or_else(|| UnknownContentType {
                given: text.to_owned(),
            })
    }
}

impl TryFrom<String> for ContentType {
    type Error = UnknownContentType;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feed_reads_back_from_its_own_spelling() {
        for content_type in ContentType::ALL {
            assert_eq!(content_type.to_string().parse(), Ok(content_type));
            let json = serde_json::to_string(&content_type).unwrap();
            assert_eq!(json, format!("\"{content_type}\""));
            assert_eq!(
                serde_json::from_str::<ContentType>(&json).unwrap(),
                content_type
            );
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_valid_ones() {
        let error = "Audit.Teams"
            .parse::<ContentType>()
            .unwrap_err()
            .to_string();
        for expected in ["Audit.Teams", "Audit.AzureActiveDirectory", "DLP.All"] {
            assert!(error.contains(expected), "{error}");
        }
    }
}
