//! What a compaction did.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::CompactOptions;
use super::partition::Partition;
use crate::inventory::LiveFile;
use crate::ledger::Commit;
use crate::report::Outcome;

/// Version of [`CompactReport`].
pub const REPORT_VERSION: u32 = 1;

/// What a compaction did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompactReport {
    /// [`REPORT_VERSION`].
    pub version: u32,
    /// When it started.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// Nothing was done.
    pub dry_run: bool,
    /// The first day that was left alone.
    pub until: Date,
    /// Bytes after which a file ends.
    pub target_size: u64,
    /// All partitions together.
    pub totals: Totals,
    /// What became of each partition that was merged.
    pub partitions: Vec<CompactedPartition>,
    /// Partitions that should have been merged and were not.
    pub left_alone: Vec<LeftAlone>,
    /// Files that earlier compactions had left behind, and that were removed.
    pub removed: u64,
    /// Files in the looked-at partitions that the ledger does not know. They were left alone.
    pub unknown_files: u64,
}

/// Sums over partitions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Files before.
    pub files_before: u64,
    /// Files after; in a dry run about so many.
    pub files_after: u64,
    /// Bytes before.
    pub bytes_before: u64,
    /// Bytes after; in a dry run the same as before.
    pub bytes_after: u64,
    /// Rows that are left. In a dry run all.
    pub rows: u64,
    /// Rows that were dropped because another has the same identity. In a dry run none, as they are not read.
    pub duplicates: u64,
}

/// A partition that was merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompactedPartition {
    /// The table.
    pub table: String,
    /// The directories below the table.
    pub partition: String,
    /// The day, UTC.
    pub day: Date,
    /// What became of it.
    #[serde(flatten)]
    pub totals: Totals,
}

/// A partition that was left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftAlone {
    /// The partition's directory, the table first.
    pub partition: String,
    /// Why.
    pub reason: String,
}

impl CompactReport {
    pub(super) fn new(options: &CompactOptions, until: Date, started: Timestamp) -> Self {
        Self {
            version: REPORT_VERSION,
            started,
            finished: started,
            dry_run: options.dry_run,
            until,
            target_size: options.target(),
            totals: Totals::default(),
            partitions: Vec::new(),
            left_alone: Vec::new(),
            removed: 0,
            unknown_files: 0,
        }
    }

    /// Whether every partition that should have been merged was.
    pub fn outcome(&self) -> Outcome {
        if self.left_alone.is_empty() {
            Outcome::Complete
        } else {
            Outcome::Gaps
        }
    }

    pub(super) fn add(&mut self, partition: CompactedPartition) {
        let (sum, one) = (&mut self.totals, &partition.totals);
        sum.files_before += one.files_before;
        sum.files_after += one.files_after;
        sum.bytes_before += one.bytes_before;
        sum.bytes_after += one.bytes_after;
        sum.rows += one.rows;
        sum.duplicates += one.duplicates;
        self.partitions.push(partition);
    }

    pub(super) fn leave(&mut self, partition: &str, reason: String) {
        self.left_alone.push(LeftAlone {
            partition: partition.to_owned(),
            reason,
        });
    }
}

pub(super) fn compacted(
    partition: &Partition,
    live: &[LiveFile],
    commit: &Commit,
) -> CompactedPartition {
    let totals = Totals {
        files_after: commit.files.len() as u64,
        bytes_after: commit.files.iter().map(|file| file.bytes).sum(),
        rows: commit.files.iter().map(|file| file.rows).sum(),
        duplicates: commit.counts.duplicates,
        ..before(live)
    };
    of(partition, totals)
}

pub(super) fn planned(partition: &Partition, live: &[LiveFile], target: u64) -> CompactedPartition {
    let before = before(live);
    let totals = Totals {
        files_after: before.bytes_before.div_ceil(target.max(1)),
        bytes_after: before.bytes_before,
        rows: live.iter().map(|file| file.file.rows).sum(),
        ..before
    };
    of(partition, totals)
}

fn before(live: &[LiveFile]) -> Totals {
    Totals {
        files_before: live.len() as u64,
        bytes_before: live.iter().map(|file| file.file.bytes).sum(),
        ..Totals::default()
    }
}

fn of(partition: &Partition, totals: Totals) -> CompactedPartition {
    CompactedPartition {
        table: partition.table().to_owned(),
        partition: partition.name().to_owned(),
        day: partition.day,
        totals,
    }
}
