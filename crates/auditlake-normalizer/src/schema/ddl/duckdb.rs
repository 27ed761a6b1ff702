//! DuckDB: a view of the files, which carry names and types themselves.
//!
//! Without `union_by_name`: with it each query would read the footers of all files, whatever days it asks for.

use super::attribute::{Attribute, Plain};
use super::dialect::{double_quotes, literal};
use super::level::Key;
use super::place::Place;

pub(super) fn statements(place: &Place<'_>) -> String {
    let view = place.name(double_quotes);
    let files = literal(&format!("{}/**/*.parquet", place.directory));
    let keys = place.table.keys();
    let partitions = if keys.is_empty() {
        "  hive_partitioning = false".to_owned()
    } else {
        format!(
            "  hive_partitioning = true,\n  hive_types = {{{}}}",
            types(&keys)
        )
    };
    format!(
        "CREATE OR REPLACE VIEW {view} AS\nSELECT *\nFROM read_parquet(\n  {files},\n{partitions}\n);\n\n{}",
        comments(&view, &place.table.columns)
    )
}

fn types(keys: &[Key]) -> String {
    let one = |key: &Key| {
        let kind = match key.plain {
            Plain::Int => "INTEGER",
            Plain::Date => "DATE",
            _ => "VARCHAR",
        };
        format!("{}: {kind}", literal(&key.name))
    };
    let types: Vec<String> = keys.iter().map(one).collect();
    types.join(", ")
}

fn comments(view: &str, columns: &[Attribute]) -> String {
    let comment = |column: &Attribute| {
        let (name, doc) = (double_quotes(&column.name), literal(&column.doc));
        format!("COMMENT ON COLUMN {view}.{name} IS {doc};\n")
    };
    columns.iter().map(comment).collect()
}
