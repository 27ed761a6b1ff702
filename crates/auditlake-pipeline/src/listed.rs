//! Which spans of `contentCreated` were listed, and when: what a scheduled round need not ask for again.
//!
//! It is no cursor. A span is in here only when its window was listed to the last page and all that was listed is in
//! the lake; whatever is not in here is planned, wherever it lies. Who loses it lists everything once more, and no
//! record twice.

use std::collections::BTreeMap;

use auditlake_api::Window;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How coarse the times of listings are kept: they are rounded down to whole multiples, so that neighbours become one
/// span. A listing counts as older than it is, never as newer.
const STAMP: SignedDuration = SignedDuration::from_hours(6);

/// What was listed, by content type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Listed(BTreeMap<String, Feed>);

/// What was listed of a content type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Feed {
    /// From here on nothing may be missing unseen: what was not listed in its seven days is lost, and named. None as
    /// long as no scheduled round has listed the content type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    followed: Option<Timestamp>,
    /// Sorted, apart from each other.
    spans: Vec<Span>,
}

/// A half-open span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Span {
    since: Timestamp,
    until: Timestamp,
    /// When it was listed last, rounded down to [`STAMP`].
    listed: Timestamp,
}

impl Listed {
    /// Notes that a span was listed at `now`.
    pub(crate) fn add(&mut self, content_type: &str, window: Window, now: Timestamp) {
        let span = Span {
            since: window.start,
            until: window.end,
            listed: stamp(now),
        };
        let feed = self.0.entry(content_type.to_owned()).or_default();
        feed.spans = union(&feed.spans, &[span]);
    }

    /// Takes in what another run noted; of two listings of the same span the later counts.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (content_type, theirs) in &other.0 {
            let ours = self.0.entry(content_type.clone()).or_default();
            ours.spans = union(&ours.spans, &theirs.spans);
            // The earlier one, as what it demands may be open yet.
            ours.followed = [ours.followed, theirs.followed].into_iter().flatten().min();
        }
    }

    /// From when on the content type is followed.
    pub(crate) fn followed(&self, content_type: &str) -> Option<Timestamp> {
        self.0.get(content_type)?.followed
    }

    /// Follows a content type of which something was listed, unless it is followed already.
    pub(crate) fn follow(&mut self, content_type: &str, since: Timestamp) {
        if let Some(feed) = self.0.get_mut(content_type) {
            feed.followed.get_or_insert(since);
        }
    }

    /// Forgets what lies before `until`, where nothing can change any more: it was listed, or is named as lost.
    pub(crate) fn settle(&mut self, content_type: &str, until: Timestamp) {
        if let Some(feed) = self.0.get_mut(content_type) {
            feed.followed = feed.followed.map(|since| since.max(until));
            feed.spans.retain(|span| span.until > until);
            if let Some(first) = feed.spans.first_mut() {
                first.since = first.since.max(until);
            }
        }
    }

    /// Makes one span of neighbours before `edge`: when they were listed is of no use there.
    pub(crate) fn forget_times_before(&mut self, edge: Timestamp) {
        for feed in self.0.values_mut() {
            for span in feed.spans.iter_mut().filter(|span| span.until <= edge) {
                span.listed = Timestamp::UNIX_EPOCH;
            }
            feed.spans = joined(std::mem::take(&mut feed.spans));
        }
    }

    /// The parts of a window that were never listed.
    pub(crate) fn missing(&self, content_type: &str, window: Window) -> Vec<Window> {
        self.not_listed_after(content_type, window, Timestamp::MIN)
    }

    /// The parts of a window that were not listed after this time.
    pub(crate) fn not_listed_after(
        &self,
        content_type: &str,
        window: Window,
        after: Timestamp,
    ) -> Vec<Window> {
        let spans = self.0.get(content_type).map_or(&[][..], |feed| &feed.spans);
        let mut from = window.start;
        let mut missing = Vec::new();
        for span in spans.iter().filter(|span| span.listed > after) {
            if span.since > from && from < window.end {
                missing.push(Window {
                    start: from,
                    end: span.since.min(window.end),
                });
            }
            from = from.max(span.until);
        }
        if from < window.end {
            missing.push(Window {
                start: from,
                end: window.end,
            });
        }
        missing
    }

    /// The end of the last span of any content type.
    pub(crate) fn last(&self) -> Option<Timestamp> {
        let spans = self.0.values().flat_map(|feed| &feed.spans);
        spans.map(|span| span.until).max()
    }

    /// The end of the last span of a content type.
    pub(crate) fn last_of(&self, content_type: &str) -> Option<Timestamp> {
        self.0.get(content_type)?.spans.last().map(|it| it.until)
    }
}

