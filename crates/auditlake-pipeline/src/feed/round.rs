//! What a scheduled round lists: what was never listed, oldest first, then what is to be listed again.
//!
//! The newest window is open: it is asked for up to now, in each round again, and what is new becomes the unit's next
//! generation. What the service no longer keeps and nobody has listed is lost: it is named, once, by its window.

mod lost;

use std::collections::{BTreeMap, BTreeSet};

use auditlake_api::{ContentType, Window};
use jiff::{SignedDuration, Timestamp};

pub(super) use self::lost::{LastSeen, last_seen};
use self::lost::{lost, window_start};
use super::claims::Settling;
use crate::error::Error;
use crate::ledger::{Failed, UnitKey};
use crate::listed::Listed;
use crate::plan::{EDGE_MARGIN, LEDGER_MARGIN, RETENTION, Unit, check_window, cut};

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

/// The service takes whole seconds.
fn second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

#[cfg(test)]
mod tests;
