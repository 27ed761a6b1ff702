//! Listing and fetching: from planned units to the bodies of generations.
//!
//! Units are listed in their order, a few ahead; their blobs are fetched in that order too, many at once, and a
//! blob that takes long does not hold up those of later units. A unit whose blobs are settled is handed on; one
//! that holds much is handed on in parts.

mod together;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use auditlake_api::{
    Client, ContentBlob, ContentType, Error as ApiError, ErrorKind, Operation, Window,
};
use futures::{StreamExt, stream};
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, instrument};

use crate::budget::{Budget, Estimate};
use crate::clock::Clock;
use crate::content_ids::Blobs;
use crate::error::Error;
use crate::gap::{Gap, GapReason};
use crate::inbox::Announced;
use crate::ledger::{Failed, UnitKey};
use crate::normalize::{Body, RawGeneration};
use crate::plan::{Unit, window_name};
use crate::recorder::Recorder;

/// Units listed ahead of the fetches.
const LISTINGS: usize = 4;

/// What the listing and fetching of a run share.
#[derive(Debug)]
pub(crate) struct Fetcher {
    pub(crate) client: Client,
    pub(crate) clock: Clock,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) estimate: Estimate,
    pub(crate) fetches: usize,
    /// Bytes of bodies after which a unit is handed on in parts.
    pub(crate) generation_bytes: u64,
    /// Bytes of bodies that may wait for the rest of their units.
    pub(crate) waiting_bytes: u64,
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

/// A unit with its new blobs.
#[derive(Debug)]
struct Listed {
    key: UnitKey,
    blobs: Vec<ContentBlob>,
    failed: Vec<Failed>,
}

impl Listed {
    fn of(unit: &Unit) -> Self {
        Self {
            key: unit.key(),
            blobs: Vec::new(),
            failed: Vec::new(),
        }
    }
}

/// One step of a unit: each listed unit has as many as it has blobs, and at least one.
#[derive(Debug)]
struct Step {
    unit: Arc<Listed>,
    outcome: Option<Result<Body, Failed>>,
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

    async fn spawn_list(self: &Arc<Self>, unit: Unit) -> Arc<Listed> {
        let key = unit.key();
        let this = Arc::clone(self);
        let task = AbortOnDropHandle::new(tokio::spawn(
            async move { this.list(unit).await }.in_current_span(),
        ));
        Arc::new(task.await.unwrap_or_else(|error| {
            let failed = failed(None, GapReason::Failed, error.to_string());
            Listed {
                key,
                blobs: Vec::new(),
                failed: vec![failed],
            }
        }))
    }

    #[instrument(skip_all, fields(content_type = %unit.content_type, window = unit.key().window))]
    async fn list(&self, unit: Unit) -> Listed {
        let mut listed = Listed::of(&unit);
        if self.is_given_up(unit.content_type) {
            return listed;
        }
        self.list_asked(&unit, &mut listed).await;
        self.take_announced(&mut listed);
        listed
    }

    async fn list_asked(&self, unit: &Unit, listed: &mut Listed) {
        let ask = unit.ask(self.clock.now());
        if let Some(lost) = ask.lost.filter(|_| !unit.listed_before) {
            let detail = format!(
                "`{}` to `{}` is older than the service keeps",
                lost.start, lost.end
            );
            listed.failed.push(failed(None, GapReason::Expired, detail));
        }
        let Some(window) = ask.list else {
            return;
        };
        match self.list_window(unit.content_type, window, listed).await {
            Ok(()) => {}
            Err(error) if self.give_up(unit.content_type, &error) => {}
            Err(error) => listed
                .failed
                .push(failed(None, reason(&error), describe(&error))),
        }
    }

    /// Adds what was announced and is neither in the lake nor in the listing.
    fn take_announced(&self, listed: &mut Listed) {
        let mut state = self.lock();
        let mut announced = state.announced.remove(&listed.key).unwrap_or_default();
        let content_type = &listed.key.content_type;
        announced.retain(|blob| !state.known.contains(content_type, &blob.content_id));
        drop(state);
        self.take_new(announced, listed);
    }

