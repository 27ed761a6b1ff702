//! Amazon Athena: an external table whose partitions are projected, so that nobody has to add a day.
//!
//! Source: "Supported types for partition projection", Amazon Athena user guide
//! (<https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html>).

use std::collections::BTreeSet;

use super::attribute::{Attribute, Plain};
use super::dialect::{Dialect, backticks, columns, escaped, lines};
use super::level::{KeyValue, Level, Value};
use super::place::Place;
use crate::class::CLASSES;

struct Athena;

impl Dialect for Athena {
    fn name(&self, name: &str) -> String {
        backticks(name)
    }

    fn plain(&self, plain: Plain) -> &'static str {
        match plain {
            Plain::Text => "string",
            Plain::Int => "int",
            Plain::Long => "bigint",
            Plain::Bool => "boolean",
            Plain::Micros | Plain::Millis => "timestamp",
            Plain::Date => "date",
        }
    }

    fn list(&self, item: &str) -> String {
        format!("array<{item}>")
    }

    fn object(&self) -> (&'static str, &'static str) {
        ("struct<", ">")
    }

    fn member(&self, member: &Attribute, kind: &str) -> String {
        format!("{}:{kind}", self.name(&member.name))
    }

    fn column(&self, column: &Attribute, kind: &str) -> String {
        let comment = escaped(&column.doc);
        format!("{} {kind} COMMENT {comment}", self.name(&column.name))
    }
}

/// First year that is projected. A query that excludes no day asks for all of them, so that an early start costs time.
/// No comment may stand in the statement: not every client of Athena takes one.
const FIRST_YEAR: &str = "2020";

/// A column of the path: its values, as Athena is to guess them.
struct Projected {
    column: Attribute,
    properties: Vec<(&'static str, String)>,
}

pub(super) fn statements(place: &Place<'_>) -> String {
    let mut projected = Vec::new();
    let mut template = place.directory.clone();
    for level in place.table.levels() {
        template.push('/');
        template.push_str(&project(level, &mut projected));
    }
    template.push('/');
    let names = projected.iter().map(|one| one.column.name.as_str());
    let kept = columns(&Athena, place.table.columns_beside(names));
    let (partitions, properties) = clauses(&projected, template);
    format!(
        "CREATE EXTERNAL TABLE IF NOT EXISTS {} (\n{kept}\n)\n{partitions}STORED AS PARQUET\nLOCATION {}{properties};\n",
        place.name(backticks),
        escaped(&format!("{}/", place.directory)),
    )
}

/// What stands before and after the location of a table with partitions.
fn clauses(projected: &[Projected], template: String) -> (String, String) {
    if projected.is_empty() {
        return Default::default();
    }
    let partitions = columns(&Athena, projected.iter().map(|one| &one.column));
    let mut all = vec![("projection.enabled".to_owned(), "true".to_owned())];
    for Projected { column, properties } in projected {
        let property = |(key, value): &(&str, String)| {
            (format!("projection.{}.{key}", column.name), value.clone())
        };
        all.extend(properties.iter().map(property));
    }
    all.push(("storage.location.template".to_owned(), template));
    let all: Vec<String> = all
        .iter()
        .map(|(key, value)| format!("  {} = {}", escaped(key), escaped(value)))
        .collect();
    (
        format!("PARTITIONED BY (\n{partitions}\n)\n"),
        format!("\nTBLPROPERTIES (\n{}\n)", lines(&all)),
    )
}

/// The level in the template of locations, with its columns added to the projected ones.
fn project(level: &Level, projected: &mut Vec<Projected>) -> String {
    let Some(key) = level.key() else {
        let known: BTreeSet<String> = projected
            .iter()
            .map(|one| one.column.name.clone())
            .collect();
        let new = level.values().filter(|value| !known.contains(value.name()));
        projected.extend(new.map(|value| Projected {
            column: Attribute::of_value(value),
            properties: values(value, "unknown"),
        }));
        return level.shown(|value| format!("${{{}}}", value.name()));
    };
    let properties = match &key.of {
        KeyValue::One(value) => values(*value, "__HIVE_DEFAULT_PARTITION__"),
        KeyValue::Always(text) => one_of([text.as_str()]),
        KeyValue::Mixed => injected(),
    };
    // The catalog has names in small letters only.
    let name = key.name.to_lowercase();
    let shown = format!("{}=${{{name}}}", key.name);
    let column = Attribute {
        name,
        ..Attribute::from(&key)
    };
    projected.push(Projected { column, properties });
    shown
}

/// The values that there may be. Where nobody can know, each query has to name one.
fn values(value: Value, missing: &str) -> Vec<(&'static str, String)> {
    let uid = |number: u16| number.to_string();
    match value {
        Value::ClassUid => one_of(CLASSES.iter().map(|class| uid(class.uid))),
        Value::ClassName => one_of(CLASSES.iter().map(|class| class.caption.to_owned())),
        Value::CategoryUid => one_of(distinct(
            CLASSES.iter().map(|class| uid(class.category_uid())),
        )),
        Value::CategoryName => one_of(distinct(
            CLASSES.iter().map(|class| class.category.to_owned()),
        )),
        Value::LogName => one_of(FEEDS.into_iter().chain([missing])),
        Value::TenantUid | Value::Connection => injected(),
        Value::Day => dates("yyyy-MM-dd", &format!("{FIRST_YEAR}-01-01,NOW+1DAY")),
        Value::CompactDay => dates("yyyyMMdd", &format!("{FIRST_YEAR}0101,NOW+1DAY")),
        Value::Year => {
            let mut properties = dates("yyyy", &format!("{FIRST_YEAR},NOW+1DAY"));
            properties.push(("interval", "1".to_owned()));
            properties.push(("interval.unit", "YEARS".to_owned()));
            properties
        }
        Value::Month => one_of((1..=12).map(|month| format!("{month:02}"))),
        Value::DayOfMonth => one_of((1..=31).map(|day| format!("{day:02}"))),
    }
}

/// The feeds of the service; records from files have none.
const FEEDS: [&str; 5] = [
    "Audit.AzureActiveDirectory",
    "Audit.Exchange",
    "Audit.SharePoint",
    "Audit.General",
    "DLP.All",
];

fn one_of(values: impl IntoIterator<Item = impl Into<String>>) -> Vec<(&'static str, String)> {
    let values: Vec<String> = values.into_iter().map(Into::into).collect();
    vec![("type", "enum".to_owned()), ("values", values.join(","))]
}

fn injected() -> Vec<(&'static str, String)> {
    vec![("type", "injected".to_owned())]
}

fn dates(format: &str, range: &str) -> Vec<(&'static str, String)> {
    vec![
        ("type", "date".to_owned()),
        ("format", format.to_owned()),
        ("range", range.to_owned()),
    ]
}

fn distinct(values: impl Iterator<Item = String>) -> BTreeSet<String> {
    values.collect()
}
