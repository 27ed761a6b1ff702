//! Listing and fetching: from planned units to the bodies of generations.
//!
//! Units are listed in their order, a few ahead; their blobs are fetched in that order too, many at once, and a
//! blob that takes long does not hold up those of later units. A unit whose blobs are settled is handed on; one
//! that holds much is handed on in parts.

mod blob;
mod failure;
mod list;
mod together;
mod waiting;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use auditlake_api::{Client, ContentType, Error as ApiError, Window};
use futures::{StreamExt, stream};
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

pub(crate) use self::failure::{describe, reason};
use self::list::Listed;
use self::waiting::Waiting;
use crate::budget::{Budget, Estimate};
use crate::clock::Clock;
use crate::content_ids::Blobs;
use crate::gap::GapReason;
use crate::inbox::Announced;
use crate::ledger::UnitKey;
use crate::normalize::RawGeneration;
use crate::plan::Unit;
use crate::recorder::Recorder;

/// Units listed ahead of the fetches.
const LISTINGS: usize = 4;

/// What the listing and fetching of a run share.
#[derive(Debug)]
pub(crate) struct Fetcher {
    /// What asks the service.
    pub(crate) client: Client,
    /// What time it is.
    pub(crate) clock: Clock,
    /// Where what is done is told.
    pub(crate) recorder: Arc<Recorder>,
    /// Memory for bodies.
    pub(crate) budget: Arc<Budget>,
    /// How large the next blob may be.
    pub(crate) estimate: Estimate,
    /// Blobs that are fetched at once.
    pub(crate) fetches: usize,
    /// Bytes of bodies after which a unit is handed on in parts.
    pub(crate) generation_bytes: u64,
    /// Bytes of bodies that may wait for the rest of their units.
    pub(crate) waiting_bytes: u64,
    /// What the units learn from each other.
    pub(crate) state: Arc<Mutex<State>>,
    /// Once it is cancelled, no further unit is listed; those that are listed are brought to their end.
    pub(crate) stop: CancellationToken,
}

/// What the units of a run learn from each other.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Content ids that are in the lake, or on their way.
    pub(crate) known: Blobs,
    /// Content types of which nothing more can be had.
    pub(crate) unavailable: BTreeMap<ContentType, GapReason>,
    /// Content types of which at least one window was listed.
    pub(crate) listed: BTreeSet<ContentType>,
    /// What was announced of each unit, and not looked at yet.
    pub(crate) announced: Announced,
    /// What was listed of each unit to the last page, and every element of it was understood.
    pub(crate) windows: HashMap<UnitKey, Window>,
    /// The credentials do not work any more: the run ends with what it has.
    pub(crate) refused: Option<ApiError>,
}

impl Fetcher {
    /// Lists and fetches all units, and hands their bodies on until `out` is closed.
    pub(crate) async fn run(self: Arc<Self>, units: Vec<Unit>, out: Sender<RawGeneration>) {
        let steps = stream::iter(together::together(units))
            .take_until(self.stop.clone().cancelled_owned())
            .map(|units| self.spawn_lists(units))
            .buffered(LISTINGS)
            .flat_map(stream::iter)
            .flat_map(|listed| {
                let count = listed.blobs.len().max(1);
                stream::iter((0..count).map(move |index| (Arc::clone(&listed), index)))
            })
            .map(|(unit, index)| self.spawn_fetch(unit, index))
            .buffer_unordered(self.fetches.max(1));
        let mut steps = std::pin::pin!(steps);
        let mut waiting = Waiting::default();
        while let Some(step) = steps.next().await {
            waiting.take(step);
            for generation in waiting.ready(self.generation_bytes, self.waiting_bytes) {
                if out.send(generation).await.is_err() {
                    return;
                }
            }
        }
    }

    /// Only lists: what would be fetched is in the report.
    pub(crate) async fn list_only(self: Arc<Self>, units: Vec<Unit>) {
        let mut listed = stream::iter(units)
            .map(|unit| self.spawn_list(unit))
            .buffered(LISTINGS);
        while let Some(listed) = listed.next().await {
            for failed in &listed.failed {
                self.recorder
                    .failed(&listed.key.content_type, &listed.key.window, failed);
            }
            self.recorder.progress.windows_done.add(1);
        }
    }

    /// Shows how many requests were sent.
    pub(crate) fn count_requests(&self) {
        let counts = self.client.requests();
        self.recorder.progress.requests.set(counts.total);
        self.recorder.progress.throttled.set(counts.throttled);
    }

    /// What the units have learned.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
