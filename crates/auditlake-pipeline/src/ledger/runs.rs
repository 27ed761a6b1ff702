//! Which runs of a connection there are, so that a run that is alone need not look through the ledger at each commit.
//!
//! A run leaves `_auditlake/runs/<connection>/<run id>.start.json` before it reads the ledger, and `.end.json` when
//! it commits no more. Whatever another run commits, it commits between the two: as long as the list of these
//! objects is the same and none of them is of a run at work, there is nothing new in the ledger.

use std::collections::BTreeSet;

use futures::TryStreamExt;
use jiff::{SignedDuration, Timestamp};
use object_store::ObjectMeta;
use serde::{Deserialize, Serialize};

use super::process::{Liveness, Process};
use super::record::LEDGER_VERSION;
use super::registered::REGISTERED;
use super::{Ledger, ledger_error, made};
use crate::error::Error;

/// When these objects are of no use any more: no run lasts so long, and no content either.
const KEPT: SignedDuration = SignedDuration::from_hours(8 * 24);
/// When the marks of a run that ended are of no use any more: nobody looks so rarely. Scheduled rounds leave hundreds a day.
const ENDED_KEPT: SignedDuration = SignedDuration::from_hours(24);
pub(super) const START: &str = ".start.json";
pub(super) const END: &str = ".end.json";

/// A run, as it tells the others.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) version: u32,
    pub(super) process: Process,
}

/// The runs of others, as they were at one time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OtherRuns {
    names: BTreeSet<String>,
    /// One of them may be at work.
    pub(crate) at_work: bool,
    /// When our own start was made, by the store's clock.
    pub(crate) own_start: Option<Timestamp>,
}

/// A run that did not say that it ended.
#[derive(Debug, Clone)]
pub(crate) struct OpenRun {
    pub(crate) run_id: String,
    pub(crate) liveness: Liveness,
    /// When it started, by the store's clock.
    pub(crate) made: Timestamp,
}

impl Ledger {
    /// Tells other runs of this one.
    pub(crate) async fn start_run(&self, run_id: &str) -> Result<(), Error> {
        self.mark_run(run_id, START).await
    }

    /// Tells other runs that this one commits no more.
    pub(crate) async fn end_run(&self, run_id: &str) -> Result<(), Error> {
        self.mark_run(run_id, END).await
    }

    pub(super) async fn mark_run(&self, run_id: &str, suffix: &str) -> Result<(), Error> {
        let run = Run {
            version: LEDGER_VERSION,
            process: Process::current(),
        };
        self.create(
            &self.lake.path(&format!("{}/{run_id}{suffix}", self.runs())),
            &run,
        )
        .await?;
        Ok(())
    }

    /// The runs of others now; those that ended without a word are marked as ended.
    pub(crate) async fn other_runs(&self, run_id: &str) -> Result<OtherRuns, Error> {
        let mut others = self.list_runs(run_id).await?;
        for name in others.names.clone() {
            let Some(run) = name.strip_suffix(START) else {
                continue;
            };
            let end = format!("{run}{END}");
            if others.names.contains(&end) {
                continue;
            }
            if self.is_at_work(run).await? {
                others.at_work = true;
            } else {
                self.end_run(run).await?;
                others.names.insert(end);
            }
        }
        Ok(others)
    }

    /// The runs that did not say that they ended, with the marks of old ones that did removed.
    ///
    /// For the ledger of compactions: there nothing is forgotten before somebody has dealt with it.
    pub(crate) async fn open_runs(&self, run_id: &str) -> Result<Vec<OpenRun>, Error> {
        let prefix = self.lake.path(&self.runs());
        let objects = self.lake.store().list(Some(&prefix));
        let objects: Vec<ObjectMeta> =
            objects.try_collect().await.map_err(ledger_error(&prefix))?;
        let names: BTreeSet<&str> = objects.iter().map(name).collect();
        let now = Timestamp::now();
        let mut open = Vec::new();
        for object in &objects {
            let name = name(object);
            let Some(run) = name.strip_suffix(START).filter(|run| *run != run_id) else {
                continue;
            };
            let end = format!("{run}{END}");
            if !names.contains(end.as_str()) {
                open.push(self.open_run(run, object).await?);
            } else if made(object) + KEPT < now {
                // The start goes first: without its end it would look like a run that was killed.
                let registered = format!("{run}{REGISTERED}");
                let marks = [name, &end, &registered].map(|name| format!("{}/{name}", self.runs()));
                self.remove(&marks).await?;
            }
        }
        Ok(open)
    }

