//! A file written column by column.
//!
//! Written row by row, a file has a compressor and unfinished pages for each of its columns at once: for a table of
//! hundreds of columns that is a multiple of the rows themselves, however few they are. Where all rows are in memory
//! already, a column can be written to its end before the next one begins.
//!
//! The Parquet library makes the writers of all columns of a schema at once. So the columns of each field of the table are
//! written by a schema of their own, which has this field alone, and [compressed](crate::compress) from there.

use std::mem;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::{FieldRef, Schema, SchemaRef};
use arrow::error::ArrowError;
use bytes::Bytes;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowRowGroupWriterFactory, compute_leaves};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor, TypePtr};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::absent::{Absent, Kinds};
use crate::buffer::RowRef;
use crate::column::Leaf;
use crate::compress::{Chunk, Compressor};
use crate::picked::{Picked, Rows};
use crate::properties::{self, FileProperties};
use crate::{Error, TableSpec, column};

/// What all files of a table have in common.
pub(crate) struct FileSchema<'a> {
    spec: &'a TableSpec,
    leaves: Vec<Leaf>,
    root: TypePtr,
    fields: Vec<FieldSchema>,
    absent: Kinds,
}

/// A schema that has one field alone.
struct FieldSchema {
    field: FieldRef,
    schema: SchemaRef,
    root: TypePtr,
    columns: Vec<ColumnDescPtr>,
}

impl<'a> FileSchema<'a> {
    /// Works it out.
    pub(crate) fn new(spec: &'a TableSpec) -> std::result::Result<Self, Error> {
        let descriptor = descriptor(&spec.schema).map_err(Error::parquet(&spec.name))?;
        let fields = spec.schema.fields().iter().map(FieldSchema::new);
        let leaves = column::leaves(spec)?;
        let properties = FileProperties::new(spec, &leaves, 0, &[])?;
        Ok(Self {
            absent: Kinds::of(descriptor.columns(), &properties.absent),
            leaves,
            root: descriptor.root_schema_ptr(),
            fields: fields
                .collect::<Result<_>>()
                .map_err(Error::parquet(&spec.name))?,
            spec,
        })
    }

    /// The table.
    pub(crate) fn spec(&self) -> &'a TableSpec {
        self.spec
    }

    /// The leaves without a value within fields that have some.
    fn empty_leaves(&self, columns: &[Pieces]) -> Vec<usize> {
        let mut first = 0;
        let mut empty = Vec::new();
        for (field, pieces) in self.fields.iter().zip(columns) {
            if !is_absent(pieces) {
                let leaves = column::empty_leaves(pieces);
                empty.extend(leaves.into_iter().map(|leaf| first + leaf));
            }
            first += field.columns.len();
        }
        empty
    }
}

fn is_absent(pieces: &[ArrayRef]) -> bool {
    pieces.iter().all(|piece| piece.null_count() == piece.len())
}

impl FieldSchema {
    fn new(field: &FieldRef) -> Result<Self> {
        let schema = Arc::new(Schema::new(vec![Arc::clone(field)]));
        let descriptor = descriptor(&schema)?;
        Ok(Self {
            field: Arc::clone(field),
            schema,
            root: descriptor.root_schema_ptr(),
            columns: descriptor.columns().to_vec(),
        })
    }

    /// The columns of this field for these rows, each compressed.
    fn chunks(
        &self,
        pieces: &[ArrayRef],
        properties: &WriterPropertiesPtr,
        compressor: &mut Compressor,
    ) -> Result<Vec<Chunk>> {
        let (pages, columns) = self.written(pieces, properties)?;
        let columns = columns.into_iter();
        columns
            .map(|column| compressor.chunk(&pages, column))
            .collect()
    }

