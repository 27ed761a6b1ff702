//! The last stage: one generation at a time, from rows to a commit in the ledger.
//!
//! A record counts as in the lake once its generation is committed, and whether a row is new is judged by that, so
//! there is one committer a run, which encodes one generation [ahead]. Two runs of one connection at the same time settle it between themselves: each
//! shows its intent before it looks for the other's, so at least one sees the other. The run that started later
//! gives way; the earlier waits until it has, and learns what was committed meanwhile. Who does not come to an end is
//! overtaken: its generation is settled as rolled back, which its own commit then finds.

mod ahead;
mod attempt;
mod beside;
mod by_day;
mod memory;
mod reading;
mod turn;

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use auditlake_parquet::Lake;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;
use tracing::instrument;

pub(crate) use self::ahead::Ahead;
use self::attempt::Attempt;
pub(crate) use self::beside::Beside;
use self::beside::Loaded;
use self::by_day::{Days, days_of};
use self::memory::History;
pub(crate) use self::memory::Memory;
use crate::compact as compaction;
use crate::content_ids::Blobs;
use crate::delta::Registrar;
use crate::error::Error;
use crate::gap::{Gap, GapReason};
use crate::handover::Outlet;
use crate::identities::Identities;
use crate::layout::Layout;
use crate::ledger::runs::OtherRuns;
use crate::ledger::store_clock::StoreClock;
use crate::ledger::sweep::Leftovers;
use crate::ledger::{Ledger, LiveRun, Place, Scan};
use crate::normalize::Generation;
use crate::plan::compact;
use crate::recorder::Recorder;
use crate::tables::Tables;

/// Where and as whom a committer commits.
#[derive(Debug)]
pub(crate) struct Site {
    /// The lake.
    pub(crate) lake: Lake,
    /// How its files lie.
    pub(crate) layout: Layout,
    /// The connection's name.
    pub(crate) connection: String,
    /// Directories of the ledger that belong to the run.
    pub(crate) content_types: Vec<String>,
    /// First window of the ledger to look at; none for all.
    pub(crate) from: Option<String>,
    /// Which other directories may hold the same records; none when no other can.
    pub(crate) beside: Option<Beside>,
    /// Bytes that identities may take before the days behind are forgotten; none when they never are.
    pub(crate) identity_bytes: Option<usize>,
    /// Level of compression of the files.
    pub(crate) zstd_level: i32,
    /// Where events go instead of into files.
    pub(crate) outlet: Option<Outlet>,
    /// Nothing will be committed, so nothing is rolled back either.
    pub(crate) read_only: bool,
}

/// Commits generations, one at a time.
#[derive(Debug)]
pub(crate) struct Committer {
    site: Site,
    ledger: Ledger,
    tables: Tables,
    /// The Delta tables, in a lake that has some.
    delta: Option<Registrar>,
    run: LiveRun,
    recorder: Arc<Recorder>,
    cancel: CancellationToken,
    scan: Scan,
    history: History,
    identities: Identities,
    /// What of them can be read again.
    loaded: Loaded,
    /// The days of which they are to be known.
    days: Days,
    /// First window of the directories beside to look at.
    beside_from: Option<String>,
    /// The other runs as they were before the ledger was read last.
    others: OtherRuns,
    /// Whether the ledger had intents of runs at work then.
    held: bool,
    clock: StoreClock,
    /// How long another run's intent is waited for.
    patience: SignedDuration,
    /// The intent of the last attempt: how it is dated says what time it is.
    own_intent: Option<Place>,
    /// Attempts of this run so far: no two write the same file.
    attempts: AtomicU32,
}

impl Committer {
    /// Reads what the ledger has beyond `memory`, and rolls back what runs that ended left unfinished.
    pub(crate) async fn open_with(
        site: Site,
        memory: Memory,
        recorder: Arc<Recorder>,
        cancel: CancellationToken,
    ) -> Result<Self, Error> {
        let mut committer = Self::new(site, memory, recorder, cancel);
        let recorder = Arc::clone(&committer.recorder);
        let _at_the_store = recorder.meters.store.enter();
        let mut leftovers = Leftovers::default();
        if !committer.site.read_only {
            Box::pin(committer.open_delta()).await?;
            let keeps_replaced = committer.delta.is_some();
            compaction::settle(&committer.site.lake, committer.run.id(), keeps_replaced).await?;
            committer.ledger.start_run(committer.run.id()).await?;
            leftovers = committer.ledger.leftovers().await?;
        }
        committer.refresh().await?;
        leftovers.sweep(&committer.others).await?;
        Ok(committer)
    }

    /// As [`open_with`](Self::open_with), without a memory.
    #[cfg(test)]
    pub(crate) async fn open(
        site: Site,
        recorder: Arc<Recorder>,
        cancel: CancellationToken,
    ) -> Result<Self, Error> {
        Self::open_with(site, Memory::default(), recorder, cancel).await
    }

    /// As [`commit`](Self::commit), with none ahead.
    #[cfg(test)]
    pub(crate) async fn commit_alone(&mut self, generation: Generation) -> Result<bool, Error> {
        self.commit(generation, &mut Ahead::nothing()).await
    }

