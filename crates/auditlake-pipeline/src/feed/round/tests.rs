//! Plans of rounds at a fixed time, for one content type.

use super::lost::window_end;
use super::*;
use crate::gap::GapReason;

const NOW: &str = "2026-05-11T10:30:00Z";
const FEED: ContentType = ContentType::Exchange;

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn window(start: &str, end: &str) -> Window {
    Window {
        start: time(start),
        end: time(end),
    }
}

fn round() -> Round {
    Round {
        relist: SignedDuration::from_hours(24),
        since: None,
        window: SignedDuration::from_hours(1),
    }
}

#[track_caller]
fn planned(listed: &Listed) -> RoundPlan {
    plan(time(NOW), &round(), &[FEED], listed, &LastSeen::new()).expect("a plan")
}

/// All of the seven days, listed at this time.
fn all_at(listed: &str) -> Listed {
    let mut all = Listed::default();
    let span = window("2026-05-04T10:00:00Z", "2026-05-11T10:25:00Z");
    all.add(FEED.as_str(), span, time(listed));
    all.follow(FEED.as_str(), span.start);
    all
}

#[test]
fn a_first_round_lists_seven_days_and_has_lost_nothing() {
    let plan = planned(&Listed::default());
    assert_eq!(plan.units.len(), 169);
    assert!(plan.units.iter().all(|unit| !unit.listed_before));
    assert!(plan.units.iter().map(|unit| unit.asked.start).is_sorted());
    assert_eq!(plan.units[0].asked.start, time("2026-05-04T10:35:00Z"));
    assert_eq!(plan.units[168].asked.end, time(NOW));
    assert!(plan.lost.is_empty());
}

#[test]
fn a_first_round_may_begin_later_and_a_later_one_goes_on_where_it_was() {
    let later = Round {
        since: Some(time("2026-05-11T08:00:00Z")),
        ..round()
    };
    let of = |listed: &Listed| {
        plan(time(NOW), &later, &[FEED], listed, &LastSeen::new()).expect("a plan")
    };
    assert_eq!(of(&Listed::default()).units.len(), 3);
    let mut before = Listed::default();
    let span = window("2026-05-09T00:00:00Z", "2026-05-09T01:00:00Z");
    before.add(FEED.as_str(), span, time("2026-05-09T01:00:00Z"));
    before.follow(FEED.as_str(), span.start);
    assert_eq!(
        of(&before).units[0].asked.start,
        time("2026-05-09T01:00:00Z")
    );
}

#[test]
fn the_last_day_is_listed_in_each_round_and_the_rest_once_a_day() {
    let plan = planned(&all_at("2026-05-11T10:25:00Z"));
    assert_eq!(plan.units.len(), 25);
    let open = &plan.units[0];
    assert!(!open.listed_before);
    assert_eq!(
        open.asked,
        window("2026-05-11T10:00:00Z", "2026-05-11T10:30:00Z")
    );
    assert_eq!(plan.units[1].window.start, time("2026-05-10T10:00:00Z"));
    assert!(plan.units[1].listed_before);
    let yesterday = planned(&all_at("2026-05-10T10:25:00Z"));
    assert_eq!(yesterday.units.len(), 169);
    assert_eq!(yesterday.units[1].asked.start, time("2026-05-04T10:35:00Z"));
}

#[test]
fn what_was_missed_goes_first_oldest_first() {
    let mut listed = Listed::default();
    for (start, end) in [
        ("2026-05-04T10:00:00Z", "2026-05-06T00:00:00Z"),
        ("2026-05-06T01:20:00Z", "2026-05-11T07:00:00Z"),
    ] {
        listed.add(FEED.as_str(), window(start, end), time(NOW));
    }
    let plan = planned(&listed);
    let missed: Vec<Window> = plan.units.iter().take(6).map(|unit| unit.asked).collect();
    assert_eq!(
        missed[..2],
        [
            window("2026-05-06T00:00:00Z", "2026-05-06T01:00:00Z"),
            window("2026-05-06T01:00:00Z", "2026-05-06T01:20:00Z"),
        ]
    );
    assert_eq!(missed[2].start, time("2026-05-11T07:00:00Z"));
    assert_eq!(missed[5].end, time(NOW));
    assert!(plan.units[6].listed_before);
}

#[test]
fn what_expired_unseen_is_lost_by_hour_and_by_day() {
    let mut listed = Listed::default();
    let seen = window("2026-05-01T00:00:00Z", "2026-05-02T22:30:00Z");
    listed.add(FEED.as_str(), seen, seen.end);
    listed.follow(FEED.as_str(), seen.start);
    let lost = planned(&listed).lost;
    let windows: Vec<&str> = lost.iter().map(|(unit, _)| unit.window.as_str()).collect();
    assert_eq!(
        windows[..4],
        [
            "20260502T220000Z_20260502T230000Z",
            "20260502T230000Z_20260503T000000Z",
            "20260503T000000Z_20260504T000000Z",
            "20260504T000000Z_20260504T010000Z",
        ]
    );
    // Of the hour at the edge the rest is still asked for.
    let (last, failed) = &lost[lost.len() - 1];
    assert_eq!(last.window, "20260504T100000Z_20260504T110000Z");
    let words = "`2026-05-04T10:00:00Z` to `2026-05-04T10:35:00Z` expired";
    assert!(failed.detail.starts_with(words), "{}", failed.detail);
    assert_eq!(lost[0].1.reason, GapReason::Expired);
    assert!(
        lost[0]
            .1
            .detail
            .starts_with("`2026-05-02T22:30:00Z` to `2026-05-02T23:00:00Z`")
    );
}

#[test]
fn without_marks_the_ledger_says_since_when_nothing_was_seen() {
    let last = time("2026-05-04T08:00:00Z");
    let seen = LastSeen::from([(FEED.to_string(), last)]);
    let feeds = [FEED, ContentType::Dlp];
    let plan = plan(time(NOW), &round(), &feeds, &Listed::default(), &seen).unwrap();
    let lost: Vec<&UnitKey> = plan.lost.iter().map(|(unit, _)| unit).collect();
    assert_eq!(lost.len(), 3);
    assert!(lost.iter().all(|unit| unit.content_type == FEED.as_str()));
    assert_eq!(window_end("20260504T070000Z_20260504T080000Z"), Some(last));
}
