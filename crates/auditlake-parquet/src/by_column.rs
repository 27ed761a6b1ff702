//! A file written column by column.
//!
//! Written row by row, a file has a compressor and unfinished pages for each of its columns at once: for a table of
//! hundreds of columns that is a multiple of the rows themselves, however few they are. Where all rows are in memory
//! already, a column can be written to its end before the next one begins.

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowWriterOptions, compute_leaves};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedRowGroupWriter;

use crate::buffer::RowRef;
use crate::picked::{self, Picked};
use crate::{Error, TableSpec, column, properties};

/// A row group before it is written.
struct Group<'a> {
    picked: Picked<'a>,
    /// All columns, if they were needed already.
    gathered: Option<RecordBatch>,
}

impl Group<'_> {
    fn column(&self, index: usize) -> Result<ArrayRef> {
        match &self.gathered {
            Some(batch) => Ok(batch.column(index).clone()),
            None => Ok(self.picked.column(index)?),
        }
    }
}

/// A Parquet file of these rows, in this order; errors name `path`.
pub(crate) fn encode(
    spec: &TableSpec,
    batches: &[RecordBatch],
    rows: &[RowRef],
    path: &str,
) -> std::result::Result<Vec<u8>, Error> {
    let (groups, empty) = groups(spec, batches, rows).map_err(Error::arrow(path))?;
    let properties = properties::writer_properties(spec, rows.len(), &empty)?;
    write(&spec.schema, properties, &groups).map_err(Error::parquet(path))
}

/// The row groups, and which leaves are empty. That is known in time only if all rows are copied at once, and that is
/// enough: in larger files it saves nothing that anyone would notice.
fn groups<'a>(
    spec: &TableSpec,
    batches: &'a [RecordBatch],
    rows: &[RowRef],
) -> std::result::Result<(Vec<Group<'a>>, Vec<usize>), arrow::error::ArrowError> {
    if rows.len() <= picked::at_a_time(batches) {
        let picked = Picked::new(batches, rows);
        let batch = picked.batch(&spec.schema)?;
        let empty = column::empty_leaves(&batch);
        let gathered = Some(batch);
        return Ok((vec![Group { picked, gathered }], empty));
    }
    let most = picked::within(batches, properties::ROW_GROUP_BYTES).min(properties::ROW_GROUP_ROWS);
    let group = |rows| Group {
        picked: Picked::new(batches, rows),
        gathered: None,
    };
    Ok((rows.chunks(most).map(group).collect(), Vec::new()))
}

fn write(
    schema: &SchemaRef,
    properties: WriterProperties,
    groups: &[Group<'_>],
) -> Result<Vec<u8>> {
    // Parquet's own schema says everything that these columns need. A copy as an Arrow schema would be
    // a third of a small file.
    let options = ArrowWriterOptions::new()
        .with_properties(properties)
        .with_skip_arrow_metadata(true);
    let writer = ArrowWriter::try_new_with_options(Vec::new(), schema.clone(), options)?;
    let (mut file, factory) = writer.into_serialized_writer()?;
    for (number, group) in groups.iter().enumerate() {
        let writers = factory.create_column_writers(number)?;
        write_group(schema, group, writers, file.next_row_group()?)?;
    }
    file.into_inner()
}

fn write_group(
    schema: &SchemaRef,
    group: &Group<'_>,
    writers: Vec<ArrowColumnWriter>,
    mut into: SerializedRowGroupWriter<'_, Vec<u8>>,
) -> Result<()> {
    let mut writers = writers.into_iter();
    for (index, field) in schema.fields().iter().enumerate() {
        let leaves = compute_leaves(field, &group.column(index)?)?;
        // The leaf comes first: of the other two, the one that is asked before it may be taken and lost.
        for (leaf, mut writer) in leaves.into_iter().zip(writers.by_ref()) {
            writer.write(&leaf)?;
            writer.close()?.append_to_row_group(&mut into)?;
        }
    }
    into.close()?;
    Ok(())
}
