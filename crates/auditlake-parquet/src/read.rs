//! Reading one column back, without the rest of the file.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::DecodeResult;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::push_decoder::{ParquetPushDecoder, ParquetPushDecoderBuilder};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataPushDecoder};
use parquet::schema::types::SchemaDescriptor;
use sha2::{Digest, Sha256};

use crate::column::{self, Column};
use crate::{Error, Lake};

/// Bytes of the end of a file that are fetched first: the footer of a wide table, or all of a small
/// file, in one request.
const TAIL_BYTES: u64 = 64 * 1024;

/// The values of a text column, such as `metadata.uid`, in the order of the rows, from a whole
/// Parquet file in memory. Structs may be around the column, lists may not.
///
/// # Errors
///
/// [`Error::UnknownColumn`] if the file has no such column, [`Error::ColumnType`] if it is not text,
/// [`Error::Parquet`] if the file is damaged.
pub fn read_text_column(bytes: Bytes, column: &str) -> Result<Vec<Option<String>>, Error> {
    let parquet = Error::parquet;
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(parquet("the file"))?;
    let mask = mask(builder.parquet_schema(), "the file", &[column])?;
    let mut values = Vec::new();
    for batch in builder
        .with_projection(mask)
        .build()
        .map_err(parquet("the file"))?
    {
        append(
            &batch.map_err(Error::arrow("the file"))?,
            column,
            &mut values,
        )?;
    }
    Ok(values)
}

/// As [`read_text_column`], from a file in the lake, of which only the footer and the column are
/// fetched. `path` is relative to the lake.
///
/// # Errors
///
/// As there, and [`Error::Store`] if the store does not give the file.
pub async fn read_text_column_at(
    lake: &Lake,
    path: &str,
    column: &str,
) -> Result<Vec<Option<String>>, Error> {
    let object = Object::new(lake, path);
    let metadata = object.metadata().await?;
    let mut decoder = decoder(metadata, path, column)?;
    let mut values = Vec::new();
    loop {
        match decoder.try_decode().map_err(Error::parquet(path))? {
            DecodeResult::Data(batch) => append(&batch, column, &mut values)?,
            DecodeResult::Finished => return Ok(values),
            DecodeResult::NeedsData(ranges) => {
                let data = object.fetch(&ranges).await?;
                decoder
                    .push_ranges(ranges, data)
                    .map_err(Error::parquet(path))?;
            }
        }
    }
}

/// How many rows the footer of a file in the lake says that it has. `path` is relative to the lake.
///
/// # Errors
///
/// [`Error::Store`] if the store does not give the file, [`Error::Parquet`] if it is damaged.
pub async fn row_count_at(lake: &Lake, path: &str) -> Result<u64, Error> {
    let metadata = Object::new(lake, path).metadata().await?;
    Ok(u64::try_from(metadata.file_metadata().num_rows()).unwrap_or_default())
}

/// The footer of a file in the lake, without indexes of pages. `path` is relative to the lake.
///
/// # Errors
///
/// [`Error::Store`] if the store does not give the file, [`Error::Parquet`] if it is damaged.
pub async fn footer_at(lake: &Lake, path: &str) -> Result<Arc<ParquetMetaData>, Error> {
    Object::new(lake, path).metadata().await
}

/// The SHA-256 of a file in the lake, in lower-case hex. The file is read as a stream.
///
/// # Errors
///
/// [`Error::Store`] if the store does not give the file.
pub async fn sha256_at(lake: &Lake, path: &str) -> Result<String, Error> {
    let object = lake.store().get(&lake.path(path)).await;
    let mut bytes = object.map_err(Error::store(path))?.into_stream();
    let mut hash = Sha256::new();
    while let Some(part) = bytes.try_next().await.map_err(Error::store(path))? {
        hash.update(&part);
    }
    Ok(format!("{:x}", hash.finalize()))
}

/// A file in a store, by ranges.
pub(crate) struct Object<'a> {
    store: &'a dyn ObjectStore,
    location: Path,
    pub(crate) path: &'a str,
}

