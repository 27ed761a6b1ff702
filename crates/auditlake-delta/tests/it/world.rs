//! A table and its files.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use auditlake_delta::{Change, DataFile, DeltaTable, PartitionColumn, Statistics, TableDefinition};
use bytes::Bytes;
use object_store::ObjectStore;
use object_store::path::Path;
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

pub(crate) fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("kind", DataType::Utf8, true),
        Field::new("number", DataType::Int32, true),
    ]))
}

pub(crate) fn definition() -> TableDefinition {
    let column = |name: &str, data_type| PartitionColumn {
        name: name.to_owned(),
        data_type,
    };
    TableDefinition {
        name: "events".to_owned(),
        schema: schema(),
        partitions: vec![
            column("kind", DataType::Utf8),
            column("day", DataType::Date32),
        ],
        statistics: vec!["number".to_owned()],
        engine: "test/1".to_owned(),
    }
}

pub(crate) async fn open(store: &Arc<dyn ObjectStore>) -> DeltaTable {
    let location = Path::from("lake/events");
    DeltaTable::open_or_create(Arc::clone(store), &location, definition())
        .await
        .expect("a table")
}

pub(crate) fn footer(numbers: &[i32]) -> ParquetMetaData {
    let kinds: ArrayRef = Arc::new(StringArray::from(vec!["a b"; numbers.len()]));
    let numbers: ArrayRef = Arc::new(Int32Array::from(numbers.to_vec()));
    let batch = RecordBatch::try_new(schema(), vec![kinds, numbers]).expect("a batch");
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, schema(), None).expect("a writer");
    writer.write(&batch).expect("rows");
    writer.close().expect("a file");
    let reader = ParquetMetaDataReader::new();
    reader
        .parse_and_finish(&Bytes::from(file))
        .expect("a footer")
}

pub(crate) fn file(name: &str, day: Option<&str>) -> DataFile {
    DataFile {
        path: format!("kind=a b/day={}/{name}.parquet", day.unwrap_or("none")),
        partition_values: vec![
            ("kind".to_owned(), Some("a b".to_owned())),
            ("day".to_owned(), day.map(str::to_owned)),
        ],
        bytes: 7,
        modified: 1_700_000_000_000,
        statistics: Statistics::of(&footer(&[3, 5]), &definition().statistics),
    }
}

pub(crate) fn change(app_id: &str, names: &[&str]) -> Change {
    Change {
        app_id: app_id.to_owned(),
        version: 0,
        removed: Vec::new(),
        added: names
            .iter()
            .map(|name| file(name, Some("2026-05-04")))
            .collect(),
        changes_rows: true,
        is_new: false,
    }
}

/// The names of the table's files.
pub(crate) async fn names(table: &mut DeltaTable) -> Vec<String> {
    table.refresh().await.expect("the table as it is");
    let files = table.files().await.expect("files");
    let name = |path: &String| {
        let (_, name) = path.rsplit_once('/').expect("directories");
        name.trim_end_matches(".parquet").to_owned()
    };
    let mut names: Vec<String> = files.iter().map(name).collect();
    names.sort();
    names
}
