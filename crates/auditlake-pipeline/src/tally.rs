//! Which blobs the rows of a generation came from, and how long they were on their way.

use std::collections::HashMap;

use arrow::array::{AsArray, RecordBatch, StringArray};
use arrow::buffer::BooleanBuffer;
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
        self.count(&kept.judged, "auditlake.content_id", &kept.is_new, |rows| {
            &mut rows.events
        });
        let all = BooleanBuffer::new_set(kept.quarantine.num_rows());
        self.count(&kept.quarantine, "content_id", &all, |rows| {
            &mut rows.quarantined
        });
        self.add_delays(kept);
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

    /// Counts the rows that are `wanted`.
    fn count(
        &mut self,
        batch: &RecordBatch,
        column: &str,
        wanted: &BooleanBuffer,
        of: impl Fn(&mut Rows) -> &mut u64,
    ) {
        let Some(ids) = texts(batch, column) else {
            return;
        };
        for id in chosen(ids.iter(), wanted).flatten() {
            if let Some(rows) = self.by_blob.get_mut(id) {
                *of(rows) += 1;
            } else {
                *of(self.by_blob.entry(id.to_owned()).or_default()) += 1;
            }
        }
    }

    /// An event without a time, or of a blob whose date is not known, has no delay.
    fn add_delays(&mut self, kept: &Kept) {
        let longs = |column| {
            find(&kept.judged, column)?
                .as_primitive_opt::<Int64Type>()
                .cloned()
        };
        let (Some(times), Some(logged)) = (longs("time"), longs("metadata.logged_time")) else {
            return;
        };
        for (time, logged) in chosen(times.iter().zip(logged.iter()), &kept.is_new) {
            if let (Some(time), Some(logged)) = (time, logged) {
                self.delays.add(SignedDuration::from_millis(logged - time));
            }
        }
    }
}

/// The items whose bit is set.
fn chosen<T>(items: impl Iterator<Item = T>, wanted: &BooleanBuffer) -> impl Iterator<Item = T> {
    let chosen = items.zip(wanted).filter(|(_, wanted)| *wanted);
    chosen.map(|(item, _)| item)
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

#[cfg(test)]
mod tests {
    use auditlake_normalizer::{Normalizer, Options, Origin};

    use super::*;

    #[test]
    fn rows_are_counted_by_blob_if_they_are_new() {
        let mut normalizer = Normalizer::new(Options::default());
        for (id, blob) in [("1", "a"), ("2", "a"), ("3", "b")] {
            let record = format!(r#"{{"CreationTime":"2026-05-04T10:00:00","Id":"{id}"}}"#);
            let origin = Origin {
                content_id: Some(blob),
                content_created: Some("2026-05-04T10:30:00Z".parse().expect("a time")),
                ..Origin::default()
            };
            normalizer.push(record.as_bytes(), &origin);
        }
        normalizer.push(
            b"7",
            &Origin {
                content_id: Some("b"),
                ..Origin::default()
            },
        );
        let batch = normalizer.finish();
        let mut tally = Tally::default();
        tally.add(&Kept {
            judged: batch.events,
            is_new: BooleanBuffer::from(vec![false, true, true]),
            quarantine: batch.quarantine,
        });
        let counts = |blob: &str| {
            let rows = tally.by_blob.get(blob).expect("a blob");
            (rows.events, rows.quarantined)
        };
        assert_eq!((counts("a"), counts("b")), ((1, 0), (1, 1)));
        let mut expected = Delays::default();
        (0..2).for_each(|_| expected.add(SignedDuration::from_mins(30)));
        assert_eq!(format!("{:?}", tally.delays), format!("{expected:?}"));
    }
}
