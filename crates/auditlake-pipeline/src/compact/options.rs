//! What may be chosen about a compaction.

use auditlake_parquet::MergeOptions;
use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::clock::Clock;
use crate::options::DEFAULT_MEMORY_LIMIT;

/// Bytes of a file unless told otherwise: 192 MiB.
pub const DEFAULT_TARGET_SIZE: u64 = 192 << 20;
/// zstd level unless told otherwise: what is compacted is read often and written once.
pub const COMPACT_ZSTD_LEVEL: i32 = 9;
/// A smaller memory limit is taken as this one: below it slices are of single rows.
pub const MIN_MEMORY_LIMIT: u64 = 16 << 20;
/// How long a Delta lake keeps files that were replaced, unless told otherwise: as long as Delta's own `VACUUM` does.
pub const DEFAULT_KEEP_REPLACED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What may be chosen about a compaction.
#[derive(Debug, Clone)]
pub struct CompactOptions {
    /// The lake: a URL or a bare path.
    pub lake: String,
    /// Only files whose rows all came by these connections; all files when there are none.
    pub connections: Vec<String>,
    /// The first day, UTC, that is left alone; yesterday unless told otherwise, as its records still come.
    pub until: Option<Date>,
    /// Bytes after which a file ends.
    pub target_size: u64,
    /// Bytes of memory the whole process should stay under.
    pub memory_limit: u64,
    /// zstd level of the new files.
    pub zstd_level: i32,
    /// How long files that were replaced stay in a Delta lake, for those who read its tables as they were before. A
    /// lake of plain Parquet keeps none: its readers would read their rows twice.
    pub keep_replaced: SignedDuration,
    /// Only say what would be done.
    pub dry_run: bool,
    /// The time now.
    pub clock: Clock,
}

impl CompactOptions {
    /// Everything as it is unless told otherwise.
    pub fn new(lake: impl Into<String>) -> Self {
        Self {
            lake: lake.into(),
            connections: Vec::new(),
            until: None,
            target_size: DEFAULT_TARGET_SIZE,
            memory_limit: DEFAULT_MEMORY_LIMIT,
            zstd_level: COMPACT_ZSTD_LEVEL,
            keep_replaced: DEFAULT_KEEP_REPLACED,
            dry_run: false,
            clock: Clock::system(),
        }
    }

    /// Bytes after which a file ends: no more than the memory limit has room for.
    pub(crate) fn target(&self) -> u64 {
        let most = MergeOptions::largest_target(self.memory_limit());
        self.target_size.min(most).max(1)
    }

    pub(crate) fn memory_limit(&self) -> u64 {
        self.memory_limit.max(MIN_MEMORY_LIMIT)
    }

    /// The first day that is left alone.
    pub(crate) fn until(&self) -> Date {
        let yesterday = self.clock.now() - SignedDuration::from_hours(24);
        self.until
            .unwrap_or_else(|| TimeZone::UTC.to_datetime(yesterday).date())
    }
}
