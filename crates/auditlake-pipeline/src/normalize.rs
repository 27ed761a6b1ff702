//! From the bodies of a generation to batches of rows, on a blocking thread.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use auditlake_normalizer::{Batch, HealthBatch, Normalizer, Options, Origin, split_array};
use bytes::Bytes;
use jiff::Timestamp;

use crate::budget::Reservation;
use crate::gap::GapReason;
use crate::ledger::{CommittedBlob, Failed, UnitKey};
use crate::source::Raw;

/// Bytes of records that become one batch.
const BATCH_BYTES: usize = 4 << 20;

/// The body of a blob.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) content_id: String,
    pub(crate) created: Option<Timestamp>,
    pub(crate) bytes: Bytes,
    /// Held until the records are in batches.
    pub(crate) reservation: Reservation,
}

/// Bodies that will be committed together.
#[derive(Debug)]
pub(crate) struct RawGeneration {
    pub(crate) unit: UnitKey,
    pub(crate) bodies: Vec<Body>,
    pub(crate) failed: Vec<Failed>,
    /// With this one the unit is done.
    pub(crate) last: bool,
}

/// Rows that will be committed together.
#[derive(Debug)]
pub(crate) struct Generation {
    pub(crate) unit: UnitKey,
    /// Blobs whose records these are.
    pub(crate) content_ids: Vec<String>,
    /// What they were, in the same order; how many events they are, is not known yet.
    pub(crate) blobs: Vec<CommittedBlob>,
    pub(crate) rows: Arc<Rows>,
    pub(crate) failed: Vec<Failed>,
    /// With this one the unit is done.
    pub(crate) last: bool,
    /// Held until the rows are in the lake.
    pub(crate) reservation: Option<Reservation>,
}

/// What records became.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) batches: Vec<Batch>,
    /// Rows of the table of service health.
    pub(crate) health: Option<HealthBatch>,
}

impl Rows {
    /// Of events.
    pub(crate) fn of(batches: Vec<Batch>) -> Arc<Self> {
        let health = None;
        Arc::new(Self { batches, health })
    }
}

impl Generation {
    /// Whether there are rows, known or not.
    pub(crate) fn has_rows(&self) -> bool {
        !self.rows.batches.is_empty() || self.rows.health.is_some()
    }

    /// That something of a unit cannot be had, and nothing else.
    pub(crate) fn of_failure(unit: UnitKey, failed: Failed) -> Self {
        Self {
            unit,
            content_ids: Vec::new(),
            blobs: Vec::new(),
            rows: Arc::default(),
            failed: vec![failed],
            last: false,
            reservation: None,
        }
    }
}

impl Raw for RawGeneration {
    fn unit(&self) -> &UnitKey {
        &self.unit
    }

    fn bytes(&self) -> u64 {
        self.bodies.iter().map(|body| body.bytes.len() as u64).sum()
    }

    /// Takes the bodies apart; one that is no array of records is a failed blob.
    fn normalize(self, connection: &str, batcher: &mut Batcher) -> Generation {
        let mut failed = self.failed;
        let mut content_ids = Vec::with_capacity(self.bodies.len());
        let mut blobs = Vec::with_capacity(self.bodies.len());
        for body in self.bodies {
            let origin = Origin {
                connection,
                content_type: Some(&self.unit.content_type),
                content_id: Some(&body.content_id),
                content_created: body.created,
                position: None,
            };
            match split_array(&body.bytes) {
                Ok(records) => {
                    blobs.push(CommittedBlob {
                        created: body.created,
                        bytes: body.bytes.len() as u64,
                        records: records.len() as u64,
                        ..CommittedBlob::default()
                    });
                    for record in records {
                        batcher.push(record, &origin);
                    }
                    content_ids.push(body.content_id);
                }
                Err(error) => failed.push(Failed {
                    content_id: Some(body.content_id),
                    reason: GapReason::Malformed,
                    detail: error.to_string(),
                    created: body.created,
                }),
            }
            drop(body.reservation);
        }
        let rows = Rows::of(batcher.finish());
        Generation {
            unit: self.unit,
            content_ids,
            blobs,
            rows,
            failed,
            last: self.last,
            reservation: None,
        }
    }
}

/// Batchers that are at work or idle: one that made batches knows how much room they take.
#[derive(Debug)]
pub(crate) struct Batchers {
    raw_data: bool,
    idle: Mutex<Vec<Batcher>>,
}

impl Batchers {
    pub(crate) fn new(raw_data: bool) -> Self {
        let idle = Mutex::default();
        Self { raw_data, idle }
    }

    /// Lends one.
    pub(crate) fn lend<T>(&self, work: impl FnOnce(&mut Batcher) -> T) -> T {
        let idle = self.idle().pop();
        let mut batcher = idle.unwrap_or_else(|| Batcher::new(self.raw_data));
        let done = work(&mut batcher);
        self.idle().push(batcher);
        done
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Batcher>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes batches of bounded size.
#[derive(Debug)]
pub(crate) struct Batcher {
    raw_data: bool,
    normalizer: Normalizer,
    batches: Vec<Batch>,
}

impl Batcher {
    pub(crate) fn new(raw_data: bool) -> Self {
        Self {
            raw_data,
            normalizer: Normalizer::new(Options { raw_data }),
            batches: Vec::new(),
        }
    }

    /// Whether rows have the bytes that they were made of.
    pub(crate) fn keeps_raw_data(&self) -> bool {
        self.raw_data
    }

    pub(crate) fn push(&mut self, record: &[u8], origin: &Origin<'_>) {
        self.normalizer.push(record, origin);
        if self.normalizer.pending_bytes() >= BATCH_BYTES {
            self.batches.push(self.normalizer.finish());
        }
    }

    /// Takes the batches that are full.
    pub(crate) fn full(&mut self) -> Vec<Batch> {
        std::mem::take(&mut self.batches)
    }

    /// Takes what was made.
    pub(crate) fn finish(&mut self) -> Vec<Batch> {
        if !self.normalizer.is_empty() {
            self.batches.push(self.normalizer.finish());
        }
        std::mem::take(&mut self.batches)
    }
}
