//! Fetching: feed by feed, collection by collection, page by page.

use std::sync::Arc;

use auditlake_api::Error as ApiError;
use jiff::Timestamp;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use super::asked::{Asked, Collection, Page};
use super::raw::{Fetched, HealthRaw};
use crate::access::Access;
use crate::budget::Reservation;
use crate::clock::Clock;
use crate::failure::{describe, failed, reason};
use crate::gap::GapReason;
use crate::ledger::UnitKey;
use crate::recorder::Recorder;
use crate::source::Room;

/// Pages of one collection beyond which the service is taken for one that never ends.
const MOST_PAGES: usize = 10_000;

/// What a run's fetching needs.
pub(super) struct Fetcher {
    pub(super) asked: Arc<Asked>,
    pub(super) since: Option<Timestamp>,
    pub(super) clock: Clock,
    pub(super) recorder: Arc<Recorder>,
    pub(super) access: Arc<Access>,
    pub(super) stop: CancellationToken,
    pub(super) room: Room,
}

impl Fetcher {
    /// Fetches all units, and hands on what they hold until `out` is closed.
    pub(super) async fn run(self, units: Vec<UnitKey>, out: Sender<HealthRaw>) {
        for unit in units {
            if self.stop.is_cancelled() || self.unit(unit, &out).await.is_none() {
                return;
            }
        }
    }

    /// Asks for the first page of each feed, which tells what may be had.
    pub(super) async fn look(self, units: Vec<UnitKey>) {
        for unit in units {
            if let Some(collection) = self.collections(&unit).first() {
                let page = self.asked.page(*collection, self.since, None).await;
                if let Err(error) = page
                    && !self.access.give_up(&unit.content_type, &error)
                {
                    let failed = failed(None, reason(&error), describe(&error));
                    let UnitKey {
                        content_type,
                        window,
                    } = &unit;
                    self.recorder.failed(content_type, window, &failed);
                }
            }
            self.recorder.progress.windows_done.add(1);
        }
    }

    fn collections(&self, unit: &UnitKey) -> &'static [Collection] {
        let feeds = self.asked.feeds();
        let feed = feeds.iter().find(|feed| feed.name == unit.content_type);
        feed.map(|feed| feed.collections).unwrap_or_default()
    }

    /// One feed; none when nobody listens any more.
    async fn unit(&self, unit: UnitKey, out: &Sender<HealthRaw>) -> Option<()> {
        let mut raw = self.empty(&unit);
        for collection in self.collections(&unit) {
            match self.collection(*collection, raw, out).await? {
                Ok(more) => raw = more,
                Err((mut partial, error)) => {
                    if !self.access.give_up(&unit.content_type, &error) {
                        partial
                            .failed
                            .push(failed(None, reason(&error), describe(&error)));
                    }
                    raw = *partial;
                    break;
                }
            }
        }
        raw.last = true;
        out.send(raw).await.ok()
    }

    /// Adds a collection to what was fetched, of which a part is handed on where it is large.
    async fn collection(
        &self,
        collection: Collection,
        mut raw: HealthRaw,
        out: &Sender<HealthRaw>,
    ) -> Option<Result<HealthRaw, (Box<HealthRaw>, ApiError)>> {
        let mut next = None;
        for _ in 0..MOST_PAGES {
            let page = match self.page(collection, next.as_deref()).await {
                Ok((page, reservation)) => {
                    raw.pages
                        .push(self.fetched(collection, page.elements, reservation));
                    page.next
                }
                Err(error) => return Some(Err((Box::new(raw), error))),
            };
            self.access.reach(&raw.unit.content_type);
            if raw.pages.iter().map(Fetched::bytes).sum::<u64>() >= self.room.generation_bytes {
                let unit = raw.unit.clone();
                out.send(raw).await.ok()?;
                raw = self.empty(&unit);
            }
            next = page;
            if next.is_none() {
                return Some(Ok(raw));
            }
        }
        let words = format!("the listing has more than `{MOST_PAGES}` pages");
        raw.failed.push(failed(None, GapReason::Malformed, words));
        Some(Ok(raw))
    }

    async fn page(
        &self,
        collection: Collection,
        next: Option<&str>,
    ) -> Result<(Page, Reservation), ApiError> {
        let mut reservation = self.room.budget.reserve(self.room.estimate.get()).await;
        let page = self.asked.page(collection, self.since, next).await;
        let counts = self.asked.traffic().counts;
        self.recorder.progress.requests.set(counts.total);
        self.recorder.progress.throttled.set(counts.throttled);
        let page = page?;
        let bytes = page.elements.iter().map(|it| it.get().len() as u64).sum();
        self.room.estimate.learn(bytes);
        reservation.resize(bytes);
        self.recorder.progress.bytes_downloaded.add(bytes);
        Ok((page, reservation))
    }

    fn fetched(
        &self,
        collection: Collection,
        elements: Vec<Box<serde_json::value::RawValue>>,
        reservation: Reservation,
    ) -> Fetched {
        Fetched {
            element: collection.element(),
            elements,
            at: self.clock.now(),
            _reservation: reservation,
        }
    }

    fn empty(&self, unit: &UnitKey) -> HealthRaw {
        HealthRaw {
            unit: unit.clone(),
            tenant_uid: self.asked.tenant_uid().to_owned(),
            pages: Vec::new(),
            failed: Vec::new(),
            last: false,
        }
    }
}
