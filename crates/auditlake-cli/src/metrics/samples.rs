//! The samples of each metric, from the states.

use auditlake_pipeline::ingest::{ConnectionState, FeedState, RoundOutcome, Totals};
use jiff::{SignedDuration, Timestamp};

use super::memory;
use super::view::{Verdict, View};
use crate::receive::Refusal;

/// One figure: the values of the metric's labels in their order, and what it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sample {
    pub(crate) labels: Vec<String>,
    pub(crate) value: Value,
}

/// A figure of a counter or of a gauge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value {
    Count(u64),
    Level(f64),
}

#[cfg(feature = "otlp")]
impl Value {
    /// What a counter has counted.
    pub(crate) fn count(self) -> Option<u64> {
        match self {
            Self::Count(count) => Some(count),
            Self::Level(_) => None,
        }
    }

    /// Where a gauge is.
    pub(crate) fn level(self) -> Option<f64> {
        match self {
            Self::Count(_) => None,
            Self::Level(level) => Some(level),
        }
    }
}

fn count<const N: usize>(labels: [&str; N], count: u64) -> Sample {
    Sample {
        labels: labels.map(str::to_owned).to_vec(),
        value: Value::Count(count),
    }
}

fn level<const N: usize>(labels: [&str; N], level: f64) -> Sample {
    Sample {
        labels: labels.map(str::to_owned).to_vec(),
        value: Value::Level(level),
    }
}

/// Samples of each connection that has begun.
fn of_totals<I: IntoIterator<Item = Sample>>(
    view: &View,
    samples: impl Fn(&str, &Totals) -> I,
) -> Vec<Sample> {
    let states = view.states.iter();
    states
        .flat_map(|(name, state)| samples(name, &state.totals))
        .collect()
}

fn of_content_types(
    view: &View,
    figure: impl Fn(&auditlake_pipeline::report::ContentTypeCounts) -> u64,
) -> Vec<Sample> {
    of_totals(view, |name, totals| {
        let by_type = totals.by_content_type.iter();
        let samples = by_type.map(|(content_type, it)| count([name, content_type], figure(it)));
        samples.collect::<Vec<_>>()
    })
}

fn of_states(
    view: &View,
    level_of: impl Fn(Option<&ConnectionState>) -> Option<f64>,
) -> Vec<Sample> {
    let connections = view.connections();
    connections
        .filter_map(|(name, state)| Some(level([name], level_of(state)?)))
        .collect()
}

fn of_feeds(view: &View, level_of: impl Fn(&FeedState) -> f64) -> Vec<Sample> {
    let of = |(name, state): (&String, &ConnectionState)| {
        let feeds = state.feeds.iter();
        let samples = feeds.map(|(it, feed)| level([name.as_str(), it.as_str()], level_of(feed)));
        samples.collect::<Vec<_>>()
    };
    view.states.iter().flat_map(of).collect()
}

pub(super) fn records(view: &View) -> Vec<Sample> {
    of_content_types(view, |counts| counts.records)
}

pub(super) fn events(view: &View) -> Vec<Sample> {
    of_content_types(view, |counts| counts.events)
}

pub(super) fn blobs(view: &View) -> Vec<Sample> {
    of_content_types(view, |counts| counts.blobs)
}

pub(super) fn duplicates(view: &View) -> Vec<Sample> {
    of_totals(view, |name, totals| [count([name], totals.duplicates)])
}

pub(super) fn quarantined(view: &View) -> Vec<Sample> {
    of_totals(view, |name, totals| [count([name], totals.quarantined)])
}

pub(super) fn bytes(view: &View) -> Vec<Sample> {
    of_totals(view, |name, totals| {
        [
            count([name, "downloaded"], totals.bytes.downloaded),
            count([name, "written"], totals.bytes.written),
        ]
    })
}

