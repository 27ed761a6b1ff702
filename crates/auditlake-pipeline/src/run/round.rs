//! What a scheduled round lists: what was never listed, oldest first, then what is to be listed again.
//!
//! The newest window is open: it is asked for up to now, in each round again, and what is new becomes the unit's next
//! generation. What the service no longer keeps and nobody has listed is lost: it is named, once, by its window.

use std::collections::{BTreeMap, BTreeSet};

use auditlake_api::{ContentType, Window};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::error::Error;
use crate::gap::GapReason;
use crate::ledger::{Failed, Ledger, Place, UnitKey};
use crate::listed::Listed;
use crate::normalize::Generation;
use crate::plan::{EDGE_MARGIN, MAX_WINDOW, RETENTION, Unit, check_window, cut, window_name};
use crate::run::LEDGER_MARGIN;
use crate::run::claims::Settling;

/// How often each window of the seven days is listed again. Blobs are known to come late by a day, rarely by more.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// What a scheduled round goes by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    /// Windows of this last time are listed in each round.
    pub(crate) relist: SignedDuration,
    /// Where to begin with a content type of which no round has listed anything; seven days ago when there is none.
    pub(crate) since: Option<Timestamp>,
    /// Length of a window.
    pub(crate) window: SignedDuration,
}

/// What a round has to do.
#[derive(Debug, Default)]
pub(crate) struct RoundPlan {
    pub(crate) units: Vec<Unit>,
    /// What the service no longer keeps, and was never listed.
    pub(crate) lost: Vec<(UnitKey, Failed)>,
    /// Nothing before this is open once `lost` is in the ledger.
    pub(crate) settled: Timestamp,
    /// From when on each content type is asked for.
    pub(crate) starts: BTreeMap<ContentType, Timestamp>,
}

impl RoundPlan {
    /// These units and nothing else.
    pub(crate) fn of_units(units: Vec<Unit>) -> Self {
        Self {
            units,
            ..Self::default()
        }
    }

    /// Adds units of which something was announced, unless they are to be listed anyway.
    pub(crate) fn take_in(&mut self, announced: Vec<Unit>) {
        let key = |unit: &Unit| (unit.content_type, unit.window.start);
        let planned: BTreeSet<_> = self.units.iter().map(key).collect();
        let new = announced.into_iter();
        // Nobody has waited longer for these than for what is listed again.
        let new = new.filter(|unit| !planned.contains(&key(unit))).collect();
        self.units = [new, std::mem::take(&mut self.units)].concat();
    }

    /// The first window of the ledger that the round has to do with.
    pub(crate) fn from(&self, now: Timestamp) -> Timestamp {
        let lost = self.lost.iter().map(|(unit, _)| unit.window.as_str());
        let lost = lost.min().and_then(window_start);
        let first = now - RETENTION - LEDGER_MARGIN;
        lost.map_or(first, |lost| first.min(lost))
    }

    /// What a round settles and follows; none for a plan that is no round's.
    pub(crate) fn settling(&self) -> Option<Settling> {
        (!self.starts.is_empty()).then(|| Settling {
            until: self.settled,
            starts: self.starts.clone(),
        })
    }
}

/// Where the ledger of connections ended that no round has followed yet, by content type.
pub(crate) type LastSeen = BTreeMap<String, Timestamp>;

/// Plans a round at `now`.
pub(crate) fn plan(
    now: Timestamp,
    round: &Round,
    content_types: &[ContentType],
    listed: &Listed,
    last_seen: &LastSeen,
) -> Result<RoundPlan, Error> {
    check_window(round.window)?;
    let edge = second(now - RETENTION + EDGE_MARGIN);
    let mut plan = RoundPlan {
        settled: edge,
        ..RoundPlan::default()
    };
    for &content_type in content_types {
        let name = content_type.as_str();
        let followed = listed.followed(name);
        let start = followed.or(round.since).map_or(edge, |it| it.max(edge));
        plan.starts.insert(content_type, start);
        let span = Window {
            start,
            end: second(now),
        };
        plan.units
            .extend(units(now, round, content_type, listed, span));
        if let Some(since) = followed.or_else(|| last_seen.get(name).copied()) {
            let unseen = Window {
                start: since,
                end: plan.settled,
            };
            let missing = listed.missing(name, unseen);
            plan.lost.extend(lost(name, &missing, round.window));
        }
    }
    plan.units
        .sort_by_key(|unit| (unit.listed_before, unit.window.start));
    Ok(plan)
}

