//! What a run may say it has listed: windows whose every blob is in the lake.

use std::collections::{BTreeMap, HashMap, HashSet};

use auditlake_api::{ContentType, Window};
use jiff::Timestamp;

use crate::ledger::listed::Marks;
use crate::ledger::{Ledger, UnitKey};
use crate::listed::Listed;
use crate::normalize::Generation;
use crate::plan::RETENTION;

/// What a round settles and follows.
#[derive(Debug)]
pub(crate) struct Settling {
    /// Nothing before this is open once the losses are in the ledger.
    pub(crate) until: Timestamp,
    /// From when on each content type is asked for.
    pub(crate) starts: BTreeMap<ContentType, Timestamp>,
}

/// What a run has listed so far, on top of what the marks say that it read.
#[derive(Debug)]
pub(crate) struct Claims {
    ledger: Ledger,
    marks: Marks,
    settling: Option<Settling>,
    now: Timestamp,
    /// Units of which a part was left to another run.
    left: HashSet<UnitKey>,
}

/// What is to be known of a generation after it is committed.
#[derive(Debug)]
pub(crate) struct Told {
    unit: UnitKey,
    last: bool,
    failed: bool,
}

impl Told {
    pub(crate) fn of(generation: &Generation) -> Self {
        Self {
            unit: generation.unit.clone(),
            last: generation.last,
            failed: !generation.failed.is_empty(),
        }
    }
}

impl Claims {
    pub(crate) fn new(
        ledger: Ledger,
        marks: Marks,
        settling: Option<Settling>,
        now: Timestamp,
    ) -> Self {
        Self {
            ledger,
            marks,
            settling,
            now,
            left: HashSet::new(),
        }
    }

    /// The losses are in the ledger.
    pub(crate) fn settle(&mut self) {
        let Some(settling) = &self.settling else {
            return;
        };
        for content_type in settling.starts.keys() {
            self.marks
                .listed
                .settle(content_type.as_str(), settling.until);
        }
    }

    /// Takes in that a generation went through the committer.
    pub(crate) fn learn(
        &mut self,
        told: Told,
        is_in_the_lake: bool,
        windows: &HashMap<UnitKey, Window>,
    ) {
        if !is_in_the_lake || told.failed {
            self.left.insert(told.unit);
        } else if told.last
            && !self.left.contains(&told.unit)
            && let Some(&window) = windows.get(&told.unit)
        {
            let listed = &mut self.marks.listed;
            listed.add(&told.unit.content_type, window, self.now);
        }
    }

    /// Leaves the mark, and returns what it says. Without it the next round does more than it must, and nothing is lost.
    pub(crate) async fn mark(mut self, run_id: &str) -> Listed {
        for (content_type, since) in self.settling.iter().flat_map(|it| &it.starts) {
            self.marks.listed.follow(content_type.as_str(), *since);
        }
        let edge = self.now - RETENTION;
        self.marks.listed.forget_times_before(edge);
        let listed = self.marks.listed.clone();
        if let Err(error) = self.ledger.replace_marks(run_id, self.marks).await {
            tracing::warn!(%error, "what was listed could not be marked");
        }
        listed
    }
}