    /// Reads all pages; after an error, those before it stand.
    async fn list_window(
        &self,
        content_type: ContentType,
        window: Window,
        listed: &mut Listed,
    ) -> Result<(), ApiError> {
        let mut pages = self.client.list_content(content_type, window);
        let failed_before = listed.failed.len();
        while let Some(page) = pages.next_page().await? {
            self.count_requests();
            let unreadable = page.unreadable.into_iter();
            listed
                .failed
                .extend(unreadable.map(|element| failed(None, GapReason::Malformed, element)));
            self.take_new(page.blobs, listed);
        }
        let is_whole = listed.failed.len() == failed_before;
        self.note_listed(content_type, &listed.key, is_whole.then_some(window));
        Ok(())
    }

    /// Notes that a unit was listed to its last page, and what it may say that it has listed.
    fn note_listed(&self, content_type: ContentType, key: &UnitKey, window: Option<Window>) {
        let mut state = self.lock();
        state.listed.insert(content_type);
        if let Some(window) = window {
            state.windows.insert(key.clone(), window);
        }
        drop(state);
        self.recorder.with(|report| report.windows.listed += 1);
    }

    fn take_new(&self, blobs: Vec<ContentBlob>, listed: &mut Listed) {
        let count = blobs.len() as u64;
        let content_type = &listed.key.content_type;
        let mut state = self.lock();
        let new = blobs
            .into_iter()
            .filter(|blob| state.known.insert(content_type, &blob.content_id));
        let before = listed.blobs.len();
        listed.blobs.extend(new);
        drop(state);
        let new = (listed.blobs.len() - before) as u64;
        self.recorder.progress.blobs_listed.add(new);
        self.recorder
            .progress
            .blobs_already_committed
            .add(count - new);
        self.recorder.with(|report| {
            report.blobs.listed += count;
            report.blobs.already_committed += count - new;
        });
    }

    async fn spawn_fetch(self: &Arc<Self>, unit: Arc<Listed>, index: usize) -> Step {
        let Some(blob) = unit.blobs.get(index).cloned() else {
            return Step {
                unit,
                outcome: None,
            };
        };
        let this = Arc::clone(self);
        let content_id = blob.content_id.clone();
        let task = AbortOnDropHandle::new(tokio::spawn(
            async move { this.fetch(blob).await }.in_current_span(),
        ));
        let outcome = task.await.unwrap_or_else(|error| {
            Err(failed(
                Some(content_id),
                GapReason::Failed,
                error.to_string(),
            ))
        });
        if outcome.is_ok() {
            // By the type that was asked for, not by the word that the service put on the blob.
            let content_type = &unit.key.content_type;
            self.recorder
                .with(|report| report.counts_of(content_type).blobs += 1);
        }
        Step {
            unit,
            outcome: Some(outcome),
        }
    }

    #[instrument(skip_all, fields(content_id = blob.content_id))]
    async fn fetch(&self, blob: ContentBlob) -> Result<Body, Failed> {
        let mut reservation = self.budget.reserve(self.estimate.get()).await;
        let fetched = self.client.fetch_blob(&blob).await;
        self.count_requests();
        self.recorder.progress.blobs_fetched.add(1);
        let bytes = fetched.map_err(|error| self.not_fetched(&blob, &error))?;
        let length = bytes.len() as u64;
        self.estimate.learn(length);
        reservation.resize(length);
        self.recorder.progress.bytes_downloaded.add(length);
        self.recorder.with(|report| report.blobs.fetched += 1);
        Ok(Body {
            content_id: blob.content_id,
            created: Some(blob.content_created),
            bytes,
            reservation,
        })
    }

    fn not_fetched(&self, blob: &ContentBlob, error: &ApiError) -> Failed {
        if has_no_token(error) {
            self.lock().refused.get_or_insert_with(|| error.clone());
        }
        Failed {
            created: Some(blob.content_created),
            ..failed(
                Some(blob.content_id.clone()),
                reason(error),
                describe(error),
            )
        }
    }

    fn is_given_up(&self, content_type: ContentType) -> bool {
        let state = self.lock();
        state.refused.is_some() || state.unavailable.contains_key(&content_type)
    }

