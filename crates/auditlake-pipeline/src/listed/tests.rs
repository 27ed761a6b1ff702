//! Listings of one feed, by the hours of a day.

use jiff::SignedDuration;

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
