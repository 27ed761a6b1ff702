//! What the engines' type languages have in common: names, plain types, lists and structs of them.

use crate::schema::EVENTS;
use crate::schema::column::{Column, Kind};

/// A type that holds no other.
#[derive(Debug, Clone, Copy)]
pub(super) enum Plain {
    Text,
    Int,
    Long,
    Bool,
    Timestamp,
}

/// How an engine writes columns.
pub(super) trait Dialect {
    /// A name in quotes.
    fn name(&self, name: &str) -> String;
    /// A type that holds no other.
    fn plain(&self, plain: Plain) -> &'static str;
    /// A list of a type that holds no other.
    fn list(&self, item: &str) -> String;
    /// What stands before and after the members of an object.
    fn object(&self) -> (&'static str, &'static str);
    /// A list of objects.
    fn objects(&self, object: &str) -> String {
        self.list(object)
    }
    /// A member of an object.
    fn member(&self, column: &Column, kind: &str) -> String {
        format!("{} {kind}", self.name(column.name))
    }
    /// A column of the table.
    fn column(&self, column: &Column, kind: &str) -> String;
}

/// Blanks before the columns of a table.
const INDENT: usize = 2;

/// The columns of the table but those in `without`, one a line, the members of objects one a line below.
pub(super) fn columns(dialect: &impl Dialect, without: &[&str]) -> String {
    let kept = EVENTS
        .iter()
        .filter(|column| !without.contains(&column.name));
    let lines: Vec<String> = kept
        .map(|column| {
            let line = dialect.column(column, &type_of(dialect, &column.kind, INDENT));
            format!("{}{line}", " ".repeat(INDENT))
        })
        .collect();
    lines.join(",\n")
}

fn type_of(dialect: &impl Dialect, kind: &Kind, indent: usize) -> String {
    let plain = |plain| dialect.plain(plain).to_owned();
    match kind {
        Kind::Text | Kind::Json => plain(Plain::Text),
        Kind::Int => plain(Plain::Int),
        Kind::Long => plain(Plain::Long),
        Kind::Bool => plain(Plain::Bool),
        Kind::DateTime => plain(Plain::Timestamp),
        Kind::TextList => dialect.list(dialect.plain(Plain::Text)),
        Kind::IntList => dialect.list(dialect.plain(Plain::Int)),
        Kind::Object(object) => members(dialect, object.columns, indent),
        Kind::List(object) => dialect.objects(&members(dialect, object.columns, indent)),
    }
}

fn members(dialect: &impl Dialect, columns: &[Column], outer: usize) -> String {
    let indent = outer + INDENT;
    let (open, close) = dialect.object();
    let lines: Vec<String> = columns
        .iter()
        .map(|column| {
            let member = dialect.member(column, &type_of(dialect, &column.kind, indent));
            format!("{}{member}", " ".repeat(indent))
        })
        .collect();
    format!(
        "{open}\n{}\n{}{close}",
        lines.join(",\n"),
        " ".repeat(outer)
    )
}

/// A name between backticks.
pub(super) fn backticks(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A name between double quotes.
pub(super) fn double_quotes(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Text between single quotes, a quote in it doubled: standard SQL.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Text between single quotes, for engines in which a backslash escapes.
pub(super) fn escaped(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