    /// The same uncompressed: their pages, and what is known of each, with its place among the pages.
    fn written(
        &self,
        pieces: &[ArrayRef],
        properties: &WriterPropertiesPtr,
    ) -> Result<(Arc<Bytes>, Vec<ColumnCloseResult>)> {
        let (root, schema) = (Arc::clone(&self.root), Arc::clone(&self.schema));
        let mut file = SerializedFileWriter::new(Vec::new(), root, Arc::clone(properties))?;
        let mut writers =
            ArrowRowGroupWriterFactory::new(&file, schema).create_column_writers(0)?;
        for piece in pieces {
            let leaves = compute_leaves(&self.field, piece)?;
            for (leaf, writer) in leaves.iter().zip(&mut writers) {
                writer.write(leaf)?;
            }
        }
        let mut group = file.next_row_group()?;
        let mut columns = Vec::with_capacity(writers.len());
        for writer in writers {
            let mut chunk = writer.close()?;
            columns.push(taken(chunk.close_mut()));
            chunk.append_to_row_group(&mut group)?;
        }
        for (column, placed) in columns.iter_mut().zip(group.close()?.columns()) {
            column.metadata = placed.clone();
        }
        file.flush()?;
        let pages = Bytes::from(mem::take(file.inner_mut()));
        Ok((Arc::new(pages), columns))
    }
}

/// What is known of a closed column, but for what would be written beside its pages, which is taken.
fn taken(close: &mut ColumnCloseResult) -> ColumnCloseResult {
    ColumnCloseResult {
        bloom_filter: close.bloom_filter.take(),
        column_index: close.column_index.take(),
        offset_index: close.offset_index.take(),
        metadata: close.metadata.clone(),
        ..*close
    }
}

fn descriptor(schema: &Schema) -> Result<SchemaDescriptor> {
    ArrowSchemaConverter::new().convert(schema)
}

/// The values of a field, in arrays that follow each other.
type Pieces = Vec<ArrayRef>;

/// A row group before it is written.
struct Group<'a> {
    picked: Picked<'a>,
    /// All columns, if they were needed already.
    gathered: Option<Vec<Pieces>>,
}

impl Group<'_> {
    fn column(&self, index: usize) -> Result<Pieces> {
        match &self.gathered {
            Some(columns) => Ok(columns[index].clone()),
            None => Ok(self.picked.column(index)?),
        }
    }
}

/// A Parquet file of these rows, in this order; errors name `path`.
pub(crate) fn encode(
    schema: &FileSchema<'_>,
    compressor: &mut Compressor,
    from: &Rows<'_>,
    rows: &[RowRef],
    path: &str,
) -> std::result::Result<Vec<u8>, Error> {
    let (groups, empty) = groups(schema, from, rows).map_err(Error::arrow(path))?;
    let properties = FileProperties::new(schema.spec, &schema.leaves, rows.len(), &empty)?;
    write(schema, compressor, &properties, &groups).map_err(Error::parquet(path))
}

/// The row groups, and which leaves are empty within fields that are not. That is known in time only if all rows are copied
/// at once, and that is enough: in larger files it saves nothing that anyone would notice.
fn groups<'a>(
    schema: &FileSchema<'_>,
    from: &Rows<'a>,
    rows: &[RowRef],
) -> std::result::Result<(Vec<Group<'a>>, Vec<usize>), ArrowError> {
    if rows.len() <= from.at_a_time() {
        let picked = Picked::new(from.batches(), rows);
        let columns = (0..schema.fields.len()).map(|index| picked.column(index));
        let columns = columns.collect::<std::result::Result<Vec<_>, _>>()?;
        let empty = schema.empty_leaves(&columns);
        let gathered = Some(columns);
        return Ok((vec![Group { picked, gathered }], empty));
    }
    let most = from
        .within(properties::ROW_GROUP_BYTES)
        .min(properties::ROW_GROUP_ROWS);
    let group = |rows| Group {
        picked: Picked::new(from.batches(), rows),
        gathered: None,
    };
    Ok((rows.chunks(most).map(group).collect(), Vec::new()))
}