pub(super) fn requests(view: &View) -> Vec<Sample> {
    of_totals(view, |name, totals| {
        let throttled = totals.requests.throttled;
        let other = totals.requests.total.saturating_sub(throttled);
        [
            count([name, "other"], other),
            count([name, "throttled"], throttled),
        ]
    })
}

pub(super) fn retries(view: &View) -> Vec<Sample> {
    of_totals(view, |name, totals| {
        [count([name], totals.requests.retried)]
    })
}

/// All outcomes from the start, so that the first failure is an increase and not a new series.
pub(super) fn rounds(view: &View) -> Vec<Sample> {
    of_totals(view, |name, totals| {
        RoundOutcome::ALL.map(|outcome| {
            let rounds = totals.rounds.get(&outcome).copied().unwrap_or_default();
            count([name, outcome.as_str()], rounds)
        })
    })
}

pub(super) fn gaps(view: &View) -> Vec<Sample> {
    of_totals(view, |name, totals| {
        let of = |((content_type, reason), &gaps): (&(String, _), &u64)| {
            let reason: &auditlake_pipeline::GapReason = reason;
            count([name, content_type, reason.as_str()], gaps)
        };
        totals.gaps.iter().map(of).collect::<Vec<_>>()
    })
}

pub(super) fn lag(view: &View) -> Vec<Sample> {
    of_feeds(view, |feed| {
        view.now.duration_since(feed.complete_until()).as_secs_f64()
    })
}

pub(super) fn oldest_uncommitted(view: &View) -> Vec<Sample> {
    of_feeds(view, |feed| unix_time(feed.complete_until()))
}

pub(super) fn last_success(view: &View) -> Vec<Sample> {
    of_states(view, |state| state?.last_success.map(unix_time))
}

pub(super) fn ready(view: &View) -> Vec<Sample> {
    of_states(view, |state| {
        let is_ready = view.verdict(state) == Verdict::Ready;
        Some(f64::from(u8::from(is_ready)))
    })
}

pub(super) fn failures(view: &View) -> Vec<Sample> {
    of_states(view, |state| Some(f64::from(state?.failures)))
}

pub(super) fn backoff(view: &View) -> Vec<Sample> {
    of_states(view, |state| {
        let state = state?;
        let waits = !state.is_healthy() && !state.is_working;
        let due = state.next_due.filter(|_| waits).unwrap_or(view.now);
        let wait = due.duration_since(view.now).max(SignedDuration::ZERO);
        Some(wait.as_secs_f64())
    })
}

/// Notices that a round has left, of each connection that has begun.
pub(super) fn inbox_notices(view: &View) -> Vec<Sample> {
    of_states(view, |state| {
        // A level has no need of more digits than these.
        #[expect(clippy::cast_precision_loss)]
        state.map(|state| state.notices as f64)
    })
}

pub(super) fn webhook_received(view: &View) -> Vec<Sample> {
    let taken = view.received.taken.iter();
    taken
        .map(|((connection, content_type), &taken)| count([connection, content_type], taken))
        .collect()
}

/// All reasons from the start, so that the first refusal is an increase and not a new series.
pub(super) fn webhook_refused(view: &View) -> Vec<Sample> {
    let refused = |reason: Refusal| view.received.refused.get(&reason).copied();
    let sample = |reason: Refusal| count([reason.as_str()], refused(reason).unwrap_or_default());
    Refusal::ALL.map(sample).to_vec()
}

pub(super) fn webhook_last(view: &View) -> Vec<Sample> {
    let last = view.received.last.iter();
    last.map(|(connection, &at)| level([connection], unix_time(at)))
        .collect()
}

pub(super) fn build_info(_: &View) -> Vec<Sample> {
    vec![level([env!("CARGO_PKG_VERSION")], 1.0)]
}

pub(super) fn resident_memory(_: &View) -> Vec<Sample> {
    memory::resident()
        .map(|bytes| level([], bytes))
        .into_iter()
        .collect()
}

fn unix_time(at: Timestamp) -> f64 {
    at.duration_since(Timestamp::UNIX_EPOCH).as_secs_f64()
}
