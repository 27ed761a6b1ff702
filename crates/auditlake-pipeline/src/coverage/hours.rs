//! The state of an hour.

use auditlake_api::Window;
use jiff::Timestamp;

use super::HOUR;
use super::facts::{BlobFact, FailureFact, TypeFacts};
use super::report::{Counts, Hour};
use super::states::HourState;
use crate::gap::GapReason;
use crate::plan::RETENTION;

/// Why an hour is not in the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cause {
    pub(crate) reason: Option<GapReason>,
    pub(crate) detail: String,
    pub(crate) content_ids: Vec<String>,
}

/// An hour with its cause.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) hour: Hour,
    pub(crate) cause: Option<Cause>,
}

/// Judges the hours of a range, in order.
pub(crate) fn judge(facts: &TypeFacts, range: Window, now: Timestamp) -> Vec<Judged> {
    let starts = std::iter::successors(Some(range.start), |start| Some(*start + HOUR));
    starts
        .take_while(|start| *start < range.end)
        .map(|start| Judge::new(facts, start, now).judge())
        .collect()
}

struct Judge<'a> {
    facts: &'a TypeFacts,
    hour: Window,
    now: Timestamp,
    blobs: Vec<&'a BlobFact>,
}

impl<'a> Judge<'a> {
    fn new(facts: &'a TypeFacts, start: Timestamp, now: Timestamp) -> Self {
        let hour = Window {
            start,
            end: start + HOUR,
        };
        let blobs = facts.blobs.iter();
        Self {
            blobs: blobs.filter(|blob| contains(hour, blob.created)).collect(),
            facts,
            hour,
            now,
        }
    }

    fn judge(self) -> Judged {
        let (state, cause) = self.state();
        let hour = Hour {
            start: self.hour.start,
            state,
            counts: Counts::of(self.blobs.iter().copied()),
        };
        Judged { hour, cause }
    }

    fn state(&self) -> (HourState, Option<Cause>) {
        self.failed_blobs()
            .or_else(|| self.lost())
            .or_else(|| self.pending())
            .unwrap_or_else(|| {
                if covers(&self.facts.listed, self.hour) {
                    (self.committed(), None)
                } else {
                    let (state, cause) = self.not_listed();
                    (state, Some(cause))
                }
            })
    }

    fn committed(&self) -> HourState {
        let has_failed = |blob: &BlobFact| self.facts.ever_failed.contains(&blob.content_id);
        let is_late = |blob: &&BlobFact| blob.figures.late && !has_failed(blob);
        if self.blobs.iter().any(is_late) {
            HourState::Late
        } else {
            HourState::Committed
        }
    }

    fn failed_blobs(&self) -> Option<(HourState, Option<Cause>)> {
        let failures = self.failures(|failure| failure.failed.content_id.is_some());
        let first = failures.first()?;
        let gone = self.is_gone() || failures.iter().all(|failure| is_gone(failure));
        let ids = failures
            .iter()
            .filter_map(|it| it.failed.content_id.clone());
        let cause = Cause {
            reason: Some(first.failed.reason),
            detail: first.failed.detail.clone(),
            content_ids: ids.collect(),
        };
        Some((lost_or_failed(gone), Some(cause)))
    }

    fn lost(&self) -> Option<(HourState, Option<Cause>)> {
        let cause = self.cause_of(
            &self.facts.lost,
            "their rows were lost and were not fetched again yet",
        )?;
        let state = if self.is_gone() {
            HourState::Expired
        } else {
            HourState::Listed
        };
        Some((state, Some(cause)))
    }

    fn pending(&self) -> Option<(HourState, Option<Cause>)> {
        let detail = "a run is committing blobs of this hour, or was ended while it did";
        let cause = self.cause_of(&self.facts.pending, detail)?;
        Some((HourState::Listed, Some(cause)))
    }

    /// Those of the blobs that are of this hour; none when there are none.
    fn cause_of(&self, blobs: &[(String, Timestamp)], detail: &str) -> Option<Cause> {
        let ids = blobs
            .iter()
            .filter(|(_, created)| contains(self.hour, *created));
        let content_ids: Vec<String> = ids.map(|(id, _)| id.clone()).collect();
        (!content_ids.is_empty()).then(|| Cause {
            content_ids,
            ..cause(None, detail)
        })
    }

    fn not_listed(&self) -> (HourState, Cause) {
        let gone = self.is_gone();
        if let Some(failure) = self.failures(|it| it.failed.content_id.is_none()).first() {
            let cause = cause(Some(failure.failed.reason), &failure.failed.detail);
            return (lost_or_failed(gone || is_gone(failure)), cause);
        }
        if !self.blobs.is_empty() || self.is_partly_listed() {
            let detail = "listed in part, or before it was over: there may be more";
            return (HourState::Listed, cause(None, detail));
        }
        if let Some(unavailable) = &self.facts.unavailable {
            let cause = cause(Some(unavailable.reason), &unavailable.detail);
            return (lost_or_failed(gone), cause);
        }
        if gone {
            let detail = "no run listed it while the service kept it";
            return (HourState::Expired, cause(Some(GapReason::Expired), detail));
        }
        (HourState::Unknown, cause(None, "no run has listed it yet"))
    }

    fn failures(&self, which: impl Fn(&FailureFact) -> bool) -> Vec<&'a FailureFact> {
        let overlaps = |it: &&FailureFact| overlap(it.when, self.hour) && which(it);
        self.facts.failures.iter().filter(overlaps).collect()
    }

    fn is_partly_listed(&self) -> bool {
        self.facts
            .listed
            .iter()
            .any(|span| overlap(*span, self.hour))
    }

    /// Whether the service keeps nothing of it any more.
    fn is_gone(&self) -> bool {
        self.hour.end + RETENTION <= self.now
    }
}

fn is_gone(failure: &FailureFact) -> bool {
    failure.failed.reason == GapReason::Expired
}

fn lost_or_failed(gone: bool) -> HourState {
    if gone {
        HourState::Expired
    } else {
        HourState::Failed
    }
}

fn cause(reason: Option<GapReason>, detail: &str) -> Cause {
    Cause {
        reason,
        detail: detail.to_owned(),
        content_ids: Vec::new(),
    }
}

fn contains(window: Window, time: Timestamp) -> bool {
    window.start <= time && time < window.end
}

fn overlap(a: Window, b: Window) -> bool {
    a.start < b.end && b.start < a.end
}

/// Whether one of the spans has all of the window.
fn covers(spans: &[Window], window: Window) -> bool {
    spans
        .iter()
        .any(|span| span.start <= window.start && window.end <= span.end)
}
