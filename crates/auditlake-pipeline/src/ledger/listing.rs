//! What each run has listed, whether there was something or not.
//!
//! A commit says which blobs are in the lake. That there were no others is known only to the run that read the
//! listing to its end: it leaves `_auditlake/history/<connection>/<finished>-<run id>.json`, one object for all its
//! windows, when all that it found in them is committed or named as failed.

use std::collections::BTreeMap;

use auditlake_api::Window;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use object_store::ObjectMeta;
use serde::{Deserialize, Serialize};

use super::record::LEDGER_VERSION;
use super::{Ledger, READS, UnitKey, ledger_error};
use crate::error::Error;
use crate::gap::GapReason;
use crate::plan::compact;

/// What a run has listed, and how it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// [`LEDGER_VERSION`].
    pub version: u32,
    /// The run, as its commits name it.
    pub run_id: String,
    /// When it started.
    pub started: Timestamp,
    /// When it finished.
    pub finished: Timestamp,
    /// Why it stopped before its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What it listed, by content type.
    pub content_types: BTreeMap<String, ListedType>,
    /// What it brought into the lake.
    pub counts: RunCounts,
}

/// What a run has listed of a content type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedType {
    /// Spans of `contentCreated` whose listings were read to the end and whose blobs are settled; they do not touch.
    pub spans: Vec<Window>,
    /// Why nothing of it could be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<Unavailable>,
}

/// Why nothing of a content type could be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unavailable {
    /// Why.
    pub reason: GapReason,
    /// The service's own words.
    pub detail: String,
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

/// The listings of a run while it is at work.
#[derive(Debug, Default)]
pub(crate) struct Listings {
    open: BTreeMap<UnitKey, Window>,
    settled: BTreeMap<String, Vec<Window>>,
}

impl Listings {
    /// The unit's listing was read to its end.
    pub(crate) fn listed(&mut self, unit: &UnitKey, window: Window) {
        self.open.insert(unit.clone(), window);
    }

    /// Some of its blobs were left to another run: this one cannot say what became of them.
    pub(crate) fn leave(&mut self, unit: &UnitKey) {
        self.open.remove(unit);
    }

    /// All its blobs are in the lake, or named as failed.
    pub(crate) fn settle(&mut self, unit: &UnitKey) {
        if let Some(window) = self.open.remove(unit) {
            let windows = self.settled.entry(unit.content_type.clone()).or_default();
            windows.push(window);
        }
    }

    /// The spans of each content type.
    pub(crate) fn spans(&self) -> BTreeMap<String, Vec<Window>> {
        let of = |(content_type, windows): (&String, &Vec<Window>)| {
            (content_type.clone(), union(windows.clone()))
        };
        self.settled.iter().map(of).collect()
    }
}

/// The spans that several cover together, in order.
pub(crate) fn union(mut windows: Vec<Window>) -> Vec<Window> {
    windows.sort_by_key(|window| (window.start, window.end));
    let mut spans: Vec<Window> = Vec::new();
    for window in windows {
        match spans.last_mut() {
            Some(last) if window.start <= last.end => last.end = last.end.max(window.end),
            _ => spans.push(window),
        }
    }
    spans
}

impl Ledger {
    /// Leaves what a run has listed.
    pub(crate) async fn note_run(&self, record: &RunRecord) -> Result<(), Error> {
        let name = format!("{}-{}.json", compact(record.finished), record.run_id);
        let path = self.lake.path(&format!("{}/{name}", self.history()));
        self.create(&path, record).await.map(drop)
    }

    /// The runs that finished at `since` or later, in the order in which they started.
    pub(crate) async fn runs_since(&self, since: Timestamp) -> Result<Vec<RunRecord>, Error> {
        let prefix = self.lake.path(&self.history());
        let from = prefix.clone().join(compact(since).to_string());
        let listed = self.lake.store().list_with_offset(Some(&prefix), &from);
        let objects: Vec<ObjectMeta> = listed.try_collect().await.map_err(ledger_error(&prefix))?;
        let mut runs: Vec<RunRecord> = stream::iter(objects)
            .map(|object| async move { self.read(&object.location).await })
            .buffered(READS)
            .boxed()
            .try_collect()
            .await?;
        runs.sort_by(|a, b| a.run_id.cmp(&b.run_id));
        Ok(runs)
    }

    fn history(&self) -> String {
        format!("_auditlake/history/{}", self.connection)
    }
}

impl RunRecord {
    /// A run that has listed nothing yet.
    pub(crate) fn new(run_id: &str, started: Timestamp, finished: Timestamp) -> Self {
        Self {
            version: LEDGER_VERSION,
            run_id: run_id.to_owned(),
            started,
            finished,
            error: None,
            content_types: BTreeMap::new(),
            counts: RunCounts::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(start: &str, end: &str) -> Window {
        let time = |hour: &str| format!("2026-05-04T{hour}:00Z").parse().expect("a time");
        Window {
            start: time(start),
            end: time(end),
        }
    }

    fn unit(window: &str) -> UnitKey {
        UnitKey {
            content_type: "Audit.Exchange".to_owned(),
            window: window.to_owned(),
        }
    }

    #[test]
    fn windows_that_touch_or_overlap_become_one_span() {
        let windows = vec![
            window("12:00", "13:00"),
            window("09:00", "10:00"),
            window("10:00", "11:00"),
            window("09:30", "10:30"),
        ];
        let spans = [window("09:00", "11:00"), window("12:00", "13:00")];
        assert_eq!(union(windows), spans);
    }

    #[test]
    fn only_units_that_are_settled_are_listed() {
        let mut listings = Listings::default();
        for (name, hour) in [("a", "09:00"), ("b", "10:00"), ("c", "11:00")] {
            listings.listed(&unit(name), window(hour, "12:00"));
        }
        listings.settle(&unit("a"));
        listings.leave(&unit("b"));
        listings.settle(&unit("b"));
        listings.settle(&unit("never listed"));
        let spans = listings.spans();
        assert_eq!(spans["Audit.Exchange"], [window("09:00", "12:00")]);
    }

    #[tokio::test]
    async fn runs_are_found_by_when_they_finished() {
        let ledger = super::super::tests::memory();
        let at = |hour: u32| format!("2026-05-04T{hour:02}:00:00Z").parse().unwrap();
        for (id, hour) in [("b", 9), ("a", 10)] {
            let record = RunRecord::new(id, at(hour), at(hour));
            ledger.note_run(&record).await.unwrap();
        }
        let ids = |runs: Vec<RunRecord>| runs.into_iter().map(|run| run.run_id).collect::<Vec<_>>();
        assert_eq!(ids(ledger.runs_since(at(9)).await.unwrap()), ["a", "b"]);
        assert_eq!(ids(ledger.runs_since(at(10)).await.unwrap()), ["a"]);
    }
}
