//! What the files of a lake say of themselves, to any reader of Parquet.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use auditlake_pipeline::BackfillOptions;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, Encoding, LogicalType, TimeUnit};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::statistics::Statistics;

use crate::world::World;

/// Columns with a bloom filter.
const LOOKED_UP: [&str; 4] = [
    "metadata.uid",
    "actor.user.uid",
    "actor.user.name",
    "src_endpoint.ip",
];
/// Columns without dictionary and page statistics.
const PLAIN: [&str; 4] = [
    "raw_data",
    "unmapped",
    "metadata.uid",
    "metadata.original_event_uid",
];

/// Columns that grow with the time, which have no dictionary either.
const ASCENDING: [&str; 3] = ["time", "time_dt", "metadata.original_time"];

fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

fn open(file: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>> {
    Ok(ParquetRecordBatchReaderBuilder::try_new(File::open(file)?)?)
}

fn chunk<'a>(metadata: &'a ParquetMetaData, name: &str) -> Result<&'a ColumnChunkMetaData> {
    let mut chunks = metadata.row_group(0).columns().iter();
    chunks
        .find(|chunk| chunk.column_path().string() == name)
        .with_context(|| format!("no column {name}"))
}

/// The values of a column outside lists, as texts.
fn values(file: &Path, name: &str) -> Result<Vec<String>> {
    let builder = open(file)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), [name]);
    let mut values = Vec::new();
    for batch in builder.with_projection(mask).build()? {
        let mut column = batch?.column(0).clone();
        while let Some(inner) = column.as_struct_opt().map(|inner| inner.column(0).clone()) {
            column = inner;
        }
        values.extend(
            column
                .as_string::<i32>()
                .iter()
                .flatten()
                .map(str::to_owned),
        );
    }
    Ok(values)
}

fn times(file: &Path) -> Result<Vec<i64>> {
    let builder = open(file)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), ["time"]);
    let mut times = Vec::new();
    for batch in builder.with_projection(mask).build()? {
        times.extend(
            batch?
                .column(0)
                .as_primitive::<Int64Type>()
                .iter()
                .flatten(),
        );
    }
    Ok(times)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
fn filter_bytes(distinct: usize) -> usize {
    // Apache Parquet, "Bloom Filter": eight hashes into blocks of 32 bytes; one in a hundred is wrongly a maybe.
    let bits = -8.0 * distinct as f64 / (1.0 - 0.01_f64.powf(1.0 / 8.0)).ln();
    ((bits / 8.0).ceil() as usize).next_power_of_two().max(32)
}

/// A filter is as large as what it knows asks for: smaller lies, larger is paid for by every reader.
fn check_filter(file: &Path, chunk: &ColumnChunkMetaData) -> Result<()> {
    let name = chunk.column_path().string();
    let distinct: BTreeSet<String> = values(file, &name)?.into_iter().collect();
    let header = 32;
    let length = usize::try_from(chunk.bloom_filter_length().context(name.clone())?)?;
    let fair = filter_bytes(distinct.len());
    let known = distinct.len();
    // The writer halves a filter by what its bits say, not by the count: near the edge it stops one step early.
    ensure!(
        (fair / 2..=2 * fair + header).contains(&length),
        "{name}: {length} bytes for {known} values, of which {fair} are fair"
    );
    Ok(())
}

fn check_columns(file: &Path, metadata: &ParquetMetaData) -> Result<()> {
    for chunk in metadata.row_group(0).columns() {
        let name = chunk.column_path().string();
        ensure!(
            matches!(chunk.compression(), Compression::ZSTD(_)),
            "{name}"
        );
        ensure!(chunk.offset_index_offset().is_some(), "{name}");
        let is_empty = values_are_empty(chunk);
        let is_plain = PLAIN.contains(&name.as_str());
        let has_dictionary = chunk.encodings().any(|e| e == Encoding::RLE_DICTIONARY);
        ensure!(!(is_plain && has_dictionary), "{name} has a dictionary");
        let is_ascending = ASCENDING.contains(&name.as_str());
        ensure!(!(is_ascending && has_dictionary), "{name} has a dictionary");
        let has_index = chunk.column_index_offset().is_some();
        ensure!(has_index != (is_plain || is_empty), "{name}: {has_index}");
        if LOOKED_UP.contains(&name.as_str()) {
            check_filter(file, chunk)?;
        } else {
            ensure!(chunk.bloom_filter_offset().is_none(), "{name}");
        }
        if name.ends_with("_dt") {
            check_instant(chunk)?;
        }
    }
    Ok(())
}

fn values_are_empty(chunk: &ColumnChunkMetaData) -> bool {
    let nulls = chunk.statistics().and_then(Statistics::null_count_opt);
    nulls == u64::try_from(chunk.num_values()).ok()
}

fn check_instant(chunk: &ColumnChunkMetaData) -> Result<()> {
    let kind = chunk.column_descr().logical_type_ref();
    let is_utc = matches!(
        kind,
        Some(LogicalType::Timestamp(t)) if t.is_adjusted_to_u_t_c && t.unit == TimeUnit::MICROS
    );
    ensure!(is_utc, "{}: {kind:?}", chunk.column_path());
    Ok(())
}

fn check_file(file: &Path) -> Result<()> {
    let builder = open(file)?;
    let metadata = builder.metadata();
    let told = metadata.file_metadata();
    ensure!(told.version() == 1);
    let pairs = told.key_value_metadata().context("keys")?;
    let pairs: Vec<(&str, Option<&str>)> = pairs
        .iter()
        .map(|pair| (pair.key.as_str(), pair.value.as_deref()))
        .collect();
    let expected = [
        ("ocsf.version", Some("1.8.0")),
        ("auditlake.schema_version", Some("1")),
    ];
    ensure!(pairs == expected, "{pairs:?}");
    let sorted = metadata.row_group(0).sorting_columns().context("sorted")?;
    let by = &metadata.row_group(0).columns()[usize::try_from(sorted[0].column_idx)?];
    ensure!(by.column_path().string() == "time_dt" && !sorted[0].descending);
    ensure!(times(file)?.is_sorted(), "rows are not sorted by time");
    ensure!(chunk(metadata, "time")?.column_index_offset().is_some());
    check_columns(file, metadata)
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_sorted_indexed_and_filtered_as_readers_need() -> Result<()> {
    let world = World::week(1_500).await?;
    world.run().await?;
    let files = files(&world.lake().join("events"))?;
    assert!(files.len() > 20);
    for file in files {
        check_file(&file).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lake_without_raw_data_has_the_same_columns() -> Result<()> {
    let world = World::week(200).await?;
    let options = BackfillOptions {
        raw_data: false,
        ..world.options()
    };
    world.run_with(options).await?;
    for file in files(&world.lake().join("events"))? {
        let builder = open(&file)?;
        ensure!(values_are_empty(chunk(builder.metadata(), "raw_data")?));
        ensure!(
            builder.schema().fields().len() == auditlake_pipeline::event_schema().fields().len()
        );
    }
    Ok(())
}
