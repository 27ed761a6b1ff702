//! Trino's Hive connector: an external table, and the call that finds its partitions.

use super::Engine;
use super::attribute::{Attribute, Plain};
use super::dialect::{Dialect, columns, double_quotes, lines, literal};
use super::level::Key;
use super::place::Place;
use super::table::Refusal;

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
            Plain::Micros => "timestamp(6)",
            Plain::Millis => "timestamp(3)",
            Plain::Date => "date",
        }
    }

    fn list(&self, item: &str) -> String {
        format!("array({item})")
    }

    fn object(&self) -> (&'static str, &'static str) {
        ("row(", ")")
    }

    fn column(&self, column: &Attribute, kind: &str) -> String {
        let comment = literal(&column.doc);
        format!("{} {kind} COMMENT {comment}", self.name(&column.name))
    }
}

pub(super) fn statements(place: &Place<'_>) -> Result<String, Refusal> {
    let engine = Engine::Trino.caption();
    let refuse = |level| Refusal::Directories { engine, level };
    let keys = place.table.only_keys().map_err(refuse)?;
    let columns_of_path: Vec<Attribute> = keys.iter().map(column).collect();
    let names = columns_of_path.iter().map(|column| column.name.as_str());
    let kept = place.table.columns_beside(names);
    let columns = columns(&Trino, kept.into_iter().chain(&columns_of_path));
    let location = literal(&format!("{}/", place.directory));
    let mut properties = vec![
        "  format = 'PARQUET'".to_owned(),
        format!("  external_location = {location}"),
    ];
    if !keys.is_empty() {
        let names: Vec<String> = columns_of_path.iter().map(|c| literal(&c.name)).collect();
        properties.push(format!("  partitioned_by = ARRAY[{}]", names.join(", ")));
    }
    let create = format!(
        "CREATE TABLE IF NOT EXISTS {} (\n{columns}\n)\nWITH (\n{}\n);\n",
        place.name(double_quotes),
        lines(&properties)
    );
    Ok(if keys.is_empty() {
        create
    } else {
        format!("{create}{}", find_partitions(place, &keys))
    })
}

/// Its names are in small letters.
fn column(key: &Key) -> Attribute {
    let column = Attribute::from(key);
    let name = column.name.to_lowercase();
    Attribute { name, ..column }
}

fn find_partitions(place: &Place<'_>, keys: &[Key]) -> String {
    let (schema, name) = schema_and_table(place);
    let is_small = |key: &Key| key.name.to_lowercase() == key.name;
    // Unless told otherwise it takes directories in small letters only.
    let case = if keys.iter().all(is_small) {
        ""
    } else {
        ", false"
    };
    format!(
        "\n-- Again whenever there are new days.\n\
         CALL system.sync_partition_metadata({schema}, {name}, 'FULL'{case});\n"
    )
}

/// As the call wants them: the schema is `default` where the table's name has none.
fn schema_and_table(place: &Place<'_>) -> (String, String) {
    let mut parts = place.name.iter().rev();
    let table = parts.next().map_or("", String::as_str);
    let schema = parts.next().map_or("default", String::as_str);
    (literal(schema), literal(table))
}
