//! What was fetched of a feed, and the rows that it becomes.

use std::sync::Arc;

use auditlake_normalizer::{HealthElement, HealthNormalizer, HealthOrigin};
use jiff::Timestamp;
use serde_json::value::RawValue;

use crate::batches::Batchers;
use crate::budget::Reservation;
use crate::gap::GapReason;
use crate::ledger::{Failed, UnitKey};
use crate::normalize::{Generation, Rows};
use crate::source::Raw;

/// Elements that will be committed together.
#[derive(Debug)]
pub(crate) struct HealthRaw {
    pub(super) unit: UnitKey,
    pub(super) tenant_uid: String,
    pub(super) pages: Vec<Fetched>,
    pub(super) failed: Vec<Failed>,
    /// With this one the unit is done.
    pub(super) last: bool,
}

/// A page, and when it came.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) element: HealthElement,
    pub(super) elements: Vec<Box<RawValue>>,
    pub(super) at: Timestamp,
    /// Held until the elements are rows.
    pub(super) _reservation: Reservation,
}

impl Fetched {
    /// Bytes of its elements.
    pub(super) fn bytes(&self) -> u64 {
        let bytes = self.elements.iter().map(|it| it.get().len() as u64);
        bytes.sum()
    }
}

impl Raw for HealthRaw {
    fn unit(&self) -> &UnitKey {
        &self.unit
    }

    fn bytes(&self) -> u64 {
        self.pages.iter().map(Fetched::bytes).sum()
    }

    fn normalize(self, connection: &str, batchers: &Batchers) -> Generation {
        let mut normalizer = HealthNormalizer::new(batchers.keep_raw_data());
        let mut count = 0;
        for page in self.pages {
            let origin = HealthOrigin {
                connection,
                tenant_uid: &self.tenant_uid,
                fetched: page.at,
            };
            for element in &page.elements {
                normalizer.push(page.element, element.get(), &origin);
            }
            count += page.elements.len();
        }
        let mut failed = self.failed;
        let rows = normalizer.finish().inspect_err(|error| {
            failed.push(Failed {
                content_id: None,
                reason: GapReason::Malformed,
                detail: error.to_string(),
                created: None,
            });
        });
        Generation {
            unit: self.unit,
            content_ids: Vec::new(),
            blobs: Vec::new(),
            rows: Arc::new(Rows {
                batches: Vec::new(),
                health: rows.ok().filter(|_| count > 0),
            }),
            failed,
            last: self.last,
            reservation: None,
        }
    }
}
