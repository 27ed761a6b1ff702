//! From the bodies of a generation to batches of rows.

use std::sync::Arc;

use auditlake_normalizer::{Batch, HealthBatch, Origin, split_array};
use bytes::Bytes;
use jiff::Timestamp;

use crate::batches::{Batcher, Batchers};
use crate::budget::Reservation;
use crate::gap::GapReason;
use crate::ledger::{CommittedBlob, Failed, UnitKey};
use crate::source::Raw;

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
    fn normalize(self, connection: &str, batchers: &Batchers) -> Generation {
        let unit = &self.unit;
        let bytes = |body: &Body| body.bytes.len();
        let (batches, read) = batchers.batches(self.bodies, bytes, |body, batcher| {
            body.normalize(connection, unit, batcher)
        });
        let mut failed = self.failed;
        let (mut content_ids, mut blobs) = (Vec::new(), Vec::new());
        for read in read {
            match read {
                Ok((content_id, blob)) => {
                    content_ids.push(content_id);
                    blobs.push(blob);
                }
                Err(why) => failed.push(why),
            }
        }
        Generation {
            unit: self.unit,
            content_ids,
            blobs,
            rows: Rows::of(batches),
            failed,
            last: self.last,
            reservation: None,
        }
    }
}

impl Body {
    /// Hands its records to the batcher; says what it was, or why it has none.
    fn normalize(
        self,
        connection: &str,
        unit: &UnitKey,
        batcher: &mut Batcher,
    ) -> Result<(String, CommittedBlob), Failed> {
        let origin = Origin {
            connection,
            content_type: Some(&unit.content_type),
            content_id: Some(&self.content_id),
            content_created: self.created,
            position: None,
        };
        let records = split_array(&self.bytes).map_err(|error| Failed {
            content_id: Some(self.content_id.clone()),
            reason: GapReason::Malformed,
            detail: error.to_string(),
            created: self.created,
        })?;
        for record in &records {
            batcher.push(record, &origin);
        }
        let blob = CommittedBlob {
            created: self.created,
            bytes: self.bytes.len() as u64,
            records: records.len() as u64,
            ..CommittedBlob::default()
        };
        // Other bodies may be fetched from here on.
        drop(self.reservation);
        Ok((self.content_id, blob))
    }
}
