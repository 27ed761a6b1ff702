//! Small files into large ones, without repeats.
//!
//! A closed day of a table's partition is merged as a whole: all its committed files, of whatever connection, become
//! files of about the target size, sorted by time within and across, each identity once.
//!
//! # Safety
//!
//! Compactions have a ledger of their own, beside those of the connections and of the same form
//! (`_auditlake/ledger/.compaction/<table>/<day>_<partition>/<generation>`), since one merges files of many
//! connections. A compaction
//!
//! 1. encodes its first file,
//! 2. creates the intent: all paths that it may write, and those that it will replace,
//! 3. puts its files, create-only,
//! 4. creates the commit, which names the files and what they replace: from now on the new ones are the lake's,
//! 5. removes the replaced files.
//!
//! | killed | what is there | the next run of any command |
//! | --- | --- | --- |
//! | before 2 | the old files | has nothing to do |
//! | between 2 and 4 | the old files, and some of the new | removes the new ones |
//! | after 4 | the new files, and some of the old | removes the old ones |
//!
//! At every moment each row is in a file, and no file is removed whose rows are not in others that are committed. Readers that look at
//! files without the ledger see the rows of a partition twice from 3 to the end of 5: object stores can neither
//! rename nor hide an object. Files that the ledger does not know are left alone.
//!
//! In a Delta lake, readers go by the log of the table: there the new files take the place of the old ones in one
//! commit between 4 and 5, and 5 waits until nobody reads the version before any more, see `delta`.
//!
//! The generation's one commit also decides between two compactions: who finds an open intent of another, or loses
//! the race for a number, leaves the partition alone. New files that are committed to it meanwhile are for the next.

mod delta;
mod options;
pub(crate) mod partition;
mod replace;
pub(crate) mod replaced;
mod report;
mod settle;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use auditlake_parquet::{Lake, Merge};
use tokio_util::sync::CancellationToken;

pub use self::options::{
    COMPACT_ZSTD_LEVEL, CompactOptions, DEFAULT_KEEP_REPLACED, DEFAULT_TARGET_SIZE,
    MIN_MEMORY_LIMIT,
};
use self::partition::Partition;
use self::replace::input;
pub use self::report::{CompactReport, CompactedPartition, LeftAlone, REPORT_VERSION, Totals};
use self::settle::remove;
pub(crate) use self::settle::settle;
use crate::connection::check_name;
use crate::delta::Registrar;
use crate::error::Error;
use crate::inventory::{Inventory, LiveFile, list_all};
use crate::layout;
use crate::ledger::{Ledger, LiveRun, Place};
use crate::tables::Tables;

/// Merges the files of closed days. What was left alone is named in the report.
///
/// # Errors
///
/// [`Error::Lake`] and [`Error::Ledger`] if the store fails, [`Error::Cancelled`] when interrupted: what was committed
/// until then stays, and the rest is as it was.
pub async fn compact(
    options: CompactOptions,
    cancel: CancellationToken,
) -> Result<CompactReport, Error> {
    for name in &options.connections {
        check_name(name)?;
    }
    let lake = if options.dry_run {
        Lake::open_to_read(&options.lake)?
    } else {
        Lake::open(&options.lake)?
    };
    compact_lake(lake, options, cancel).await
}

/// As [`compact`], in a lake that is open already.
pub(crate) async fn compact_lake(
    lake: Lake,
    options: CompactOptions,
    cancel: CancellationToken,
) -> Result<CompactReport, Error> {
    let run = LiveRun::new(&uuid::Uuid::now_v7().to_string());
    let report = CompactReport::new(&options, options.until(), options.clock.now());
    let layout = layout::of(&lake).await?;
    let mut compaction = Compaction {
        ledger: Ledger::of_compactions(&lake),
        tables: Tables::new(&layout, options.zstd_level),
        delta: Box::pin(Registrar::of_lake(&lake, &layout)).await?,
        registered: BTreeSet::new(),
        lake,
        options,
        run,
        cancel,
        report,
    };
    compaction.work().await?;
    compaction.report.finished = compaction.options.clock.now();
    Ok(compaction.report)
}

