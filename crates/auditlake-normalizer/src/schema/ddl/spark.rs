//! Spark and Databricks: a Parquet table at a location, and the statement that finds its partitions.

use super::dialect::{Dialect, Plain, backticks, columns, escaped};
use super::place::Place;
use crate::schema::column::Column;
use crate::schema::{CLASS_PARTITION, DAY_PARTITION};

struct Spark;

impl Dialect for Spark {
    fn name(&self, name: &str) -> String {
        backticks(name)
    }

    fn plain(&self, plain: Plain) -> &'static str {
        match plain {
            Plain::Text => "STRING",
            Plain::Int => "INT",
            Plain::Long => "BIGINT",
            Plain::Bool => "BOOLEAN",
            Plain::Timestamp => "TIMESTAMP",
        }
    }

    fn list(&self, item: &str) -> String {
        format!("ARRAY<{item}>")
    }

    fn object(&self) -> (&'static str, &'static str) {
        ("STRUCT<", ">")
    }

    fn member(&self, column: &Column, kind: &str) -> String {
        let comment = escaped(column.doc);
        format!("{}: {kind} COMMENT {comment}", self.name(column.name))
    }

    fn column(&self, column: &Column, kind: &str) -> String {
        let comment = escaped(column.doc);
        format!("{} {kind} COMMENT {comment}", self.name(column.name))
    }
}

pub(super) fn statements(place: &Place) -> String {
    let table = place.name(backticks);
    let columns = columns(&Spark, &[CLASS_PARTITION]);
    let [class, day] = [CLASS_PARTITION, DAY_PARTITION].map(backticks);
    let location = escaped(&format!("{}/", place.directory()));
    format!(
        "CREATE TABLE IF NOT EXISTS {table} (\n{columns},\n  \
         {class} STRING COMMENT 'Caption of the class.',\n  {day} DATE COMMENT 'Day of time, UTC.'\n)\n\
         USING PARQUET\nPARTITIONED BY ({class}, {day})\nLOCATION {location};\n\n\
         -- Again whenever there are new days.\nMSCK REPAIR TABLE {table};\n"
    )
}
