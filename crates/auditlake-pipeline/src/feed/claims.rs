//! What a run may say it has listed: windows whose every blob is in the lake, or named as failed.

use std::collections::{BTreeMap, HashMap, HashSet};

use auditlake_api::{ContentType, Window};
use jiff::Timestamp;

use crate::coverage::{HOUR, hour_of};
use crate::ledger::listed::{Marks, RunRecord};
use crate::ledger::{Ledger, UnitKey};
use crate::listed::{Listed, Unavailable};
use crate::normalize::Generation;
use crate::plan::RETENTION;
use crate::source::Told;

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
    /// The run lists nothing, so that it has nothing to leave.
    is_silent: bool,
    /// Units of which a part was left to another run: this one cannot say what became of it.
    left: HashSet<UnitKey>,
    /// Units of which something failed.
    failed: HashSet<UnitKey>,
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
            is_silent: false,
            left: HashSet::new(),
            failed: HashSet::new(),
        }
    }

    /// Of a run that lists nothing.
    pub(crate) fn silent(self) -> Self {
        Self {
            is_silent: true,
            ..self
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
        told: &Told,
        is_in_the_lake: bool,
        windows: &HashMap<UnitKey, Window>,
    ) {
        if !is_in_the_lake {
            self.left.insert(told.unit.clone());
        }
        if told.failed {
            self.failed.insert(told.unit.clone());
        }
        if told.last
            && !self.left.contains(&told.unit)
            && let Some(&window) = windows.get(&told.unit)
        {
            let content_type = &told.unit.content_type;
            if self.failed.contains(&told.unit) {
                self.marks.listed.add_failed(content_type, window);
            } else {
                self.marks.listed.add(content_type, window, self.now);
            }
        }
    }

    /// Notes of each blob whether it was not there yet when all of its hour was listed.
    pub(crate) fn note_late(&self, generation: &mut Generation) {
        let content_type = &generation.unit.content_type;
        for blob in &mut generation.blobs {
            blob.late = blob.created.is_some_and(|created| {
                let start = hour_of(created);
                let end = start + HOUR;
                self.marks
                    .listed
                    .covers(content_type, Window { start, end })
            });
        }
    }

    /// Leaves what was listed, how the run went, and why content types could not be had, by their names. Returns what
    /// is listed by now. If it cannot be left, the next round does more than it must, and nothing is lost.
    pub(crate) async fn leave(
        mut self,
        run: RunRecord,
        answers: Vec<(String, Option<Unavailable>)>,
    ) -> Listed {
        if self.is_silent {
            return self.marks.listed;
        }
        let run_id = run.run_id.clone();
        for (content_type, unavailable) in answers {
            self.marks
                .listed
                .answer(&content_type, &run_id, unavailable);
        }
        self.marks.note_run(run);
        for (content_type, since) in self.settling.iter().flat_map(|it| &it.starts) {
            self.marks.listed.follow(content_type.as_str(), *since);
        }
        let edge = self.now - RETENTION;
        self.marks.listed.forget_times_before(edge);
        let listed = self.marks.listed.clone();
        if let Err(error) = self.ledger.replace_marks(&run_id, self.marks).await {
            tracing::warn!(%error, "what was listed could not be noted: the next round lists it again, `auditlake coverage` does not know of it");
        }
        listed
    }
}