fn write(
    schema: &FileSchema<'_>,
    compressor: &mut Compressor,
    properties: &FileProperties,
    groups: &[Group<'_>],
) -> Result<Vec<u8>> {
    // Parquet's own schema says everything that these columns need. A copy as an Arrow schema would be
    // a third of a small file.
    let root = Arc::clone(&schema.root);
    let mut file = SerializedFileWriter::new(Vec::new(), root, Arc::clone(&properties.file))?;
    for group in groups {
        let mut into = file.next_row_group()?;
        write_group(schema, compressor, properties, group, &mut into)?;
        into.close()?;
    }
    file.into_inner()
}

fn write_group(
    schema: &FileSchema<'_>,
    compressor: &mut Compressor,
    properties: &FileProperties,
    group: &Group<'_>,
    into: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
) -> Result<()> {
    let rows = group.picked.len();
    let mut absent = Absent::new(&schema.absent, &properties.absent, rows);
    let present = present(schema, compressor, &properties.present, group)?;
    let mut first = 0;
    for (field, present) in schema.fields.iter().zip(present) {
        let chunks = match present {
            Some(chunks) => chunks,
            None => absent.chunks(first, &field.columns, compressor)?,
        };
        for chunk in chunks {
            into.append_column(&chunk.pages, chunk.close)?;
        }
        first += field.columns.len();
    }
    Ok(())
}

/// Rows of a group from which on its fields are shared out among the cores: of a generation that becomes one file, all other
/// cores would wait for it.
const SHARED_ROWS: usize = 4096;

/// The fields of a row group that have values, each in its place.
fn present(
    schema: &FileSchema<'_>,
    compressor: &mut Compressor,
    properties: &WriterPropertiesPtr,
    group: &Group<'_>,
) -> Result<Vec<Option<Vec<Chunk>>>> {
    let write = |compressor: &mut Compressor, index: usize, field: &FieldSchema| {
        let pieces = group.column(index)?;
        if is_absent(&pieces) {
            return Ok(None);
        }
        field.chunks(&pieces, properties, compressor).map(Some)
    };
    let fields = schema.fields.iter().enumerate();
    if group.picked.len() < SHARED_ROWS {
        return fields
            .map(|(index, field)| write(compressor, index, field))
            .collect();
    }
    let level = compressor.level();
    let on_its_own = |compressor: &mut Option<Compressor>, (index, field)| {
        write(Compressor::of_thread(compressor, level)?, index, field)
    };
    let fields: Vec<_> = fields.collect();
    let fields = fields.into_par_iter().map_init(|| None, on_its_own);
    fields.collect()
}

#[cfg(test)]
mod tests {
    use std::error::Error as StdError;
    use std::fmt::Write as _;
    use std::io::Cursor;

    use arrow::array::{RecordBatch, StructArray, new_null_array};
    use arrow::datatypes::{DataType, Field, TimeUnit};
    use arrow::json::ReaderBuilder;
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_writer::ArrowWriterOptions;

    use super::*;

    fn spec() -> TableSpec {
        let time = DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()));
        let person = DataType::Struct(
            vec![
                Field::new("name", DataType::Utf8, true),
                Field::new("rank", DataType::Int32, true),
                Field::new("born", time.clone(), true),
            ]
            .into(),
        );
        let people = DataType::List(Arc::new(Field::new("element", person.clone(), true)));
        let field = |name, data_type: &DataType| Field::new(name, data_type.clone(), true);
        let mut fields = vec![field("time", &time), field("text", &DataType::Utf8)];
        // Of each type one that has values, and two that have none.
        for part in ["here", "gone", "never"] {
            for (name, data_type) in [
                ("note", DataType::Utf8),
                ("uid", DataType::Utf8),
                ("count", DataType::Int64),
                ("small", DataType::UInt8),
                ("share", DataType::Float64),
                ("flag", DataType::Boolean),
                ("mark", DataType::FixedSizeBinary(4)),
                ("since", time.clone()),
                ("owner", person.clone()),
                ("people", people.clone()),
            ] {
                fields.push(Field::new(format!("{part}_{name}"), data_type, true));
            }
        }
        let spec = TableSpec::new("events", Arc::new(Schema::new(fields)), "time");
        TableSpec {
            bloom_filters: vec!["here_uid".to_owned(), "gone_uid".to_owned()],
            plain: vec!["text".to_owned(), "never_note".to_owned()],
            plain_page_bytes: 100_000,
            ascending: vec!["time".to_owned()],
            ..spec
        }
    }

    fn rows(count: usize) -> Result<RecordBatch, Box<dyn StdError>> {
        let mut json = String::new();
        for row in 0..count {
            let (text, second) = ("a longer text ".repeat(row % 50), row % 60);
            writeln!(
                json,
                r#"{{"time":"2026-03-01T00:00:{second:02}Z","text":"{row} {text}","here_note":"note {}","here_uid":"{row}",
                "here_count":{row},"here_small":{},"here_share":0.5,"here_flag":true,"here_mark":"0a0b0c0d",
                "here_since":"2026-03-01T00:00:00Z","here_owner":{{"name":"n{row}"}},
                "here_people":[{{"name":"a"}},{{"rank":{row}}}]}}"#,
                row % 7,
                row % 3,
            )?;
        }
        let reader = ReaderBuilder::new(spec().schema).with_batch_size(count);
        let mut reader = reader.build(Cursor::new(json))?;
        Ok(reader.next().ok_or("no rows")??)
    }

    /// A file of all rows of these batches.
    fn encoded(spec: &TableSpec, batches: &[RecordBatch]) -> Result<Vec<u8>, Box<dyn StdError>> {
        let rows = |(number, batch): (u32, &RecordBatch)| {
            let rows = 0..u32::try_from(batch.num_rows()).unwrap_or_default();
            rows.map(move |row| RowRef {
                key: None,
                batch: number,
                row,
            })
        };
        let all: Vec<RowRef> = (0..).zip(batches).flat_map(rows).collect();
        let mut compressor = Compressor::at_level(spec.zstd_level)?;
        Ok(encode(
            &FileSchema::new(spec)?,
            &mut compressor,
            &Rows::of(batches),
            &all,
            "x",
        )?)
    }

    /// The same by the library's own writer of rows.
    fn written(spec: &TableSpec, batches: &[RecordBatch]) -> Result<Vec<u8>, Box<dyn StdError>> {
        let leaves = column::leaves(spec)?;
        let pieces = batches.iter().cloned().map(StructArray::from);
        let pieces: Vec<ArrayRef> = pieces.map(|piece| Arc::new(piece) as _).collect();
        let rows = pieces.iter().map(Array::len).sum();
        let empty = column::empty_leaves(&pieces);
        let properties = properties::writer_properties(spec, &leaves, rows, &empty)?;
        let options = ArrowWriterOptions::new()
            .with_properties(properties)
            .with_skip_arrow_metadata(true);
        let schema = Arc::clone(&spec.schema);
        let mut writer = ArrowWriter::try_new_with_options(Vec::new(), schema, options)?;
        for batch in batches {
            writer.write(batch)?;
        }
        Ok(writer.into_inner()?)
    }

    #[test]
    fn a_file_has_byte_for_byte_what_the_library_writes_row_by_row() -> Result<(), Box<dyn StdError>>
    {
        // One page a column, and many; of one core, and of all; in one piece, and in two of which one has more.
        for count in [1, 3000, 2 * SHARED_ROWS] {
            let (spec, batch) = (spec(), rows(count)?);
            assert_eq!(batch.num_rows(), count);
            let first = count / 3;
            let halves = [
                batch
                    .slice(0, first)
                    .project(&[0])
                    .and_then(|it| of_schema(&it, &spec)),
                Ok(batch.slice(first, count - first)),
            ];
            check(&spec, &[batch])?;
            check(&spec, &halves.into_iter().collect::<Result<Vec<_>, _>>()?)?;
        }
        Ok(())
    }

    #[track_caller]
    fn check(spec: &TableSpec, batches: &[RecordBatch]) -> Result<(), Box<dyn StdError>> {
        let (ours, theirs) = (encoded(spec, batches)?, written(spec, batches)?);
        assert_eq!(ours.len(), theirs.len(), "{} batches", batches.len());
        assert!(ours == theirs, "{} batches", batches.len());
        Ok(())
    }

    /// The rows with null for each column that they do not have.
    fn of_schema(batch: &RecordBatch, spec: &TableSpec) -> Result<RecordBatch, ArrowError> {
        let fields = spec.schema.fields().iter();
        let column = |field: &FieldRef| match batch.column_by_name(field.name()) {
            Some(column) => Arc::clone(column),
            None => new_null_array(field.data_type(), batch.num_rows()),
        };
        RecordBatch::try_new(Arc::clone(&spec.schema), fields.map(column).collect())
    }
}
