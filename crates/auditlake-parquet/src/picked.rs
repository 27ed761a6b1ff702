//! Rows picked from batches, in an order of their own.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StructArray, new_null_array};
use arrow::buffer::NullBuffer;
use arrow::compute::{concat, interleave};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::error::ArrowError;

use crate::buffer::RowRef;

/// The most rows that are copied at a time.
const COPIED_ROWS: usize = 8192;

/// About how many bytes are copied at a time, which makes the rows fewer when they are long.
const COPIED_BYTES: usize = 16 * 1024 * 1024;

/// Batches, and how long their rows are.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    batches: &'a [RecordBatch],
    bytes_per_row: usize,
}

impl<'a> Rows<'a> {
    pub(crate) fn of(batches: &'a [RecordBatch]) -> Self {
        let bytes: usize = batches.iter().map(RecordBatch::get_array_memory_size).sum();
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        Self {
            batches,
            bytes_per_row: bytes / rows.max(1) + 1,
        }
    }

    pub(crate) fn batches(&self) -> &'a [RecordBatch] {
        self.batches
    }

    /// How many of the rows may be copied at a time.
    pub(crate) fn at_a_time(&self) -> usize {
        self.within(COPIED_BYTES).min(COPIED_ROWS)
    }

    /// About how many of the rows have that many bytes: at least one.
    pub(crate) fn within(&self, bytes: usize) -> usize {
        (bytes / self.bytes_per_row).max(1)
    }
}

/// Rows of a few of many batches. Nothing is copied until it is asked for.
pub(crate) struct Picked<'a> {
    /// Only the batches that they come from: there may be thousands of small ones.
    batches: Vec<&'a RecordBatch>,
    /// For each row its batch among these, and its place there.
    rows: Vec<(usize, usize)>,
    /// The same, if they are few.
    runs: Option<Vec<Run>>,
}

/// Rows that follow each other in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    batch: usize,
    start: usize,
    length: usize,
}

/// Rows of a run, on average, from which on they are written as they are and not picked one by one.
const RUN_ROWS: usize = 8;

impl<'a> Picked<'a> {
    pub(crate) fn new(batches: &'a [RecordBatch], rows: &[RowRef]) -> Self {
        let mut used: Vec<u32> = rows.iter().map(|row| row.batch).collect();
        used.sort_unstable();
        used.dedup();
        let position = |batch| used.partition_point(|used| *used < batch);
        let place = |row: &RowRef| (position(row.batch), row.row as usize);
        let rows: Vec<_> = rows.iter().map(place).collect();
        Self {
            runs: runs(&rows),
            rows,
            batches: used.iter().map(|batch| &batches[*batch as usize]).collect(),
        }
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// One column of the rows, in pieces that follow each other.
    pub(crate) fn column(&self, index: usize) -> Result<Vec<ArrayRef>, ArrowError> {
        let columns: Vec<&dyn Array> = self
            .batches
            .iter()
            .map(|batch| batch.column(index).as_ref())
            .collect();
        Ok(match &self.runs {
            Some(runs) => runs.iter().map(|run| run.of(&columns)).collect(),
            None => vec![pick(&columns, &self.rows)?],
        })
    }

    /// All columns. The batches' own schemas may carry other metadata than the table's.
    pub(crate) fn batch(&self, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
        let columns = (0..schema.fields().len()).map(|index| joined(self.column(index)?));
        RecordBatch::try_new(schema.clone(), columns.collect::<Result<_, _>>()?)
    }
}

/// The pieces as one array; one alone is not copied.
fn joined(pieces: Vec<ArrayRef>) -> Result<ArrayRef, ArrowError> {
    match <[ArrayRef; 1]>::try_from(pieces) {
        Ok([piece]) => Ok(piece),
        Err(pieces) => concat(&pieces.iter().map(AsRef::as_ref).collect::<Vec<_>>()),
    }
}

/// The runs that the rows are; none if they are many: rows that came in the order of time are one for each batch.
fn runs(rows: &[(usize, usize)]) -> Option<Vec<Run>> {
    let most = (rows.len() / RUN_ROWS).max(1);
    let mut runs: Vec<Run> = Vec::new();
    for &(batch, row) in rows {
        if let Some(run) = runs.last_mut().filter(|run| run.is_before(batch, row)) {
            run.length += 1;
        } else if runs.len() < most {
            runs.push(Run {
                batch,
                start: row,
                length: 1,
            });
        } else {
            return None;
        }
    }
    Some(runs)
}

impl Run {
    fn is_before(&self, batch: usize, row: usize) -> bool {
        self.batch == batch && self.start + self.length == row
    }

