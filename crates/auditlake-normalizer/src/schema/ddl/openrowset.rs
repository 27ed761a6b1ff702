//! Views of files by `OPENROWSET`, for Microsoft's SQL engines over lakes; objects and lists are JSON text.

use super::attribute::{Attribute, Plain};
use super::dialect::{lines, literal};
use super::level::{KeyValue, Level, Value};
use super::place::Place;

/// A name between brackets.
fn name(name: &str) -> String {
    format!("[{}]", name.replace(']', "]]"))
}

/// A column of the path: the value of a star.
struct OfPath {
    name: String,
    plain: Plain,
}

/// The statement; `collation` follows the type of text columns.
pub(super) fn statements(place: &Place<'_>, files: &str, collation: &str) -> String {
    let (pattern, of_path) = pattern(place, files);
    let columns: Vec<String> = place
        .table
        .columns
        .iter()
        .map(|known| column(known, collation))
        .collect();
    let mut selected = vec!["  files.*".to_owned()];
    selected.extend((1..).zip(&of_path).map(|(n, column)| select(n, column)));
    format!(
        "CREATE OR ALTER VIEW {} AS\nSELECT\n{}\nFROM OPENROWSET(\n  BULK {},\n  FORMAT = 'PARQUET'\n) WITH (\n{}\n) AS files;\n",
        place.name(name),
        lines(&selected),
        literal(&pattern),
        lines(&columns)
    )
}

fn column(column: &Attribute, collation: &str) -> String {
    let kind = match column.plain() {
        Some(Plain::Int) => "INT".to_owned(),
        Some(Plain::Long) => "BIGINT".to_owned(),
        Some(Plain::Bool) => "BIT".to_owned(),
        Some(Plain::Micros) => "DATETIME2(6)".to_owned(),
        Some(Plain::Millis) => "DATETIME2(3)".to_owned(),
        Some(Plain::Date) => "DATE".to_owned(),
        Some(Plain::Text) | None => format!("VARCHAR(MAX){collation}"),
    };
    format!("    -- {}\n    {} {kind}", column.doc, name(&column.name))
}

/// The files with stars for what differs, and what the stars are.
fn pattern(place: &Place<'_>, files: &str) -> (String, Vec<OfPath>) {
    let mut pattern = files.to_owned();
    let mut of_path = Vec::new();
    for level in place.table.levels() {
        pattern.push('/');
        pattern.push_str(&level.shown(|_| "*".to_owned()));
        of_path.extend(stars(level).map(|(name, plain)| OfPath {
            name: beside_columns(place, &name),
            plain,
        }));
    }
    (pattern + "/*.parquet", of_path)
}

/// Names and types of a level's values.
fn stars(level: &Level) -> impl Iterator<Item = (String, Plain)> {
    let key = level.key().filter(|key| matches!(key.of, KeyValue::One(_)));
    let name = move |value: Value| match &key {
        Some(key) => (key.name.clone(), key.plain),
        None => (value.name().to_owned(), value.plain()),
    };
    level.values().map(name)
}

/// A name that no column of the files has.
fn beside_columns(place: &Place<'_>, name: &str) -> String {
    if !place.table.columns.iter().any(|column| column.name == name) {
        return name.to_owned();
    }
    let stem = name.strip_suffix("_name").unwrap_or(name);
    format!("{stem}_partition")
}

fn select(star: usize, column: &OfPath) -> String {
    let kind = match column.plain {
        Plain::Int => "INT",
        Plain::Date => "DATE",
        _ => "VARCHAR(128)",
    };
    format!(
        "  CAST(files.filepath({star}) AS {kind}) AS {}",
        name(&column.name)
    )
}