    /// Whether an error of a listing means that the content type, or everything, is out of reach.
    fn give_up(&self, content_type: ContentType, error: &ApiError) -> bool {
        match error.kind() {
            ErrorKind::Credentials if has_no_token(error) => {
                self.lock().refused.get_or_insert_with(|| error.clone());
                true
            }
            ErrorKind::Credentials | ErrorKind::Permission | ErrorKind::Disabled => {
                self.unavailable(content_type, reason(error), describe(error));
                true
            }
            _ => false,
        }
    }

    /// Names a content type as out of reach, once.
    pub(crate) fn unavailable(&self, content_type: ContentType, reason: GapReason, detail: String) {
        if self
            .lock()
            .unavailable
            .insert(content_type, reason)
            .is_none()
        {
            let content_type = content_type.to_string();
            self.recorder.gap(Gap {
                content_type,
                window: None,
                content_id: None,
                reason,
                detail,
            });
        }
    }

    pub(crate) fn count_requests(&self) {
        let counts = self.client.requests();
        self.recorder.progress.requests.set(counts.total);
        self.recorder.progress.throttled.set(counts.throttled);
    }

    pub(crate) fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Unit {
    fn key(&self) -> UnitKey {
        UnitKey {
            content_type: self.content_type.to_string(),
            window: window_name(self.window),
        }
    }
}

/// Units of which some blobs are still to come.
#[derive(Debug, Default)]
struct Waiting {
    units: HashMap<UnitKey, Pending>,
    complete: Vec<UnitKey>,
}

#[derive(Debug, Default)]
struct Pending {
    steps: usize,
    bodies: Vec<Body>,
    bytes: u64,
    failed: Vec<Failed>,
}

impl Waiting {
    fn take(&mut self, step: Step) {
        let pending = self.units.entry(step.unit.key.clone()).or_default();
        pending.steps += 1;
        match step.outcome {
            Some(Ok(body)) => {
                pending.bytes += body.bytes.len() as u64;
                pending.bodies.push(body);
            }
            Some(Err(failed)) => pending.failed.push(failed),
            None => {}
        }
        if pending.steps == step.unit.blobs.len().max(1) {
            pending.failed.extend(step.unit.failed.iter().cloned());
            self.complete.push(step.unit.key.clone());
        }
    }

