//! The last stage: one generation at a time, from rows to a commit in the ledger.
//!
//! A record counts as in the lake once its generation is committed, and whether a row is new is judged by that, so
//! there is one committer a run. Two runs of one connection at the same time settle it between themselves: each
//! shows its intent before it looks for the other's, so at least one sees the other. The run that started later
//! gives way; the earlier waits until it has, and learns what was committed meanwhile. Who does not come to an end is
//! overtaken: its generation is settled as rolled back, which its own commit then finds.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use auditlake_parquet::{EncodedFile, Lake};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;
use tracing::instrument;

use crate::compact as compaction;
use crate::content_ids::{Blobs, ContentIds};
use crate::cores;
use crate::dedup::{self, Addition, Handing};
use crate::delta::Registrar;
use crate::error::Error;
use crate::gap::{Gap, GapReason};
use crate::handover::Outlet;
use crate::identities::Identities;
use crate::layout::Layout;
use crate::ledger::rollback::LiveIntent;
use crate::ledger::runs::OtherRuns;
use crate::ledger::store_clock::StoreClock;
use crate::ledger::sweep::Leftovers;
use crate::ledger::{
    Commit, CommittedFile, Created, Failed, HANDOVER_VERSION, HandedOn, Intent, LEDGER_VERSION,
    Ledger, LiveRun, Place, Process, Scan, UnitKey,
};
use crate::normalize::Generation;
use crate::plan::compact;
use crate::recorder::Recorder;
use crate::tables::Tables;

/// How long another run's intent is waited for at first: commits take seconds.
const PATIENCE: SignedDuration = SignedDuration::from_secs(30);
/// How often to look whether another run is done.
const POLL: Duration = Duration::from_millis(200);
/// What the identity of a record takes in a set that grows.
const IDENTITY_BYTES: usize = 20;
/// What the place of a commit takes with its parts.
const PLACE_BYTES: usize = 300;
/// Concurrent uploads of a generation's files.
const UPLOADS: usize = 8;

/// Where and as whom a committer commits.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) lake: Lake,
    pub(crate) layout: Layout,
    pub(crate) connection: String,
    /// Directories of the ledger that belong to the run.
    pub(crate) content_types: Vec<String>,
    /// First window of the ledger to look at; none for all.
    pub(crate) from: Option<String>,
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

/// What the commits say that were read so far.
#[derive(Debug, Default)]
struct History {
    read: BTreeSet<Place>,
    content_ids: ContentIds,
    /// Files that were taken back, or declared lost.
    over: HashSet<String>,
    /// Failures that the ledger names already.
    noted: HashSet<(UnitKey, Option<String>, GapReason)>,
    /// Commits whose identities are not loaded yet.
    unloaded: Vec<Commit>,
}

/// What a committer knows of the lake, for the next one of the same connection in this process. It is never needed: who
/// has none reads it from the lake.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    history: History,
    identities: Identities,
}

