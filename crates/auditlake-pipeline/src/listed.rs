//! Which spans of `contentCreated` were listed, and when: what a scheduled round need not ask for again, and what
//! `auditlake coverage` takes for looked at.
//!
//! It is no cursor. A span is in here only when its window was listed to the last page and all that was listed is in
//! the lake, or named as failed; whatever is not in here is planned, wherever it lies, and so is what failed. Who loses
//! it lists everything once more, and no record twice.

use std::collections::BTreeMap;

use auditlake_api::Window;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::gap::GapReason;

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
    /// Whether the last run that asked for it could have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<Answer>,
    /// Sorted, apart from each other.
    spans: Vec<Span>,
}

/// What a run was told when it asked for a content type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Answer {
    /// Ids sort by when their runs began.
    run_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unavailable: Option<Unavailable>,
}

/// Why nothing of a content type could be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unavailable {
    /// Why.
    pub(crate) reason: GapReason,
    /// The service's own words.
    pub(crate) detail: String,
}

/// A half-open span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Span {
    since: Timestamp,
    until: Timestamp,
    /// When it was listed last and all of it was in the lake, rounded down to [`STAMP`]. None where blobs of it failed,
    /// which are named in the ledger: it is listed again as if it had never been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    listed: Option<Timestamp>,
}

impl Listed {
    /// Notes that a span was listed at `now`, and all of it is in the lake.
    pub(crate) fn add(&mut self, content_type: &str, window: Window, now: Timestamp) {
        self.insert(content_type, window, Some(stamp(now)));
    }

    /// Notes that a span was listed of which something failed that the ledger names.
    pub(crate) fn add_failed(&mut self, content_type: &str, window: Window) {
        self.insert(content_type, window, None);
    }

    fn insert(&mut self, content_type: &str, window: Window, listed: Option<Timestamp>) {
        let span = Span {
            since: window.start,
            until: window.end,
            listed,
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
            if ours.answer.as_ref().map(|it| &it.run_id)
                < theirs.answer.as_ref().map(|it| &it.run_id)
            {
                ours.answer.clone_from(&theirs.answer);
            }
        }
    }

    /// Notes what a run was told that asked for a content type.
    pub(crate) fn answer(
        &mut self,
        content_type: &str,
        run_id: &str,
        unavailable: Option<Unavailable>,
    ) {
        let feed = self.0.entry(content_type.to_owned()).or_default();
        let run_id = run_id.to_owned();
        feed.answer = Some(Answer {
            run_id,
            unavailable,
        });
    }

    /// Why nothing of a content type could be had, if the last run that asked was told so.
    pub(crate) fn unavailable(&self, content_type: &str) -> Option<&Unavailable> {
        self.0
            .get(content_type)?
            .answer
            .as_ref()?
            .unavailable
            .as_ref()
    }

    /// The spans that were listed, whether something of them failed or not; they do not touch.
    pub(crate) fn windows(&self, content_type: &str) -> Vec<Window> {
        let spans = self.0.get(content_type).map_or(&[][..], |feed| &feed.spans);
        let timeless = spans.iter().map(|&span| Span {
            listed: None,
            ..span
        });
        let window = |span: Span| Window {
            start: span.since,
            end: span.until,
        };
        joined(timeless.collect()).into_iter().map(window).collect()
    }

    /// Whether all of a window was listed, whatever failed of it.
    pub(crate) fn covers(&self, content_type: &str, window: Window) -> bool {
        let windows = self.windows(content_type);
        windows
            .iter()
            .any(|it| it.start <= window.start && window.end <= it.end)
    }

    /// From when on the content type is followed.
    pub(crate) fn followed(&self, content_type: &str) -> Option<Timestamp> {
        self.0.get(content_type)?.followed
    }

    /// Follows a content type of which something was listed, unless it is followed already.
    pub(crate) fn follow(&mut self, content_type: &str, since: Timestamp) {
        if self.last_of(content_type).is_some()
            && let Some(feed) = self.0.get_mut(content_type)
        {
            feed.followed.get_or_insert(since);
        }
    }

    /// Nothing before `until` can change any more: it was listed, or is named as lost.
    pub(crate) fn settle(&mut self, content_type: &str, until: Timestamp) {
        if let Some(feed) = self.0.get_mut(content_type) {
            feed.followed = feed.followed.map(|since| since.max(until));
        }
    }

