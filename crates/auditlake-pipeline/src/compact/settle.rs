//! What becomes of compactions that were killed.
//!
//! A compaction run is marked from its start to its end, as other runs are. One list of these marks tells every
//! command whether there may be something to settle; only then is the ledger of compactions read.

use auditlake_parquet::Lake;
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use object_store::{Error as StoreError, ObjectStore};

use crate::error::Error;
use crate::ledger::runs::OpenRun;
use crate::ledger::{Ledger, Liveness, Place};

/// After this a run whose process cannot be looked at is over: compactions take minutes.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// Settles what compactions that are not at work any more have left: a compaction without a commit is rolled back, one
/// with a commit has its replaced files removed, unless the lake keeps them for a while. Doing it twice, or while
/// another does it, does no harm.
pub(crate) async fn settle(lake: &Lake, run_id: &str, keeps_replaced: bool) -> Result<(), Error> {
    let ledger = Ledger::of_compactions(lake);
    let mut open = ledger.open_runs(run_id).await?;
    open.retain(|run| run.liveness != Liveness::Alive);
    if open.is_empty() {
        return Ok(());
    }
    tracing::info!(runs = open.len(), "settling compactions that did not end");
    let scan = ledger.scan_all(None).await?;
    let live = ledger.settle_open(&scan, run_id, Timestamp::now()).await?;
    let places: Vec<Place> = scan.commits.into_iter().collect();
    for (_, commit) in ledger.read_commits(&places).await? {
        if !keeps_replaced && open.iter().any(|run| run.run_id == commit.run_id) {
            remove(lake, &commit.replaces).await?;
        }
        remove(lake, &commit.rolled_back).await?;
    }
    for run in open {
        let has_intent = live.iter().any(|intent| intent.run_id == run.run_id);
        if is_over(&run) && !has_intent {
            ledger.end_run(&run.run_id).await?;
        }
    }
    Ok(())
}

/// A run on another host may be at work still: for a day it is looked at again.
fn is_over(run: &OpenRun) -> bool {
    run.liveness == Liveness::Dead || run.made + LONGEST < Timestamp::now()
}

/// Removes files that may or may not be there, many at a time.
pub(crate) async fn remove(lake: &Lake, paths: &[String]) -> Result<(), Error> {
    if paths.is_empty() {
        return Ok(());
    }
    let locations: Vec<_> = paths.iter().map(|path| Ok(lake.path(path))).collect();
    let mut removed = lake.store().delete_stream(stream::iter(locations).boxed());
    while let Some(result) = removed.next().await {
        match result {
            Ok(_) | Err(StoreError::NotFound { .. }) => {}
            Err(source) => {
                return Err(Error::Ledger {
                    path: "replaced files".to_owned(),
                    source,
                });
            }
        }
    }
    Ok(())
}
