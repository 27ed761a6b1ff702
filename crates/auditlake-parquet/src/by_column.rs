//! A file written column by column.
//!
//! Written row by row, a file has a compressor and unfinished pages for each of its columns at once: for a table of
//! hundreds of columns that is a multiple of the rows themselves, however few they are. Where all rows are in memory
//! already, a column can be written to its end before the next one begins.
//!
//! The Parquet library makes the writers of all columns of a schema at once, each with its compressor and a decompressor
//! that it never uses: a hundred kilobytes a column before the first byte is written. So the columns of each field of the
//! table are written by a schema of their own, which has this field alone.

use std::io::{self, Sink};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{FieldRef, Schema, SchemaRef};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowRowGroupWriterFactory, compute_leaves};
use parquet::errors::Result;
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::TypePtr;

use crate::buffer::RowRef;
use crate::column::Leaf;
use crate::picked::{self, Picked};
use crate::{Error, TableSpec, column, properties};

/// What all files of a table have in common.
pub(crate) struct FileSchema<'a> {
    spec: &'a TableSpec,
    leaves: Vec<Leaf>,
    root: TypePtr,
    fields: Vec<FieldSchema>,
}

/// A schema that has one field alone.
struct FieldSchema {
    field: FieldRef,
    schema: SchemaRef,
    root: TypePtr,
}

impl<'a> FileSchema<'a> {
    /// Works it out.
    pub(crate) fn new(spec: &'a TableSpec) -> std::result::Result<Self, Error> {
        let fields = spec.schema.fields().iter().map(FieldSchema::new);
        Ok(Self {
            leaves: column::leaves(spec)?,
            root: root_of(&spec.schema).map_err(Error::parquet(&spec.name))?,
            fields: fields
                .collect::<Result<_>>()
                .map_err(Error::parquet(&spec.name))?,
            spec,
        })
    }

    /// The directory of the table.
    pub(crate) fn table(&self) -> &str {
        &self.spec.name
    }
}

impl FieldSchema {
    fn new(field: &FieldRef) -> Result<Self> {
        let schema = Arc::new(Schema::new(vec![Arc::clone(field)]));
        Ok(Self {
            field: Arc::clone(field),
            root: root_of(&schema)?,
            schema,
        })
    }

    /// What makes the writers of its columns.
    fn factory(&self, properties: &WriterPropertiesPtr) -> Result<ArrowRowGroupWriterFactory> {
        let file: SerializedFileWriter<Sink> =
            SerializedFileWriter::new(io::sink(), Arc::clone(&self.root), Arc::clone(properties))?;
        Ok(ArrowRowGroupWriterFactory::new(
            &file,
            Arc::clone(&self.schema),
        ))
    }
}

fn root_of(schema: &Schema) -> Result<TypePtr> {
    Ok(ArrowSchemaConverter::new()
        .convert(schema)?
        .root_schema_ptr())
}

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
    schema: &FileSchema<'_>,
    batches: &[RecordBatch],
    rows: &[RowRef],
    path: &str,
) -> std::result::Result<Vec<u8>, Error> {
    let (groups, empty) = groups(schema.spec, batches, rows).map_err(Error::arrow(path))?;
    let properties =
        properties::writer_properties(schema.spec, &schema.leaves, rows.len(), &empty)?;
    write(schema, &Arc::new(properties), &groups).map_err(Error::parquet(path))
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
    schema: &FileSchema<'_>,
    properties: &WriterPropertiesPtr,
    groups: &[Group<'_>],
) -> Result<Vec<u8>> {
    // Parquet's own schema says everything that these columns need. A copy as an Arrow schema would be
    // a third of a small file.
    let root = Arc::clone(&schema.root);
    let mut file = SerializedFileWriter::new(Vec::new(), root, Arc::clone(properties))?;
    for (number, group) in groups.iter().enumerate() {
        let mut into = file.next_row_group()?;
        for (index, field) in schema.fields.iter().enumerate() {
            let values = group.column(index)?;
            write_field(field, number, &values, properties, &mut into)?;
        }
        into.close()?;
    }
    file.into_inner()
}

fn write_field(
    schema: &FieldSchema,
    group: usize,
    values: &ArrayRef,
    properties: &WriterPropertiesPtr,
    into: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
) -> Result<()> {
    let writers = schema.factory(properties)?.create_column_writers(group)?;
    let leaves = compute_leaves(&schema.field, values)?;
    for (leaf, mut writer) in leaves.into_iter().zip(writers) {
        writer.write(&leaf)?;
        writer.close()?.append_to_row_group(into)?;
    }
    Ok(())
}
