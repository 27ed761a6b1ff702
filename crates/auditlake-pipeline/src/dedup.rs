//! Which rows of a generation are new, and the files that hold them.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::compute::filter_record_batch;
use auditlake_normalizer::{Batch, HealthBatch, Row};
use auditlake_parquet::{EncodedFile, TableBuffer};

use crate::error::Error;
use crate::event_buffers::EventBuffers;
use crate::handover::{Form, Part};
use crate::identities::Identities;
use crate::ledger::identity_list::NewIdentities;
use crate::ledger::{CommitDetail, Counts};
use crate::normalize::{Generation, Rows};
use crate::tables::Tables;
use crate::tally::Tally;

/// What a generation would add to the lake.
#[derive(Debug, Default)]
pub(crate) struct Addition {
    pub(crate) files: Vec<EncodedFile>,
    /// What is handed on instead.
    pub(crate) parts: Vec<Part>,
    /// Identities of the rows in the files and in the parts.
    pub(crate) fresh: Arc<HashSet<u128>>,
    /// The same, for the runs to come, where they are in no file.
    pub(crate) identities: Option<NewIdentities>,
    pub(crate) counts: Counts,
    pub(crate) kinds: Kinds,
    pub(crate) tally: Tally,
}

/// Events by what they are.
#[derive(Debug, Default)]
pub(crate) struct Kinds {
    pub(crate) by_class: BTreeMap<String, u64>,
    pub(crate) by_record_type: BTreeMap<String, u64>,
    pub(crate) unknown_record_types: BTreeMap<String, u64>,
}

impl Kinds {
    pub(crate) fn add(&mut self, row: &Row) {
        count(&mut self.by_class, row.class_name);
        if let Some(record_type) = &row.record_type {
            count(&mut self.by_record_type, record_type);
            if !row.record_type_known {
                count(&mut self.unknown_record_types, record_type);
            }
        }
    }
}

fn count(counts: &mut BTreeMap<String, u64>, key: &str) {
    if let Some(count) = counts.get_mut(key) {
        *count += 1;
    } else {
        counts.insert(key.to_owned(), 1);
    }
}

/// That events are handed on and not written.
#[derive(Debug)]
pub(crate) struct Handing {
    pub(crate) form: Form,
    /// Where their identities are to be, below the lake's root.
    pub(crate) identities_path: String,
}

/// What is in the lake, or will be.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) identities: Identities,
    /// Of what will be committed before.
    pub(crate) before: Arc<HashSet<u128>>,
}

/// Drops what the lake has, or what came before in the generation, and encodes the rest.
pub(crate) fn add(
    rows: &Rows,
    known: Known,
    tables: &Tables,
    name: &str,
    handing: Option<&Handing>,
) -> Result<Addition, Error> {
    let mut addition = Addition::default();
    let mut events = EventBuffers::new(&tables.events)?;
    let mut quarantine = TableBuffer::new(tables.quarantine.clone())?;
    let mut judge = Judge::new(known);
    for batch in &rows.batches {
        let kept = addition.keep(batch, &mut judge)?;
        addition.tally.add(&kept);
        match handing {
            Some(handing) => {
                let parts = Part::of(handing.form, &kept.events()?, &kept.quarantine);
                addition.parts.extend(parts);
            }
            None => events.push(&kept)?,
        }
        quarantine.push(kept.quarantine)?;
    }
    if let Some(by_class) = events.by_class() {
        addition.kinds.by_class = by_class;
    }
    addition.files = events.encode(name)?;
    addition
        .files
        .extend(quarantine.encode(|_, _| name.to_owned())?);
    if let Some(health) = &rows.health {
        let kept = addition.keep_health(health, &mut judge)?;
        let mut buffer = TableBuffer::new(tables.service_health.clone())?;
        buffer.push(kept)?;
        addition
            .files
            .extend(buffer.encode(|_, _| name.to_owned())?);
    }
    if let Some(handing) = handing {
        addition.identities = NewIdentities::of(&handing.identities_path, &judge.fresh);
    }
    addition.fresh = Arc::new(judge.fresh);
    Ok(addition)
}

