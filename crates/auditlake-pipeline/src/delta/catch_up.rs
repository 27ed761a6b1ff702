//! What runs that were killed have committed and not registered.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::Registrar;
use crate::error::Error;
use crate::ledger::{Ledger, Place, Scan};

/// How much earlier than its run's mark an object of it may seem to be: some stores tell whole seconds.
const MARGIN: SignedDuration = SignedDuration::from_mins(1);

impl Registrar {
    /// Registers whatever other runs of the ledger may have left.
    pub(crate) async fn catch_up(&self, ledger: &Ledger, run_id: &str) -> Result<(), Error> {
        let runs = ledger.unregistered_runs(run_id).await?;
        let Some(first) = runs.iter().map(|run| run.made).min() else {
            return Ok(());
        };
        // By when they were made: a run may commit windows of any time.
        let scan = ledger.scan_made_since(first - MARGIN).await?;
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

/// Runs with intents that nothing has come of yet.
async fn unsettled(ledger: &Ledger, scan: &Scan) -> Result<BTreeSet<String>, Error> {
    let mut runs = BTreeSet::new();
    for (place, _) in scan.open() {
        runs.insert(ledger.read_intent(place).await?.run_id);
    }
    Ok(runs)
}
