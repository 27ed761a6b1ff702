//! Whether an hour is in the lake, and how many are.

use serde::{Deserialize, Serialize};

/// Whether an hour is in the lake. The first that fits, from the last on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HourState {
    /// A run listed all of it after it was over, and all that any run found is in the lake.
    Committed,
    /// As committed; and a blob of it was not there yet when a run first listed all of it.
    Late,
    /// A run listed part of it, or found blobs that it did not come to commit.
    Listed,
    /// No run has listed it yet, and the service still has it.
    Unknown,
    /// The last run that asked was refused it, or part of it, and the service still has it.
    Failed,
    /// Part of it, or all, is not in the lake, and the service does not have it any more.
    Expired,
}

/// How many hours are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourSums {
    /// See [`HourState::Committed`].
    pub committed: u64,
    /// See [`HourState::Late`].
    pub late: u64,
    /// See [`HourState::Listed`].
    pub listed: u64,
    /// See [`HourState::Unknown`].
    pub unknown: u64,
    /// See [`HourState::Failed`].
    pub failed: u64,
    /// See [`HourState::Expired`].
    pub expired: u64,
}

impl HourState {
    /// All of them, the best first.
    pub const ALL: [Self; 6] = [
        Self::Committed,
        Self::Late,
        Self::Listed,
        Self::Unknown,
        Self::Failed,
        Self::Expired,
    ];

    /// The word in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Late => "late",
            Self::Listed => "listed",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    /// Whether all of the hour is in the lake.
    pub const fn is_complete(self) -> bool {
        matches!(self, Self::Committed | Self::Late)
    }
}

impl HourSums {
    /// How many hours are in this state.
    pub const fn of(&self, state: HourState) -> u64 {
        match state {
            HourState::Committed => self.committed,
            HourState::Late => self.late,
            HourState::Listed => self.listed,
            HourState::Unknown => self.unknown,
            HourState::Failed => self.failed,
            HourState::Expired => self.expired,
        }
    }

    /// The count of this state.
    pub(super) const fn of_mut(&mut self, state: HourState) -> &mut u64 {
        match state {
            HourState::Committed => &mut self.committed,
            HourState::Late => &mut self.late,
            HourState::Listed => &mut self.listed,
            HourState::Unknown => &mut self.unknown,
            HourState::Failed => &mut self.failed,
            HourState::Expired => &mut self.expired,
        }
    }

    /// All hours.
    pub fn total(&self) -> u64 {
        HourState::ALL.iter().map(|state| self.of(*state)).sum()
    }

    /// Takes the hours of another content type in.
    pub(super) fn add(&mut self, other: &Self) {
        for state in HourState::ALL {
            *self.of_mut(state) += other.of(state);
        }
    }
}
