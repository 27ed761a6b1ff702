//! What killed processes left beside the ledger's objects, on a disk.
//!
//! A staging file of a live run's put must stay. A run shows itself before it writes anything else, so when none is
//! at work *after* the staging files were listed, none of them is a live run's, save the one of a run that shows
//! itself just now: that one names its process.

use auditlake_parquet::Staging;

use super::Ledger;
use super::process::Liveness;
use super::runs::{self, OtherRuns, Run};
use crate::error::Error;

/// Staging files of the ledger as they were before it was looked who is at work.
#[derive(Debug, Default)]
pub(crate) struct Leftovers(Vec<Staging>);

impl Ledger {
    /// Staging files there are now, of live runs and dead ones. None but on a disk.
    pub(crate) async fn leftovers(&self) -> Result<Leftovers, Error> {
        let mut found = Vec::new();
        for kind in ["ledger", "listed", "runs", "starts"] {
            let directory = format!("_auditlake/{kind}/{}", self.connection);
            found.extend(self.lake.staging(&directory).await?);
        }
        Ok(Leftovers(found))
    }
}

impl Leftovers {
    /// Removes them, unless somebody may still need them. `others` must have been looked at later.
    pub(crate) async fn sweep(self, others: &OtherRuns) -> Result<(), Error> {
        if others.at_work {
            return Ok(());
        }
        for staging in self.0 {
            if !is_starting(&staging).await? {
                tracing::info!(
                    object = staging.object_name(),
                    "removing what a killed run left"
                );
                staging.remove().await?;
            }
        }
        Ok(())
    }
}

/// Whether it is the mark of a run that begins at this moment.
async fn is_starting(staging: &Staging) -> Result<bool, Error> {
    let name = staging.object_name();
    let Some(run_id) = name.strip_suffix(runs::START) else {
        return Ok(false);
    };
    let bytes = staging.read().await?.unwrap_or_default();
    let run: Result<Run, _> = serde_json::from_slice(&bytes);
    Ok(run.is_ok_and(|run| run.process.liveness(run_id) != Liveness::Dead))
}

#[cfg(test)]
mod tests {
    use auditlake_parquet::Lake;

    use super::super::LiveRun;
    use super::*;

    const UNIT: &str = "_auditlake/ledger/contoso/Audit.Exchange/20260504T100000Z_20260504T110000Z";

    /// A ledger on disk with these staging files.
    fn with(staging: &[(&str, &str)]) -> (tempfile::TempDir, Ledger) {
        let directory = tempfile::tempdir().expect("a directory");
        for (name, content) in staging {
            let file = directory.path().join(name);
            std::fs::create_dir_all(file.parent().expect("a parent")).expect("directories");
            std::fs::write(file, content).expect("a file");
        }
        let lake = Lake::open(&directory.path().to_string_lossy()).expect("a lake");
        (directory, Ledger::new(lake, "contoso"))
    }

    async fn sweep(ledger: &Ledger) -> usize {
        let leftovers = ledger.leftovers().await.expect("leftovers");
        let others = ledger.other_runs("mine").await.expect("runs");
        leftovers.sweep(&others).await.expect("a sweep");
        ledger.leftovers().await.expect("leftovers").0.len()
    }

    #[tokio::test]
    async fn what_nobody_writes_any_more_is_removed() {
        let (_directory, ledger) = with(&[
            (&format!("{UNIT}/000000.intent.json#1"), "{"),
            (&format!("{UNIT}/000000.commit.json#12"), ""),
            ("_auditlake/runs/contoso/dead.start.json#1", ""),
            ("_auditlake/runs/contoso/dead.end.json#1", "{}"),
            (
                "_auditlake/starts/contoso/DLP.All/20260504T100000Z.start#1",
                "",
            ),
            ("_auditlake/listed/contoso/dead.json#1", "{"),
        ]);
        assert_eq!(ledger.leftovers().await.unwrap().0.len(), 6);
        assert_eq!(sweep(&ledger).await, 0);
    }

    #[tokio::test]
    async fn while_a_run_is_at_work_all_stays() {
        let (_directory, ledger) = with(&[(&format!("{UNIT}/000000.intent.json#1"), "{")]);
        let run = LiveRun::new("sweep-other");
        ledger.start_run("sweep-other").await.unwrap();
        assert_eq!(sweep(&ledger).await, 1);
        drop(run);
        assert_eq!(sweep(&ledger).await, 0);
    }

    #[tokio::test]
    async fn the_mark_of_a_run_that_begins_stays() {
        let live = LiveRun::new("sweep-begins");
        let process = serde_json::to_string(&super::super::Process::current()).unwrap();
        let mark = format!(r#"{{"version":1,"process":{process}}}"#);
        let name = "_auditlake/runs/contoso/sweep-begins.start.json#1";
        let (_directory, ledger) = with(&[(name, &mark)]);
        assert_eq!(sweep(&ledger).await, 1);
        drop(live);
        assert_eq!(sweep(&ledger).await, 0);
    }
}
