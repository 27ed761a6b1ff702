//! What runs that were killed have committed and not registered.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::Registrar;
use crate::commit::ledger_from;
use crate::error::Error;
use crate::ledger::{Ledger, Place, Scan};
use crate::plan::RETENTION;

/// How much earlier than its run a window may begin beside what the service keeps: windows are up to a day long, and
/// clocks differ.
const MARGIN: SignedDuration = SignedDuration::from_hours(72);

impl Registrar {
    /// Registers whatever other runs of the ledger may have left.
    pub(crate) async fn catch_up(&self, ledger: &Ledger, run_id: &str) -> Result<(), Error> {
        let runs = ledger.unregistered_runs(run_id).await?;
        let Some(first) = runs.iter().map(|run| run.made).min() else {
            return Ok(());
        };
        let scan = ledger.scan_all(from(ledger, first).as_deref()).await?;
        let unsettled = unsettled(ledger, &scan).await?;
        let places: Vec<Place> = scan.commits.into_iter().collect();
        for (place, commit) in ledger.read_commits(&places).await? {
            if runs.iter().any(|run| run.run_id == commit.run_id) {
                self.register(ledger, &place, &commit, &[]).await?;
            }
        }
        for run in runs {
            // One that is at work, or whose last commit may still arrive, is looked at again.
            if run.is_over && !unsettled.contains(&run.run_id) {
                self.mark(ledger, &run.run_id).await?;
            }
        }
        Ok(())
    }

    /// Notes that all that a run has committed is registered.
    pub(crate) async fn mark(&self, ledger: &Ledger, run_id: &str) -> Result<(), Error> {
        ledger.mark_registered(run_id).await
    }
}

/// The first window that a run which began then can have committed. A compaction is of any day.
fn from(ledger: &Ledger, began: Timestamp) -> Option<String> {
    (!ledger.is_of_compactions()).then(|| ledger_from(began - RETENTION - MARGIN))
}

/// Runs with intents that nothing has come of yet.
async fn unsettled(ledger: &Ledger, scan: &Scan) -> Result<BTreeSet<String>, Error> {
    let mut runs = BTreeSet::new();
    for (place, _) in scan.open() {
        runs.insert(ledger.read_intent(place).await?.run_id);
    }
    Ok(runs)
}
