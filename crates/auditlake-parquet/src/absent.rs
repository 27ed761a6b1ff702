//! Fields without a value.
//!
//! Of a table for all classes two thirds of the columns are null in most files. But for their names the columns of such fields
//! are a few kinds, so in each row group one column of each kind is written, and its pages are repeated for the others.

use parquet::basic::{ConvertedType, LogicalType, Type};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::{ColumnDescPtr, ColumnDescriptor};

use crate::compress::Chunk;

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

/// Writes the fields of one row group that are without a value.
pub(crate) struct Absent<'a> {
    properties: &'a WriterProperties,
    kinds: Vec<(Kind, Chunk)>,
}

impl<'a> Absent<'a> {
    pub(crate) fn new(properties: &'a WriterProperties) -> Self {
        let kinds = Vec::new();
        Self { properties, kinds }
    }

    /// The columns of a field, which are written only if one of them is of a kind that was not written yet.
    pub(crate) fn chunks(
        &mut self,
        columns: &[ColumnDescPtr],
        write: impl FnOnce() -> Result<Vec<Chunk>>,
    ) -> Result<Vec<Chunk>> {
        let known = columns
            .iter()
            .map(|column| Some((self.known(column)?, column)));
        if let Some(known) = known.collect::<Option<Vec<_>>>() {
            return known
                .into_iter()
                .map(|(chunk, column)| repeated(chunk, column))
                .collect();
        }
        let chunks = write()?;
        for (chunk, column) in chunks.iter().zip(columns) {
            if self.known(column).is_none() {
                let kind = Kind::of(column, self.properties);
                self.kinds.push((kind, chunk.clone()));
            }
        }
        Ok(chunks)
    }

    fn known(&self, column: &ColumnDescPtr) -> Option<&Chunk> {
        let kind = Kind::of(column, self.properties);
        let mut kinds = self.kinds.iter();
        kinds
            .find(|(known, _)| *known == kind)
            .map(|(_, chunk)| chunk)
    }
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
