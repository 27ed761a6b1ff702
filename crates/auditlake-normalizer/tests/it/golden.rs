//! The columns of each table and version of the schema, as files of that version have them.
//!
//! A lake is written for years, by many builds: a column, once there, stays as it is. `test-data/schema/` has a file a
//! table and version, a line a column. What a later version has more stands at the end of its object.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use arrow::datatypes::{DataType, Field, Fields, SchemaRef};
use auditlake_normalizer::class::{self, Class};
use auditlake_normalizer::schema::SCHEMA_VERSION;
use auditlake_normalizer::{event_schema, ocsf_1_3, quarantine_schema, service_health_schema};

use crate::ocsf_1_3::batches;

fn file(table: &str, version: u32) -> PathBuf {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-data/schema");
    directory.join(format!("{table}.v{version}.txt"))
}

/// A line a column, in the order of the file: the path, the type, and whether it is JSON or never null.
fn lines(prefix: &str, fields: &Fields, into: &mut Vec<String>) {
    for field in fields {
        let path = format!("{prefix}{}", field.name());
        into.push(format!(
            "{path} {}{}",
            kind(field.data_type()),
            marks(field)
        ));
        match field.data_type() {
            DataType::Struct(inner) => lines(&format!("{path}."), inner, into),
            DataType::List(item) => {
                if let DataType::Struct(inner) = item.data_type() {
                    lines(&format!("{path}[]."), inner, into);
                }
            }
            _ => {}
        }
    }
}

fn kind(data_type: &DataType) -> String {
    match data_type {
        DataType::Struct(_) => "struct".to_owned(),
        DataType::List(item) => format!("list of {}", kind(item.data_type())),
        DataType::Timestamp(unit, zone) => format!("timestamp {unit:?} {zone:?}"),
        other => other.to_string(),
    }
}

fn marks(field: &Field) -> String {
    let mut marks = String::new();
    if !field.is_nullable() {
        marks.push_str(" not null");
    }
    if field.metadata().contains_key("auditlake:json") {
        marks.push_str(" json");
    }
    marks
}

/// The members of each object with their types, in order; those of the table itself under "".
fn objects(text: &str) -> BTreeMap<&str, Vec<(&str, &str)>> {
    let mut objects: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for line in text.lines() {
        let (path, kind) = line.split_once(' ').unwrap_or((line, ""));
        let (object, name) = path.rsplit_once('.').unwrap_or(("", path));
        objects.entry(object).or_default().push((name, kind));
    }
    objects
}

/// What of `older` is not there any more, or not at its place, in `newer`.
fn broken(older: &str, newer: &str) -> Vec<String> {
    let newer = objects(newer);
    let mut broken = Vec::new();
    for (object, members) in objects(older) {
        let now = newer.get(object).map_or(&[] as &[_], Vec::as_slice);
        for (place, member) in members.iter().enumerate() {
            if now.get(place) != Some(member) {
                broken.push(format!("{object}.{} {}", member.0, member.1));
            }
        }
    }
    broken
}

/// Every table: its name in `test-data/schema/`, and its columns.
fn tables() -> io::Result<BTreeMap<String, SchemaRef>> {
    let mut tables = BTreeMap::from([
        ("events".to_owned(), event_schema()),
        ("quarantine".to_owned(), quarantine_schema()),
        ("service_health".to_owned(), service_health_schema()),
    ]);
    for batch in batches()? {
        for (class, events) in ocsf_1_3(&batch).map_err(io::Error::other)? {
            tables.insert(older_table(class), events.schema());
        }
    }
    Ok(tables)
}

fn older_table(class: &Class) -> String {
    format!("ocsf_1_3.{}", class.uid)
}

#[test]
fn the_columns_are_those_of_their_version() -> io::Result<()> {
    let mut changed = Vec::new();
    for (table, schema) in tables()? {
        let mut now = Vec::new();
        lines("", schema.fields(), &mut now);
        let now = now.join("\n") + "\n";
        let path = file(&table, SCHEMA_VERSION);
        if std::fs::read_to_string(&path).unwrap_or_default() != now {
            std::fs::write(path.with_extension("txt.new"), now)?;
            changed.push(table);
        }
    }
    assert!(
        changed.is_empty(),
        "the columns of {changed:?} are not those of version {SCHEMA_VERSION}; those of a released version never \
         change: raise SCHEMA_VERSION. What they are now is in test-data/schema/*.new"
    );
    Ok(())
}

#[test]
fn every_version_has_the_columns_of_the_one_before() -> io::Result<()> {
    for table in tables()?.keys() {
        for version in (2..).take_while(|version| *version <= SCHEMA_VERSION) {
            // A class may be of a later version than the first.
            let Ok(older) = std::fs::read_to_string(file(table, version - 1)) else {
                continue;
            };
            let newer = std::fs::read_to_string(file(table, version))?;
            assert_eq!(broken(&older, &newer), Vec::<String>::new(), "{table}");
        }
    }
    Ok(())
}

#[test]
fn every_class_that_events_can_be_of_has_its_columns_told() {
    // HTTP Activity is none of 1.3.0: see `forms`.
    let classes = class::CLASSES.iter().filter(|class| class.uid != 4002);
    for class in classes {
        let path = file(&older_table(class), SCHEMA_VERSION);
        assert!(path.exists(), "{}", class.caption);
    }
}

#[test]
fn removed_moved_and_retyped_columns_are_seen_and_added_ones_allowed() {
    let older = "a Int32\nb struct\nb.x Utf8\nb.y Utf8\nc list of struct\nc[].z Utf8\n";
    let check = |newer: &str, expected: &[&str]| assert_eq!(broken(older, newer), expected);
    check(older, &[]);
    check(
        "a Int32\nb struct\nb.x Utf8\nb.y Utf8\nb.new Utf8\nc list of struct\nc[].z Utf8\nc[].n Int32\nd Utf8\n",
        &[],
    );
    check(
        "a Int64\nb struct\nb.x Utf8\nb.y Utf8\nc list of struct\nc[].z Utf8\n",
        &[".a Int32"],
    );
    check(
        "a Int32\nb struct\nb.y Utf8\nb.x Utf8\nc list of struct\nc[].z Utf8\n",
        &["b.x Utf8", "b.y Utf8"],
    );
    check(
        "a Int32\nb struct\nb.x Utf8\nb.y Utf8\nc list of struct\nc[].new Utf8\nc[].z Utf8\n",
        &["c[].z Utf8"],
    );
    check(
        "a Int32\nb struct\nb.x Utf8\nb.y Utf8\n",
        &[".c list of struct", "c[].z Utf8"],
    );
}
