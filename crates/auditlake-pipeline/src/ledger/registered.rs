//! Which runs may have commits that the tables of a Delta lake do not know.
//!
//! A run that has registered all that it has committed leaves `_auditlake/runs/<connection>/<run id>.delta.json`
//! before its end; of a run that was killed, the one that registers the rest leaves it.

#![cfg_attr(
    not(feature = "delta"),
    expect(dead_code, reason = "only a lake with Delta tables has such runs")
)]

use std::collections::BTreeSet;

use futures::TryStreamExt;
use jiff::Timestamp;
use object_store::ObjectMeta;

use super::process::Liveness;
use super::runs::{END, START, name};
use super::{Ledger, ledger_error, made};
use crate::error::Error;

/// How the mark's name ends.
pub(super) const REGISTERED: &str = ".delta.json";

/// A run without the mark.
#[derive(Debug, Clone)]
pub(crate) struct UnregisteredRun {
    pub(crate) run_id: String,
    /// When it started, by the store's clock.
    pub(crate) made: Timestamp,
    /// It commits no more.
    pub(crate) is_over: bool,
}

impl Ledger {
    /// The runs without the mark, but for this one.
    pub(crate) async fn unregistered_runs(
        &self,
        run_id: &str,
    ) -> Result<Vec<UnregisteredRun>, Error> {
        let prefix = self.lake.path(&self.runs());
        let listed = self.lake.store().list(Some(&prefix));
        let objects: Vec<ObjectMeta> = listed.try_collect().await.map_err(ledger_error(&prefix))?;
        let names: BTreeSet<&str> = objects.iter().map(name).collect();
        let mut runs = Vec::new();
        for object in &objects {
            let run = name(object).strip_suffix(START);
            let Some(run) = run.filter(|run| *run != run_id) else {
                continue;
            };
            let has = |suffix: &str| names.contains(format!("{run}{suffix}").as_str());
            if !has(REGISTERED) {
                runs.push(UnregisteredRun {
                    run_id: run.to_owned(),
                    made: made(object),
                    is_over: has(END) || self.liveness(run).await? == Liveness::Dead,
                });
            }
        }
        Ok(runs)
    }

    /// Leaves the mark.
    pub(crate) async fn mark_registered(&self, run_id: &str) -> Result<(), Error> {
        self.mark_run(run_id, REGISTERED).await
    }
}