    /// Units that are complete, and parts of units that hold too much.
    fn ready(&mut self, generation_bytes: u64, waiting_bytes: u64) -> Vec<RawGeneration> {
        let mut ready = Vec::new();
        for unit in std::mem::take(&mut self.complete) {
            if let Some(pending) = self.units.remove(&unit) {
                let Pending { bodies, failed, .. } = pending;
                ready.push(RawGeneration {
                    unit,
                    bodies,
                    failed,
                    last: true,
                });
            }
        }
        let mut waiting: u64 = self.units.values().map(|pending| pending.bytes).sum();
        while let Some((unit, pending)) = self
            .units
            .iter_mut()
            .max_by_key(|(_, pending)| pending.bytes)
            && (pending.bytes > generation_bytes || waiting > waiting_bytes)
        {
            waiting -= std::mem::take(&mut pending.bytes);
            let bodies = std::mem::take(&mut pending.bodies);
            ready.push(RawGeneration {
                unit: unit.clone(),
                bodies,
                failed: Vec::new(),
                last: false,
            });
        }
        ready
    }
}

/// Whether no token can be had any more, which ends everything. A token that one request refuses may serve the others.
fn has_no_token(error: &ApiError) -> bool {
    error.kind() == ErrorKind::Credentials && error.operation() == Operation::AcquireToken
}

/// The gap's reason for an error of the service.
pub(crate) fn reason(error: &ApiError) -> GapReason {
    match error.kind() {
        ErrorKind::Permission | ErrorKind::Credentials => GapReason::Permission,
        ErrorKind::Disabled => GapReason::Disabled,
        ErrorKind::Expired => GapReason::Expired,
        ErrorKind::NotFound => GapReason::NotFound,
        ErrorKind::RefusedUri => GapReason::RefusedUri,
        ErrorKind::TooLarge => GapReason::TooLarge,
        ErrorKind::Malformed => GapReason::Malformed,
        ErrorKind::Throttled => GapReason::Throttled,
        _ => GapReason::Failed,
    }
}

/// The error and what caused it, in one line.
pub(crate) fn describe(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

fn failed(content_id: Option<String>, reason: GapReason, detail: impl Into<String>) -> Failed {
    Failed {
        content_id,
        reason,
        detail: detail.into(),
        created: None,
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        match error.kind() {
            ErrorKind::Config => Self::Config(describe(&error)),
            ErrorKind::Credentials => Self::Credentials(Box::new(error)),
            ErrorKind::Permission => Self::Permission(describe(&error)),
            _ => Self::Service(Box::new(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(id: &str) -> ContentBlob {
        ContentBlob {
            content_type: "Audit.Exchange".to_owned(),
            content_id: id.to_owned(),
            content_uri: format!("https://manage.office.com/{id}"),
            content_created: jiff::Timestamp::UNIX_EPOCH,
            content_expiration: None,
        }
    }

    fn unit(window: &str, blobs: &[&str]) -> Arc<Listed> {
        let key = UnitKey {
            content_type: "Audit.Exchange".to_owned(),
            window: window.to_owned(),
        };
        let failed = vec![failed(None, GapReason::Failed, "page 2")];
        Arc::new(Listed {
            key,
            blobs: blobs.iter().map(|id| blob(id)).collect(),
            failed,
        })
    }

    async fn fetched(unit: &Arc<Listed>, id: &str, bytes: usize) -> Step {
        let body = Body {
            content_id: id.to_owned(),
            created: None,
            bytes: vec![b' '; bytes].into(),
            reservation: Budget::new(u64::MAX).reserve(0).await,
        };
        Step {
            unit: Arc::clone(unit),
            outcome: Some(Ok(body)),
        }
    }

    fn ids(generation: &RawGeneration) -> Vec<&str> {
        generation
            .bodies
            .iter()
            .map(|body| body.content_id.as_str())
            .collect()
    }

    #[tokio::test]
    async fn a_unit_is_ready_when_its_last_blob_is_settled() {
        let unit = unit("w", &["a", "b"]);
        let mut waiting = Waiting::default();
        waiting.take(fetched(&unit, "b", 10).await);
        assert!(waiting.ready(100, 100).is_empty());
        let lost = failed(Some("a".to_owned()), GapReason::Expired, "AF20051");
        waiting.take(Step {
            unit,
            outcome: Some(Err(lost)),
        });
        let ready = waiting.ready(100, 100);
        assert_eq!(ids(&ready[0]), ["b"]);
        assert_eq!(ready[0].failed.len(), 2);
        assert!(ready[0].last);
        assert!(waiting.units.is_empty());
    }

    #[tokio::test]
    async fn a_unit_that_holds_much_is_handed_on_in_parts() {
        let unit = unit("w", &["a", "b"]);
        let mut waiting = Waiting::default();
        waiting.take(fetched(&unit, "a", 101).await);
        let ready = waiting.ready(100, 1000);
        assert_eq!((ids(&ready[0]), ready[0].last), (vec!["a"], false));
        assert!(ready[0].failed.is_empty());
        waiting.take(fetched(&unit, "b", 1).await);
        let ready = waiting.ready(100, 1000);
        assert_eq!((ids(&ready[0]), ready[0].last), (vec!["b"], true));
    }

    #[tokio::test]
    async fn the_largest_waiting_unit_makes_room() {
        let (small, large) = (unit("s", &["a", "x"]), unit("l", &["b", "x"]));
        let mut waiting = Waiting::default();
        waiting.take(fetched(&small, "a", 40).await);
        waiting.take(fetched(&large, "b", 70).await);
        let ready = waiting.ready(100, 100);
        assert_eq!(ready.len(), 1);
        assert_eq!(ids(&ready[0]), ["b"]);
    }

    #[tokio::test]
    async fn a_window_without_blobs_is_settled_at_once() {
        let unit = unit("w", &[]);
        let mut waiting = Waiting::default();
        waiting.take(Step {
            unit,
            outcome: None,
        });
        let ready = waiting.ready(100, 100);
        assert!(ready[0].last && ready[0].bodies.is_empty());
    }
}
