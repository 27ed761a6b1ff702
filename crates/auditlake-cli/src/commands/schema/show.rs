//! `auditlake schema show`.

use anyhow::Context;
use auditlake_pipeline::schema::column::{Column, Kind};
use auditlake_pipeline::schema::markdown::{Members, Origins, origins, page};
use auditlake_pipeline::schema::{
    EVENTS, OCSF_VERSION, SERVICE_HEALTH, quarantine_doc, quarantine_schema,
};
use serde::Serialize;

use crate::args::schema::{ShowArgs, ShowOutput, Table};
use crate::exit::Exit;
use crate::print::table::listing;
use crate::print::{data, json};

/// A table, for programs.
#[derive(Debug, Serialize)]
struct Document {
    table: &'static str,
    ocsf_version: Option<&'static str>,
    columns: Vec<Row>,
}

/// A column or an attribute within one.
#[derive(Debug, Serialize)]
struct Row {
    /// Names from the column down, joined by dots.
    path: String,
    #[serde(rename = "type")]
    kind: String,
    description: &'static str,
    /// Members of records that fill it by the workloads' tables, with the workloads.
    from: Members,
}

pub(super) fn run(args: &ShowArgs) -> anyhow::Result<Exit> {
    let document = match args.table {
        Table::Events => Document {
            table: "events",
            ocsf_version: Some(OCSF_VERSION),
            columns: events(),
        },
        Table::Quarantine => Document {
            table: "quarantine",
            ocsf_version: None,
            columns: quarantine(),
        },
        Table::ServiceHealth => Document {
            table: "service_health",
            ocsf_version: None,
            columns: columns(SERVICE_HEALTH, &Origins::new()),
        },
    };
    match args.output {
        ShowOutput::Json => json(&document)?,
        ShowOutput::Table => print(&text(&document))?,
        ShowOutput::Markdown => print(page().trim_end())?,
    }
    Ok(Exit::Complete)
}

fn print(text: &str) -> anyhow::Result<()> {
    data(text).context("cannot write to standard output")
}

fn text(document: &Document) -> String {
    let mut table = listing(&["column", "type", "description", "from"]);
    for row in &document.columns {
        let from = row.from.keys().copied().collect::<Vec<_>>().join(", ");
        table.add_row([&row.path, &row.kind, row.description, &from]);
    }
    table.trim_fmt()
}

fn events() -> Vec<Row> {
    columns(EVENTS, &origins())
}

fn columns(columns: &[Column], origins: &Origins) -> Vec<Row> {
    let mut rows = Vec::new();
    for column in columns {
        add(column, "", origins, &mut rows);
    }
    rows
}

fn add(column: &Column, prefix: &str, origins: &Origins, rows: &mut Vec<Row>) {
    let path = format!("{prefix}{}", column.name);
    rows.push(Row {
        path: path.clone(),
        kind: type_name(&column.kind).to_owned(),
        description: column.doc,
        from: origins.get(path.as_str()).cloned().unwrap_or_default(),
    });
    if let Kind::Object(object) | Kind::List(object) = column.kind {
        let prefix = format!("{path}.");
        for inner in object.columns {
            add(inner, &prefix, origins, rows);
        }
    }
}

/// The type in Arrow's words; JSON is text that holds JSON.
const fn type_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "string",
        Kind::Json => "string (json)",
        Kind::Int => "int32",
        Kind::Long => "int64",
        Kind::Bool => "boolean",
        Kind::DateTime => "timestamp[us, UTC]",
        Kind::TextList => "list<string>",
        Kind::IntList => "list<int32>",
        Kind::Object(_) => "struct",
        Kind::List(_) => "list<struct>",
    }
}

fn quarantine() -> Vec<Row> {
    use arrow::datatypes::DataType;
    let row = |field: &arrow::datatypes::FieldRef| Row {
        path: field.name().clone(),
        kind: match field.data_type() {
            DataType::Utf8 => "string".to_owned(),
            DataType::Binary => "binary".to_owned(),
            DataType::Timestamp(..) => "timestamp[us, UTC]".to_owned(),
            other => other.to_string(),
        },
        description: quarantine_doc(field.name()),
        from: Members::new(),
    };
    quarantine_schema().fields().iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_described_once() {
        let health = columns(SERVICE_HEALTH, &Origins::new());
        for rows in [events(), quarantine(), health] {
            let mut paths: Vec<&str> = rows.iter().map(|row| row.path.as_str()).collect();
            assert!(
                rows.iter().all(|row| !row.description.is_empty()),
                "{rows:?}"
            );
            paths.sort_unstable();
            assert!(paths.windows(2).all(|pair| pair[0] != pair[1]));
        }
    }

    #[test]
    fn nested_attributes_have_dotted_paths() {
        let rows = events();
        let kind = |path: &str| {
            rows.iter()
                .find(|row| row.path == path)
                .map(|row| row.kind.as_str())
        };
        assert_eq!(kind("actor.user.name"), Some("string"));
        assert_eq!(kind("resources"), Some("list<struct>"));
        assert_eq!(kind("resources.data"), Some("string (json)"));
        assert_eq!(kind("time_dt"), Some("timestamp[us, UTC]"));
    }
}
