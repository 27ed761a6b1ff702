//! What the ledger's commits say, and what of it one committer leaves to the next.

use std::collections::{BTreeSet, HashSet};

use super::beside::Loaded;
use super::by_day::ByDay;
use crate::content_ids::ContentIds;
use crate::gap::GapReason;
use crate::identities::Identities;
use crate::ledger::{Commit, Failed, Place, UnitKey};

/// What the identity of a record takes in a set that grows.
pub(super) const IDENTITY_BYTES: usize = 20;
/// What the place of a commit takes with its parts.
const PLACE_BYTES: usize = 300;

/// What a committer knows of the lake, for the next one of the same connection in this process. It is never needed: who
/// has none reads it from the lake.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(super) history: History,
    pub(super) identities: Identities,
    /// Where these were read, if they may be forgotten.
    pub(super) loaded: Loaded,
}

impl Memory {
    /// Whether anything is remembered.
    pub(crate) fn is_empty(&self) -> bool {
        self.history.read.is_empty()
    }

    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> u64 {
        let identities = self.identities.with(|known| known.len());
        let History {
            read,
            content_ids,
            unloaded,
            ..
        } = &self.history;
        let rest = content_ids.known().bytes() + unloaded.bytes() + self.loaded.bytes();
        let bytes = identities * IDENTITY_BYTES + read.len() * PLACE_BYTES + rest;
        bytes.try_into().unwrap_or(u64::MAX)
    }
}

/// What the commits say that were read so far.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Commits that were read.
    pub(super) read: BTreeSet<Place>,
    /// Blobs that are in the lake.
    pub(super) content_ids: ContentIds,
    /// Files that were taken back, or declared lost.
    pub(super) over: HashSet<String>,
    /// Failures that the ledger names already.
    noted: HashSet<(UnitKey, Option<String>, GapReason)>,
    /// Files whose identities are not loaded.
    pub(super) unloaded: ByDay,
}

impl History {
    /// Takes in a commit.
    pub(super) fn absorb(&mut self, place: &Place, commit: &Commit) {
        self.read.insert(place.clone());
        let content_type = &place.unit.content_type;
        for id in &commit.content_ids {
            self.content_ids.add(content_type, id);
        }
        for id in &commit.lost {
            self.content_ids.lose(content_type, id);
        }
        self.over.extend(commit.rolled_back.iter().cloned());
        self.noted.extend(
            commit
                .failed
                .iter()
                .map(|failed| noted(&place.unit, failed)),
        );
    }

    /// Takes in a commit of another source: it counts for what records are in the lake, and for nothing else.
    pub(super) fn absorb_beside(&mut self, place: &Place, commit: &Commit) {
        self.read.insert(place.clone());
        self.over.extend(commit.rolled_back.iter().cloned());
    }

    /// Whether the ledger names this failure of the unit.
    pub(super) fn names(&self, unit: &UnitKey, failed: &Failed) -> bool {
        self.noted.contains(&noted(unit, failed))
    }
}

fn noted(unit: &UnitKey, failed: &Failed) -> (UnitKey, Option<String>, GapReason) {
    (unit.clone(), failed.content_id.clone(), failed.reason)
}
