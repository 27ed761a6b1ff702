//! Where records come from, as far as a run has to know it.
//!
//! Sources differ in what they plan and in how they fetch it. What comes of it goes the same way from here on, whatever
//! the source: rows, no repeats, files, a commit in the ledger, the report.

use std::future::{Future, ready};
use std::sync::Arc;

use auditlake_api::{RequestCounts, RequestTimes};
use auditlake_parquet::Lake;
use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use crate::access::Access;
use crate::batches::Batchers;
use crate::budget::{Budget, Estimate};
use crate::clock::Clock;
use crate::commit::Beside;
use crate::content_ids::Blobs;
use crate::error::Error;
use crate::gap::GapReason;
use crate::ledger::listed::RunRecord;
use crate::ledger::{Failed, Ledger, UnitKey};
use crate::listed::Unavailable;
use crate::normalize::Generation;
use crate::recorder::Recorder;

/// One way to get records. A run calls the methods in the order in which they stand here.
pub(crate) trait Source: Send + 'static {
    /// What the source leaves to its next run in this process.
    type Left: Default + Send;

    /// What it fetches: something that becomes rows.
    type Raw: Raw;

    /// The feeds that are asked for, by the names that they have in the ledger and in the report.
    fn feeds(&self) -> Vec<String>;

    /// Whether there is anything to do, before anything else is looked at.
    fn is_called_for(&mut self, _desk: &Desk) -> impl Future<Output = Result<bool, Error>> + Send {
        ready(Ok(true))
    }

    /// Plans units, and says what the committer must know for them.
    fn plan(&mut self, desk: &Desk) -> impl Future<Output = Result<Planned, Error>> + Send;

    /// Says of the other directories of the connection's ledger whether they may hold the same records, so that these are
    /// brought once; none when no other source has them.
    fn beside() -> Option<Beside> {
        None
    }

    /// The share of the memory limit that identities may take, as a divisor, if the plan goes through so many days that what
    /// the lake has of those behind is forgotten when there is no room for it; none when nothing is forgotten.
    fn forgets_beyond() -> Option<u64> {
        None
    }

    /// Finds out which feeds can be had; those that cannot are told to [`Desk::access`]. An error ends the run.
    fn prepare(&mut self, desk: &Desk) -> impl Future<Output = Result<(), Error>> + Send;

    /// In the place of all that follows, when nothing is to be brought: tells the recorder what would be fetched.
    /// `known` are the blobs that the lake has.
    fn look(&mut self, desk: &Desk, room: Room, known: &Blobs) -> BoxFuture<'static, ()>;

    /// Fetches what is planned and hands it on, each unit's [`Raw::last`] part last, until all is done, `out` is closed, or
    /// [`Desk::stop`] says to begin nothing more. What was lost is in the ledger by now.
    fn fetch(
        &mut self,
        desk: &Desk,
        room: Room,
        known: &Blobs,
        out: Sender<Self::Raw>,
    ) -> BoxFuture<'static, ()>;

    /// Adds to a generation what only the source knows of it.
    fn before_commit(&self, _generation: &mut Generation) {}

    /// Takes in that a generation went through the committer, and whether it was not left to another run.
    fn after_commit(&mut self, _told: &Told, _is_in_the_lake: bool) {}

    /// What is worth saying of a feed of which no gap is known.
    fn note(&self, _feed: &str) -> Option<&'static str> {
        None
    }

    /// Leaves in the lake what the next run may go by, however this one ended: how it went, and why feeds could not be had.
    fn leave(
        &mut self,
        _run: RunRecord,
        _answers: Vec<(String, Option<Unavailable>)>,
        _committed: &Blobs,
    ) -> impl Future<Output = Self::Left> + Send {
        ready(Self::Left::default())
    }

    /// What it has asked of its service in this run, and how long that took.
    fn traffic(&self) -> Traffic;
}

/// Something fetched that becomes rows on a core of its own.
pub(crate) trait Raw: Send + 'static {
    /// The unit that it is of.
    fn unit(&self) -> &UnitKey;

    /// Bytes that it holds.
    fn bytes(&self) -> u64;

    /// Makes rows of it; never fails: what cannot be read is named in the generation.
    fn normalize(self, connection: &str, batchers: &Batchers) -> Generation;
}

/// What a run lends to its source.
#[derive(Debug)]
pub(crate) struct Desk {
    /// The connection's name.
    pub(crate) connection: String,
    /// The lake.
    pub(crate) lake: Lake,
    /// The connection's ledger in it.
    pub(crate) ledger: Ledger,
    /// Where what is done is told.
    pub(crate) recorder: Arc<Recorder>,
    /// What is learned of what may be had.
    pub(crate) access: Arc<Access>,
    /// What time it is.
    pub(crate) clock: Clock,
    /// When the run began.
    pub(crate) now: Timestamp,
    /// Nothing is to be brought, nor changed at the service.
    pub(crate) dry_run: bool,
    /// Once it is cancelled, nothing more is begun; what is begun is brought to its end.
    pub(crate) stop: CancellationToken,
}

/// How much a source may fetch and hold at once.
#[derive(Debug)]
pub(crate) struct Room {
    /// Memory for bodies.
    pub(crate) budget: Arc<Budget>,
    /// How large the next body may be.
    pub(crate) estimate: Estimate,
    /// Bodies that are fetched at once.
    pub(crate) fetches: usize,
    /// Bytes of bodies after which a unit is handed on in parts.
    pub(crate) generation_bytes: u64,
    /// Bytes of bodies that may wait for the rest of their units.
    pub(crate) waiting_bytes: u64,
}

/// What the committer must know of a plan.
#[derive(Debug)]
pub(crate) struct Planned {
    /// Directories of the ledger that the units, and what they may repeat, are in.
    pub(crate) directories: Vec<String>,
    /// First window of these that may hold a repeat; none for all.
    pub(crate) from: Option<String>,
    /// What can no longer be had, to be named in the ledger before anything is fetched.
    pub(crate) lost: Vec<(UnitKey, Failed)>,
}

/// What a source has asked of its service.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Traffic {
    pub(crate) counts: RequestCounts,
    pub(crate) times: RequestTimes,
}

impl Traffic {
    /// What has come since the same client's traffic was `before`.
    pub(crate) fn since(self, before: Self) -> Self {
        let (counts, times) = (self.counts, self.times);
        Self {
            counts: RequestCounts {
                total: counts.total - before.counts.total,
                throttled: counts.throttled - before.counts.throttled,
                retried: counts.retried - before.counts.retried,
                bytes_downloaded: counts.bytes_downloaded - before.counts.bytes_downloaded,
            },
            times: RequestTimes {
                on_the_way: times.on_the_way - before.times.on_the_way,
                held_back: times.held_back - before.times.held_back,
            },
        }
    }
}

/// What is to be known of a generation after it is committed.
#[derive(Debug)]
pub(crate) struct Told {
    /// The unit that it is of.
    pub(crate) unit: UnitKey,
    /// With it the unit is done.
    pub(crate) last: bool,
    /// Something of it could not be had.
    pub(crate) failed: bool,
    /// Blobs that could not be had, and why.
    pub(crate) failed_blobs: Vec<(String, GapReason)>,
}

impl Told {
    /// What is to be known of this one.
    pub(crate) fn of(generation: &Generation) -> Self {
        let failed = generation.failed.iter();
        let blob = |it: &Failed| Some((it.content_id.clone()?, it.reason));
        Self {
            unit: generation.unit.clone(),
            last: generation.last,
            failed: !generation.failed.is_empty(),
            failed_blobs: failed.filter_map(blob).collect(),
        }
    }
}
