//! What the ledger holds of a range, as facts about blobs, failures and listings.

use std::collections::{BTreeMap, BTreeSet};

use auditlake_api::{ContentType, Window};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::error::Error;
use crate::handover::Form;
use crate::ledger::listed::{Marks, RunRecord};
use crate::ledger::{Commit, CommittedBlob, Counts, Failed, Intent, Ledger, Place};
use crate::listed::{Listed, Unavailable};
use crate::plan::{MAX_WINDOW, compact, parse_window};

/// Digits of the time at the start of a content id: `20260504103000123…`.
const ID_TIME_DIGITS: usize = 14;

/// All that the ledger says of a range.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) content_types: BTreeMap<ContentType, TypeFacts>,
    /// The last of those that finished since its start, in the order in which they began.
    pub(crate) runs: Vec<RunRecord>,
    /// In what form the records were handed on, if they are not in the lake.
    pub(crate) handed_on: Option<Form>,
}

/// All that it says of a content type.
#[derive(Debug, Default)]
pub(crate) struct TypeFacts {
    /// The spans that runs listed, together.
    pub(crate) listed: Vec<Window>,
    /// Why nothing of it can be had, as the last run that asked for it was told.
    pub(crate) unavailable: Option<Unavailable>,
    /// Generations that are in the lake.
    pub(crate) commits: Vec<Commit>,
    /// Their blobs, each once.
    pub(crate) blobs: Vec<BlobFact>,
    /// What failed and is not in the lake.
    pub(crate) failures: Vec<FailureFact>,
    /// Blobs that a run was about to commit: content id and date.
    pub(crate) pending: Vec<(String, Timestamp)>,
    /// Blobs whose rows were lost and that nobody has fetched again yet.
    pub(crate) lost: Vec<(String, Timestamp)>,
    /// Content ids that some run could not have.
    pub(crate) ever_failed: BTreeSet<String>,
}

/// A blob that is in the lake. One that was lost and fetched again is as it was at first.
#[derive(Debug, Clone)]
pub(crate) struct BlobFact {
    pub(crate) content_id: String,
    pub(crate) created: Timestamp,
    pub(crate) committed: Timestamp,
    /// Its figures. Those of a commit that has none by blob are all with its first one.
    pub(crate) figures: CommittedBlob,
}

/// Something that is not in the lake.
#[derive(Debug)]
pub(crate) struct FailureFact {
    /// When the blob was created; for a whole window, all of it.
    pub(crate) when: Window,
    pub(crate) failed: Failed,
}

impl Facts {
    pub(crate) async fn read(
        ledger: &Ledger,
        content_types: &[ContentType],
        range: Window,
    ) -> Result<Self, Error> {
        // The ledger is read after the listings: what they say is committed is found.
        let marks = ledger.read_marks().await?;
        let mut facts = Self {
            content_types: BTreeMap::new(),
            runs: runs_since(&marks, range.start),
            handed_on: None,
        };
        for &content_type in content_types {
            let of_type = TypeFacts::read(ledger, &marks.listed, content_type, range).await?;
            facts.content_types.insert(content_type, of_type);
        }
        Ok(facts)
    }
}

fn runs_since(marks: &Marks, start: Timestamp) -> Vec<RunRecord> {
    let runs = marks.runs().filter(|run| run.finished >= start);
    runs.cloned().collect()
}

impl TypeFacts {
    async fn read(
        ledger: &Ledger,
        listed: &Listed,
        content_type: ContentType,
        range: Window,
    ) -> Result<Self, Error> {
        let name = content_type.to_string();
        let mut facts = Self {
            listed: listed.windows(&name),
            unavailable: listed.unavailable(&name).cloned(),
            ..Self::default()
        };
        let from = compact(range.start - MAX_WINDOW).to_string();
        let scan = ledger
            .scan(std::slice::from_ref(&name), Some(&from))
            .await?;
        let places: Vec<Place> = scan.commits.iter().cloned().collect();
        let commits = ledger.read_commits(&places).await?;
        for (place, commit) in commits {
            facts.add_commit(&place, commit, range);
        }
        for (place, _) in scan.open() {
            facts.add_intent(place, ledger.read_intent(place).await?);
        }
        facts.settle();
        Ok(facts)
    }

    fn add_commit(&mut self, place: &Place, commit: Commit, range: Window) {
        let Some(window) = parse_window(&place.unit.window) else {
            return;
        };
        for failed in &commit.failed {
            self.add_failure(window, failed);
        }
        let lost = commit.lost.iter();
        self.lost
            .extend(lost.map(|id| (id.clone(), created(None, id, window))));
        self.blobs.extend(blobs(&commit, window));
        if !commit.content_ids.is_empty() && window.start < range.end && window.end > range.start {
            self.commits.push(commit);
        }
    }

