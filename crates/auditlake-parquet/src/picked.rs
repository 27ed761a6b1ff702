//! Rows picked from batches, in an order of their own.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StructArray, new_null_array};
use arrow::buffer::NullBuffer;
use arrow::compute::interleave;
use arrow::datatypes::{DataType, SchemaRef};
use arrow::error::ArrowError;

use crate::buffer::RowRef;

/// The most rows that are copied at a time.
const COPIED_ROWS: usize = 8192;

/// About how many bytes are copied at a time, which makes the rows fewer when they are long.
const COPIED_BYTES: usize = 16 * 1024 * 1024;

/// Rows of a few of many batches. Nothing is copied until it is asked for.
pub(crate) struct Picked<'a> {
    /// Only the batches that they come from: there may be thousands of small ones.
    batches: Vec<&'a RecordBatch>,
    /// For each row its batch among these, and its place there.
    rows: Vec<(usize, usize)>,
}

impl<'a> Picked<'a> {
    pub(crate) fn new(batches: &'a [RecordBatch], rows: &[RowRef]) -> Self {
        let mut used: Vec<u32> = rows.iter().map(|row| row.batch).collect();
        used.sort_unstable();
        used.dedup();
        let position = |batch| used.partition_point(|used| *used < batch);
        let place = |row: &RowRef| (position(row.batch), row.row as usize);
        Self {
            rows: rows.iter().map(place).collect(),
            batches: used.iter().map(|batch| &batches[*batch as usize]).collect(),
        }
    }

    /// One column of the rows.
    pub(crate) fn column(&self, index: usize) -> Result<ArrayRef, ArrowError> {
        let columns: Vec<&dyn Array> = self
            .batches
            .iter()
            .map(|batch| batch.column(index).as_ref())
            .collect();
        pick(&columns, &self.rows)
    }

    /// All columns. The batches' own schemas may carry other metadata than the table's.
    pub(crate) fn batch(&self, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
        let columns = (0..schema.fields().len()).map(|index| self.column(index));
        RecordBatch::try_new(schema.clone(), columns.collect::<Result<_, _>>()?)
    }
}

/// As [`interleave`], and quicker where there is nothing: of a table for all classes most columns are null in the rows of
/// one class, and so of one file, though not in the batches that these are picked from.
fn pick(arrays: &[&dyn Array], rows: &[(usize, usize)]) -> Result<ArrayRef, ArrowError> {
    if !has_values(arrays, rows) {
        let data_type = arrays.first().map(|array| array.data_type());
        return Ok(new_null_array(
            data_type.unwrap_or(&DataType::Null),
            rows.len(),
        ));
    }
    let structs: Option<Vec<_>> = arrays.iter().map(|array| array.as_struct_opt()).collect();
    match structs {
        Some(structs) => pick_structs(&structs, rows),
        None => interleave(arrays, rows),
    }
}

fn has_values(arrays: &[&dyn Array], rows: &[(usize, usize)]) -> bool {
    if arrays.iter().all(|array| array.null_count() == array.len()) {
        return false;
    }
    let nulls: Vec<Option<&NullBuffer>> = arrays.iter().map(|array| array.nulls()).collect();
    let mut rows = rows.iter();
    rows.any(|(batch, row)| nulls[*batch].is_none_or(|nulls| nulls.is_valid(*row)))
}

fn pick_structs(structs: &[&StructArray], rows: &[(usize, usize)]) -> Result<ArrayRef, ArrowError> {
    let fields = structs[0].fields().clone();
    let child = |at: usize| {
        let children: Vec<&dyn Array> = structs.iter().map(|it| it.column(at).as_ref()).collect();
        pick(&children, rows)
    };
    let children = (0..fields.len())
        .map(child)
        .collect::<Result<Vec<_>, _>>()?;
    let is_valid = |(batch, row): &(usize, usize)| structs[*batch].is_valid(*row);
    let valid: NullBuffer = rows.iter().map(is_valid).collect();
    let nulls = Some(valid).filter(|valid| valid.null_count() > 0);
    let picked = StructArray::try_new_with_length(fields, children, nulls, rows.len())?;
    Ok(Arc::new(picked))
}

/// How many of the rows of these batches may be copied at a time.
pub(crate) fn at_a_time(batches: &[RecordBatch]) -> usize {
    within(batches, COPIED_BYTES).min(COPIED_ROWS)
}

/// About how many rows of these batches have that many bytes: at least one.
pub(crate) fn within(batches: &[RecordBatch], bytes: usize) -> usize {
    let all: usize = batches.iter().map(RecordBatch::get_array_memory_size).sum();
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    (bytes / (all / rows.max(1) + 1)).max(1)
}
