//! Bringing slices: several are searched at once, a few of them read at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use auditlake_api::{Error as ApiError, GraphClient};
use futures::{StreamExt, stream};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, instrument};

use super::AuditSearch;
use super::ask::{NoSearch, Search};
use super::found::Found;
use super::name::Searches;
use super::plan::{Part, Slice};
use crate::access::Access;
use crate::clock::Clock;
use crate::content_ids::Blobs;
use crate::failure::{describe, failed, has_no_token, reason};
use crate::gap::GapReason;
use crate::ledger::Failed;
use crate::recorder::Recorder;
use crate::source::{Desk, Room};

/// Slices that are read at once. Each has its pages one after the other; more at once would need more memory, also for what
/// the lake has of their days.
const READS: usize = 4;

/// What the slices of a run share.
pub(super) struct Searcher {
    pub(super) client: GraphClient,
    pub(super) connection: String,
    pub(super) clock: Clock,
    pub(super) access: Arc<Access>,
    /// Searches of earlier runs.
    pub(super) earlier: Searches,
    pub(super) patience: Duration,
    searches: usize,
    recorder: Arc<Recorder>,
    room: Room,
    known: Blobs,
    reads: Semaphore,
    /// The service takes no more searches for now.
    used_up: AtomicBool,
    stop: CancellationToken,
}

/// Nobody commits any more.
#[derive(Debug)]
struct Closed;

/// What became of a part.
enum Ended {
    /// What it has, or could have, is on its way; whether that is all there will be.
    Done {
        is_final: bool,
    },
    /// One search cannot return all of it.
    Halves([Part; 2]),
    Failed(Failed),
}

impl Searcher {
    pub(super) fn new(source: &AuditSearch, desk: &Desk, room: Room, known: &Blobs) -> Self {
        Self {
            client: source.client.clone(),
            connection: desk.connection.clone(),
            clock: desk.clock.clone(),
            access: Arc::clone(&desk.access),
            earlier: source.earlier.clone(),
            patience: source.patience,
            searches: source.searches,
            recorder: Arc::clone(&desk.recorder),
            room,
            known: known.clone(),
            reads: Semaphore::new(READS),
            used_up: AtomicBool::new(false),
            stop: desk.stop.clone(),
        }
    }

    /// Brings all slices, until `out` is closed.
    pub(super) async fn run(self: Arc<Self>, slices: Vec<Slice>, out: Sender<Found>) {
        let ended = stream::iter(slices)
            .take_until(self.stop.clone().cancelled_owned())
            .map(|slice| Arc::clone(&self).spawn(slice, out.clone()))
            .buffer_unordered(self.searches);
        let mut ended = std::pin::pin!(ended);
        while let Some(Ok(())) = ended.next().await {}
    }

    /// On a task of its own, so that a panic is one gap.
    async fn spawn(self: Arc<Self>, slice: Slice, out: Sender<Found>) -> Result<(), Closed> {
        let (this, of, to) = (Arc::clone(&self), slice.clone(), out.clone());
        let work = async move { this.bring(&of, &to).await };
        let task = AbortOnDropHandle::new(tokio::spawn(work.in_current_span()));
        match task.await {
            Ok(ended) => ended,
            Err(error) => {
                let failed = failed(None, GapReason::Failed, error.to_string());
                end(&slice, vec![failed], false, &out).await
            }
        }
    }

    #[instrument(skip_all, fields(content_type = slice.feed, window = slice.key().window))]
    async fn bring(&self, slice: &Slice, out: &Sender<Found>) -> Result<(), Closed> {
        let mut open = vec![slice.whole()];
        let (mut gaps, mut is_whole) = (Vec::new(), true);
        while let Some(part) = open.pop() {
            match self.part(slice, part, out).await? {
                Ended::Done { is_final } => is_whole &= is_final,
                Ended::Halves([first, second]) => open.extend([second, first]),
                Ended::Failed(failed) => gaps.push(failed),
            }
        }
        if gaps.is_empty() && !self.access.is_given_up(&slice.feed) {
            self.recorder.with(|report| report.windows.listed += 1);
        }
        end(slice, gaps, is_whole, out).await
    }

    /// Searches for a part and reads what was found, unless the lake has it.
    async fn part(&self, slice: &Slice, part: Part, out: &Sender<Found>) -> Result<Ended, Closed> {
        if self.has(slice, &part.content_id()) {
            return Ok(Ended::Done { is_final: true });
        }
        if self.access.is_given_up(&slice.feed) {
            return Ok(Ended::Done { is_final: false });
        }
        match self.searched(slice, part).await {
            Ok((search, false)) => self.read(slice, &search, out, None).await,
            Ok((search, true)) => match search.part.halves() {
                Some(halves) => Ok(Ended::Halves(halves)),
                // A second with more records than that: what can be had of it is brought.
                None => self.read(slice, &search, out, Some(too_many())).await,
            },
            Err(NoSearch::GivenUp) => Ok(Ended::Done { is_final: false }),
            Err(NoSearch::Failed(failed)) => Ok(Ended::Failed(of_part(part, failed))),
        }
    }

