//! What was listed, under `_auditlake/listed/<connection>/`: one object for all runs.
//!
//! A commit says which blobs are in the lake. That there were no others is known only to the run that read the listing
//! to its end; and a scheduled round need not read it again. Each run folds the objects that it has read into one of its
//! own, and removes them once that is there. So there is one, or a few where runs overlapped or were killed between
//! the two steps; the next run folds them all. None of them is needed to know what is in the lake.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use jiff::Timestamp;
use object_store::ObjectMeta;
use serde::{Deserialize, Serialize};

use super::{Ledger, ledger_error, record};
use crate::error::Error;
use crate::listed::Listed;

/// Version of these objects.
const VERSION: u32 = 1;
/// How often they are listed again when somebody has replaced them meanwhile.
const ATTEMPTS: usize = 5;
/// Runs that are remembered by name.
pub(crate) const RUNS: usize = 20;

/// An object, as it is stored.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    version: u32,
    content_types: Listed,
    #[serde(default)]
    runs: Vec<RunRecord>,
}

/// How a run went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RunRecord {
    /// As its commits name it. Ids sort by when their runs began.
    pub(crate) run_id: String,
    /// When it started.
    pub(crate) started: Timestamp,
    /// When it finished.
    pub(crate) finished: Timestamp,
    /// Why it stopped before its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// What it brought into the lake.
    pub(crate) counts: RunCounts,
}

/// What a run brought into the lake.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCounts {
    /// Blobs downloaded.
    pub blobs: u64,
    /// Their records.
    pub records: u64,
    /// Events written.
    pub events: u64,
    /// Records dropped because the lake has them already.
    pub duplicates: u64,
    /// Rows written to the quarantine.
    pub quarantined: u64,
    /// Things that could not be had.
    pub gaps: u64,
    /// HTTP requests.
    pub requests: u64,
}

/// What was listed, by whom, and which objects say so.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) listed: Listed,
    /// The last [`RUNS`] runs by their ids.
    runs: BTreeMap<String, RunRecord>,
    paths: Vec<String>,
}

impl Marks {
    /// The last runs, in the order in which they began.
    pub(crate) fn runs(&self) -> impl DoubleEndedIterator<Item = &RunRecord> {
        self.runs.values()
    }

    /// Adds a run, and forgets the first where there are too many.
    pub(crate) fn note_run(&mut self, run: RunRecord) {
        self.runs.insert(run.run_id.clone(), run);
        while self.runs.len() > RUNS {
            self.runs.pop_first();
        }
    }

    fn take(&mut self, path: String, stored: Stored) {
        self.listed.merge(&stored.content_types);
        stored.runs.into_iter().for_each(|run| self.note_run(run));
        self.paths.push(path);
    }
}

impl Ledger {
    /// Reads what was listed of the connection.
    pub(crate) async fn read_marks(&self) -> Result<Marks, Error> {
        let mut tried = 0;
        loop {
            tried += 1;
            match self.try_read_marks().await {
                // Another run has just put its own object in the place of those that were listed.
                Err(error) if is_gone(&error) && tried < ATTEMPTS => {}
                read => return read,
            }
        }
    }

    async fn try_read_marks(&self) -> Result<Marks, Error> {
        let prefix = self.lake.path(&self.marks());
        let objects = self.lake.store().list(Some(&prefix));
        let objects: Vec<ObjectMeta> =
            objects.try_collect().await.map_err(ledger_error(&prefix))?;
        let mut marks = Marks::default();
        for object in objects {
            let bytes = self.bytes(&object.location).await?;
            let stored = record::read(object.location.as_ref(), &bytes)?;
            let name = object.location.filename().unwrap_or_default();
            marks.take(format!("{}/{name}", self.marks()), stored);
        }
        Ok(marks)
    }

    /// Leaves the object of a run in the place of those that it read.
    pub(crate) async fn replace_marks(&self, run_id: &str, marks: Marks) -> Result<(), Error> {
        let own = format!("{}/{run_id}.json", self.marks());
        let stored = Stored {
            version: VERSION,
            content_types: marks.listed,
            runs: marks.runs.into_values().collect(),
        };
        self.create(&self.lake.path(&own), &stored).await?;
        self.remove(&marks.paths).await
    }

    fn marks(&self) -> String {
        format!("_auditlake/listed/{}", self.connection)
    }
}

pub(super) fn is_gone(error: &Error) -> bool {
    matches!(
        error,
        Error::Ledger {
            source: object_store::Error::NotFound { .. },
            ..
        }
    )
}

#[cfg(test)]
mod tests {
    use auditlake_api::Window;
    use jiff::{SignedDuration, Timestamp};

