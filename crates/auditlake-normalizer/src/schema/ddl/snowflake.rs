//! Snowflake: a stage and an external table on it, whose objects and lists are `VARIANT`.

use super::attribute::{Attribute, Plain, Shape};
use super::dialect::{lines, literal};
use super::level::Key;
use super::place::Place;

/// In capitals, which is what a name without quotes means: only words of SQL (`"GROUP"`, `"TABLE"`) need quotes in a query.
fn name(name: &str) -> String {
    format!("\"{}\"", name.to_uppercase().replace('"', "\"\""))
}

fn kind(shape: &Shape) -> &'static str {
    match shape {
        Shape::Plain(Plain::Text) => "VARCHAR",
        Shape::Plain(Plain::Int | Plain::Long) => "NUMBER(38, 0)",
        Shape::Plain(Plain::Bool) => "BOOLEAN",
        Shape::Plain(Plain::Micros) => "TIMESTAMP_LTZ(6)",
        Shape::Plain(Plain::Millis) => "TIMESTAMP_LTZ(3)",
        Shape::Plain(Plain::Date) => "DATE",
        Shape::PlainList(_) | Shape::Object(_) | Shape::List(_) => "VARIANT",
    }
}

fn column(column: &Attribute) -> String {
    let (shown, kind) = (name(&column.name), kind(&column.shape));
    // An external table takes no comment on a column.
    format!(
        "  -- {}\n  {shown} {kind} AS (VALUE:\"{}\"::{kind})",
        column.doc, column.name
    )
}

/// A partition's value, out of the path of its file.
fn partition(key: &Key) -> String {
    let directory = literal(&format!("{}=", key.name));
    let value = format!("SPLIT_PART(SPLIT_PART(METADATA$FILENAME, {directory}, 2), '/', 1)");
    let kind = kind(&Shape::Plain(key.plain));
    format!("  {} {kind} AS ({value}::{kind})", name(&key.name))
}

pub(super) fn statements(place: &Place<'_>) -> String {
    let table = place.name(name);
    let stage = place.beside("_stage").name(name);
    let keys = place.table.keys();
    let names = keys.iter().map(|key| key.name.as_str());
    let kept = place.table.columns_beside(names).into_iter().map(column);
    let columns: Vec<String> = kept.chain(keys.iter().map(partition)).collect();
    format!(
        "CREATE STAGE IF NOT EXISTS {stage}\n  URL = {}\n  STORAGE_INTEGRATION = INTEGRATION;\n\n\
         CREATE OR REPLACE EXTERNAL TABLE {table} (\n{}\n)\n{}LOCATION = @{stage}\n\
         AUTO_REFRESH = FALSE\nFILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE);\n\n\
         -- Again whenever there are new files.\nALTER EXTERNAL TABLE {table} REFRESH;\n",
        literal(&url(place)),
        lines(&columns),
        partition_by(&keys)
    )
}

fn url(place: &Place<'_>) -> String {
    let directory = format!("{}/", place.directory);
    match directory.strip_prefix("gs://") {
        Some(path) => format!("gcs://{path}"),
        None => directory,
    }
}

fn partition_by(keys: &[Key]) -> String {
    if keys.is_empty() {
        return String::new();
    }
    let names: Vec<String> = keys.iter().map(|key| name(&key.name)).collect();
    format!("PARTITION BY ({})\n", names.join(", "))
}
