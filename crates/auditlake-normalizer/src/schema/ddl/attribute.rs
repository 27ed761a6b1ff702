//! Columns as statements need them: those of the `events` table, and those of a class in OCSF 1.3.0.

use arrow::datatypes::{DataType, Field, Fields, TimeUnit};

use crate::schema::column::{Column, Kind};
use crate::schema::{EVENTS, SERVICE_HEALTH};

/// A type that holds no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    Text,
    Int,
    Long,
    Bool,
    /// A timestamp in microseconds, UTC.
    Micros,
    /// A timestamp in milliseconds, UTC.
    Millis,
    /// A day; only partitions have it.
    Date,
}

/// A column, or a member of one.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) doc: String,
}

/// What a column holds.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    Plain(Plain),
    PlainList(Plain),
    Object(Vec<Attribute>),
    List(Vec<Attribute>),
}

/// What is said of an attribute that the `events` table has under another name, or not at all.
const NO_DOC: &str = "See OCSF 1.3.0.";

/// The columns of the `events` table.
pub(super) fn of_events() -> Vec<Attribute> {
    of_columns(EVENTS)
}

/// The columns of the `service_health` table.
pub(super) fn of_service_health() -> Vec<Attribute> {
    of_columns(SERVICE_HEALTH)
}

fn of_columns(columns: &[Column]) -> Vec<Attribute> {
    let attribute = |column: &Column| Attribute {
        name: column.name.to_owned(),
        shape: shape_of_kind(&column.kind),
        doc: column.doc.to_owned(),
    };
    columns.iter().map(attribute).collect()
}

fn shape_of_kind(kind: &Kind) -> Shape {
    match kind {
        Kind::Text | Kind::Json => Shape::Plain(Plain::Text),
        Kind::Int => Shape::Plain(Plain::Int),
        Kind::Long => Shape::Plain(Plain::Long),
        Kind::Bool => Shape::Plain(Plain::Bool),
        Kind::DateTime => Shape::Plain(Plain::Micros),
        Kind::TextList => Shape::PlainList(Plain::Text),
        Kind::IntList => Shape::PlainList(Plain::Int),
        Kind::Object(object) => Shape::Object(of_columns(object.columns)),
        Kind::List(object) => Shape::List(of_columns(object.columns)),
    }
}

/// Columns of files of other tables; what they mean is said by the columns of the `events` table of the same names.
pub(super) fn of_fields(fields: &Fields) -> Vec<Attribute> {
    with_docs(fields, EVENTS)
}

fn with_docs(fields: &Fields, known: &[Column]) -> Vec<Attribute> {
    let attribute = |field: &Field| {
        let column = known.iter().find(|column| column.name == field.name());
        let members = column.map_or(&[][..], |column| match column.kind {
            Kind::Object(object) | Kind::List(object) => object.columns,
            _ => &[],
        });
        Attribute {
            name: field.name().clone(),
            shape: shape_of_type(field.data_type(), members),
            doc: column.map_or(NO_DOC, |column| column.doc).to_owned(),
        }
    };
    fields.iter().map(|field| attribute(field)).collect()
}

fn shape_of_type(data_type: &DataType, known: &[Column]) -> Shape {
    match data_type {
        DataType::Struct(fields) => Shape::Object(with_docs(fields, known)),
        DataType::List(item) => match item.data_type() {
            DataType::Struct(fields) => Shape::List(with_docs(fields, known)),
            plain => Shape::PlainList(plain_of(plain)),
        },
        plain => Shape::Plain(plain_of(plain)),
    }
}

fn plain_of(data_type: &DataType) -> Plain {
    match data_type {
        DataType::Int32 => Plain::Int,
        DataType::Int64 => Plain::Long,
        DataType::Boolean => Plain::Bool,
        DataType::Timestamp(TimeUnit::Millisecond, _) => Plain::Millis,
        DataType::Timestamp(..) => Plain::Micros,
        _ => Plain::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event_schema;

    #[test]
    fn the_columns_are_those_of_the_files() {
        let of_files = of_fields(event_schema().fields());
        assert_eq!(format!("{of_files:?}"), format!("{:?}", of_events()));
    }
}