    fn new(site: Site, memory: Memory, recorder: Arc<Recorder>, cancel: CancellationToken) -> Self {
        Self {
            ledger: Ledger::new(site.lake.clone(), &site.connection),
            tables: Tables::new(&site.layout, site.zstd_level),
            delta: None,
            run: LiveRun::new(&uuid::Uuid::now_v7().to_string()),
            recorder,
            cancel,
            scan: Scan::default(),
            history: memory.history,
            identities: memory.identities,
            loaded: memory.loaded.of_run(site.identity_bytes.is_some()),
            days: Days::new(),
            beside_from: site.from.clone(),
            others: OtherRuns::default(),
            held: false,
            clock: StoreClock::new(),
            patience: turn::PATIENCE,
            own_intent: None,
            attempts: AtomicU32::new(0),
            site,
        }
    }

    /// Opens the Delta tables of a lake that has some, and registers what killed runs have left.
    async fn open_delta(&mut self) -> Result<(), Error> {
        let Site { lake, layout, .. } = &self.site;
        self.delta = Registrar::of_lake(lake, layout).await?;
        if let Some(delta) = &self.delta {
            let compactions = Ledger::of_compactions(lake);
            delta.catch_up(&compactions, self.run.id()).await?;
            delta.catch_up(&self.ledger, self.run.id()).await?;
        }
        Ok(())
    }

    /// Tells other runs that this one commits no more. All is in the lake, whether they hear it or not.
    pub(crate) async fn close(self) -> Memory {
        if let Some(delta) = &self.delta
            && let Err(error) = delta.mark(&self.ledger, self.run.id()).await
        {
            tracing::warn!(%error, "the next run will look whether the Delta tables have all");
        }
        if let Err(error) = self.ledger.end_run(self.run.id()).await {
            tracing::warn!(%error, "the end of the run could not be marked");
        }
        self.into_memory()
    }

    /// What it knows.
    pub(crate) fn into_memory(self) -> Memory {
        Memory {
            history: self.history,
            identities: self.identities,
            loaded: self.loaded,
        }
    }

    /// Id of the run.
    pub(crate) fn run_id(&self) -> &str {
        self.run.id()
    }

    /// Content ids that the ledger has, with their content types.
    pub(crate) fn content_ids(&self) -> &Blobs {
        self.history.content_ids.known()
    }

    /// Commits a generation, unless all of it is in the lake, and meanwhile begins the next one of those ahead. Says
    /// whether it is in the lake, and was not left to another run.
    #[instrument(skip_all, fields(content_type = generation.unit.content_type, window = generation.unit.window))]
    pub(crate) async fn commit(
        &mut self,
        generation: Generation,
        ahead: &mut Ahead,
    ) -> Result<bool, Error> {
        let mut is_in_the_lake = true;
        if self.has_news(&generation) {
            self.turn_to(days_of(&generation)).await?;
        }
        while self.has_news(&generation) {
            if self.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            self.load_identities().await?;
            match self.attempt(&generation, ahead).await? {
                Attempt::Committed => break,
                Attempt::Again => self.wait_for_earlier_runs().await?,
                Attempt::Skip => {
                    self.skip(&generation);
                    is_in_the_lake = false;
                    break;
                }
            }
        }
        self.report(&generation);
        Ok(is_in_the_lake)
    }

    /// Whether the ledger lacks something that the generation says.
    fn has_news(&self, generation: &Generation) -> bool {
        // Files and announcements have no content ids: only their rows tell.
        (generation.content_ids.is_empty() && generation.has_rows())
            || !self.new_content_ids(generation).is_empty()
            || generation
                .failed
                .iter()
                .any(|failed| !self.history.names(&generation.unit, failed))
    }

    /// Blobs of the generation that are not in the lake.
    fn new_content_ids(&self, generation: &Generation) -> Vec<String> {
        let content_type = &generation.unit.content_type;
        let known = |id: &&String| self.history.content_ids.contains(content_type, id);
        generation
            .content_ids
            .iter()
            .filter(|id| !known(id))
            .cloned()
            .collect()
    }

    fn skip(&self, generation: &Generation) {
        self.recorder.with(|report| report.windows.skipped += 1);
        self.recorder.gap(Gap {
            content_type: generation.unit.content_type.clone(),
            window: Some(generation.unit.window.clone()),
            content_id: None,
            reason: GapReason::Failed,
            detail: "another run is at work on this window".to_owned(),
        });
    }

    fn report(&self, generation: &Generation) {
        for failed in &generation.failed {
            self.recorder.failed(
                &generation.unit.content_type,
                &generation.unit.window,
                failed,
            );
        }
        if generation.last {
            self.recorder.progress.windows_done.add(1);
        }
    }
}

/// First window of the ledger that a run must look at.
pub(crate) fn ledger_from(since: Timestamp) -> String {
    compact(since).to_string()
}

#[cfg(test)]
pub(crate) mod tests;
