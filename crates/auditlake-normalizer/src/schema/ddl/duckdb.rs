//! DuckDB: a view of the files, which carry names and types themselves.

use super::dialect::{double_quotes, literal};
use super::place::Place;
use crate::schema::column::Column;
use crate::schema::{CLASS_PARTITION, DAY_PARTITION, EVENTS};

pub(super) fn statements(place: &Place) -> String {
    let table = place.name(double_quotes);
    let files = literal(&format!("{}/**/*.parquet", place.directory()));
    let types = format!("{{'{CLASS_PARTITION}': VARCHAR, '{DAY_PARTITION}': DATE}}");
    format!(
        "CREATE OR REPLACE VIEW {table} AS\nSELECT *\nFROM read_parquet(\n  {files},\n  \
         hive_partitioning = true,\n  hive_types = {types},\n  union_by_name = true\n);\n\n{}",
        comments(&table)
    )
}

fn comments(table: &str) -> String {
    let comment = |column: &Column| {
        let (name, doc) = (double_quotes(column.name), literal(column.doc));
        format!("COMMENT ON COLUMN {table}.{name} IS {doc};\n")
    };
    EVENTS.iter().map(comment).collect()
}