struct Compaction {
    lake: Lake,
    ledger: Ledger,
    tables: Tables,
    /// The Delta tables, in a lake that has some.
    delta: Option<Registrar>,
    /// The files that are in them.
    registered: BTreeSet<String>,
    options: CompactOptions,
    run: LiveRun,
    cancel: CancellationToken,
    report: CompactReport,
}

/// The files of a partition: paths and bytes.
type Files = BTreeMap<String, u64>;

/// What became of a partition.
enum Done {
    Compacted(CompactedPartition),
    LeftAlone(String),
}

impl Compaction {
    async fn work(&mut self) -> Result<(), Error> {
        if !self.options.dry_run {
            Box::pin(self.catch_up()).await?;
            settle(&self.lake, self.run.id(), self.delta.is_some()).await?;
            self.ledger.start_run(self.run.id()).await?;
        }
        let candidates = self.candidates().await?;
        // A run that fails leaves its mark, so that the next one looks at what it has left.
        self.compact_all(candidates).await?;
        if !self.options.dry_run {
            if let Some(delta) = &self.delta {
                delta.mark(&self.ledger, self.run.id()).await?;
            }
            self.ledger.end_run(self.run.id()).await?;
        }
        Ok(())
    }

    /// The closed partitions with more than one small file, the oldest first.
    async fn candidates(&self) -> Result<BTreeMap<Partition, Files>, Error> {
        let mut partitions: BTreeMap<Partition, Files> = BTreeMap::new();
        for (path, bytes) in list_all(&self.lake, &self.tables.directories()).await? {
            if let Some(partition) = Partition::of_file(&path) {
                partitions.entry(partition).or_default().insert(path, bytes);
            }
        }
        let until = self.options.until();
        let target = self.options.target();
        partitions.retain(|partition, files| {
            let small = files.values().filter(|bytes| is_small(**bytes, target));
            partition.day < until && small.count() > 1
        });
        Ok(partitions)
    }

    async fn compact_all(&mut self, candidates: BTreeMap<Partition, Files>) -> Result<(), Error> {
        let Some(first) = candidates.keys().next() else {
            return Ok(());
        };
        let inventory = Inventory::read(&self.lake, Some(first.day)).await?;
        if let Some(delta) = &self.delta {
            // After the ledger: whatever that has and these lack is not registered yet.
            self.registered = Box::pin(delta.files()).await?;
        }
        for (partition, files) in candidates {
            if self.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            self.compact_one(&partition, &files, &inventory).await?;
        }
        Ok(())
    }

    async fn compact_one(
        &mut self,
        partition: &Partition,
        files: &Files,
        inventory: &Inventory,
    ) -> Result<(), Error> {
        self.clear(files, inventory).await?;
        let live = self.live(files, inventory);
        self.report.unknown_files += unknown(files, inventory);
        if !is_worth_it(&live, self.options.target()) {
            return Ok(());
        }
        let done = match changed(&live, files).or_else(|| self.unregistered(&live)) {
            Some(reason) => Done::LeftAlone(reason),
            None => self.merge(partition, &live, inventory).await?,
        };
        match done {
            Done::Compacted(compacted) => self.report.add(compacted),
            Done::LeftAlone(reason) => {
                tracing::warn!(partition = partition.directory, reason, "left alone");
                self.report.leave(&partition.directory, reason);
            }
        }
        Ok(())
    }

    /// Removes what an earlier compaction, or a slow writer after its rollback, has left.
    async fn clear(&mut self, files: &Files, inventory: &Inventory) -> Result<(), Error> {
        let is_over =
            |path: &&String| inventory.over.contains(*path) && !self.is_kept(path, inventory);
        let over: Vec<String> = files.keys().filter(is_over).cloned().collect();
        if !self.options.dry_run {
            remove(&self.lake, &over).await?;
        }
        self.report.removed += over.len() as u64;
        Ok(())
    }

