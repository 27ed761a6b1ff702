//! From rows to finished files in memory, and from there to the lake.

use std::cmp::Reverse;

use bytes::Bytes;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use rayon::iter::{ParallelBridge, ParallelIterator};
use sha2::{Digest, Sha256};

use crate::buffer::RowRef;
use crate::by_column::{self, FileSchema};
use crate::compress::Compressor;
use crate::picked::Rows;
use crate::{Error, Lake, PartitionPath, TableSpec};

/// A finished Parquet file that is not in the lake yet.
#[derive(Debug, Clone)]
pub struct EncodedFile {
    /// Where it belongs, relative to the lake: `<table>/<partitions>/<name>.parquet`.
    pub path: String,
    /// The partition that all its rows are of.
    pub partition: PartitionPath,
    /// How many rows it has.
    pub rows: u64,
    /// The file itself.
    pub bytes: Bytes,
    /// The SHA-256 of the file, in lower-case hex.
    pub sha256: String,
    /// The lowest value of the sort column, in that column's unit; `None` if all are null.
    pub min_time: Option<i64>,
    /// The highest value of the sort column, in that column's unit; `None` if all are null.
    pub max_time: Option<i64>,
}

impl EncodedFile {
    /// Its footer, without indexes of pages.
    ///
    /// # Errors
    ///
    /// [`Error::Parquet`] if it is damaged.
    pub fn footer(&self) -> Result<ParquetMetaData, Error> {
        let reader = ParquetMetaDataReader::new();
        let footer = reader.parse_and_finish(&self.bytes);
        footer.map_err(Error::parquet(&self.path))
    }
}

/// Puts the file into the lake, in one atomic step and only if nothing is there, or the same.
///
/// A store that is asked again after a lost answer says that there is an object. If it is this very file, byte for
/// byte, then all is as it should be.
///
/// # Errors
///
/// [`Error::AlreadyExists`] if there is another object of that path, which is then left as it is;
/// [`Error::Store`] for anything else. After [`Error::Store`] the file may still be in the lake,
/// whole, if only the store's answer was lost.
pub async fn write(lake: &Lake, file: &EncodedFile) -> Result<(), Error> {
    let location = lake.path(&file.path);
    let payload = PutPayload::from(file.bytes.clone());
    let put = lake
        .store()
        .put_opts(&location, payload, PutMode::Create.into());
    match put.await.map_err(Error::store(&file.path)) {
        Err(error) if error.is_already_exists() && is_there(lake, file).await? => {}
        put => put.map(|_| ())?,
    }
    tracing::debug!(
        path = file.path,
        rows = file.rows,
        bytes = file.bytes.len(),
        "file written"
    );
    Ok(())
}

async fn is_there(lake: &Lake, file: &EncodedFile) -> Result<bool, Error> {
    let object = lake.store().get(&lake.path(&file.path)).await;
    let object = object.map_err(Error::store(&file.path))?;
    if object.meta.size != file.bytes.len() as u64 {
        return Ok(false);
    }
    let bytes = object.bytes().await.map_err(Error::store(&file.path))?;
    Ok(bytes == file.bytes)
}

/// A file to encode.
pub(crate) struct Job<'a> {
    pub(crate) number: usize,
    pub(crate) name: String,
    pub(crate) partition: &'a PartitionPath,
    pub(crate) rows: &'a [RowRef],
}

/// Encodes all files on as many threads as there are cores, and gives them in the order of the jobs.
pub(crate) fn encode_all(
    spec: &TableSpec,
    rows: &Rows<'_>,
    mut jobs: Vec<Job<'_>>,
) -> Result<Vec<EncodedFile>, Error> {
    // The largest are first: the end is not one thread with one long file.
    jobs.sort_by_key(|job| Reverse(job.rows.len()));
    let schema = FileSchema::new(spec)?;
    let encode = |compressor: &mut Option<Compressor>, job: Job<'_>| {
        let compressor = Compressor::of_thread(compressor, spec.zstd_level);
        let compressor = compressor.map_err(Error::parquet(&spec.name))?;
        Ok((job.number, encode_file(&schema, compressor, rows, &job)?))
    };
    // A bridge takes one job after the other, as each thread comes to it.
    let files = jobs.into_iter().par_bridge().map_init(|| None, encode);
    let mut files = files.collect::<Result<Vec<_>, Error>>()?;
    files.sort_by_key(|(number, _)| *number);
    Ok(files.into_iter().map(|(_, file)| file).collect())
}

fn encode_file(
    schema: &FileSchema<'_>,
    compressor: &mut Compressor,
    rows: &Rows<'_>,
    job: &Job<'_>,
) -> Result<EncodedFile, Error> {
    let path = path(&schema.spec().name, job);
    let bytes = by_column::encode(schema, compressor, rows, job.rows, &path)?;
    let bytes = Bytes::from(bytes);
    Ok(EncodedFile {
        sha256: format!("{:x}", Sha256::digest(&bytes)),
        partition: job.partition.clone(),
        rows: job.rows.len() as u64,
        // Nulls are first.
        min_time: job.rows.iter().find_map(|row| row.key),
        max_time: job.rows.last().and_then(|row| row.key),
        path,
        bytes,
    })
}

fn path(table: &str, job: &Job<'_>) -> String {
    let name = &job.name;
    match job.partition.as_str() {
        "" => format!("{table}/{name}.parquet"),
        partition => format!("{table}/{partition}/{name}.parquet"),
    }
}
