//! A file that is read piece by piece: ranges of its rows, or some of its columns.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::RecordBatch;
use bytes::Bytes;
use parquet::DecodeResult;
use parquet::arrow::arrow_reader::RowSelection;
use parquet::arrow::push_decoder::{ParquetPushDecoder, ParquetPushDecoderBuilder};
use parquet::file::metadata::{
    ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData,
};
use parquet::file::statistics::Statistics;

use super::MergeInput;
use crate::read::{Object, mask};
use crate::{Error, Lake};

/// Up to this many bytes a file is fetched whole, by one request.
const WHOLE_BYTES: u64 = 2 << 20;
/// Rows that are decoded at a time.
const BATCH_ROWS: usize = 1024;

/// What is kept of a file between two reads.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    metadata: Arc<ParquetMetaData>,
    /// The file itself, if it is small.
    whole: Option<Bytes>,
}

impl Opened {
    pub(super) async fn new(lake: &Lake, input: &MergeInput) -> Result<Self, Error> {
        let object = Object::new(lake, &input.path);
        if input.bytes > WHOLE_BYTES {
            let metadata = object.metadata_with(PageIndexPolicy::Optional).await?;
            return Ok(Self {
                metadata,
                whole: None,
            });
        }
        let whole = object.whole().await?;
        let mut reader = ParquetMetaDataReader::new();
        reader
            .try_parse(&whole)
            .map_err(Error::parquet(&input.path))?;
        let metadata = reader.finish().map_err(Error::parquet(&input.path))?;
        Ok(Self {
            metadata: Arc::new(metadata),
            whole: Some(whole),
        })
    }

    /// The memory that it takes, in bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        self.metadata.memory_size() + self.whole.as_ref().map_or(0, Bytes::len)
    }

    pub(super) fn rows(&self) -> usize {
        usize::try_from(self.metadata.file_metadata().num_rows()).unwrap_or_default()
    }

    /// The paths of the leaves that have a value, by the footer; where it does not tell, they may have one.
    pub(super) fn filled_leaves(&self) -> BTreeSet<String> {
        let groups = self.metadata.row_groups().iter();
        let chunks = groups.flat_map(RowGroupMetaData::columns);
        let has_values = |chunk: &&ColumnChunkMetaData| {
            let nulls = chunk.statistics().and_then(Statistics::null_count_opt);
            nulls.is_none_or(|nulls| u64::try_from(chunk.num_values()) != Ok(nulls))
        };
        chunks
            .filter(has_values)
            .map(|chunk| chunk.column_path().string())
            .collect()
    }

    /// Reads a range of rows, and all columns.
    pub(super) async fn read_rows(
        &self,
        lake: &Lake,
        path: &str,
        rows: Range<usize>,
    ) -> Result<Vec<RecordBatch>, Error> {
        let selection = RowSelection::from_consecutive_ranges(std::iter::once(rows), self.rows());
        let decoder = self
            .builder()
            .and_then(|builder| builder.with_row_selection(selection).build())
            .map_err(Error::parquet(path))?;
        let mut batches = Vec::new();
        self.decode(lake, path, decoder, |batch| {
            batches.push(batch);
            Ok(())
        })
        .await?;
        Ok(batches)
    }

    /// Reads some columns of all rows, by the names that lists and structs have in the table.
    pub(super) async fn read_columns(
        &self,
        lake: &Lake,
        path: &str,
        columns: &[&str],
        each: impl FnMut(RecordBatch) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let schema = self.metadata.file_metadata().schema_descr();
        let mask = mask(schema, path, columns)?;
        let decoder = self
            .builder()
            .and_then(|builder| builder.with_projection(mask).build())
            .map_err(Error::parquet(path))?;
        self.decode(lake, path, decoder, each).await
    }

    fn builder(&self) -> Result<ParquetPushDecoderBuilder, parquet::errors::ParquetError> {
        let builder = ParquetPushDecoderBuilder::try_new_decoder(Arc::clone(&self.metadata))?;
        Ok(builder.with_batch_size(BATCH_ROWS))
    }

    async fn decode(
        &self,
        lake: &Lake,
        path: &str,
        mut decoder: ParquetPushDecoder,
        mut each: impl FnMut(RecordBatch) -> Result<(), Error>,
    ) -> Result<(), Error> {
        loop {
            match decoder.try_decode().map_err(Error::parquet(path))? {
                DecodeResult::Data(batch) => each(batch)?,
                DecodeResult::Finished => return Ok(()),
                DecodeResult::NeedsData(ranges) => {
                    let data = self.fetch(lake, path, &ranges).await?;
                    decoder
                        .push_ranges(ranges, data)
                        .map_err(Error::parquet(path))?;
                }
            }
        }
    }

    async fn fetch(
        &self,
        lake: &Lake,
        path: &str,
        ranges: &[Range<u64>],
    ) -> Result<Vec<Bytes>, Error> {
        let Some(whole) = &self.whole else {
            return Object::new(lake, path).fetch(ranges).await;
        };
        let at = |position: u64| {
            usize::try_from(position)
                .unwrap_or(usize::MAX)
                .min(whole.len())
        };
        Ok(ranges
            .iter()
            .map(|range| whole.slice(at(range.start)..at(range.end)))
            .collect())
    }
}
