//! What the receiver did, for metrics.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

/// Why something was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refusal {
    /// A request without a connection's auth id.
    AuthId,
    /// A request too many.
    Rate,
    /// A request whose body is too long, or did not come in time.
    Body,
    /// A request that is neither a test nor an array.
    Malformed,
    /// An announcement of a tenant or an application that no connection with this auth id has.
    Unknown,
    /// An announcement of a content type that is not asked for.
    Unwanted,
    /// An announcement that cannot be read.
    Unreadable,
    /// A request that the store could not keep.
    Store,
}

impl Refusal {
    /// All of them.
    pub(crate) const ALL: [Self; 8] = [
        Self::AuthId,
        Self::Rate,
        Self::Body,
        Self::Malformed,
        Self::Unknown,
        Self::Unwanted,
        Self::Unreadable,
        Self::Store,
    ];

    /// The word for programs.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::AuthId => "auth_id",
            Self::Rate => "rate",
            Self::Body => "body",
            Self::Malformed => "malformed",
            Self::Unknown => "unknown",
            Self::Unwanted => "unwanted",
            Self::Unreadable => "unreadable",
            Self::Store => "store",
        }
    }
}

/// What was taken and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Received {
    /// Announcements that are in the inbox, by connection and content type. One that is repeated counts again.
    pub(crate) taken: BTreeMap<(String, String), u64>,
    /// What was not taken.
    pub(crate) refused: BTreeMap<Refusal, u64>,
    /// When a connection was last told anything.
    pub(crate) last: BTreeMap<String, Timestamp>,
}

/// Shared by the receiver and whoever shows it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Figures(Arc<Mutex<Received>>);

impl Figures {
    /// As they are now.
    pub(crate) fn get(&self) -> Received {
        self.change(|received| received.clone())
    }

    /// Counts what was not taken.
    pub(super) fn refuse(&self, reason: Refusal, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.change(|received| *received.refused.entry(reason).or_default() += count);
    }

    /// Counts what is in the inbox.
    pub(super) fn take(&self, connection: &str, content_types: &[&str], now: Timestamp) {
        self.change(|received| {
            for content_type in content_types {
                let key = (connection.to_owned(), (*content_type).to_owned());
                *received.taken.entry(key).or_default() += 1;
            }
            received.last.insert(connection.to_owned(), now);
        });
    }

    fn change<T>(&self, change: impl FnOnce(&mut Received) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
