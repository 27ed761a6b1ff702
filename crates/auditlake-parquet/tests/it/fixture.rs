//! A table with every kind of column, and rows for it.

use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Field, Fields, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType,
};
use arrow::json::{LineDelimitedWriter, ReaderBuilder};
use auditlake_parquet::{EncodedFile, Partition, TableBuffer, TableSpec};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

pub(crate) fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

pub(crate) fn structure(name: &str, fields: Vec<Field>) -> Field {
    Field::new(name, DataType::Struct(Fields::from(fields)), true)
}

fn list(name: &str, element: DataType) -> Field {
    Field::new(
        name,
        DataType::List(Arc::new(Field::new("element", element, true))),
        true,
    )
}

pub(crate) fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

pub(crate) fn schema() -> SchemaRef {
    let pair = DataType::Struct(Fields::from(vec![text("name"), text("value")]));
    Arc::new(Schema::new(vec![
        Field::new("time", instant(), false),
        text("kind"),
        Field::new("number", DataType::Int32, true),
        structure("metadata", vec![text("uid")]),
        structure(
            "actor",
            vec![structure("user", vec![text("uid"), text("name")])],
        ),
        list("observables", pair),
        list("labels", DataType::Utf8),
        text("raw_data"),
    ]))
}

pub(crate) fn spec() -> TableSpec {
    let mut spec = TableSpec::new("events", schema(), "time");
    spec.partitions = vec![
        Partition::Value {
            key: "kind".into(),
            column: "kind".into(),
        },
        Partition::Day {
            key: "day".into(),
            column: "time".into(),
        },
    ];
    spec.bloom_filters = vec![
        "metadata.uid".into(),
        "actor.user.name".into(),
        "observables.value".into(),
    ];
    spec.plain = vec!["raw_data".into(), "metadata.uid".into()];
    spec.key_value_metadata = vec![("table.version".into(), "1".into())];
    spec
}

/// A row whose every column can be told from its number; some are null in some rows.
pub(crate) fn row(number: usize, kind: Option<&str>, time: &str) -> String {
    let kind = kind.map_or("null".to_owned(), |kind| format!("\"{kind}\""));
    let user = if number.is_multiple_of(3) {
        "null".to_owned()
    } else {
        format!(r#"{{"uid":"u{number}","name":"user {}"}}"#, number % 5)
    };
    let observables = match number % 4 {
        0 => "null".to_owned(),
        1 => "[]".to_owned(),
        _ => format!(r#"[{{"name":"ip","value":"192.0.2.{number}"}},{{"name":"n"}},null]"#),
    };
    format!(
        r#"{{"time":"{time}","kind":{kind},"number":{number},"metadata":{{"uid":"id-{number}"}},"actor":{{"user":{user}}},"observables":{observables},"labels":["a",null,"b{number}"],"raw_data":"raw {number}"}}"#
    )
}

pub(crate) fn batch(rows: &[String]) -> RecordBatch {
    let reader = ReaderBuilder::new(offset_schema()).with_batch_size(rows.len().max(1));
    let mut batches = reader
        .build(Cursor::new(rows.join("\n")))
        .expect("the schema can be read from JSON");
    let batch = batches
        .next()
        .expect("there is a batch")
        .expect("the rows fit the schema");
    with_zone(&batch, schema(), "UTC")
}

/// The schema for arrow's JSON, which knows offsets, but not the name UTC.
fn offset_schema() -> SchemaRef {
    let mut fields = schema().fields().to_vec();
    let time = DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()));
    fields[0] = Arc::new(Field::new("time", time, false));
    Arc::new(Schema::new(fields))
}

fn with_zone(batch: &RecordBatch, schema: SchemaRef, zone: &str) -> RecordBatch {
    let mut columns = batch.columns().to_vec();
    let time = columns[0]
        .as_primitive::<TimestampMicrosecondType>()
        .clone();
    columns[0] = Arc::new(time.with_timezone(zone));
    RecordBatch::try_new(schema, columns).expect("only the zone's name differs")
}

pub(crate) fn encode(spec: TableSpec, batches: Vec<RecordBatch>) -> Vec<EncodedFile> {
    let mut buffer = TableBuffer::new(Arc::new(spec)).expect("the table is valid");
    for batch in batches {
        buffer.push(batch).expect("the batch fits");
    }
    buffer
        .encode(|_, number| format!("f{number}"))
        .expect("the rows can be encoded")
}

pub(crate) fn read(file: &EncodedFile) -> Vec<RecordBatch> {
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(file.bytes.clone()).expect("the file is Parquet");
    let reader = builder.build().expect("the file has columns");
    reader
        .map(|batch| batch.expect("the file is whole"))
        .collect()
}

/// The rows as JSON, one text each.
pub(crate) fn lines(batches: &[RecordBatch]) -> Vec<String> {
    let mut writer = LineDelimitedWriter::new(Vec::new());
    for batch in batches {
        writer
            .write(&with_zone(batch, offset_schema(), "+00:00"))
            .expect("rows can be JSON");
    }
    writer.finish().expect("memory does not fail");
    let text = String::from_utf8(writer.into_inner()).expect("JSON is UTF-8");
    text.lines().map(str::to_owned).collect()
}
