//! The columns of the tables as a page for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::column::{Column, Kind};
use super::{EVENTS, OCSF_VERSION, SERVICE_HEALTH, quarantine_doc, quarantine_schema};
use crate::workloads::WORKLOADS;
use crate::workloads::sources::sources;

/// Members of records, with the workloads (by slug) in which each fills a column.
pub type Members = BTreeMap<&'static str, Vec<&'static str>>;

/// For each column, by its path without brackets, what fills it.
pub type Origins = BTreeMap<&'static str, Members>;

/// For each column, by its path without brackets, what fills it by the workloads' tables.
pub fn origins() -> Origins {
    let mut origins: Origins = Origins::new();
    for workload in WORKLOADS {
        for source in sources(workload) {
            let from = origins.entry(source.column).or_default();
            let slugs = from.entry(source.member).or_default();
            if slugs.last() != Some(&workload.slug) {
                slugs.push(workload.slug);
            }
        }
    }
    origins
}

/// The page of all columns. Names of workloads are links to `workloads/<slug>.md`.
pub fn page() -> String {
    let mut page = format!(
        "# Columns\n\nTable `events`: OCSF {OCSF_VERSION} attributes with their OCSF names and nesting, the same columns for \
         every class. A column that an event's class does not have is null. «From» names the members of records that fill a \
         column by the tables of the workloads, beside those that every record has, which the meaning names.\n\n\
         | column | type | meaning | from |\n|---|---|---|---|\n"
    );
    events(&mut page, EVENTS, "", &origins());
    page.push_str(
        "\nTable `quarantine`: what was fetched and is not an audit record.\n\n| column | type | meaning |\n|---|---|---|\n",
    );
    for field in quarantine_schema().fields() {
        line(
            &mut page,
            &[
                &format!("`{}`", field.name()),
                &field.data_type().to_string(),
                quarantine_doc(field.name()),
            ],
        );
    }
    page.push_str(
        "\nTable `service_health`: what Microsoft announces of its services, an event in time a row.\n\n| column | type | meaning |\n|---|---|---|\n",
    );
    for column in SERVICE_HEALTH {
        let name = format!("`{}`", column.name);
        line(&mut page, &[&name, type_name(&column.kind), column.doc]);
    }
    page.push('\n');
    for workload in WORKLOADS {
        let slug = workload.slug;
        push(&mut page, format_args!("[{slug}]: workloads/{slug}.md\n"));
    }
    page
}

fn events(page: &mut String, columns: &[Column], prefix: &str, origins: &Origins) {
    for column in columns {
        let path = format!("{prefix}{}", column.name);
        let from = origins.get(path.replace("[]", "").as_str());
        let from = from.map(members).unwrap_or_default();
        let brackets = if matches!(column.kind, Kind::List(_)) {
            "[]"
        } else {
            ""
        };
        let path = format!("{path}{brackets}");
        line(
            page,
            &[
                &format!("`{path}`"),
                type_name(&column.kind),
                column.doc,
                &from,
            ],
        );
        if let Kind::Object(object) | Kind::List(object) = column.kind {
            events(page, object.columns, &format!("{path}."), origins);
        }
    }
}

/// `` `Member` [workload], [workload]; … ``
fn members(from: &Members) -> String {
    let links = |slugs: &[&str]| {
        let links: Vec<String> = slugs.iter().map(|slug| format!("[{slug}]")).collect();
        links.join(", ")
    };
    let members: Vec<String> = from
        .iter()
        .map(|(member, slugs)| format!("`{member}` {}", links(slugs)))
        .collect();
    members.join("; ")
}

/// A row of a table: a bar would end a cell.
pub fn line(page: &mut String, cells: &[&str]) {
    for cell in cells {
        push(page, format_args!("| {} ", cell.replace('|', "\\|")));
    }
    page.push_str("|\n");
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).unwrap_or_default();
}

/// A type in words.
fn type_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Json => "JSON text",
        Kind::Int => "int32",
        Kind::Long => "int64",
        Kind::Bool => "boolean",
        Kind::DateTime => "timestamp (µs, UTC)",
        Kind::TextList => "list of text",
        Kind::IntList => "list of int32",
        Kind::Object(_) => "object",
        Kind::List(_) => "list of objects",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_does_not_end_a_cell() {
        let mut page = String::new();
        line(&mut page, &["a|b", "c"]);
        assert_eq!(page, "| a\\|b | c |\n");
    }

    #[test]
    fn every_source_has_its_column() {
        let page = page();
        for (column, from) in origins() {
            let name = column.rsplit('.').next().unwrap_or_default();
            for member in from.keys() {
                let row = page.lines().find(|line| {
                    let path = line.split('`').nth(1).unwrap_or_default();
                    path.replace("[]", "") == column
                });
                assert!(
                    row.is_some_and(|row| row.contains(&format!("`{member}` ["))),
                    "{column} {name} {member}"
                );
            }
        }
    }
}
