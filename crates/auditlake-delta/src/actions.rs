//! What the kernel is given of files, and what it gives.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::json::ReaderBuilder;
use delta_kernel::engine::arrow_data::ArrowEngineData;
use delta_kernel::engine_data::FilteredEngineData;
use delta_kernel::snapshot::SnapshotRef;
use delta_kernel::{Engine, EngineData, KernelResult};
use serde_json::{Value, json};

use crate::file::escape;
use crate::statistics::only;
use crate::{DataFile, TableDefinition};

/// The rows that add files, in the kernel's form: one row a file.
pub(crate) fn added(
    definition: &TableDefinition,
    files: &[DataFile],
) -> Result<Box<dyn EngineData>, ArrowError> {
    let schema = schema(definition);
    let rows: Vec<Value> = files.iter().map(row).collect();
    let mut decoder = ReaderBuilder::new(Arc::clone(&schema)).build_decoder()?;
    decoder.serialize(&rows)?;
    let batch = decoder.flush()?;
    let batch = batch.unwrap_or_else(|| RecordBatch::new_empty(schema));
    Ok(Box::new(ArrowEngineData::new(batch)))
}

fn row(file: &DataFile) -> Value {
    let values: HashMap<&str, Option<&str>> = file
        .partition_values
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_deref()))
        .collect();
    json!({
        "path": escape(&file.path),
        "partitionValues": values,
        "size": file.bytes,
        "modificationTime": file.modified,
        "stats": file.statistics.to_json(),
    })
}

fn schema(definition: &TableDefinition) -> SchemaRef {
    let (columns, names) = (&definition.schema, &definition.statistics);
    let object = |fields: Fields| DataType::Struct(fields);
    let bounds = object(only(columns, names, DataType::clone));
    let nulls = object(only(columns, names, |_| DataType::Int64));
    let stats = vec![
        Field::new("numRecords", DataType::Int64, true),
        Field::new("nullCount", nulls, true),
        Field::new("minValues", bounds.clone(), true),
        Field::new("maxValues", bounds, true),
        Field::new("tightBounds", DataType::Boolean, true),
    ];
    let entry = vec![
        Field::new("key", DataType::Utf8, false),
        Field::new("value", DataType::Utf8, true),
    ];
    let entries = Field::new("key_value", object(entry.into()), false);
    Arc::new(Schema::new(vec![
        Field::new("path", DataType::Utf8, false),
        Field::new(
            "partitionValues",
            DataType::Map(Arc::new(entries), false),
            false,
        ),
        Field::new("size", DataType::Int64, false),
        Field::new("modificationTime", DataType::Int64, false),
        Field::new("stats", object(stats.into()), true),
    ]))
}

/// The table's files of these paths, as the log has them, in the form that removes them. Gives the paths that were
/// found, too.
pub(crate) fn removed(
    snapshot: &SnapshotRef,
    engine: &dyn Engine,
    paths: &BTreeSet<String>,
) -> KernelResult<(Vec<FilteredEngineData>, BTreeSet<String>)> {
    let (mut rows, mut found) = (Vec::new(), BTreeSet::new());
    each_batch(snapshot, engine, |batch, selected| {
        let selected: Vec<bool> = batch_paths(&batch, &selected)
            .map(|path| {
                path.is_some_and(|path| paths.contains(path) && found.insert(path.to_owned()))
            })
            .collect();
        if selected.contains(&true) {
            let data = Box::new(ArrowEngineData::new(batch));
            rows.push(FilteredEngineData::try_new(data, selected)?);
        }
        Ok(())
    })?;
    Ok((rows, found))
}

/// The paths of all files of the table, as the log has them.
pub(crate) fn paths(snapshot: &SnapshotRef, engine: &dyn Engine) -> KernelResult<Vec<String>> {
    let mut paths = Vec::new();
    each_batch(snapshot, engine, |batch, selected| {
        paths.extend(batch_paths(&batch, &selected).flatten().map(str::to_owned));
        Ok(())
    })?;
    Ok(paths)
}

fn each_batch(
    snapshot: &SnapshotRef,
    engine: &dyn Engine,
    mut each: impl FnMut(RecordBatch, Vec<bool>) -> KernelResult<()>,
) -> KernelResult<()> {
    let scan = Arc::clone(snapshot).scan_builder().build()?;
    for metadata in scan.scan_metadata(engine)? {
        let (data, selected) = metadata?.scan_files.into_parts();
        let data = ArrowEngineData::try_from_engine_data(data)?;
        each(data.record_batch().clone(), selected)?;
    }
    Ok(())
}

/// The path in each row; none where the row is not selected. Rows after the end of the selection are.
fn batch_paths<'a>(
    batch: &'a RecordBatch,
    selected: &'a [bool],
) -> impl Iterator<Item = Option<&'a str>> {
    let paths = batch.column_by_name("path");
    let paths = paths.and_then(|column| column.as_string_opt::<i32>());
    let is_selected = |row: usize| selected.get(row).copied().unwrap_or(true);
    paths
        .into_iter()
        .flatten()
        .enumerate()
        .map(move |(row, path)| path.filter(|_| is_selected(row)))
}
