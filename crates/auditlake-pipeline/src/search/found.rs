//! What a search has found, on its way to rows.

use auditlake_normalizer::{Origin, Position};
use serde_json::value::RawValue;

use crate::batches::Batchers;
use crate::budget::Reservation;
use crate::ledger::{CommittedBlob, Failed, UnitKey};
use crate::normalize::{Generation, Rows};
use crate::source::Raw;
use crate::wrapped::each_within;

/// Records of a part of a slice, or that the part or the slice is at its end.
///
/// Pages have no names in the ledger: a search may be paged differently when it is read again, and what is named there is
/// not looked at a second time. Only a part that was read to its end is named.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) unit: UnitKey,
    /// By which the records say where they are from.
    pub(super) content_id: String,
    /// Whole `auditLogRecord`s, as they came.
    pub(super) records: Vec<Box<RawValue>>,
    /// Their bytes.
    pub(super) bytes: u64,
    /// With these records the part is at its end.
    pub(super) is_read: bool,
    pub(super) failed: Vec<Failed>,
    /// With this the slice is done.
    pub(super) last: bool,
    /// Held until the records are in batches.
    pub(super) reservations: Vec<Reservation>,
}

impl Found {
    /// Nothing yet.
    pub(super) fn nothing(unit: &UnitKey, content_id: &str) -> Self {
        Self {
            unit: unit.clone(),
            content_id: content_id.to_owned(),
            records: Vec::new(),
            bytes: 0,
            is_read: false,
            failed: Vec::new(),
            last: false,
            reservations: Vec::new(),
        }
    }

    /// Adds a page, for which there is room.
    pub(super) fn add(&mut self, records: Vec<Box<RawValue>>, mut reservation: Reservation) {
        let bytes: usize = records.iter().map(|record| record.get().len()).sum();
        reservation.resize(bytes as u64);
        self.bytes += bytes as u64;
        self.records.extend(records);
        self.reservations.push(reservation);
    }
}

impl Raw for Found {
    fn unit(&self) -> &UnitKey {
        &self.unit
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The record of the unified audit log is in the member `auditData`, as the feed has it.
    fn normalize(self, connection: &str, batchers: &Batchers) -> Generation {
        let origin = Origin {
            connection,
            content_type: Some(&self.unit.content_type),
            content_id: Some(&self.content_id),
            content_created: None,
            position: None,
        };
        let count = self.records.len() as u64;
        let numbered = (1..).zip(self.records).collect();
        let bytes = |(_, record): &(u64, Box<RawValue>)| record.get().len();
        let (batches, _) = batchers.batches(numbered, bytes, |(number, record), batcher| {
            let push = &mut |record: &[u8], _| {
                batcher.push(record, &origin);
                Ok(())
            };
            // Taking a record cannot fail.
            each_within(record.get().as_bytes(), Position::Element(number), push).ok();
        });
        let blob = CommittedBlob {
            bytes: self.bytes,
            records: count,
            ..CommittedBlob::default()
        };
        let (content_ids, blobs) = if self.is_read {
            (vec![self.content_id], vec![blob])
        } else {
            (Vec::new(), Vec::new())
        };
        Generation {
            unit: self.unit,
            content_ids,
            blobs,
            rows: Rows::of(batches),
            failed: self.failed,
            last: self.last,
            reservation: None,
        }
    }
}
