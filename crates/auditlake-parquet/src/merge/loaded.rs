//! What a merge holds between reading and writing: the rows of a slice.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::array::RecordBatch;

use super::order::{Position, Slice};
use super::source::Opened;
use crate::buffer::RowRef;

/// Rows that were read and wait to be written.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) batches: Arc<Vec<RecordBatch>>,
    pub(super) rows: Vec<RowRef>,
    pub(super) written: usize,
}

impl Loaded {
    pub(super) fn new(slice: &Slice, read: BTreeMap<u32, Part>) -> Self {
        let mut first_batch = BTreeMap::new();
        let mut batches = Vec::new();
        for (file, part) in read {
            first_batch.insert(file, (batches.len(), Starts::new(&part)));
            batches.extend(part.batches);
        }
        let find = |(file, row): &Position| {
            let (first, starts) = first_batch.get(file)?;
            let (batch, row) = starts.find(*row as usize)?;
            Some(RowRef {
                key: None,
                batch: u32::try_from(first + batch).ok()?,
                row: u32::try_from(row).ok()?,
            })
        };
        Self {
            rows: slice.rows.iter().filter_map(find).collect(),
            batches: Arc::new(batches),
            written: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.written == self.rows.len()
    }

    pub(super) fn next(&mut self, rows: usize) -> Range<usize> {
        let start = self.written;
        self.written = (start + rows).min(self.rows.len());
        start..self.written
    }
}

/// What was read of a file for a slice.
pub(super) struct Part {
    pub(super) opened: Option<Opened>,
    pub(super) first_row: usize,
    pub(super) batches: Vec<RecordBatch>,
}

impl Part {
    /// The memory that the rows take, in bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        let batches = self.batches.iter();
        batches.map(RecordBatch::get_array_memory_size).sum()
    }
}

/// The numbers of the first rows of a part's batches.
struct Starts(Vec<usize>);

impl Starts {
    fn new(part: &Part) -> Self {
        let next = |row: &mut usize, batch: &RecordBatch| {
            let start = *row;
            *row += batch.num_rows();
            Some(start)
        };
        Self(part.batches.iter().scan(part.first_row, next).collect())
    }

    /// The batch that a row is in, and where in it.
    fn find(&self, row: usize) -> Option<(usize, usize)> {
        let batch = self
            .0
            .partition_point(|start| *start <= row)
            .checked_sub(1)?;
        Some((batch, row - self.0[batch]))
    }
}

/// Bytes that may be kept until the next slice.
pub(super) struct Room(AtomicUsize);

impl Room {
    pub(super) fn new(bytes: usize) -> Self {
        Self(AtomicUsize::new(bytes))
    }

    /// Takes so many bytes, if there are so many.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let rest = |room: usize| room.checked_sub(bytes);
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, rest)
            .is_ok()
    }
}
