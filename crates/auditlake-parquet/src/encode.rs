//! From rows to finished files in memory, and from there to the lake.

use std::sync::{Mutex, PoisonError};
use std::thread;

use arrow::array::RecordBatch;
use arrow::compute::interleave_record_batch;
use bytes::Bytes;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use sha2::{Digest, Sha256};

use crate::buffer::RowRef;
use crate::{Error, Lake, PartitionPath, TableSpec, column, properties};

/// The most rows that are gathered, and so copied, at a time.
const GATHERED_ROWS: usize = 8192;

/// About how many bytes are gathered at a time, which makes the rows fewer when they are long.
const GATHERED_BYTES: usize = 16 * 1024 * 1024;

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
    batches: &[RecordBatch],
    mut jobs: Vec<Job<'_>>,
) -> Result<Vec<EncodedFile>, Error> {
    let threads = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(jobs.len());
    // The largest are last and so taken first: the end is not one thread with one long file.
    jobs.sort_by_key(|job| job.rows.len());
    let jobs = Mutex::new(jobs);
    let work = || encode_some(spec, batches, &jobs);
    let mut files = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut files = work()?;
        for other in others {
            files.extend(
                other
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?,
            );
        }
        Ok(files)
    })?;
    files.sort_by_key(|(number, _)| *number);
    Ok(files.into_iter().map(|(_, file)| file).collect())
}

fn encode_some(
    spec: &TableSpec,
    batches: &[RecordBatch],
    jobs: &Mutex<Vec<Job<'_>>>,
) -> Result<Vec<(usize, EncodedFile)>, Error> {
    let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let mut files = Vec::new();
    while let Some(job) = next() {
        files.push((job.number, encode_file(spec, batches, &job)?));
    }
    Ok(files)
}

fn encode_file(
    spec: &TableSpec,
    batches: &[RecordBatch],
    job: &Job<'_>,
) -> Result<EncodedFile, Error> {
    let path = path(spec, job);
    let bytes = Bytes::from(encode_rows(spec, batches, job.rows, &path)?);
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

fn path(spec: &TableSpec, job: &Job<'_>) -> String {
    let (table, name) = (&spec.name, &job.name);
    match job.partition.as_str() {
        "" => format!("{table}/{name}.parquet"),
        partition => format!("{table}/{partition}/{name}.parquet"),
    }
}

fn encode_rows(
    spec: &TableSpec,
    batches: &[RecordBatch],
    rows: &[RowRef],
    path: &str,
) -> Result<Vec<u8>, Error> {
    let gathered = gathered_rows(batches);
    let (first, rest) = rows.split_at(gathered.min(rows.len()));
    let batch = gather(spec, batches, first).map_err(Error::arrow(path))?;
    // Whether a column is empty is known in time only if the first rows are all of them. That is
    // enough: in larger files it saves nothing that anyone would notice.
    let empty = if rest.is_empty() {
        column::empty_leaves(&batch)
    } else {
        Vec::new()
    };
    let properties = properties::writer_properties(spec, rows.len(), &empty)?;
    // Parquet's own schema says everything that these columns need. A copy as an Arrow schema would be
    // a third of a small file.
    let options = ArrowWriterOptions::new()
        .with_properties(properties)
        .with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(Vec::new(), spec.schema.clone(), options)
        .map_err(Error::parquet(path))?;
    writer.write(&batch).map_err(Error::parquet(path))?;
    for rows in rest.chunks(gathered) {
        let batch = gather(spec, batches, rows).map_err(Error::arrow(path))?;
        writer.write(&batch).map_err(Error::parquet(path))?;
    }
    writer.into_inner().map_err(Error::parquet(path))
}

pub(crate) fn gathered_rows(batches: &[RecordBatch]) -> usize {
    let bytes: usize = batches.iter().map(RecordBatch::get_array_memory_size).sum();
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let bytes_per_row = bytes / rows.max(1) + 1;
    (GATHERED_BYTES / bytes_per_row).clamp(1, GATHERED_ROWS)
}

/// Copies the rows, in their order, into one batch. Only the batches that they come from are looked
/// at: there may be thousands of small ones.
pub(crate) fn gather(
    spec: &TableSpec,
    batches: &[RecordBatch],
    rows: &[RowRef],
) -> Result<RecordBatch, arrow::error::ArrowError> {
    let mut used: Vec<u32> = rows.iter().map(|row| row.batch).collect();
    used.sort_unstable();
    used.dedup();
    let sources: Vec<&RecordBatch> = used.iter().map(|batch| &batches[*batch as usize]).collect();
    let position = |batch| used.partition_point(|used| *used < batch);
    let indices: Vec<(usize, usize)> = rows
        .iter()
        .map(|row| (position(row.batch), row.row as usize))
        .collect();
    let batch = interleave_record_batch(&sources, &indices)?;
    // The first batch's schema may carry other metadata than the table's.
    RecordBatch::try_new(spec.schema.clone(), batch.columns().to_vec())
}
