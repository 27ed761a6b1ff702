//! Rows of a file that an earlier version wrote, with the columns that the table has today.
//!
//! Columns are only ever added to a table, so an older file lacks some: they become null. Whatever
//! else differs would be lost or changed on the way, and so is refused.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, RecordBatch, StructArray, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Fields};

use crate::{Error, TableSpec, column};

/// The batch with the table's fields.
///
/// # Errors
///
/// [`Error::NotMergeable`] if a column of the file has values that the table has no place for.
pub(crate) fn adapt(
    spec: &TableSpec,
    batch: &RecordBatch,
    path: &str,
) -> Result<RecordBatch, Error> {
    let adapted = children(
        "",
        spec.schema.fields(),
        batch.schema_ref().fields(),
        batch.columns(),
        batch.num_rows(),
    )
    .and_then(|columns| {
        RecordBatch::try_new(spec.schema.clone(), columns).map_err(|error| error.to_string())
    });
    adapted.map_err(|reason| Error::NotMergeable {
        path: path.to_owned(),
        reason,
    })
}

/// The arrays of the wanted fields, found by their names.
fn children(
    prefix: &str,
    wanted: &Fields,
    found: &Fields,
    arrays: &[ArrayRef],
    rows: usize,
) -> Result<Vec<ArrayRef>, String> {
    for (field, array) in found.iter().zip(arrays) {
        if wanted.find(field.name()).is_none() && array.logical_null_count() < array.len() {
            let name = column::join(prefix, field.name());
            return Err(format!("this version knows no column `{name}`"));
        }
    }
    let array = |field: &Arc<Field>| match found.find(field.name()) {
        Some((at, _)) => values(&column::join(prefix, field.name()), field, &arrays[at]),
        None => Ok(new_null_array(field.data_type(), rows)),
    };
    wanted.iter().map(array).collect()
}

fn values(name: &str, wanted: &Field, array: &ArrayRef) -> Result<ArrayRef, String> {
    match (wanted.data_type(), array.data_type()) {
        (wanted, found) if wanted == found => Ok(array.clone()),
        (DataType::Struct(fields), DataType::Struct(_)) => structure(name, fields, array),
        (DataType::List(element), DataType::List(_)) => {
            let list = array.as_list::<i32>();
            let inner = values(name, element, list.values())?;
            let (offsets, nulls) = (list.offsets().clone(), list.nulls().cloned());
            ListArray::try_new(element.clone(), offsets, inner, nulls)
                .map(|list| Arc::new(list) as ArrayRef)
                .map_err(|error| error.to_string())
        }
        (wanted, found) if is_same_value(wanted, found) => {
            cast(array, wanted).map_err(|error| error.to_string())
        }
        (wanted, found) => Err(format!("column `{name}` is {found}, expected {wanted}")),
    }
}

fn structure(name: &str, fields: &Fields, array: &ArrayRef) -> Result<ArrayRef, String> {
    let found = array.as_struct();
    let inner = children(name, fields, found.fields(), found.columns(), found.len())?;
    StructArray::try_new(fields.clone(), inner, found.nulls().cloned())
        .map(|array| Arc::new(array) as ArrayRef)
        .map_err(|error| error.to_string())
}

/// Whether every value of one type is the same value in the other: Parquet knows fewer types than
/// Arrow.
fn is_same_value(wanted: &DataType, found: &DataType) -> bool {
    match (wanted, found) {
        (DataType::Timestamp(wanted, zone), DataType::Timestamp(found, other)) => {
            wanted == found && zone.is_some() == other.is_some()
        }
        (wanted, found) => wanted.is_string() && found.is_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use arrow::datatypes::{Schema, SchemaRef, TimeUnit};
    use arrow::json::ReaderBuilder;

    use super::*;

    fn text(name: &str) -> Field {
        Field::new(name, DataType::Utf8, true)
    }

    fn schema(user: Vec<Field>, element: Vec<Field>, zone: &str, more: Vec<Field>) -> SchemaRef {
        let element = Field::new("element", DataType::Struct(element.into()), true);
        let mut fields = vec![
            Field::new(
                "time",
                DataType::Timestamp(TimeUnit::Microsecond, Some(zone.into())),
                true,
            ),
            Field::new("user", DataType::Struct(user.into()), true),
            Field::new("tags", DataType::List(Arc::new(element)), true),
        ];
        fields.extend(more);
        Arc::new(Schema::new(fields))
    }

    fn batch(schema: SchemaRef) -> RecordBatch {
        let json = r#"{"time":"2026-05-04T10:00:00Z","user":{"name":"a","old":"x"},"tags":[{"key":"k"}]}
            {"time":null,"user":null,"tags":null}"#;
        let mut reader = ReaderBuilder::new(schema)
            .build(Cursor::new(json))
            .expect("a reader");
        reader.next().expect("rows").expect("rows")
    }

    fn today() -> TableSpec {
        let schema = schema(
            vec![text("name"), text("uid")],
            vec![text("key"), text("value")],
            "UTC",
            vec![text("last")],
        );
        TableSpec::new("t", schema, "time")
    }

    #[test]
    fn what_an_older_file_lacks_is_null_at_every_depth() {
        let old = batch(schema(
            vec![text("name")],
            vec![text("key")],
            "+00:00",
            vec![],
        ));
        let new = adapt(&today(), &old, "f").unwrap();
        assert_eq!(new.num_rows(), 2);
        let user = new.column(1).as_struct();
        assert_eq!(user.column(0).as_string::<i32>().value(0), "a");
        assert_eq!(user.column(1).null_count(), 2);
        assert!(user.is_null(1));
        let tags = new.column(2).as_list::<i32>().values().as_struct();
        assert_eq!(tags.column(0).as_string::<i32>().value(0), "k");
        assert_eq!(new.column(3).null_count(), 2);
    }

    #[track_caller]
    fn check_refused(found: SchemaRef, word: &str) {
        let refused = adapt(&today(), &batch(found), "f").unwrap_err().to_string();
        assert!(refused.contains(word), "{refused}");
    }

    #[test]
    fn what_would_be_lost_or_changed_is_refused() {
        let user = || vec![text("name")];
        let tags = || vec![text("key")];
        check_refused(
            schema(vec![text("old")], tags(), "+00:00", vec![]),
            "`user.old`",
        );
        let number = vec![Field::new("last", DataType::Int64, true)];
        let mut fields = schema(user(), tags(), "+00:00", number).fields().to_vec();
        fields.swap(0, 3);
        check_refused(Arc::new(Schema::new(fields)), "column `last` is Int64");
    }

    #[test]
    fn an_unknown_column_without_a_value_is_no_loss() {
        let found = schema(
            vec![text("name")],
            vec![text("key")],
            "+00:00",
            vec![text("later")],
        );
        assert!(adapt(&today(), &batch(found), "f").is_ok());
    }
}