    /// A search that is over, and whether it found more than it returns.
    async fn searched(&self, slice: &Slice, part: Part) -> Result<(Search, bool), NoSearch> {
        let search = self.find_or_create(slice, part).await?;
        self.access.reach(&slice.feed);
        self.recorder.progress.blobs_listed.add(1);
        self.recorder.with(|report| report.blobs.listed += 1);
        let has_more = self.wait(slice, &search).await?;
        Ok((search, has_more))
    }

    /// Reads a search page by page and hands it on; `gap` is what is known to be missing of it.
    async fn read(
        &self,
        slice: &Slice,
        search: &Search,
        out: &Sender<Found>,
        gap: Option<Failed>,
    ) -> Result<Ended, Closed> {
        let _turn = self.reads.acquire().await;
        let whole = search.part.content_id();
        // What is not all that there will be is looked for again by the next run, but not in this search.
        let content_id = if search.is_final {
            whole
        } else {
            format!("{whole}/{}", search.id)
        };
        if self.has(slice, &content_id) {
            return Ok(Ended::Done {
                is_final: search.is_final,
            });
        }
        let mut found = Found::nothing(&slice.key(), &content_id);
        let mut next = None;
        loop {
            let page = self.page(&search.id, next.as_deref(), &mut found).await;
            next = match page {
                Ok(next) => next,
                Err(error) => {
                    hand_on(found, out).await?;
                    return Ok(self.not_read(slice, search.part, &error));
                }
            };
            if next.is_none() {
                break;
            }
            if found.bytes >= self.part_bytes() {
                let rest = Found::nothing(&slice.key(), &content_id);
                hand_on(std::mem::replace(&mut found, rest), out).await?;
            }
        }
        found.is_read = gap.is_none();
        self.count_read(slice);
        hand_on(found, out).await?;
        let done = Ended::Done {
            is_final: search.is_final,
        };
        Ok(gap.map_or(done, |gap| Ended::Failed(of_part(search.part, gap))))
    }

    /// Whether the lake has all that goes by this name.
    fn has(&self, slice: &Slice, content_id: &str) -> bool {
        let is_there = self.known.contains(&slice.feed, content_id);
        if is_there {
            self.recorder.progress.blobs_already_committed.add(1);
            self.recorder
                .with(|report| report.blobs.already_committed += 1);
        }
        is_there
    }

    /// Adds a page to what was found; the address of the next one.
    async fn page(
        &self,
        id: &str,
        next: Option<&str>,
        found: &mut Found,
    ) -> Result<Option<String>, ApiError> {
        let reservation = self.room.budget.reserve(self.room.estimate.get()).await;
        let page = self.client.records(id, next).await;
        self.count_requests();
        let page = page?;
        let before = found.bytes;
        found.add(page.records, reservation);
        let bytes = found.bytes - before;
        self.room.estimate.learn(bytes);
        self.recorder.progress.bytes_downloaded.add(bytes);
        Ok(page.next)
    }

    /// Bytes after which a part is handed on: all that are read at once must leave room for a page each.
    fn part_bytes(&self) -> u64 {
        let share = self.room.waiting_bytes / READS as u64;
        self.room.generation_bytes.min(share)
    }

    fn not_read(&self, slice: &Slice, part: Part, error: &ApiError) -> Ended {
        if has_no_token(error) {
            self.access.refuse(error);
        }
        tracing::debug!(feed = slice.feed, "a search could not be read to its end");
        Ended::Failed(of_part(part, failed(None, reason(error), describe(error))))
    }

    fn count_read(&self, slice: &Slice) {
        self.recorder.progress.blobs_fetched.add(1);
        self.recorder.with(|report| {
            report.blobs.fetched += 1;
            report.counts_of(&slice.feed).blobs += 1;
        });
    }

    /// Shows how many requests were sent.
    pub(super) fn count_requests(&self) {
        let counts = self.client.requests();
        self.recorder.progress.requests.set(counts.total);
        self.recorder.progress.throttled.set(counts.throttled);
    }

    /// Whether the service takes no more searches for now.
    pub(super) fn is_used_up(&self) -> bool {
        self.used_up.load(Ordering::Relaxed)
    }

    /// It does not: a tenant has so many a day, and each attempt more takes minutes.
    pub(super) fn use_up(&self) {
        self.used_up.store(true, Ordering::Relaxed);
    }
}

/// Says that the slice is done, what of it could not be had, and whether all of it is there for good.
async fn end(
    slice: &Slice,
    failed: Vec<Failed>,
    is_whole: bool,
    out: &Sender<Found>,
) -> Result<(), Closed> {
    let mut last = Found::nothing(&slice.key(), &slice.whole().content_id());
    last.is_read = is_whole && failed.is_empty();
    last.failed = failed;
    last.last = true;
    hand_on(last, out).await
}

async fn hand_on(found: Found, out: &Sender<Found>) -> Result<(), Closed> {
    out.send(found).await.map_err(|_| Closed)
}

fn too_many() -> Failed {
    let words = "one second has more records than a search returns: the others cannot be had";
    failed(None, GapReason::TooLarge, words)
}

/// Names the part, which may be smaller than its slice.
fn of_part(part: Part, failed: Failed) -> Failed {
    let detail = format!("`{}` to `{}`: {}", part.0.start, part.0.end, failed.detail);
    Failed { detail, ..failed }
}