impl Memory {
    /// Whether anything is remembered.
    pub(crate) fn is_empty(&self) -> bool {
        self.history.read.is_empty()
    }

    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> u64 {
        let identities = self.identities.with(|known| known.len());
        let History {
            read, content_ids, ..
        } = &self.history;
        let blobs = content_ids.known().bytes();
        let bytes = identities * IDENTITY_BYTES + read.len() * PLACE_BYTES + blobs;
        bytes.try_into().unwrap_or(u64::MAX)
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Attempt {
    Committed,
    /// Another run committed something or goes first: judge again.
    Again,
    /// Another run holds the window and does not come to an end.
    Skip,
}

impl Committer {
    /// Reads the ledger, and rolls back what runs that ended left unfinished.
    pub(crate) async fn open(
        site: Site,
        recorder: Arc<Recorder>,
        cancel: CancellationToken,
    ) -> Result<Self, Error> {
        Self::open_with(site, Memory::default(), recorder, cancel).await
    }

    /// As [`open`](Self::open), but reads only what the ledger has beyond `memory`.
    pub(crate) async fn open_with(
        site: Site,
        memory: Memory,
        recorder: Arc<Recorder>,
        cancel: CancellationToken,
    ) -> Result<Self, Error> {
        let run = LiveRun::new(&uuid::Uuid::now_v7().to_string());
        // Only the first committer of a run names it.
        let mut committer = Self {
            attempts: AtomicU32::new(0),
            ledger: Ledger::new(site.lake.clone(), &site.connection),
            tables: Tables::new(&site.layout, site.zstd_level),
            delta: None,
            run,
            recorder,
            cancel,
            scan: Scan::default(),
            history: memory.history,
            identities: memory.identities,
            others: OtherRuns::default(),
            held: false,
            clock: StoreClock::new(),
            patience: PATIENCE,
            own_intent: None,
            site,
        };
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

    /// Commits a generation, unless all of it is in the lake. Says whether it is, and was not left to another run.
    #[instrument(skip_all, fields(content_type = generation.unit.content_type, window = generation.unit.window))]
    pub(crate) async fn commit(&mut self, generation: Generation) -> Result<bool, Error> {
        let generation = Arc::new(generation);
        let mut is_in_the_lake = true;
        while self.has_news(&generation) {
            if self.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            self.load_identities().await?;
            match self.attempt(&generation).await? {
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
        // Files have no content ids: only their records tell.
        (generation.content_ids.is_empty() && !generation.batches.is_empty())
            || !self.new_content_ids(generation).is_empty()
            || generation.failed.iter().any(|failed| {
                !self
                    .history
                    .noted
                    .contains(&noted(&generation.unit, failed))
            })
    }

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

    async fn attempt(&mut self, generation: &Arc<Generation>) -> Result<Attempt, Error> {
        let number = self.scan.next_generation(&generation.unit);
        let place = Place {
            unit: generation.unit.clone(),
            generation: number,
        };
        let content_ids = self.new_content_ids(generation);
        let addition = self.encode(generation, &place).await?;
        if addition.files.is_empty() && content_ids.is_empty() && generation.failed.is_empty() {
            self.recorder.committed(&place.unit.content_type, addition);
            return Ok(Attempt::Committed);
        }
        let paths = addition.paths();
        let intent = self.intent(content_ids.clone(), paths.clone());
        self.scan.intents.insert(place.clone(), intent.started);
        self.own_intent = Some(place.clone());
        if self.ledger.create_intent(&place, &intent).await? == Created::Lost {
            return Ok(Attempt::Again);
        }
        let turn = self.turn(&place, &addition, &content_ids).await?;
        if turn != Attempt::Committed {
            self.ledger
                .roll_back(&place, self.run.id(), Timestamp::now(), Vec::new())
                .await?;
            return Ok(turn);
        }
        if let Err(error) = self.bring(&place, &addition).await {
            self.give_up(&place, paths).await;
            return Err(error);
        }
        let detail = addition.detail(generation, |id| content_ids.contains(id));
        let commit = Commit {
            detail: Some(detail),
            ..self.record(content_ids, &addition, &generation.failed)
        };
        if self.ledger.create_commit(&place, &commit).await? == Created::Lost {
            // Another run took this one for dead. Its rollback stands.
            self.ledger.remove(&paths).await?;
            return Ok(Attempt::Again);
        }
        self.history.absorb(&place, &commit);
        self.identities
            .with(|known| known.extend(addition.fresh.iter().copied()));
        let files = addition.files.clone();
        self.recorder.committed(&place.unit.content_type, addition);
        if let Some(delta) = &self.delta {
            // Boxed, as most runs have none and should not carry room for it.
            Box::pin(delta.register(&self.ledger, &place, &commit, &files)).await?;
        }
        Ok(Attempt::Committed)
    }

    /// Takes back files of which one could not be written. What cannot be taken back now is by the next run.
    async fn give_up(&self, place: &Place, paths: Vec<String>) {
        // Nobody else may commit them, so they go first: on a full disk they are what makes room for the record.
        let undone = async {
            self.ledger.remove(&paths).await?;
            let now = Timestamp::now();
            self.ledger
                .roll_back(place, self.run.id(), now, paths)
                .await
        };
        if let Err(error) = undone.await {
            tracing::warn!(%error, "a generation is left for the next run to roll back");
        }
    }

    /// Whether this run may go on with its intent: [`Attempt::Committed`] stands for yes.
    async fn turn(
        &mut self,
        place: &Place,
        addition: &Addition,
        content_ids: &[String],
    ) -> Result<Attempt, Error> {
        if self.is_alone().await? {
            return Ok(Attempt::Committed);
        }
        loop {
            let live = self.refresh().await?;
            self.load_identities().await?;
            if self.is_stale(place, addition, content_ids) {
                return Ok(Attempt::Again);
            }
            if live.is_empty() {
                return Ok(Attempt::Committed);
            }
            if !live.iter().any(|intent| self.is_recent(intent)) {
                if live.iter().any(|intent| intent.place.unit == place.unit) {
                    return Ok(Attempt::Skip);
                }
                self.overtake(live).await?;
                continue;
            }
            if live.iter().any(|intent| self.goes_first(intent)) {
                return Ok(Attempt::Again);
            }
            self.pause().await?;
        }
    }

    /// Whether no other run is at work, nor was since the ledger was read.
    async fn is_alone(&self) -> Result<bool, Error> {
        let others = self.ledger.other_runs(self.run.id()).await?;
        Ok(!self.held && !others.at_work && others == self.others)
    }

    /// Whether another run committed some of these records meanwhile.
    fn is_stale(&self, place: &Place, addition: &Addition, content_ids: &[String]) -> bool {
        let content_type = &place.unit.content_type;
        let taken = |id: &String| self.history.content_ids.contains(content_type, id);
        content_ids.iter().any(taken)
            || self
                .identities
                .with(|known| addition.fresh.iter().any(|id| known.contains(id)))
    }

    async fn wait_for_earlier_runs(&mut self) -> Result<(), Error> {
        loop {
            let live = self.refresh().await?;
            if !live.iter().any(|intent| self.goes_first(intent)) {
                return Ok(());
            }
            self.pause().await?;
        }
    }

    fn is_recent(&self, intent: &LiveIntent) -> bool {
        intent.made + self.patience > self.clock.now()
    }

    /// Whether its run started earlier and may still commit it soon.
    fn goes_first(&self, intent: &LiveIntent) -> bool {
        self.is_recent(intent) && intent.run_id.as_str() < self.run.id()
    }

    /// Settles intents whose runs do not come to an end, so that they cannot be committed beside ours: their runs
    /// judge again. The next time takes twice the patience, as two slow runs would else overtake each other for ever.
    async fn overtake(&mut self, intents: Vec<LiveIntent>) -> Result<(), Error> {
        for intent in intents {
            tracing::warn!(run = intent.run_id, path = %intent.place.unit.window, "another run takes too long and is overtaken");
            let (now, paths) = (self.clock.now(), intent.paths);
            self.ledger
                .roll_back(&intent.place, self.run.id(), now, paths)
                .await?;
        }
        self.patience = self.patience.saturating_mul(2);
        Ok(())
    }

    async fn pause(&self) -> Result<(), Error> {
        match self
            .cancel
            .run_until_cancelled(tokio::time::sleep(POLL))
            .await
        {
            Some(()) => Ok(()),
            // An intent of this run may be open: it is rolled back by the next run.
            None => Err(Error::Cancelled),
        }
    }

    /// Reads what the ledger has new, and returns the intents of other runs that are at work.
    async fn refresh(&mut self) -> Result<Vec<LiveIntent>, Error> {
        if !self.site.read_only {
            self.others = self.ledger.other_runs(self.run.id()).await?;
        }
        self.scan = self
            .ledger
            .scan(&self.site.content_types, self.site.from.as_deref())
            .await?;
        let own = self.own_intent.as_ref();
        let own = own.and_then(|place| self.scan.intents.get(place));
        self.clock.learn(own.copied(), self.others.own_start);
        let new: Vec<Place> = self
            .scan
            .commits
            .difference(&self.history.read)
            .cloned()
            .collect();
        let commits = self.ledger.read_commits(&new).await?;
        for (place, commit) in commits {
            self.history.absorb(&place, &commit);
            self.clear_rolled_back(&commit).await?;
            if !commit.files.is_empty() || commit.handed_on.is_some() {
                self.history.unloaded.push(Commit {
                    content_ids: Vec::new(),
                    ..commit
                });
            }
        }
        if self.site.read_only {
            return Ok(Vec::new());
        }
        let live = self
            .ledger
            .settle_open(&self.scan, self.run.id(), self.clock.now())
            .await?;
        self.held = !live.is_empty();
        Ok(live)
    }

    /// A slow writer may have come after the rollback.
    async fn clear_rolled_back(&self, commit: &Commit) -> Result<(), Error> {
        if self.site.read_only {
            Ok(())
        } else {
            self.ledger.remove(&commit.rolled_back).await
        }
    }

    /// Only a run that has something to commit needs to know what is there.
    async fn load_identities(&mut self) -> Result<(), Error> {
        let over = &self.history.over;
        for commit in &mut self.history.unloaded {
            commit.files.retain(|file| !over.contains(&file.path));
        }
        self.identities
            .load(&self.site.lake, &self.history.unloaded)
            .await?;
        self.history.unloaded.clear();
        Ok(())
    }

    /// Brings everything to where it belongs.
    async fn bring(&self, place: &Place, addition: &Addition) -> Result<(), Error> {
        self.put(&addition.files).await?;
        if let Some(new) = &addition.identities {
            self.ledger.create_identities(new).await?;
        }
        let Some(outlet) = &self.site.outlet else {
            return Ok(());
        };
        // Last, as it cannot be taken back.
        let (connection, parts) = (&self.site.connection, addition.parts.clone());
        outlet
            .hand_on(connection, &place.unit, parts, &self.cancel)
            .await
    }

    async fn encode(&self, generation: &Arc<Generation>, place: &Place) -> Result<Addition, Error> {
        let (generation, identities) = (Arc::clone(generation), self.identities.clone());
        let number = self.attempts.fetch_add(1, Ordering::Relaxed);
        let (tables, name) = (self.tables.clone(), file_name(place, self.run.id(), number));
        let content_type = &place.unit.content_type;
        let handing = self.site.outlet.as_ref().map(|outlet| Handing {
            form: outlet.form(),
            identities_path: self.ledger.identities_path(content_type, &name),
        });
        cores::work(move || dedup::add(&generation, &identities, &tables, &name, handing.as_ref()))
            .await?
    }

    /// Writes the files, and comes back only when no write is under way any more, even if one failed.
    async fn put(&self, files: &[EncodedFile]) -> Result<(), Error> {
        // Owned files, as a reference would keep the run from being spawned.
        let outcomes: Vec<_> = stream::iter(files.to_vec())
            .map(|file| async move { auditlake_parquet::write(&self.site.lake, &file).await })
            .buffer_unordered(UPLOADS)
            .collect()
            .await;
        outcomes.into_iter().collect::<Result<(), _>>()?;
        Ok(())
    }

    fn intent(&self, content_ids: Vec<String>, paths: Vec<String>) -> Intent {
        Intent {
            version: LEDGER_VERSION,
            run_id: self.run.id().to_owned(),
            process: Process::current(),
            started: Timestamp::now(),
            content_ids,
            paths,
            replaces: Vec::new(),
        }
    }

    fn record(&self, content_ids: Vec<String>, addition: &Addition, failed: &[Failed]) -> Commit {
        let handed_on = self.site.outlet.as_ref().map(|outlet| HandedOn {
            form: outlet.form(),
            identities: addition.identities.as_ref().map(|new| new.list.clone()),
        });
        Commit {
            version: match handed_on {
                Some(_) => HANDOVER_VERSION,
                None => LEDGER_VERSION,
            },
            handed_on,
            run_id: self.run.id().to_owned(),
            committed: Timestamp::now(),
            files: addition.files.iter().map(committed_file).collect(),
            content_ids,
            counts: addition.counts,
            failed: failed.to_vec(),
            rolled_back: Vec::new(),
            replaces: Vec::new(),
            connections: Vec::new(),
            lost: Vec::new(),
            detail: None,
        }
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

impl History {
    fn absorb(&mut self, place: &Place, commit: &Commit) {
        self.read.insert(place.clone());
        let content_type = &place.unit.content_type;
        for id in &commit.content_ids {
            self.content_ids.add(content_type, id);
        }
        for id in &commit.lost {
            self.content_ids.lose(content_type, id);
        }
        self.over.extend(commit.rolled_back.iter().cloned());
        self.noted.extend(
            commit
                .failed
                .iter()
                .map(|failed| noted(&place.unit, failed)),
        );
    }
}

fn noted(unit: &UnitKey, failed: &Failed) -> (UnitKey, Option<String>, GapReason) {
    (unit.clone(), failed.content_id.clone(), failed.reason)
}

fn committed_file(file: &EncodedFile) -> CommittedFile {
    CommittedFile {
        path: file.path.clone(),
        rows: file.rows,
        bytes: file.bytes.len() as u64,
        sha256: file.sha256.clone(),
    }
}

/// Unique by the run and its attempt, and sorts by the window's start:
/// `20260504T100000Z-Audit.Exchange-000000-4ac81f0b-17`.
fn file_name(place: &Place, run_id: &str, attempt: u32) -> String {
    let Place { unit, generation } = place;
    let start = unit.window.split('_').next().unwrap_or_default();
    // The end of a run id is random, its start is the time.
    let run: String = run_id
        .chars()
        .skip(run_id.len().saturating_sub(8))
        .collect();
    format!(
        "{start}-{}-{generation:06}-{run}-{attempt}",
        unit.content_type
    )
}

/// First window of the ledger that a run must look at.
pub(crate) fn ledger_from(since: Timestamp) -> String {
    compact(since).to_string()
}

#[cfg(test)]
pub(crate) mod tests;