    async fn open_run(&self, run_id: &str, start: &ObjectMeta) -> Result<OpenRun, Error> {
        Ok(OpenRun {
            run_id: run_id.to_owned(),
            liveness: self.liveness(run_id).await?,
            made: made(start),
        })
    }

    async fn is_at_work(&self, run_id: &str) -> Result<bool, Error> {
        Ok(self.liveness(run_id).await? != Liveness::Dead)
    }

    pub(super) async fn liveness(&self, run_id: &str) -> Result<Liveness, Error> {
        let path = self.lake.path(&format!("{}/{run_id}{START}", self.runs()));
        let run: Run = self.read(&path).await?;
        Ok(run.process.liveness(run_id))
    }

    async fn list_runs(&self, run_id: &str) -> Result<OtherRuns, Error> {
        let prefix = self.lake.path(&self.runs());
        let listed = self.lake.store().list(Some(&prefix));
        let objects: Vec<ObjectMeta> = listed.try_collect().await.map_err(ledger_error(&prefix))?;
        let mut runs = OtherRuns::default();
        let own_start = format!("{run_id}{START}");
        let own = objects.iter().find(|object| name(object) == own_start);
        runs.own_start = own.map(made);
        let now = runs.own_start.unwrap_or_else(Timestamp::now);
        let names: BTreeSet<&str> = objects.iter().map(name).collect();
        // The start goes first: without its end it would look like a run that was killed.
        let starts_first = objects.iter().rev();
        for object in starts_first {
            let name = name(object);
            if made(object) + kept(name, &names) < now {
                self.remove(&[format!("{}/{name}", self.runs())]).await?;
            } else if !name.starts_with(run_id) {
                runs.names.insert(name.to_owned());
            }
        }
        Ok(runs)
    }

    pub(super) fn runs(&self) -> String {
        format!("_auditlake/runs/{}", self.connection)
    }
}

/// How long a mark is kept: a start without its end as long as its run may last.
fn kept(name: &str, names: &BTreeSet<&str>) -> SignedDuration {
    let end = name.strip_suffix(START).map(|run| format!("{run}{END}"));
    match end {
        Some(end) if !names.contains(end.as_str()) => KEPT,
        _ => ENDED_KEPT,
    }
}

pub(super) fn name(object: &ObjectMeta) -> &str {
    object.location.filename().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::LiveRun;
    use super::super::tests::memory;
    use super::*;

    #[test]
    fn a_start_without_its_end_is_kept_longer() {
        let names = BTreeSet::from(["a.end.json", "a.start.json", "b.start.json"]);
        assert_eq!(kept("a.start.json", &names), ENDED_KEPT);
        assert_eq!(kept("a.end.json", &names), ENDED_KEPT);
        assert_eq!(kept("b.start.json", &names), KEPT);
    }

    #[tokio::test]
    async fn a_run_is_at_work_from_its_start_to_its_end() {
        let ledger = memory();
        let alone = ledger.other_runs("mine").await.unwrap();
        assert!(!alone.at_work);
        let _run = LiveRun::new("runs-other");
        ledger.start_run("runs-other").await.unwrap();
        ledger.start_run("mine").await.unwrap();
        let at_work = ledger.other_runs("mine").await.unwrap();
        assert!(at_work.at_work);
        ledger.end_run("runs-other").await.unwrap();
        let ended = ledger.other_runs("mine").await.unwrap();
        assert!(!ended.at_work);
        // That it was there shows, since it may have committed.
        assert!(ended != alone && ended != at_work);
    }

    #[tokio::test]
    async fn a_run_that_ended_without_a_word_is_not_at_work() {
        let ledger = memory();
        ledger.start_run("runs-killed").await.unwrap();
        let others = ledger.other_runs("mine").await.unwrap();
        assert!(!others.at_work);
        assert_eq!(ledger.other_runs("mine").await.unwrap(), others);
    }
}
