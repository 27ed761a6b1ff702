//! What the engines' type languages have in common: names, plain types, lists and structs of them.

use super::attribute::{Attribute, Plain, Shape};

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
    fn member(&self, member: &Attribute, kind: &str) -> String {
        format!("{} {kind}", self.name(&member.name))
    }
    /// A column of the table.
    fn column(&self, column: &Attribute, kind: &str) -> String;
}

/// Blanks before the columns of a table.
const INDENT: usize = 2;

/// Columns of a table, one a line, the members of objects one a line below.
pub(super) fn columns<'a>(
    dialect: &impl Dialect,
    columns: impl IntoIterator<Item = &'a Attribute>,
) -> String {
    let lines: Vec<String> = columns
        .into_iter()
        .map(|column| {
            let line = dialect.column(column, &type_of(dialect, &column.shape, INDENT));
            format!("{}{line}", " ".repeat(INDENT))
        })
        .collect();
    lines.join(",\n")
}

fn type_of(dialect: &impl Dialect, shape: &Shape, indent: usize) -> String {
    match shape {
        Shape::Plain(plain) => dialect.plain(*plain).to_owned(),
        Shape::PlainList(plain) => dialect.list(dialect.plain(*plain)),
        Shape::Object(members) => object(dialect, members, indent),
        Shape::List(members) => dialect.objects(&object(dialect, members, indent)),
    }
}

fn object(dialect: &impl Dialect, members: &[Attribute], outer: usize) -> String {
    let indent = outer + INDENT;
    let (open, close) = dialect.object();
    let lines: Vec<String> = members
        .iter()
        .map(|member| {
            let line = dialect.member(member, &type_of(dialect, &member.shape, indent));
            format!("{}{line}", " ".repeat(indent))
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

/// Items of a statement, one a line.
pub(super) fn lines(items: &[String]) -> String {
    items.join(",\n")
}