    /// Its rows of these arrays, which are not copied.
    fn of(self, arrays: &[&dyn Array]) -> ArrayRef {
        arrays[self.batch].slice(self.start, self.length)
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

#[cfg(test)]
mod tests {
    use std::error::Error as StdError;
    use std::io::Cursor;

    use arrow::datatypes::{Field, Fields, Schema};
    use arrow::json::ReaderBuilder;

    use super::*;

    /// Rows with numbers of their own, of all kinds of columns.
    fn batch(numbers: std::ops::Range<usize>) -> Result<RecordBatch, Box<dyn StdError>> {
        let person = DataType::Struct(Fields::from(vec![Field::new("name", DataType::Utf8, true)]));
        let schema = Schema::new(vec![
            Field::new("text", DataType::Utf8, true),
            Field::new("number", DataType::Int64, true),
            Field::new("none", DataType::Utf8, true),
            Field::new("person", person.clone(), true),
            Field::new_list("people", Field::new("element", person, true), true),
        ]);
        let rows = numbers.map(|n| match n % 3 {
            0 => format!(r#"{{"number":{n},"people":[{{"name":"a{n}"}},{{"name":"b"}}]}}"#),
            _ => format!(r#"{{"text":"t{n}","number":{n},"person":{{"name":"p{n}"}}}}"#),
        });
        let json = rows.collect::<Vec<_>>().join("\n");
        let mut reader = ReaderBuilder::new(Arc::new(schema)).build(Cursor::new(json))?;
        Ok(reader.next().ok_or("no rows")??)
    }

    fn row((batch, row): (u32, u32)) -> RowRef {
        RowRef {
            key: None,
            batch,
            row,
        }
    }

    /// That the rows are these, and that they are told as so many runs.
    #[track_caller]
    fn check(rows: &[(u32, u32)], expected: Option<usize>) -> Result<(), Box<dyn StdError>> {
        let batches = [batch(0..40)?, batch(100..101)?, batch(200..240)?];
        let rows: Vec<RowRef> = rows.iter().copied().map(row).collect();
        let picked = Picked::new(&batches, &rows);
        assert_eq!(picked.runs.as_ref().map(Vec::len), expected);
        for column in 0..batches[0].num_columns() {
            let arrays: Vec<&dyn Array> = batches
                .iter()
                .map(|it| it.column(column).as_ref())
                .collect();
            let places: Vec<_> = rows
                .iter()
                .map(|it| (it.batch as usize, it.row as usize))
                .collect();
            let pieces = picked.column(column)?;
            let pieces: Vec<&dyn Array> = pieces.iter().map(AsRef::as_ref).collect();
            assert_eq!(pieces.len(), expected.unwrap_or(1), "column {column}");
            let picked = concat(&pieces)?;
            assert_eq!(&picked, &interleave(&arrays, &places)?, "column {column}");
        }
        Ok(())
    }

    #[test]
    fn rows_that_follow_each_other_are_picked_together() -> Result<(), Box<dyn StdError>> {
        let run = |batch: u32, rows: std::ops::Range<u32>| rows.map(move |row| (batch, row));
        check(&[(2, 7)], Some(1))?;
        check(&run(0, 3..30).collect::<Vec<_>>(), Some(1))?;
        check(
            &run(2, 5..20).chain(run(0, 0..25)).collect::<Vec<_>>(),
            Some(2),
        )?;
        check(
            &run(0, 20..30).chain(run(0, 10..20)).collect::<Vec<_>>(),
            Some(2),
        )?;
        check(
            &run(0, 0..20).chain(run(2, 20..40)).collect::<Vec<_>>(),
            Some(2),
        )?;
        // The same row of two batches is no run, and neither are many short ones.
        check(&[(0, 0), (1, 0), (0, 1), (2, 0)], None)?;
        check(
            &run(0, 0..20)
                .flat_map(|(_, row)| [(0, row), (2, row)])
                .collect::<Vec<_>>(),
            None,
        )
    }
}
