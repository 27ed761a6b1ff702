//! Which blobs the rows of a generation came from, and how long they were on their way.

use std::collections::HashMap;

use arrow::array::{AsArray, RecordBatch, StringArray};
use arrow::datatypes::Int64Type;
use jiff::SignedDuration;

use crate::dedup::Kept;
use crate::ledger::{CommittedBlob, Delays};
use crate::normalize::Generation;

/// Rows written by blob, and their delays.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    by_blob: HashMap<String, Rows>,
    pub(crate) delays: Delays,
}

#[derive(Debug, Clone, Copy, Default)]
struct Rows {
    events: u64,
    quarantined: u64,
}

impl Tally {
    /// Counts the rows that are written.
    pub(crate) fn add(&mut self, kept: &Kept) {
        self.count(&kept.events, "auditlake.content_id", |rows| {
            &mut rows.events
        });
        self.count(&kept.quarantine, "content_id", |rows| &mut rows.quarantined);
        self.add_delays(&kept.events);
    }

    /// The figures of the generation's blobs.
    pub(crate) fn blobs(&self, generation: &Generation) -> Vec<CommittedBlob> {
        let of = |(content_id, blob): (&String, &CommittedBlob)| {
            let rows = self.by_blob.get(content_id).copied().unwrap_or_default();
            CommittedBlob {
                events: rows.events,
                quarantined: rows.quarantined,
                ..*blob
            }
        };
        let blobs = generation.content_ids.iter().zip(&generation.blobs);
        blobs.map(of).collect()
    }

    fn count(&mut self, batch: &RecordBatch, column: &str, of: impl Fn(&mut Rows) -> &mut u64) {
        let Some(ids) = texts(batch, column) else {
            return;
        };
        for id in ids.iter().flatten() {
            if let Some(rows) = self.by_blob.get_mut(id) {
                *of(rows) += 1;
            } else {
                *of(self.by_blob.entry(id.to_owned()).or_default()) += 1;
            }
        }
    }

    /// An event without a time, or of a blob whose date is not known, has no delay.
    fn add_delays(&mut self, events: &RecordBatch) {
        let longs = |column| {
            find(events, column)?
                .as_primitive_opt::<Int64Type>()
                .cloned()
        };
        let (Some(times), Some(logged)) = (longs("time"), longs("metadata.logged_time")) else {
            return;
        };
        for (time, logged) in times.iter().zip(logged.iter()) {
            if let (Some(time), Some(logged)) = (time, logged) {
                self.delays.add(SignedDuration::from_millis(logged - time));
            }
        }
    }
}

fn texts(batch: &RecordBatch, column: &str) -> Option<StringArray> {
    find(batch, column)?.as_string_opt::<i32>().cloned()
}

/// A column, within structs by its dotted path.
fn find(batch: &RecordBatch, path: &str) -> Option<arrow::array::ArrayRef> {
    let mut names = path.split('.');
    let first = batch.column_by_name(names.next()?)?;
    names.try_fold(first.clone(), |column, name| {
        column.as_struct_opt()?.column_by_name(name).cloned()
    })
}
