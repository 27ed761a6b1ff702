//! Spans that were listed: cut and joined, so that they are sorted and apart.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How coarse the times of listings are kept: they are rounded down to whole multiples, so that neighbours become one
/// span. A listing counts as older than it is, never as newer.
const STAMP: SignedDuration = SignedDuration::from_hours(6);

/// A half-open span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Span {
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
    /// When it was listed last and all of it was in the lake, rounded down to [`STAMP`]. None where blobs of it failed,
    /// which are named in the ledger: it is listed again as if it had never been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) listed: Option<Timestamp>,
}

/// A time as it is kept.
pub(super) fn stamp(now: Timestamp) -> Timestamp {
    let length = STAMP.as_secs();
    let second = now.as_second().div_euclid(length) * length;
    Timestamp::from_second(second).unwrap_or(Timestamp::MIN)
}

/// Both, cut where one begins or ends; each piece has the latest time of those that cover it.
pub(super) fn union(one: &[Span], two: &[Span]) -> Vec<Span> {
    let all = || one.iter().chain(two);
    let mut cuts: Vec<Timestamp> = all().flat_map(|span| [span.since, span.until]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let pieces = cuts.windows(2).filter_map(|cut| {
        let &[since, until] = cut else {
            return None;
        };
        let covers = |span: &&Span| span.since <= since && until <= span.until;
        let listed = all().filter(covers).map(|span| span.listed).max()?;
        Some(Span {
            since,
            until,
            listed,
        })
    });
    joined(pieces.collect())
}

/// Neighbours of the same time as one.
pub(super) fn joined(spans: Vec<Span>) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if last.until == span.since && last.listed == span.listed => {
                last.until = span.until;
            }
            _ => joined.push(span),
        }
    }
    joined
}
