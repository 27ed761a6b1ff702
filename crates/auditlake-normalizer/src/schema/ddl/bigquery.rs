//! Google BigQuery: an external table.
//!
//! Without hive partitioning: BigQuery refuses partition keys that are columns of the files too, as the class is. A star
//! stands for any number of directories, so that one statement is for all layouts.

use super::attribute::{Attribute, Plain};
use super::dialect::{Dialect, columns, escaped};
use super::place::Place;

struct BigQuery;

/// A name between in which a backslash escapes.
fn name(name: &str) -> String {
    format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))
}

impl Dialect for BigQuery {
    fn name(&self, name: &str) -> String {
        self::name(name)
    }

    fn plain(&self, plain: Plain) -> &'static str {
        match plain {
            Plain::Text => "STRING",
            Plain::Int | Plain::Long => "INT64",
            Plain::Bool => "BOOL",
            Plain::Micros | Plain::Millis => "TIMESTAMP",
            Plain::Date => "DATE",
        }
    }

    fn list(&self, item: &str) -> String {
        format!("ARRAY<{item}>")
    }

    fn object(&self) -> (&'static str, &'static str) {
        ("STRUCT<", ">")
    }

    fn member(&self, member: &Attribute, kind: &str) -> String {
        self.column(member, kind)
    }

    fn column(&self, column: &Attribute, kind: &str) -> String {
        let comment = escaped(&column.doc);
        let name = self.name(&column.name);
        format!("{name} {kind} OPTIONS (description = {comment})")
    }
}

pub(super) fn statements(place: &Place<'_>) -> String {
    let table = place.name(name);
    let columns = columns(&BigQuery, &place.table.columns);
    let files = escaped(&format!("{}/*.parquet", place.directory));
    format!(
        "CREATE OR REPLACE EXTERNAL TABLE {table} (\n{columns}\n)\n\
         OPTIONS (\n  format = 'PARQUET',\n  uris = [{files}],\n  enable_list_inference = TRUE\n);\n"
    )
}
