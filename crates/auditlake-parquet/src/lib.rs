//! Record batches in, partitioned Parquet objects out, over [`object_store`].
//!
//! A [`TableBuffer`] collects the rows of one unit of work as they come, in any order.
//! [`TableBuffer::encode`] turns them into one sorted, compressed Parquet file per partition, and
//! [`write()`] gives such a file to a [`Lake`], whether that is a disk or a cloud store.
//!
//! # Why files are encoded whole, in memory
//!
//! Whoever writes here wants to record what is about to be written *before* any of it can be seen,
//! and that record holds the exact paths, row counts and hashes. So nothing may touch the store
//! until every file is finished. Since a buffer is bounded by its owner's memory limit, and the
//! compressed files are a fraction of it, the files simply stay in memory as [`EncodedFile::bytes`].
//! Each then needs one `put` with `PutMode::Create`, and that is atomic everywhere: S3, Azure and
//! Google Cloud Storage take it as a single PUT with a precondition, and a disk takes it as a staging
//! file that gets its name only when it is complete. There are no multipart uploads to abort,
//! no half objects, and no clean-up but [`Lake::remove_staging`] and [`Lake::staging`] after a killed process.
//!
//! # Whether a lake can be used
//!
//! Opening a lake asks nothing of its store. [`Lake::probe`] does: it creates, reads, lists and
//! removes an object, and [`Unfit`] says what is missing.
//!
//! # Merging
//!
//! A [`Merge`] makes few large files of many small ones, sorted and without repeats, within a memory
//! limit. Its files are finished one by one, and each is one `put` as well.
//!
//! # What it refuses to do
//!
//! It knows no event format and no source: what the columns mean, how files are named, what is
//! committed and what is rolled back are its caller's. It never overwrites an object.
//!
//! # Example
//!
//! ```
//! use std::sync::Arc;
//! use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
//! use auditlake_parquet::{Lake, Partition, TableBuffer, TableSpec, write};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let kinds: ArrayRef = Arc::new(StringArray::from(vec!["read", "write", "read"]));
//! let times: ArrayRef = Arc::new(Int64Array::from(vec![30, 20, 10]));
//! let batch = RecordBatch::try_from_iter([("kind", kinds), ("time", times)])?;
//!
//! let mut spec = TableSpec::new("events", batch.schema(), "time");
//! spec.partitions = vec![Partition::Value { key: "kind".into(), column: "kind".into() }];
//!
//! let mut buffer = TableBuffer::new(Arc::new(spec))?;
//! buffer.push(batch)?;
//! let files = buffer.encode(|_partition, number| format!("part-{number}"))?;
//! assert_eq!(files[0].path, "events/kind=read/part-0.parquet");
//!
//! let lake = Lake::open("memory:///")?;
//! for file in &files {
//!     write(&lake, file).await?;
//! }
//! # Ok(())
//! # }
//! ```

mod absent;
mod adapt;
mod buffer;
mod by_column;
mod column;
mod compress;
mod encode;
mod error;
mod judge;
mod lake;
mod merge;
mod partition;
mod patience;
mod picked;
mod probe;
mod properties;
mod read;
mod staging;
mod store;
mod table;
mod unfit;

pub use buffer::TableBuffer;
pub use encode::{EncodedFile, write};
pub use error::Error;
pub use lake::Lake;
pub use merge::{Merge, MergeInput, MergeOptions, MergedFile};
pub use partition::{DEFAULT_PARTITION, Partition, PartitionPath, Piece};
pub use patience::Patience;
pub use properties::{
    BLOOM_FILTER_FPP, CREATED_BY, DATA_PAGE_BYTES, DEFAULT_ZSTD_LEVEL, LONG_PAGE_BYTES,
    ROW_GROUP_BYTES, ROW_GROUP_ROWS, STATISTICS_BYTES,
};
pub use read::{footer_at, read_text_column, read_text_column_at, row_count_at, sha256_at};
pub use staging::Staging;
pub use table::TableSpec;
pub use unfit::{Access, Lack, Unfit};
