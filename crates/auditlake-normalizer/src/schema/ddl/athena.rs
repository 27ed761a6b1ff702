//! Amazon Athena: an external table whose partitions are projected, so that nobody has to add a day.

use super::dialect::{Dialect, Plain, backticks, columns, escaped};
use super::place::Place;
use crate::class::CLASSES;
use crate::schema::column::Column;
use crate::schema::{CLASS_PARTITION, DAY_PARTITION};

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
            Plain::Timestamp => "timestamp",
        }
    }

    fn list(&self, item: &str) -> String {
        format!("array<{item}>")
    }

    fn object(&self) -> (&'static str, &'static str) {
        ("struct<", ">")
    }

    fn member(&self, column: &Column, kind: &str) -> String {
        format!("{}:{kind}", self.name(column.name))
    }

    fn column(&self, column: &Column, kind: &str) -> String {
        let comment = escaped(column.doc);
        format!("{} {kind} COMMENT {comment}", self.name(column.name))
    }
}

/// First day that is projected. A query that excludes no day asks for all of them, so that an early start costs time.
/// No comment may stand in the statement: not every client of Athena takes one.
const FIRST_DAY: &str = "2020-01-01";

pub(super) fn statements(place: &Place) -> String {
    let table = place.name(backticks);
    let columns = columns(&Athena, &[CLASS_PARTITION]);
    let [class, day] = [CLASS_PARTITION, DAY_PARTITION].map(backticks);
    let directory = place.directory();
    let template = format!(
        "{directory}/{CLASS_PARTITION}=${{{CLASS_PARTITION}}}/{DAY_PARTITION}=${{{DAY_PARTITION}}}/"
    );
    let classes: Vec<&str> = CLASSES.iter().map(|class| class.caption).collect();
    let properties = [
        ("projection.enabled", "true".to_owned()),
        ("projection.class_name.type", "enum".to_owned()),
        ("projection.class_name.values", classes.join(",")),
        ("projection.event_day.type", "date".to_owned()),
        ("projection.event_day.format", "yyyy-MM-dd".to_owned()),
        (
            "projection.event_day.range",
            format!("{FIRST_DAY},NOW+1DAY"),
        ),
        ("storage.location.template", template),
    ];
    let properties: Vec<String> = properties
        .iter()
        .map(|(key, value)| format!("  {} = {}", escaped(key), escaped(value)))
        .collect();
    format!(
        "CREATE EXTERNAL TABLE IF NOT EXISTS {table} (\n{columns}\n)\n\
         PARTITIONED BY (\n  {class} string COMMENT 'Caption of the class.',\n  {day} date COMMENT 'Day of `time`, UTC.'\n)\n\
         STORED AS PARQUET\nLOCATION {}\nTBLPROPERTIES (\n{}\n);\n",
        escaped(&format!("{directory}/")),
        properties.join(",\n")
    )
}