    /// Makes one span of neighbours before `edge`: when they were listed is of no use there, nor whether something
    /// failed, unless that is still to be named as lost. So what is kept grows with the holes and not with the time.
    pub(crate) fn forget_times_before(&mut self, edge: Timestamp) {
        for feed in self.0.values_mut() {
            let settled = feed.followed.map_or(edge, |since| since.min(edge));
            for span in &mut feed.spans {
                if span.until <= settled || (span.until <= edge && span.listed.is_some()) {
                    span.listed = Some(Timestamp::UNIX_EPOCH);
                }
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
        for span in spans.iter().filter(|span| span.listed > Some(after)) {
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

    /// The end of the last span of any content type that is in the lake.
    pub(crate) fn last(&self) -> Option<Timestamp> {
        self.0.keys().filter_map(|name| self.last_of(name)).max()
    }

    /// The end of the last span of a content type that is in the lake.
    pub(crate) fn last_of(&self, content_type: &str) -> Option<Timestamp> {
        let spans = self.0.get(content_type)?.spans.iter().rev();
        spans
            .filter(|span| span.listed.is_some())
            .map(|span| span.until)
            .next()
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
    fn what_is_settled_is_no_more_followed_and_still_known() {
        let mut listed = listed(&[(0, 2, 48), (3, 6, 48)]);
        listed.follow(FEED, at(0));
        listed.follow("DLP.All", at(0));
        assert_eq!(listed.followed("DLP.All"), None);
        listed.settle(FEED, at(4));
        assert_eq!(listed.followed(FEED), Some(at(4)));
        assert_eq!(listed.windows(FEED), [window(0, 2), window(3, 6)]);
        listed.settle(FEED, at(1));
        assert_eq!(listed.followed(FEED), Some(at(4)));
    }

    #[test]
    fn what_failed_was_looked_at_and_is_to_be_listed_again() {
        let mut listed = listed(&[(0, 1, 48), (2, 3, 48)]);
        listed.add_failed(FEED, window(1, 2));
        assert_eq!(listed.windows(FEED), [window(0, 3)]);
        assert!(listed.covers(FEED, window(0, 3)) && !listed.covers(FEED, window(2, 4)));
        assert_eq!(listed.missing(FEED, window(0, 3)), [window(1, 2)]);
        assert_eq!(listed.last_of(FEED), Some(at(3)));
        // A new failure does not undo what is there, and a good listing ends an old one.
        listed.add_failed(FEED, window(2, 4));
        assert_eq!(listed.missing(FEED, window(2, 4)), [window(3, 4)]);
        assert_eq!(listed.last_of(FEED), Some(at(3)));
        listed.add(FEED, window(1, 2), at(49));
        assert_eq!(listed.missing(FEED, window(0, 3)), []);
    }

    #[test]
    fn a_failure_is_missing_until_it_is_named_as_lost() {
        let mut listed = listed(&[(0, 1, 48), (2, 3, 48)]);
        listed.add_failed(FEED, window(1, 2));
        listed.follow(FEED, at(0));
        listed.forget_times_before(at(3));
        assert_eq!(listed.missing(FEED, window(0, 3)), [window(1, 2)]);
        listed.settle(FEED, at(3));
        listed.forget_times_before(at(3));
        assert_eq!(listed.0[FEED].spans.len(), 1);
        assert_eq!(listed.windows(FEED), [window(0, 3)]);
    }

    #[test]
    fn a_feed_that_was_only_asked_for_is_not_followed() {
        let mut listed = Listed::default();
        listed.answer(FEED, "1", None);
        listed.follow(FEED, at(0));
        assert_eq!((listed.followed(FEED), listed.last()), (None, None));
    }

    #[test]
    fn the_answer_of_the_last_run_counts() {
        let denied = Unavailable {
            reason: GapReason::Permission,
            detail: "no".to_owned(),
        };
        let answered = |run_id, unavailable| {
            let mut listed = Listed::default();
            listed.answer(FEED, run_id, unavailable);
            listed
        };
        let (first, second) = (answered("1", Some(denied.clone())), answered("2", None));
        for (mut one, other) in [(first.clone(), &second), (second.clone(), &first)] {
            one.merge(other);
            assert_eq!(one.unavailable(FEED), None);
        }
        let mut third = second;
        third.merge(&answered("3", Some(denied.clone())));
        assert_eq!(third.unavailable(FEED), Some(&denied));
    }

    #[test]
    fn old_spans_are_kept_as_one() {
        let mut listed = listed(&[(0, 2, 48), (2, 4, 72), (4, 6, 96)]);
        listed.forget_times_before(at(4));
        assert_eq!(listed.0[FEED].spans.len(), 2);
        assert_eq!(listed.missing(FEED, window(0, 6)), []);
    }
}
