//! How the connections are doing, as plain values for whoever shows them.

use std::collections::BTreeMap;

use auditlake_api::{ContentType, Window};
use jiff::{SignedDuration, Timestamp};

use crate::ingest::totals::Totals;
use crate::listed::Listed;
use crate::plan::{EDGE_MARGIN, RETENTION};

/// All connections, by name.
pub type States = BTreeMap<String, ConnectionState>;

/// How a connection is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionState {
    /// A round is under way.
    pub is_working: bool,
    /// When the last round began.
    pub last_started: Option<Timestamp>,
    /// When the last round that could go on to its end did so.
    pub last_success: Option<Timestamp>,
    /// Rounds that could not, in a row.
    pub failures: u32,
    /// Why the last one could not; none after a success.
    pub last_error: Option<String>,
    /// When the next round is due. After failures that is later and later.
    pub next_due: Option<Timestamp>,
    /// What all rounds of this process did.
    pub totals: Totals,
    /// Notices that the inbox had left when a round last ended.
    pub notices: u64,
    /// What is listed, by content type.
    pub feeds: BTreeMap<ContentType, FeedState>,
}

/// How far a content type is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedState {
    /// Everything listed ends here.
    pub listed_until: Timestamp,
    /// The first instant of the last seven days that is not listed; none when all is that was asked for.
    pub oldest_missing: Option<Timestamp>,
}

impl FeedState {
    /// Up to here all is listed that the service still has; from here on something may be missing.
    pub fn complete_until(&self) -> Timestamp {
        self.oldest_missing.unwrap_or(self.listed_until)
    }
}

impl ConnectionState {
    /// Whether the last round came to its end.
    pub fn is_healthy(&self) -> bool {
        self.failures == 0
    }

    /// How far the lake is behind, by content type.
    pub fn lags(&self, now: Timestamp) -> BTreeMap<ContentType, SignedDuration> {
        let lag = |feed: &FeedState| now.duration_since(feed.complete_until());
        let lags = self.feeds.iter().map(|(&name, feed)| (name, lag(feed)));
        lags.collect()
    }
}

/// What is listed of these content types; those of which nothing was ever listed are not in it.
pub(crate) fn feeds(
    listed: &Listed,
    content_types: &[ContentType],
    now: Timestamp,
) -> BTreeMap<ContentType, FeedState> {
    let feed = |&content_type: &ContentType| {
        let listed_until = listed.last_of(content_type.as_str())?;
        let followed = listed.followed(content_type.as_str());
        let edge = now - RETENTION + EDGE_MARGIN;
        let span = Window {
            start: followed.map_or(edge, |since| since.max(edge)),
            end: listed_until,
        };
        let missing = listed.missing(content_type.as_str(), span);
        let state = FeedState {
            listed_until,
            oldest_missing: missing.first().map(|window| window.start),
        };
        Some((content_type, state))
    };
    content_types.iter().filter_map(feed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lag_counts_from_the_first_hole() {
        let now: Timestamp = "2026-05-11T10:30:00Z".parse().unwrap();
        let before = |hours| now - SignedDuration::from_hours(hours);
        let mut listed = Listed::default();
        for (start, end) in [(100, 50), (49, 1)] {
            let window = Window {
                start: before(start),
                end: before(end),
            };
            listed.add("DLP.All", window, now);
        }
        listed.follow("DLP.All", before(100));
        let feeds = feeds(&listed, &ContentType::ALL, now);
        let state = ConnectionState {
            feeds,
            ..ConnectionState::default()
        };
        let lags = state.lags(now);
        assert_eq!(lags.len(), 1);
        assert_eq!(lags[&ContentType::Dlp], SignedDuration::from_hours(50));
        let dlp = state.feeds[&ContentType::Dlp];
        assert_eq!(dlp.oldest_missing, Some(before(50)));
        assert_eq!(dlp.listed_until, before(1));
    }
}
