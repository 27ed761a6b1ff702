//! Listing and fetching: from planned units to the bodies of generations.
//!
//! Units are listed in their order, a few ahead; their blobs are fetched in that order too, many at once, and a
//! blob that takes long does not hold up those of later units. A unit whose blobs are settled is handed on; one
//! that holds much is handed on in parts.

mod blob;
mod list;
mod together;
mod waiting;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use auditlake_api::{Client, Window};
use futures::{StreamExt, stream};
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use self::list::Listed;
use self::waiting::Waiting;
use crate::access::Access;
use crate::clock::Clock;
use crate::content_ids::Blobs;
use crate::inbox::Announced;
use crate::ledger::UnitKey;
use crate::normalize::RawGeneration;
use crate::plan::Unit;
use crate::recorder::Recorder;
use crate::source::Room;

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
    /// What is learned of what may be had.
    pub(crate) access: Arc<Access>,
    /// How much may be fetched and held at once.
    pub(crate) room: Room,
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
    /// What was announced of each unit, and not looked at yet.
    pub(crate) announced: Announced,
    /// What was listed of each unit to the last page, and every element of it was understood.
    pub(crate) windows: HashMap<UnitKey, Window>,
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
            .buffer_unordered(self.room.fetches.max(1));
        let mut steps = std::pin::pin!(steps);
        let mut waiting = Waiting::default();
        while let Some(step) = steps.next().await {
            waiting.take(step);
            for generation in waiting.ready(self.room.generation_bytes, self.room.waiting_bytes) {
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
