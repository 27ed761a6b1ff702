//! Trino's Hive connector: an external table, and the call that finds its partitions.

use super::dialect::{Dialect, Plain, columns, double_quotes, literal};
use super::place::Place;
use crate::schema::column::Column;
use crate::schema::{CLASS_PARTITION, DAY_PARTITION};

struct Trino;

impl Dialect for Trino {
    fn name(&self, name: &str) -> String {
        double_quotes(name)
    }

    fn plain(&self, plain: Plain) -> &'static str {
        match plain {
            Plain::Text => "varchar",
            Plain::Int => "integer",
            Plain::Long => "bigint",
            Plain::Bool => "boolean",
            Plain::Timestamp => "timestamp(6)",
        }
    }

    fn list(&self, item: &str) -> String {
        format!("array({item})")
    }

    fn object(&self) -> (&'static str, &'static str) {
        ("row(", ")")
    }

    fn column(&self, column: &Column, kind: &str) -> String {
        let comment = literal(column.doc);
        format!("{} {kind} COMMENT {comment}", self.name(column.name))
    }
}

pub(super) fn statements(place: &Place) -> String {
    let table = place.name(double_quotes);
    let columns = columns(&Trino, &[CLASS_PARTITION]);
    let [class, day] = [CLASS_PARTITION, DAY_PARTITION].map(double_quotes);
    let [class_key, day_key] = [CLASS_PARTITION, DAY_PARTITION].map(literal);
    let location = literal(&format!("{}/", place.directory()));
    let (schema, name) = schema_and_table(place);
    format!(
        "CREATE TABLE IF NOT EXISTS {table} (\n{columns},\n  \
         {class} varchar COMMENT 'Caption of the class.',\n  {day} date COMMENT 'Day of time, UTC.'\n)\n\
         WITH (\n  format = 'PARQUET',\n  external_location = {location},\n  \
         partitioned_by = ARRAY[{class_key}, {day_key}]\n);\n\n\
         -- Again whenever there are new days.\n\
         CALL system.sync_partition_metadata({schema}, {name}, 'FULL');\n"
    )
}

/// As the call wants them: the schema is `default` where the table's name has none.
fn schema_and_table(place: &Place) -> (String, String) {
    let mut parts = place.table.iter().rev();
    let table = parts.next().map_or("", String::as_str);
    let schema = parts.next().map_or("default", String::as_str);
    (literal(schema), literal(table))
}