/// The rows of a batch that are new.
#[derive(Debug)]
pub(crate) struct Kept {
    /// All events of the batch: most often all are new.
    pub(crate) judged: RecordBatch,
    /// For each of them whether it is.
    pub(crate) is_new: BooleanBuffer,
    pub(crate) quarantine: RecordBatch,
}

impl Kept {
    /// The events that are new.
    pub(crate) fn events(&self) -> Result<RecordBatch, Error> {
        filter(&self.judged, &self.is_new)
    }
}

impl Addition {
    /// Everything that is to be in the lake, by its path.
    pub(crate) fn paths(&self) -> Vec<String> {
        let files = self.files.iter().map(|file| &file.path);
        let identities = self.identities.iter().map(|new| &new.list.path);
        files.chain(identities).cloned().collect()
    }

    /// Figures for the commit, of those blobs that `is_new` takes.
    pub(crate) fn detail(
        &self,
        generation: &Generation,
        is_new: impl Fn(&String) -> bool,
    ) -> CommitDetail {
        let blobs = generation.content_ids.iter();
        let blobs = blobs.zip(self.tally.blobs(generation));
        CommitDetail {
            blobs: blobs
                .filter(|(id, _)| is_new(id))
                .map(|(_, blob)| blob)
                .collect(),
            delays: self.tally.delays.clone(),
            by_class: self.kinds.by_class.clone(),
            by_record_type: self.kinds.by_record_type.clone(),
        }
    }

    /// Counts a batch, and takes what is new of it.
    pub(crate) fn keep(&mut self, batch: &Batch, judge: &mut Judge) -> Result<Kept, Error> {
        let kept = self.judge(judge, batch.rows.iter().map(|row| row.identity));
        for (row, _) in batch.rows.iter().zip(&kept).filter(|(_, kept)| *kept) {
            self.kinds.add(row);
        }
        self.counts.events += kept.count_set_bits() as u64;
        let quarantined = self.judge(judge, batch.quarantine_identities.iter().copied());
        let quarantine = filter(&batch.quarantine, &quarantined)?;
        self.counts.quarantined += quarantine.num_rows() as u64;
        Ok(Kept {
            judged: batch.events.clone(),
            is_new: kept,
            quarantine,
        })
    }

    /// The same of rows of service health, which count as events.
    fn keep_health(
        &mut self,
        health: &HealthBatch,
        judge: &mut Judge,
    ) -> Result<RecordBatch, Error> {
        let kept = self.judge(judge, health.identities.iter().copied());
        let rows = filter(&health.rows, &kept)?;
        self.counts.events += rows.num_rows() as u64;
        Ok(rows)
    }

    fn judge(
        &mut self,
        judge: &mut Judge,
        identities: impl Iterator<Item = u128>,
    ) -> BooleanBuffer {
        let kept = judge.kept(identities);
        self.counts.records += kept.len() as u64;
        self.counts.duplicates += (kept.len() - kept.count_set_bits()) as u64;
        kept
    }
}

/// Judges which records are new.
#[derive(Debug, Default)]
pub(crate) struct Judge {
    known: Known,
    fresh: HashSet<u128>,
}

impl Judge {
    fn new(known: Known) -> Self {
        let fresh = HashSet::new();
        Self { known, fresh }
    }

    /// For each whether it is, and was not seen before.
    fn kept(&mut self, identities: impl Iterator<Item = u128>) -> BooleanBuffer {
        let Known {
            identities: there,
            before,
        } = &self.known;
        there.with(|there| {
            identities
                .map(|id| !there.contains(&id) && !before.contains(&id) && self.fresh.insert(id))
                .collect()
        })
    }
}

fn filter(batch: &RecordBatch, kept: &BooleanBuffer) -> Result<RecordBatch, Error> {
    if kept.count_set_bits() == kept.len() {
        return Ok(batch.clone());
    }
    filter_record_batch(batch, &BooleanArray::from(kept.clone())).map_err(Error::Rows)
}
