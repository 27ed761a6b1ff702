//! The Arrow schema of the `events` table.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};

use super::column::{Column, Kind};
use super::{EVENTS, OCSF_VERSION};

/// Field metadata that marks a text column as JSON.
pub const JSON_KEY: &str = "auditlake:json";

/// Name of the values of a list, as Parquet's specification has it.
pub(crate) const LIST_ITEM: &str = "element";

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let metadata = HashMap::from([("ocsf.version".to_owned(), OCSF_VERSION.to_owned())]);
    Arc::new(Schema::new_with_metadata(fields(EVENTS), metadata))
});

/// The Arrow schema of the `events` table.
pub fn event_schema() -> SchemaRef {
    Arc::clone(&SCHEMA)
}

/// The fields of `columns`. All are nullable: a class has only some of them.
pub(super) fn fields(columns: &[Column]) -> Fields {
    columns.iter().map(field).collect()
}

fn field(column: &Column) -> Field {
    let field = Field::new(column.name, data_type(&column.kind), true);
    match column.kind {
        Kind::Json => {
            field.with_metadata(HashMap::from([(JSON_KEY.to_owned(), "true".to_owned())]))
        }
        _ => field,
    }
}

fn data_type(kind: &Kind) -> DataType {
    match kind {
        Kind::Text | Kind::Json => DataType::Utf8,
        Kind::Int => DataType::Int32,
        Kind::Long => DataType::Int64,
        Kind::Bool => DataType::Boolean,
        Kind::DateTime => DataType::Timestamp(TimeUnit::Microsecond, Some(utc())),
        Kind::TextList => list_of(DataType::Utf8),
        Kind::IntList => list_of(DataType::Int32),
        Kind::Object(object) => DataType::Struct(fields(object.columns)),
        Kind::List(object) => list_of(DataType::Struct(fields(object.columns))),
    }
}

fn list_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new(LIST_ITEM, item, true)))
}

/// The time zone of all timestamps.
pub(crate) fn utc() -> Arc<str> {
    Arc::from("UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_follows_the_columns() {
        let schema = event_schema();
        let field = schema.field_with_name("resources").unwrap();
        let DataType::List(item) = field.data_type() else {
            panic!("not a list")
        };
        assert_eq!(item.name(), LIST_ITEM);
        assert!(
            matches!(item.data_type(), DataType::Struct(fields) if fields.find("owner").is_some())
        );
    }
}
