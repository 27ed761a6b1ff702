//! Spark and Databricks: a Parquet table at a location, and the statement that finds its partitions.

use super::attribute::{Attribute, Plain};
use super::dialect::{Dialect, backticks, columns, escaped};
use super::level::Key;
use super::place::Place;

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
        let comment = escaped(&member.doc);
        format!("{}: {kind} COMMENT {comment}", self.name(&member.name))
    }

    fn column(&self, column: &Attribute, kind: &str) -> String {
        let comment = escaped(&column.doc);
        format!("{} {kind} COMMENT {comment}", self.name(&column.name))
    }
}

pub(super) fn statements(place: &Place<'_>) -> String {
    match place.table.only_keys() {
        Ok(keys) if !keys.is_empty() => partitioned(place, &keys),
        Ok(_) => create(place, &[], ""),
        // Directories that say nothing to Spark: it looks into all of them.
        Err(_) => create(place, &[], "OPTIONS ('recursiveFileLookup' = 'true')\n"),
    }
}

fn partitioned(place: &Place<'_>, keys: &[Key]) -> String {
    let names: Vec<String> = keys.iter().map(|key| backticks(&key.name)).collect();
    let clause = format!("PARTITIONED BY ({})\n", names.join(", "));
    format!(
        "{}\n-- Again whenever there are new days.\nMSCK REPAIR TABLE {};\n",
        create(place, keys, &clause),
        place.name(backticks)
    )
}

fn create(place: &Place<'_>, keys: &[Key], clause: &str) -> String {
    let keys: Vec<Attribute> = keys.iter().map(Attribute::from).collect();
    let names = keys.iter().map(|key| key.name.as_str());
    let kept = place.table.columns_beside(names);
    let columns = columns(&Spark, kept.into_iter().chain(&keys));
    let location = escaped(&format!("{}/", place.directory));
    format!(
        "CREATE TABLE IF NOT EXISTS {} (\n{columns}\n)\nUSING PARQUET\n{clause}LOCATION {location};\n",
        place.name(backticks)
    )
}