    use super::super::tests::memory;
    use super::*;
    use crate::gap::GapReason;

    fn window(hour: i64) -> Window {
        let start = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour);
        Window {
            start,
            end: start + SignedDuration::from_hours(1),
        }
    }

    fn with(mut marks: Marks, hour: i64) -> Marks {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(100);
        marks.listed.add("DLP.All", window(hour), now);
        marks
    }

    #[tokio::test]
    async fn a_run_replaces_the_marks_that_it_read_and_no_others() {
        let ledger = memory();
        let (one, two) = (
            ledger.read_marks().await.unwrap(),
            ledger.read_marks().await.unwrap(),
        );
        ledger.replace_marks("one", with(one, 1)).await.unwrap();
        ledger.replace_marks("two", with(two, 2)).await.unwrap();
        let both = ledger.read_marks().await.unwrap();
        assert_eq!(both.paths.len(), 2);
        ledger.replace_marks("three", with(both, 3)).await.unwrap();
        let all = ledger.read_marks().await.unwrap();
        assert_eq!(all.paths, ["_auditlake/listed/contoso/three.json"]);
        for hour in 1..4 {
            assert_eq!(all.listed.missing("DLP.All", window(hour)), []);
        }
    }

    fn run(number: usize) -> RunRecord {
        RunRecord {
            run_id: format!("{number:03}"),
            started: Timestamp::UNIX_EPOCH,
            finished: Timestamp::UNIX_EPOCH,
            error: None,
            counts: RunCounts::default(),
        }
    }

    #[tokio::test]
    async fn a_day_of_rounds_leaves_one_object_and_the_last_runs() {
        let ledger = memory();
        for number in 0..288 {
            let mut marks = ledger.read_marks().await.unwrap();
            marks.note_run(run(number));
            let run_id = format!("{number:03}");
            ledger.replace_marks(&run_id, marks).await.unwrap();
        }
        let marks = ledger.read_marks().await.unwrap();
        assert_eq!(marks.paths.len(), 1);
        let runs: Vec<&str> = marks.runs().map(|run| run.run_id.as_str()).collect();
        assert_eq!((runs.len(), runs[0], runs[RUNS - 1]), (RUNS, "268", "287"));
    }

    #[tokio::test]
    async fn what_a_killed_run_did_not_remove_is_folded_once() {
        let ledger = memory();
        let mut first = with(Marks::default(), 1);
        first.note_run(run(1));
        ledger.replace_marks("001", first).await.unwrap();
        let mut second = with(ledger.read_marks().await.unwrap(), 2);
        second.note_run(run(2));
        second.paths.clear();
        ledger.replace_marks("002", second).await.unwrap();
        let both = ledger.read_marks().await.unwrap();
        assert_eq!((both.paths.len(), both.runs().count()), (2, 2));
        let expected = both.listed.clone();
        ledger.replace_marks("003", both).await.unwrap();
        let all = ledger.read_marks().await.unwrap();
        assert_eq!((all.paths.len(), all.runs().count()), (1, 2));
        assert_eq!(all.listed, expected);
    }

    #[test]
    fn the_stored_form_is_read_as_it_was_meant() {
        let text = include_bytes!("../../test-data/listed/v1.json");
        let mark: Stored = record::read("a", text).unwrap();
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let listed = &mark.content_types;
        assert_eq!(
            listed.followed("Audit.Exchange"),
            Some(time("2026-05-04T10:00:00Z"))
        );
        assert_eq!(listed.followed("DLP.All"), None);
        let span = Window {
            start: time("2026-05-04T10:00:00Z"),
            end: time("2026-05-11T12:00:00Z"),
        };
        let missing = listed.missing("Audit.Exchange", span);
        assert_eq!(missing.len(), 2);
        assert_eq!(missing[0].start, time("2026-05-10T10:00:00Z"));
        assert_eq!(missing[0].end, time("2026-05-10T11:00:00Z"));
        assert_eq!(missing[1].start, time("2026-05-11T10:30:00Z"));
        assert!(listed.covers("Audit.Exchange", missing[0]));
        let denied = listed.unavailable("DLP.All").unwrap();
        assert_eq!(denied.reason, GapReason::Permission);
        assert_eq!(listed.unavailable("Audit.Exchange"), None);
        assert_eq!(mark.runs[0].counts.events, 17);
        let old = listed.not_listed_after("Audit.Exchange", span, time("2026-05-11T05:00:00Z"));
        assert_eq!(old[0].end, time("2026-05-10T11:00:00Z"));
        assert_eq!(serde_json::to_value(&mark).unwrap(), {
            serde_json::from_slice::<serde_json::Value>(text).unwrap()
        });
    }
}