fn stamp(now: Timestamp) -> Timestamp {
    let length = STAMP.as_secs();
    let second = now.as_second().div_euclid(length) * length;
    Timestamp::from_second(second).unwrap_or(Timestamp::MIN)
}

/// Both, cut where one begins or ends; each piece has the latest time of those that cover it.
fn union(one: &[Span], two: &[Span]) -> Vec<Span> {
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
fn joined(spans: Vec<Span>) -> Vec<Span> {
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

#[cfg(test)]
mod tests {
    use super::*;

    const FEED: &str = "Audit.Exchange";

    fn at(hour: i64) -> Timestamp {
        let start: Timestamp = "2026-05-04T00:00:00Z".parse().expect("a time");
        start + SignedDuration::from_hours(hour)
    }

    fn window(start: i64, end: i64) -> Window {
        Window {
            start: at(start),
            end: at(end),
        }
    }

    fn listed(spans: &[(i64, i64, i64)]) -> Listed {
        let mut listed = Listed::default();
        for &(start, end, time) in spans {
            listed.add(FEED, window(start, end), at(time));
        }
        listed
    }

    #[test]
    fn what_was_not_listed_is_missing_before_between_and_after() {
        let listed = listed(&[(2, 4, 48), (6, 7, 48)]);
        assert_eq!(
            listed.missing(FEED, window(0, 10)),
            [window(0, 2), window(4, 6), window(7, 10)]
        );
        assert_eq!(listed.missing(FEED, window(2, 4)), []);
        assert_eq!(listed.missing(FEED, window(3, 5)), [window(4, 5)]);
        assert_eq!(listed.missing("DLP.All", window(3, 5)), [window(3, 5)]);
        assert_eq!(listed.missing(FEED, window(0, 1)), [window(0, 1)]);
    }

    #[test]
    fn of_two_listings_the_later_counts_and_neighbours_become_one() {
        let mut one = listed(&[(0, 4, 48)]);
        one.merge(&listed(&[(2, 6, 72), (6, 8, 73)]));
        assert_eq!(
            one.not_listed_after(FEED, window(0, 8), at(71)),
            [window(0, 2)]
        );
        assert_eq!(one.0[FEED].spans.len(), 2);
        // An earlier listing changes nothing.
        let before = one.clone();
        one.add(FEED, window(3, 7), at(49));
        assert_eq!(one, before);
    }

    #[test]
    fn a_listing_counts_as_older_than_it_is_never_as_newer() {
        let listed = listed(&[(0, 1, 53)]);
        assert_eq!(listed.not_listed_after(FEED, window(0, 1), at(47)), []);
        assert_eq!(
            listed.not_listed_after(FEED, window(0, 1), at(48)),
            [window(0, 1)]
        );
    }

    #[test]
    fn what_is_settled_is_forgotten_and_no_more_followed() {
        let mut listed = listed(&[(0, 2, 48), (3, 6, 48)]);
        listed.follow(FEED, at(0));
        listed.follow("DLP.All", at(0));
        assert_eq!(listed.followed("DLP.All"), None);
        listed.settle(FEED, at(4));
        assert_eq!(listed.followed(FEED), Some(at(4)));
        assert_eq!(listed.missing(FEED, window(4, 6)), []);
        assert_eq!(listed.0[FEED].spans.len(), 1);
        listed.settle(FEED, at(1));
        assert_eq!(listed.followed(FEED), Some(at(4)));
    }

    #[test]
    fn old_spans_are_kept_as_one() {
        let mut listed = listed(&[(0, 2, 48), (2, 4, 72), (4, 6, 96)]);
        listed.forget_times_before(at(4));
        assert_eq!(listed.0[FEED].spans.len(), 2);
        assert_eq!(listed.missing(FEED, window(0, 6)), []);
    }
}
