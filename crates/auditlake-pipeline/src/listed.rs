//! Which spans of `contentCreated` were listed, and when: what a scheduled round need not ask for again, and what
//! `auditlake coverage` takes for looked at.
//!
//! It is no cursor. A span is in here only when its window was listed to the last page and all that was listed is in
//! the lake, or named as failed; whatever is not in here is planned, wherever it lies, and so is what failed. Who loses
//! it lists everything once more, and no record twice.

mod spans;

use std::collections::BTreeMap;

use auditlake_api::Window;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::spans::{Span, joined, stamp, union};
use crate::gap::GapReason;

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

#[cfg(test)]
mod tests;
