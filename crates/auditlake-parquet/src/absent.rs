//! Fields without a value.
//!
//! Of a table for all classes two thirds of the columns are null in most files. But for their names the columns of such fields
//! are a few kinds, so in each row group one column of each kind is written, and its pages are repeated for the others.

use parquet::basic::{ConvertedType, LogicalType, Type};
use parquet::column::writer::{ColumnCloseResult, ColumnWriter};
use parquet::errors::Result;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::schema::types::{ColumnDescPtr, ColumnDescriptor};

use crate::compress::{Chunk, Compressor};

/// What decides how a column is written that is null because the field around it is.
#[derive(Debug, PartialEq)]
struct Kind {
    physical: Type,
    logical: Option<LogicalType>,
    converted: ConvertedType,
    length: i32,
    definition: i16,
    repetition: i16,
    has_bloom_filter: bool,
}

impl Kind {
    fn of(column: &ColumnDescriptor, properties: &WriterProperties) -> Self {
        let is_fixed = column.physical_type() == Type::FIXED_LEN_BYTE_ARRAY;
        Self {
            physical: column.physical_type(),
            logical: column.logical_type_ref().cloned(),
            converted: column.converted_type(),
            length: if is_fixed { column.type_length() } else { 0 },
            definition: column.max_def_level(),
            repetition: column.max_rep_level(),
            has_bloom_filter: properties.bloom_filter_properties(column.path()).is_some(),
        }
    }
}

/// What of the columns of a table is the same in all row groups: which of them are of one kind.
#[derive(Debug)]
pub(crate) struct Kinds(Vec<usize>);

impl Kinds {
    pub(crate) fn of(columns: &[ColumnDescPtr], properties: &WriterProperties) -> Self {
        let mut kinds = Vec::new();
        let number = |column: &ColumnDescPtr| {
            let kind = Kind::of(column, properties);
            let known = kinds.iter().position(|known| *known == kind);
            known.unwrap_or_else(|| {
                kinds.push(kind);
                kinds.len() - 1
            })
        };
        Self(columns.iter().map(number).collect())
    }
}

/// Writes the columns of one row group that are null because the field around them is.
pub(crate) struct Absent<'a> {
    kinds: &'a Kinds,
    properties: &'a WriterPropertiesPtr,
    /// A level for each row.
    levels: Vec<i16>,
    /// By kind, those that were needed so far.
    written: Vec<Option<Chunk>>,
}

impl<'a> Absent<'a> {
    pub(crate) fn new(kinds: &'a Kinds, properties: &'a WriterPropertiesPtr, rows: usize) -> Self {
        Self {
            kinds,
            properties,
            levels: vec![0; rows],
            written: vec![None; kinds.0.len()],
        }
    }

    /// The columns of a field, of which the first has that number in the file.
    pub(crate) fn chunks(
        &mut self,
        first: usize,
        columns: &[ColumnDescPtr],
        compressor: &mut Compressor,
    ) -> Result<Vec<Chunk>> {
        (first..)
            .zip(columns)
            .map(|(number, column)| self.chunk(number, column, compressor))
            .collect()
    }

    fn chunk(
        &mut self,
        number: usize,
        column: &ColumnDescPtr,
        compressor: &mut Compressor,
    ) -> Result<Chunk> {
        let kind = self.kinds.0[number];
        if let Some(chunk) = &self.written[kind] {
            return repeated(chunk, column);
        }
        let chunk = compressor.column(column, self.properties, |writer| {
            nulls(writer, &self.levels, column)
        })?;
        self.written[kind] = Some(chunk.clone());
        Ok(chunk)
    }
}

/// Writes a null for each level: nothing is defined, and nothing repeated.
fn nulls(writer: &mut ColumnWriter<'_>, levels: &[i16], column: &ColumnDescriptor) -> Result<()> {
    macro_rules! write {
        ($($kind:ident),*) => {
            match writer {
                $(ColumnWriter::$kind(writer) => {
                    let repeated = (column.max_rep_level() > 0).then_some(levels);
                    writer.write_batch(&[], Some(levels), repeated)
                })*
            }
        };
    }
    let written = write!(
        BoolColumnWriter,
        Int32ColumnWriter,
        Int64ColumnWriter,
        Int96ColumnWriter,
        FloatColumnWriter,
        DoubleColumnWriter,
        ByteArrayColumnWriter,
        FixedLenByteArrayColumnWriter
    );
    written.map(|_| ())
}

/// The chunk, as that of another column of its kind.
fn repeated(chunk: &Chunk, column: &ColumnDescPtr) -> Result<Chunk> {
    let metadata = renamed(&chunk.close.metadata, column)?;
    let close = ColumnCloseResult {
        metadata,
        bloom_filter: chunk.close.bloom_filter.clone(),
        column_index: chunk.close.column_index.clone(),
        offset_index: chunk.close.offset_index.clone(),
        ..chunk.close
    };
    let pages = chunk.pages.clone();
    Ok(Chunk { pages, close })
}

fn renamed(of: &ColumnChunkMetaData, column: &ColumnDescPtr) -> Result<ColumnChunkMetaData> {
    let mut builder = ColumnChunkMetaData::builder(column.clone())
        .set_encodings_mask(*of.encodings_mask())
        .set_compression_codec(of.compression_codec())
        .set_num_values(of.num_values())
        .set_total_compressed_size(of.compressed_size())
        .set_total_uncompressed_size(of.uncompressed_size())
        .set_data_page_offset(of.data_page_offset())
        .set_dictionary_page_offset(of.dictionary_page_offset())
        .set_unencoded_byte_array_data_bytes(of.unencoded_byte_array_data_bytes())
        .set_repetition_level_histogram(of.repetition_level_histogram().cloned())
        .set_definition_level_histogram(of.definition_level_histogram().cloned());
    if let Some(statistics) = of.statistics() {
        builder = builder.set_statistics(statistics.clone());
    }
    if let Some(encodings) = of.page_encoding_stats() {
        builder = builder.set_page_encoding_stats(encodings.clone());
    }
    builder.build()
}
