//! How long records were on their way: until the service offered them, and until they were in the lake.

use auditlake_api::Window;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::facts::{BlobFact, TypeFacts};
use crate::ledger::Delays;

/// How long records were on their way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelaySummary {
    /// From what happened to when its blob became available: `contentCreated` less `CreationTime`, of events.
    pub event_to_available: Option<Percentiles>,
    /// From when a blob became available to when it was committed, of blobs.
    pub available_to_committed: Option<Percentiles>,
}

/// Seconds within which so many of a hundred were, at most an eighth too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Percentiles {
    /// How many were counted.
    pub count: u64,
    /// Half.
    pub p50: u64,
    /// Nine of ten.
    pub p90: u64,
    /// Ninety-nine of a hundred.
    pub p99: u64,
    /// All.
    pub max: u64,
}

impl Percentiles {
    fn of(delays: &Delays) -> Option<Self> {
        Some(Self {
            count: delays.count(),
            p50: delays.percentile(50)?,
            p90: delays.percentile(90)?,
            p99: delays.percentile(99)?,
            max: delays.percentile(100)?,
        })
    }
}

/// The delays of a content type, or of several together.
#[derive(Debug, Default)]
pub(super) struct AllDelays {
    to_available: Delays,
    to_committed: Delays,
}

impl AllDelays {
    /// Those of the events that were committed and of the blobs that became available within the range.
    pub(super) fn of(facts: &TypeFacts, range: Window) -> Self {
        let mut delays = Self::default();
        for detail in facts
            .commits
            .iter()
            .filter_map(|commit| commit.detail.as_ref())
        {
            delays.to_available.extend(&detail.delays);
        }
        let within = |blob: &&BlobFact| range.start <= blob.created && blob.created < range.end;
        for blob in facts.blobs.iter().filter(within) {
            let delay: SignedDuration = blob.committed.duration_since(blob.created);
            delays.to_committed.add(delay);
        }
        delays
    }

    /// Takes those of another content type in.
    pub(super) fn extend(&mut self, other: &Self) {
        self.to_available.extend(&other.to_available);
        self.to_committed.extend(&other.to_committed);
    }

    /// What a report tells of them.
    pub(super) fn summary(&self) -> DelaySummary {
        DelaySummary {
            event_to_available: Percentiles::of(&self.to_available),
            available_to_committed: Percentiles::of(&self.to_committed),
        }
    }
}
