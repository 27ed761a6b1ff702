//! Snowflake: a stage and an external table on it, whose objects and lists are `VARIANT`.

use super::dialect::literal;
use super::place::Place;
use crate::schema::column::{Column, Kind};
use crate::schema::{CLASS_PARTITION, DAY_PARTITION, EVENTS};

/// In capitals, which is what a name without quotes means: only words of SQL (`"GROUP"`, `"TABLE"`) need quotes in a query.
fn name(name: &str) -> String {
    format!("\"{}\"", name.to_uppercase().replace('"', "\"\""))
}

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Json => "VARCHAR",
        Kind::Int | Kind::Long => "NUMBER(38, 0)",
        Kind::Bool => "BOOLEAN",
        Kind::DateTime => "TIMESTAMP_LTZ(6)",
        Kind::Object(_) => "VARIANT",
        Kind::TextList | Kind::IntList | Kind::List(_) => "VARIANT",
    }
}

fn column(column: &Column) -> String {
    let (name, kind) = (name(column.name), kind(&column.kind));
    // An external table takes no comment on a column.
    format!(
        "  -- {}\n  {name} {kind} AS (VALUE:\"{}\"::{kind})",
        column.doc, column.name
    )
}

/// A partition's value, out of the path of its file.
fn partition(key: &str, kind: &str) -> String {
    let value = format!("SPLIT_PART(SPLIT_PART(METADATA$FILENAME, '{key}=', 2), '/', 1)");
    format!("  {} {kind} AS ({value}::{kind})", name(key))
}

pub(super) fn statements(place: &Place) -> String {
    let table = place.name(name);
    let stage = place.beside("_stage").name(name);
    let directory = format!("{}/", place.directory());
    let url = directory
        .strip_prefix("gs://")
        .map_or(directory.clone(), |path| format!("gcs://{path}"));
    let columns: Vec<String> = EVENTS
        .iter()
        .filter(|known| known.name != CLASS_PARTITION)
        .map(column)
        .chain([
            partition(CLASS_PARTITION, "VARCHAR"),
            partition(DAY_PARTITION, "DATE"),
        ])
        .collect();
    let [class, day] = [CLASS_PARTITION, DAY_PARTITION].map(name);
    format!(
        "CREATE STAGE IF NOT EXISTS {stage}\n  URL = {}\n  STORAGE_INTEGRATION = INTEGRATION;\n\n\
         CREATE OR REPLACE EXTERNAL TABLE {table} (\n{}\n)\nPARTITION BY ({class}, {day})\nLOCATION = @{stage}\n\
         AUTO_REFRESH = FALSE\nFILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE);\n\n\
         -- Again whenever there are new files.\nALTER EXTERNAL TABLE {table} REFRESH;\n",
        literal(&url),
        columns.join(",\n")
    )
}
