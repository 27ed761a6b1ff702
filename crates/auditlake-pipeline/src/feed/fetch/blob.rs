//! Fetching one blob of a listed unit.

use std::sync::Arc;

use auditlake_api::{ContentBlob, Error as ApiError};
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, instrument};

use super::{Fetcher, Listed};
use crate::failure::{describe, failed, has_no_token, reason};
use crate::gap::GapReason;
use crate::ledger::Failed;
use crate::normalize::Body;

/// One step of a unit: each listed unit has as many as it has blobs, and at least one.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) unit: Arc<Listed>,
    /// None for a unit without blobs.
    pub(super) outcome: Option<Result<Body, Failed>>,
}

impl Fetcher {
    /// Fetches a unit's blob by its number, on a task of its own, so that a panic is one gap.
    pub(super) async fn spawn_fetch(self: &Arc<Self>, unit: Arc<Listed>, index: usize) -> Step {
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
        let mut reservation = self.room.budget.reserve(self.room.estimate.get()).await;
        let fetched = self.client.fetch_blob(&blob).await;
        self.count_requests();
        self.recorder.progress.blobs_fetched.add(1);
        let bytes = fetched.map_err(|error| self.not_fetched(&blob, &error))?;
        let length = bytes.len() as u64;
        self.room.estimate.learn(length);
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
            self.access.refuse(error);
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
}