    fn live(&self, files: &Files, inventory: &Inventory) -> Vec<LiveFile> {
        let asked = &self.options.connections;
        let is_asked = |file: &&LiveFile| {
            asked.is_empty() || file.connections.iter().all(|name| asked.contains(name))
        };
        let live = files.keys().filter_map(|path| inventory.live.get(path));
        live.filter(is_asked).cloned().collect()
    }

    async fn merge(
        &self,
        partition: &Partition,
        live: &[LiveFile],
        inventory: &Inventory,
    ) -> Result<Done, Error> {
        let unit = partition.unit();
        if inventory
            .compactions
            .open()
            .any(|(place, _)| place.unit == unit)
        {
            return Ok(Done::LeftAlone(BUSY.to_owned()));
        }
        if self.options.dry_run {
            return Ok(Done::Compacted(self.planned(partition, live)));
        }
        let generation = inventory.compactions.next_generation(&unit);
        let place = Place { unit, generation };
        let Some(options) = self.merge_options(partition, live)? else {
            return Ok(Done::LeftAlone(FOREIGN.to_owned()));
        };
        let inputs = live.iter().map(|file| input(&file.file)).collect();
        let opened = Merge::open(&self.lake, inputs, options);
        let opened = self.cancel.run_until_cancelled(opened).await;
        let done = match opened.ok_or(Error::Cancelled)? {
            Ok(merge) => self.replace(partition, place, live, merge).await,
            Err(error) => Err(error.into()),
        };
        match done {
            Err(Error::Lake(error)) if is_about_the_files(&error) => {
                Ok(Done::LeftAlone(error.to_string()))
            }
            done => done,
        }
    }
}

/// Why a partition is left to another run.
const BUSY: &str = "another compaction is at work on it";

/// Why files in no table of the lake are left alone.
const FOREIGN: &str = "this build knows no table for it";

/// Files that are not there or not as they should be are left to whoever looks after them.
fn is_about_the_files(error: &auditlake_parquet::Error) -> bool {
    error.is_not_found() || matches!(error, auditlake_parquet::Error::NotMergeable { .. })
}

/// Whether a partition should be merged: it has more than one small file, and something that its last compaction did not
/// write. How large files become is known when they are written only; what came out small is not tried again.
pub(crate) fn is_worth_it<'a>(
    files: impl IntoIterator<Item = &'a LiveFile> + Clone,
    target: u64,
) -> bool {
    let small = files.clone().into_iter();
    let small = small
        .filter(|file| is_small(file.file.bytes, target))
        .count();
    let mut files = files.into_iter().map(|file| file.compaction);
    let first = files.next().flatten();
    small > 1 && (first.is_none() || files.any(|compaction| compaction != first))
}

/// Whether a file is worth merging with others: it is below half the target.
pub(crate) fn is_small(bytes: u64, target: u64) -> bool {
    bytes < target / 2
}

/// Files of the partition that no ledger knows.
fn unknown(files: &Files, inventory: &Inventory) -> u64 {
    let is_unknown = |path: &&String| {
        !inventory.live.contains_key(*path)
            && !inventory.over.contains(*path)
            && !inventory.under_way.contains(*path)
    };
    files.keys().filter(is_unknown).count() as u64
}

/// What is not as the ledger says: evidence that somebody touched is not merged with the rest.
fn changed(live: &[LiveFile], files: &Files) -> Option<String> {
    let differs = |file: &&LiveFile| files.get(&file.file.path) != Some(&file.file.bytes);
    let file = live.iter().find(differs)?;
    Some(format!(
        "`{}` has not the {} bytes that the ledger says; `auditlake lake check` looks closer",
        file.file.path, file.file.bytes
    ))
}
