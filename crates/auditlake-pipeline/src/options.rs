//! What may be chosen about a backfill.

use auditlake_api::ContentType;
use auditlake_parquet::Lake;
use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;
use crate::handover::Outlet;
use crate::layout::LayoutChoice;

/// Window length unless told otherwise.
pub const DEFAULT_WINDOW: SignedDuration = SignedDuration::from_hours(1);
/// Memory limit unless told otherwise: 512 MiB.
pub const DEFAULT_MEMORY_LIMIT: u64 = 512 << 20;
/// A smaller memory limit is taken as this one: the shares of the stages must have room for the smallest estimate of
/// a blob.
pub const MIN_MEMORY_LIMIT: u64 = 1 << 20;
/// Concurrent blob downloads unless told otherwise.
pub const DEFAULT_FETCHES: usize = 16;
/// zstd level unless told otherwise: fast; compaction packs tighter.
pub const DEFAULT_ZSTD_LEVEL: i32 = 1;

/// What may be chosen about a backfill.
#[derive(Debug, Clone)]
pub struct BackfillOptions {
    /// The lake: a URL or a bare path.
    pub lake: String,
    /// The lake when it is open already: then its location is not looked at.
    pub opened: Option<Lake>,
    /// How its files are to lie; a lake keeps the layout of its first run.
    pub layout: LayoutChoice,
    /// First `contentCreated` wanted; seven days ago unless told otherwise.
    pub since: Option<Timestamp>,
    /// `contentCreated` to stop before; now unless told otherwise.
    pub until: Option<Timestamp>,
    /// Content types to read.
    pub content_types: Vec<ContentType>,
    /// Window length: whole minutes that divide a day, at most 24 hours.
    pub window: SignedDuration,
    /// Start subscriptions that are missing.
    pub start_subscriptions: bool,
    /// Only list, and say what would be fetched.
    pub dry_run: bool,
    /// Keep the record's own bytes in `raw_data`.
    pub raw_data: bool,
    /// Bytes of memory the whole process should stay under.
    pub memory_limit: u64,
    /// Concurrent blob downloads.
    pub fetches: usize,
    /// zstd level of the Parquet files.
    pub zstd_level: i32,
    /// Where records go instead of into files of events; then the lake holds the ledger alone. See [`crate::handover`].
    pub outlet: Option<Outlet>,
    /// The time now.
    pub clock: Clock,
}

impl BackfillOptions {
    /// Everything as it is unless told otherwise.
    pub fn new(lake: impl Into<String>) -> Self {
        Self {
            lake: lake.into(),
            opened: None,
            layout: LayoutChoice::default(),
            since: None,
            until: None,
            content_types: ContentType::ALL.to_vec(),
            window: DEFAULT_WINDOW,
            start_subscriptions: true,
            dry_run: false,
            raw_data: true,
            memory_limit: DEFAULT_MEMORY_LIMIT,
            fetches: DEFAULT_FETCHES,
            zstd_level: DEFAULT_ZSTD_LEVEL,
            outlet: None,
            clock: Clock::system(),
        }
    }
}