/// The units of a content type that are due.
fn units(
    now: Timestamp,
    round: &Round,
    content_type: ContentType,
    listed: &Listed,
    span: Window,
) -> Vec<Unit> {
    let name = content_type.as_str();
    let due = |(window, asked): (Window, Window)| {
        let missing = listed.missing(name, asked);
        let is_recent = asked.end > now - round.relist;
        let asked = match (missing.first(), missing.last()) {
            (Some(first), Some(last)) if !is_recent => Window {
                start: first.start,
                end: last.end,
            },
            _ => asked,
        };
        let is_due = || {
            let older = listed.not_listed_after(name, asked, now - AGAIN_AFTER);
            is_recent || !older.is_empty()
        };
        is_due().then_some(Unit {
            content_type,
            window,
            asked,
            listed_before: missing.is_empty(),
        })
    };
    if span.start >= span.end {
        return Vec::new();
    }
    cut(span, round.window).filter_map(due).collect()
}

/// Lost spans by the windows that name them: whole days where a whole day is lost, as a year has many hours.
fn lost(content_type: &str, missing: &[Window], window: SignedDuration) -> Vec<(UnitKey, Failed)> {
    let mut by_window: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for &missing in missing {
        for (day, part) in cut(missing, MAX_WINDOW) {
            let length = if part == day { MAX_WINDOW } else { window };
            for (window, part) in cut(part, length) {
                let words = format!("`{}` to `{}`", part.start, part.end);
                by_window
                    .entry(window_name(window))
                    .or_default()
                    .push(words);
            }
        }
    }
    let name = |(window, parts): (String, Vec<String>)| {
        let unit = UnitKey {
            content_type: content_type.to_owned(),
            window,
        };
        let failed = Failed {
            content_id: None,
            created: None,
            reason: GapReason::Expired,
            detail: format!("{} expired before it was listed", parts.join(", ")),
        };
        (unit, failed)
    };
    by_window.into_iter().map(name).collect()
}

/// A generation that says what is lost of a unit.
pub(crate) fn generation_of_lost(unit: UnitKey, failed: Failed) -> Generation {
    Generation {
        unit,
        content_ids: Vec::new(),
        blobs: Vec::new(),
        batches: Vec::new(),
        failed: vec![failed],
        last: false,
        reservation: None,
    }
}

/// Where what is known of the connection ended, for content types that no round has followed.
pub(crate) async fn last_seen(ledger: &Ledger, listed: &Listed) -> Result<LastSeen, Error> {
    if listed.last().is_none() {
        return last_commits(ledger).await;
    }
    let known = ContentType::ALL.map(|it| it.to_string());
    let ends = known.into_iter().filter_map(|name| {
        let end = listed.last_of(&name)?;
        Some((name, end))
    });
    Ok(ends.collect())
}

/// The end of the last window that has blobs, for each content type that has any: a quiet feed is no lost one.
async fn last_commits(ledger: &Ledger) -> Result<LastSeen, Error> {
    let names = ContentType::ALL.map(|it| it.to_string());
    let scan = ledger.scan(&names, None).await?;
    let mut places: Vec<&Place> = scan.commits.iter().collect();
    places.sort_by(|a, b| b.unit.window.cmp(&a.unit.window));
    let mut last = None;
    for place in places {
        if !ledger.read_commit(place).await?.content_ids.is_empty() {
            last = window_end(&place.unit.window);
            break;
        }
    }
    let with_commits = scan.commits.iter().map(|it| it.unit.content_type.clone());
    Ok(last.map_or_else(LastSeen::new, |last| {
        with_commits.map(|name| (name, last)).collect()
    }))
}

fn window_start(name: &str) -> Option<Timestamp> {
    parse(name.split_once('_')?.0)
}

/// When a window ends, by its name.
fn window_end(name: &str) -> Option<Timestamp> {
    parse(name.split_once('_')?.1)
}

fn parse(compact: &str) -> Option<Timestamp> {
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", compact).ok()?;
    TimeZone::UTC.to_timestamp(time).ok()
}

/// The service takes whole seconds.
fn second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
