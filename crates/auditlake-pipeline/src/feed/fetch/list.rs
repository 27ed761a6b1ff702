//! Listing a unit: its new blobs, page by page, and what was announced of it.

use std::sync::Arc;

use auditlake_api::{ContentBlob, ContentType, Error as ApiError, Window};
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, instrument};

use super::Fetcher;
use crate::failure::{describe, failed, reason};
use crate::gap::GapReason;
use crate::ledger::{Failed, UnitKey};
use crate::plan::{Unit, window_name};

/// A unit with its new blobs.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) key: UnitKey,
    pub(super) blobs: Vec<ContentBlob>,
    /// Windows and elements of listings that could not be had.
    pub(super) failed: Vec<Failed>,
}

impl Listed {
    /// A unit of which nothing is listed yet.
    pub(super) fn of(unit: &Unit) -> Self {
        Self {
            key: unit.key(),
            blobs: Vec::new(),
            failed: Vec::new(),
        }
    }
}

impl Fetcher {
    /// Lists a unit on a task of its own, so that a panic is one gap.
    pub(super) async fn spawn_list(self: &Arc<Self>, unit: Unit) -> Arc<Listed> {
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
        if self.access.is_given_up(unit.content_type.as_str()) {
            return listed;
        }
        self.list_asked(&unit, &mut listed).await;
        self.take_announced(&mut listed);
        listed
    }

    /// Asks the service, and notes what of the unit it no longer keeps.
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
            Err(error) if self.access.give_up(unit.content_type.as_str(), &error) => {}
            Err(error) => listed
                .failed
                .push(failed(None, reason(&error), describe(&error))),
        }
    }

    /// Adds what was announced and is neither in the lake nor in the listing.
    pub(super) fn take_announced(&self, listed: &mut Listed) {
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
        self.note_listed(&listed.key, is_whole.then_some(window));
        Ok(())
    }

    /// Notes that a unit was listed to its last page, and what it may say that it has listed.
    pub(super) fn note_listed(&self, key: &UnitKey, window: Option<Window>) {
        self.access.reach(&key.content_type);
        if let Some(window) = window {
            self.lock().windows.insert(key.clone(), window);
        }
        self.recorder.with(|report| report.windows.listed += 1);
    }

    /// Takes those blobs of a listing that are not in the lake, nor on their way.
    pub(super) fn take_new(&self, blobs: Vec<ContentBlob>, listed: &mut Listed) {
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
}

impl Unit {
    fn key(&self) -> UnitKey {
        UnitKey {
            content_type: self.content_type.to_string(),
            window: window_name(self.window),
        }
    }
}