impl<'a> Object<'a> {
    pub(crate) fn new(lake: &'a Lake, path: &'a str) -> Self {
        Self {
            store: lake.store().as_ref(),
            location: lake.path(path),
            path,
        }
    }

    /// The whole file.
    pub(crate) async fn whole(&self) -> Result<Bytes, Error> {
        let object = self.store.get(&self.location).await;
        let object = object.map_err(Error::store(self.path))?;
        object.bytes().await.map_err(Error::store(self.path))
    }

    pub(crate) async fn fetch(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, Error> {
        self.store
            .get_ranges(&self.location, ranges)
            .await
            .map_err(Error::store(self.path))
    }

    pub(crate) async fn metadata(&self) -> Result<Arc<ParquetMetaData>, Error> {
        self.metadata_with(PageIndexPolicy::Skip).await
    }

    /// The footer, and the offsets of the pages if the policy asks for them.
    pub(crate) async fn metadata_with(
        &self,
        offsets: PageIndexPolicy,
    ) -> Result<Arc<ParquetMetaData>, Error> {
        let size = self
            .store
            .head(&self.location)
            .await
            .map_err(Error::store(self.path))?
            .size;
        let parquet = || Error::parquet(self.path);
        let mut decoder = ParquetMetaDataPushDecoder::try_new(size)
            .map_err(parquet())?
            .with_column_index_policy(PageIndexPolicy::Skip)
            .with_offset_index_policy(offsets);
        let tail = size.saturating_sub(TAIL_BYTES)..size;
        let mut ranges = vec![tail];
        loop {
            let data = self.fetch(&ranges).await?;
            decoder.push_ranges(ranges, data).map_err(parquet())?;
            match decoder.try_decode().map_err(parquet())? {
                DecodeResult::Data(metadata) => return Ok(Arc::new(metadata)),
                DecodeResult::NeedsData(needed) => ranges = needed,
                DecodeResult::Finished => return Err(no_footer(self.path)),
            }
        }
    }
}

fn no_footer(path: &str) -> Error {
    let source = parquet::errors::ParquetError::General("the file has no footer".to_owned());
    Error::Parquet {
        path: path.to_owned(),
        source,
    }
}

fn decoder(
    metadata: Arc<ParquetMetaData>,
    path: &str,
    column: &str,
) -> Result<ParquetPushDecoder, Error> {
    let mask = mask(metadata.file_metadata().schema_descr(), path, &[column])?;
    ParquetPushDecoderBuilder::try_new_decoder(metadata)
        .and_then(|builder| builder.with_projection(mask).build())
        .map_err(Error::parquet(path))
}

/// Leaves by their dotted paths, without lists around them.
pub(crate) fn mask(
    schema: &SchemaDescriptor,
    file: &str,
    columns: &[&str],
) -> Result<ProjectionMask, Error> {
    let index = |name: &&str| {
        let mut leaves = schema.columns().iter();
        leaves
            .position(|leaf| leaf.path().string() == **name)
            .ok_or_else(|| column::unknown(file, name))
    };
    let leaves: Vec<usize> = columns.iter().map(index).collect::<Result<_, _>>()?;
    Ok(ProjectionMask::leaves(schema, leaves))
}

fn append(batch: &RecordBatch, name: &str, values: &mut Vec<Option<String>>) -> Result<(), Error> {
    let column = Column::find(batch, name).ok_or_else(|| column::unknown("the file", name))?;
    let data_type = column.values.data_type();
    if !data_type.is_string() {
        let (column, data_type) = (name.to_owned(), Box::new(data_type.clone()));
        return Err(Error::ColumnType {
            column,
            data_type,
            expected: "text",
        });
    }
    let texts = cast(&column.values, &DataType::Utf8).map_err(Error::arrow("the file"))?;
    let texts = texts.as_string::<i32>();
    let text = |row| (!column.is_null(row)).then(|| texts.value(row).to_owned());
    values.extend((0..batch.num_rows()).map(text));
    Ok(())
}
