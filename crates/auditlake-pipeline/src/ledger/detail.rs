//! What a commit tells of its blobs and events beside what the ledger needs: the figures of `auditlake coverage`.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Significant bits of a delay's bound: it is at most an eighth too long.
const PRECISION_BITS: u32 = 4;

/// Figures of a generation. Commits of earlier builds have none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitDetail {
    /// The blobs, in the order of [`Commit::content_ids`](super::Commit::content_ids).
    pub blobs: Vec<CommittedBlob>,
    /// From an event's time to when its blob became available.
    pub delays: Delays,
    /// Events written by OCSF class.
    pub by_class: BTreeMap<String, u64>,
    /// Events written by `RecordType`, as sent, as text.
    pub by_record_type: BTreeMap<String, u64>,
}

/// Figures of a blob. What is neither an event nor in the quarantine was in the lake already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommittedBlob {
    /// `contentCreated`; none where the service did not say.
    pub created: Option<Timestamp>,
    /// Bytes of the body, unpacked.
    pub bytes: u64,
    /// Elements of the body.
    pub records: u64,
    /// Events written.
    pub events: u64,
    /// Rows written to the quarantine.
    pub quarantined: u64,
    /// All of its hour had been listed before, and it was not there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
}

/// How many there were of each delay: by an upper bound in seconds that is at most an eighth too long, so that
/// the counts of many generations add up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Delays(BTreeMap<u64, u64>);

impl Delays {
    /// Counts a delay; one that is negative, as clocks differ, is none.
    pub(crate) fn add(&mut self, delay: SignedDuration) {
        let seconds = u64::try_from(delay.as_secs()).unwrap_or_default();
        *self.0.entry(bound(seconds)).or_default() += 1;
    }

    /// Counts what others have counted.
    pub(crate) fn extend(&mut self, other: &Self) {
        for (bound, count) in &other.0 {
            *self.0.entry(*bound).or_default() += count;
        }
    }

    /// How many were counted.
    pub(crate) fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// Seconds within which so many hundredths of them were; none where there is none.
    pub(crate) fn percentile(&self, hundredths: u64) -> Option<u64> {
        let rank = (self.count() * hundredths).div_ceil(100).max(1);
        let mut seen = 0;
        let reached = |(bound, count): (&u64, &u64)| {
            seen += count;
            (seen >= rank).then_some(*bound)
        };
        self.0.iter().find_map(reached)
    }
}

/// The seconds, rounded up to [`PRECISION_BITS`] significant bits.
fn bound(seconds: u64) -> u64 {
    let bits = u64::BITS - seconds.leading_zeros();
    let step = 1 << bits.saturating_sub(PRECISION_BITS);
    seconds.div_ceil(step) * step
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delays(seconds: impl IntoIterator<Item = i64>) -> Delays {
        let mut delays = Delays::default();
        for seconds in seconds {
            delays.add(SignedDuration::from_secs(seconds));
        }
        delays
    }

    #[test]
    fn a_bound_is_never_too_short_and_at_most_an_eighth_too_long() {
        for seconds in (0..100_000).chain([604_800, 10_000_000]) {
            let bound = bound(seconds);
            assert!(
                bound >= seconds && bound - seconds <= seconds / 8,
                "{seconds}: {bound}"
            );
        }
    }

    #[test]
    fn percentiles_are_those_of_the_sum_of_the_parts() {
        let mut sum = delays(1..=50);
        sum.extend(&delays(51..=100));
        assert_eq!(sum, delays(1..=100));
        assert_eq!(sum.count(), 100);
        assert_eq!(sum.percentile(50), Some(52));
        assert_eq!(sum.percentile(99), Some(104));
        assert_eq!(sum.percentile(100), Some(104));
        assert_eq!(Delays::default().percentile(50), None);
    }

    #[test]
    fn a_clock_that_is_ahead_makes_no_delay() {
        assert_eq!(delays([-5]).percentile(50), Some(0));
    }

    #[test]
    fn bounds_read_back_from_text() {
        let text = serde_json::to_string(&delays([3, 3, 3600])).unwrap();
        assert_eq!(text, r#"{"3":2,"3840":1}"#);
        assert_eq!(
            serde_json::from_str::<Delays>(&text).unwrap(),
            delays([3, 3, 3600])
        );
    }
}