    fn add_failure(&mut self, window: Window, failed: &Failed) {
        let when = match &failed.content_id {
            None => window,
            Some(id) => {
                self.ever_failed.insert(id.clone());
                let start = created(failed.created, id, window);
                let end = start + SignedDuration::from_nanos(1);
                Window { start, end }
            }
        };
        let failed = failed.clone();
        self.failures.push(FailureFact { when, failed });
    }

    fn add_intent(&mut self, place: &Place, intent: Intent) {
        let Some(window) = parse_window(&place.unit.window) else {
            return;
        };
        let ids = intent.content_ids.into_iter();
        self.pending.extend(ids.map(|id| {
            let created = created(None, &id, window);
            (id, created)
        }));
    }

    /// Drops what came into the lake after all, and what did not stay there.
    fn settle(&mut self) {
        self.settle_lost();
        let committed: BTreeSet<&String> = self.blobs.iter().map(|blob| &blob.content_id).collect();
        let is_there = |id: &String| committed.contains(id);
        self.failures
            .retain(|failure| !failure.failed.content_id.as_ref().is_some_and(is_there));
        self.pending.retain(|(id, _)| !is_there(id));
    }

    /// A blob that was lost as often as it was committed is not there. Commits that only brought back what was lost
    /// count for nothing: the lake holds what it held before.
    fn settle_lost(&mut self) {
        self.blobs.sort_by_key(|blob| blob.committed);
        let mut balance: BTreeMap<String, i64> = BTreeMap::new();
        for blob in &self.blobs {
            *balance.entry(blob.content_id.clone()).or_default() += 1;
        }
        for (id, _) in &self.lost {
            *balance.entry(id.clone()).or_default() -= 1;
        }
        let is_lost = |id: &String| balance.get(id).is_some_and(|balance| *balance <= 0);
        let mut seen = BTreeSet::new();
        self.blobs
            .retain(|blob| seen.insert(blob.content_id.clone()) && !is_lost(&blob.content_id));
        self.lost.retain(|(id, _)| is_lost(id));
        let mut counted = BTreeSet::new();
        self.commits.sort_by_key(|commit| commit.committed);
        self.commits.retain(|commit| {
            let ids = commit.content_ids.iter();
            ids.filter(|id| counted.insert((*id).clone())).count() > 0
        });
    }
}

/// The blobs of a commit.
fn blobs(commit: &Commit, window: Window) -> Vec<BlobFact> {
    let figures = figures(commit);
    let ids = commit.content_ids.iter().zip(figures);
    ids.map(|(id, figures)| BlobFact {
        created: created(figures.created, id, window),
        content_id: id.clone(),
        committed: commit.committed,
        figures,
    })
    .collect()
}

/// Figures of each content id.
fn figures(commit: &Commit) -> Vec<CommittedBlob> {
    let detail = commit.detail.as_ref();
    let detail = detail.filter(|detail| detail.blobs.len() == commit.content_ids.len());
    detail.map_or_else(
        || {
            let mut all = vec![CommittedBlob::default(); commit.content_ids.len()];
            if let Some(first) = all.first_mut() {
                *first = of_counts(commit.counts);
            }
            all
        },
        |detail| detail.blobs.clone(),
    )
}

fn of_counts(counts: Counts) -> CommittedBlob {
    CommittedBlob {
        created: None,
        bytes: 0,
        records: counts.records,
        events: counts.events,
        quarantined: counts.quarantined,
        late: false,
    }
}

/// When a blob was created: as is known, or as its id says if that is within its window, or the window's start.
fn created(known: Option<Timestamp>, content_id: &str, window: Window) -> Timestamp {
    let is_within = |time: &Timestamp| window.start <= *time && *time < window.end;
    known
        .or_else(|| time_of_id(content_id).filter(is_within))
        .unwrap_or(window.start)
}

/// The time at the start of a content id.
fn time_of_id(content_id: &str) -> Option<Timestamp> {
    let digits = content_id.get(..ID_TIME_DIGITS)?;
    let time = DateTime::strptime("%Y%m%d%H%M%S", digits).ok()?;
    TimeZone::UTC.to_timestamp(time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_id_tells_its_blobs_hour_unless_that_is_elsewhere() {
        let window = parse_window("20260504T000000Z_20260505T000000Z").unwrap();
        let of = |id: &str| created(None, id, window).to_string();
        let id = "20260504103000123000001$20260504103000123000001$audit_sharepoint";
        assert_eq!(of(id), "2026-05-04T10:30:00Z");
        for other in ["20260506103000123", "opaque", "2026050", ""] {
            assert_eq!(of(other), "2026-05-04T00:00:00Z", "{other}");
        }
    }
}
