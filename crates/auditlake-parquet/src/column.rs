//! Columns by their dotted path: in a schema, in a batch, and in the Parquet file.

use arrow::array::{Array, ArrayRef, AsArray, GenericListArray, OffsetSizeTrait, RecordBatch};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use parquet::arrow::ArrowSchemaConverter;
use parquet::schema::types::ColumnPath;

use crate::{Error, TableSpec};

/// A leaf column of a table.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    /// The field names, without the names that Parquet puts inside lists and maps.
    pub(crate) name: String,
    /// The path in the file, with them, which is what the writer's settings go by.
    pub(crate) path: ColumnPath,
    /// The position among the file's leaves.
    pub(crate) index: usize,
}

/// All leaf columns of the table in the order of the file.
pub(crate) fn leaves(spec: &TableSpec) -> Result<Vec<Leaf>, Error> {
    let descriptor = ArrowSchemaConverter::new()
        .convert(&spec.schema)
        .map_err(Error::parquet(&spec.name))?;
    let mut names = Vec::new();
    leaf_names("", spec.schema.fields(), &mut names);
    let columns = descriptor.columns().iter().enumerate();
    Ok(names
        .into_iter()
        .zip(columns)
        .map(|(name, (index, column))| Leaf {
            name,
            path: column.path().clone(),
            index,
        })
        .collect())
}

/// The leaf of that name.
pub(crate) fn leaf<'a>(
    spec: &TableSpec,
    leaves: &'a [Leaf],
    name: &str,
) -> Result<&'a Leaf, Error> {
    leaves
        .iter()
        .find(|leaf| leaf.name == name)
        .ok_or_else(|| unknown(&spec.name, name))
}

fn leaf_names(prefix: &str, fields: &Fields, names: &mut Vec<String>) {
    for field in fields {
        type_names(&join(prefix, field.name()), field.data_type(), names);
    }
}

fn type_names(name: &str, data_type: &DataType, names: &mut Vec<String>) {
    match data_type {
        DataType::Struct(fields) => leaf_names(name, fields, names),
        DataType::List(inner)
        | DataType::LargeList(inner)
        | DataType::ListView(inner)
        | DataType::LargeListView(inner)
        | DataType::FixedSizeList(inner, _) => type_names(name, inner.data_type(), names),
        // A map's inner struct has a name that nobody chose; its key and value have their own.
        DataType::Map(entries, _) => type_names(name, entries.data_type(), names),
        _ => names.push(name.to_owned()),
    }
}

/// The positions, among the leaves of these arrays of one type, of those without a single value in any of them. A leaf whose
/// only values are hidden behind a null may be missing from them.
pub(crate) fn empty_leaves(pieces: &[ArrayRef]) -> Vec<usize> {
    let filled = pieces.iter().map(|piece| {
        let mut filled = Vec::new();
        fill(piece.as_ref(), true, &mut filled);
        filled
    });
    let either =
        |all: Vec<bool>, more: Vec<bool>| all.iter().zip(more).map(|(a, b)| *a || b).collect();
    let filled = filled.reduce(either).unwrap_or_default();
    (0..filled.len()).filter(|leaf| !filled[*leaf]).collect()
}

/// Appends for each leaf of the array whether it has values; none has where a parent has none.
fn fill(array: &dyn Array, parent: bool, filled: &mut Vec<bool>) {
    let here = parent && array.logical_null_count() < array.len();
    let children: Vec<ArrayRef> = match array.data_type() {
        DataType::Struct(_) => array.as_struct().columns().to_vec(),
        DataType::List(_) => vec![elements(array.as_list::<i32>())],
        DataType::LargeList(_) => vec![elements(array.as_list::<i64>())],
        DataType::FixedSizeList(..) => vec![array.as_fixed_size_list().values().clone()],
        DataType::ListView(_) => vec![array.as_list_view::<i32>().values().clone()],
        DataType::LargeListView(_) => vec![array.as_list_view::<i64>().values().clone()],
        DataType::Map(..) => array.as_map().entries().columns().to_vec(),
        _ => return filled.push(here),
    };
    for child in children {
        fill(child.as_ref(), here, filled);
    }
}

/// The elements of these lists alone: a slice of an array of lists has those of all.
fn elements<O: OffsetSizeTrait>(lists: &GenericListArray<O>) -> ArrayRef {
    let offsets = lists.value_offsets();
    let [first, .., last] = offsets else {
        return lists.values().slice(0, 0);
    };
    let (first, last) = (first.as_usize(), last.as_usize());
    lists.values().slice(first, last - first)
}

pub(crate) fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}.{name}")
    }
}

pub(crate) fn unknown(table: &str, column: &str) -> Error {
    Error::UnknownColumn {
        table: table.to_owned(),
        column: column.to_owned(),
    }
}

/// The types that rows can be sorted by: those whose every value is an `i64`.
pub(crate) fn is_sortable(data_type: &DataType) -> bool {
    is_timestamp(data_type) || (data_type.is_integer() && *data_type != DataType::UInt64)
}

pub(crate) fn is_timestamp(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Timestamp(..))
}

/// Checks that the column is there, outside any list, with a type that `fits`.
pub(crate) fn check_type(
    spec: &TableSpec,
    name: &str,
    fits: impl Fn(&DataType) -> bool,
    expected: &'static str,
) -> Result<(), Error> {
    let field = field(spec.schema.fields(), name).ok_or_else(|| unknown(&spec.name, name))?;
    if fits(field.data_type()) {
        return Ok(());
    }
    Err(Error::ColumnType {
        column: name.to_owned(),
        data_type: Box::new(field.data_type().clone()),
        expected,
    })
}

fn field<'a>(fields: &'a Fields, name: &str) -> Option<&'a Field> {
    let (head, tail) = name
        .split_once('.')
        .map_or((name, None), |(head, tail)| (head, Some(tail)));
    let (_, found) = fields.find(head)?;
    match (tail, found.data_type()) {
        (None, _) => Some(found),
        (Some(tail), DataType::Struct(fields)) => field(fields, tail),
        _ => None,
    }
}

/// A column of a batch, and the rows in which it, or a struct around it, is null.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) values: ArrayRef,
    nulls: Option<NullBuffer>,
}

impl Column {
    /// Finds the column by its dotted path through structs.
    pub(crate) fn find(batch: &RecordBatch, name: &str) -> Option<Self> {
        let mut parts = name.split('.');
        let mut values = batch.column_by_name(parts.next()?)?;
        let mut nulls = values.logical_nulls();
        for part in parts {
            values = values.as_struct_opt()?.column_by_name(part)?;
            nulls = NullBuffer::union(nulls.as_ref(), values.logical_nulls().as_ref());
        }
        Some(Self {
            values: values.clone(),
            nulls,
        })
    }

    pub(crate) fn is_null(&self, row: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as StdError;
    use std::io::Cursor;
    use std::sync::Arc;

    use arrow::array::{StringArray, StructArray};
    use arrow::datatypes::Schema;
    use arrow::json::ReaderBuilder;

    use super::*;

    fn schema() -> Arc<Schema> {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let pair = DataType::Struct(vec![text("name"), text("value")].into());
        let pairs = DataType::List(Arc::new(Field::new("element", pair.clone(), true)));
        let number = Field::new("number", DataType::Int64, true);
        let pairs = Field::new("pairs", pairs, true);
        let pair = Field::new("pair", pair, true);
        Arc::new(Schema::new(vec![number, pair, pairs, text("last")]))
    }

    fn batch(json: &'static str) -> Result<RecordBatch, Box<dyn StdError>> {
        let mut reader = ReaderBuilder::new(schema()).build(Cursor::new(json))?;
        Ok(reader.next().ok_or("no rows")??)
    }

    #[test]
    fn leaves_are_in_the_order_of_the_file_with_its_paths() -> Result<(), Error> {
        let found = leaves(&TableSpec::new("t", schema(), "number"))?;
        let names: Vec<&str> = found.iter().map(|leaf| leaf.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "number",
                "pair.name",
                "pair.value",
                "pairs.name",
                "pairs.value",
                "last"
            ]
        );
        assert_eq!(found[4].path.string(), "pairs.list.element.value");
        assert_eq!(found[4].index, 4);
        Ok(())
    }

    fn whole(batch: RecordBatch) -> ArrayRef {
        Arc::new(StructArray::from(batch))
    }

    #[track_caller]
    fn check_empty(json: &'static str, expected: &[usize]) {
        let batch = batch(json).expect("the rows fit the schema");
        assert_eq!(empty_leaves(&[whole(batch)]), expected);
    }

    #[test]
    fn empty_leaves_are_those_without_a_value() {
        check_empty(r#"{"pairs":[{"value":"x"}]}"#, &[0, 1, 2, 3, 5]);
        check_empty(
            "{\"number\":1,\"pairs\":[]}\n{\"pair\":{\"name\":\"a\"}}",
            &[2, 3, 4, 5],
        );
        check_empty(r#"{"last":""}"#, &[0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_slice_has_no_values_of_the_rows_beside_it() -> Result<(), Box<dyn StdError>> {
        let rows = batch(
            "{\"pairs\":[{\"name\":\"a\"}]}\n{\"pairs\":[{\"value\":\"x\"}]}\n{\"pairs\":[{\"name\":\"b\"}]}",
        )?;
        let empty = |start, length| empty_leaves(&[whole(rows.slice(start, length))]);
        assert_eq!(
            empty(1, 1),
            empty_leaves(&[whole(batch(r#"{"pairs":[{"value":"x"}]}"#)?)])
        );
        assert_eq!(empty(0, 1), empty(2, 1));
        assert_ne!(empty(0, 1), empty(1, 1));
        assert_eq!(empty(1, 0), [0, 1, 2, 3, 4, 5]);
        // Of several pieces a leaf is empty if it is so in all.
        let pieces = [0, 1].map(|start| whole(rows.slice(start, 1)));
        assert_eq!(empty_leaves(&pieces), [0, 1, 2, 5]);
        Ok(())
    }

    #[test]
    fn a_column_is_null_where_a_struct_around_it_is() -> Result<(), Box<dyn StdError>> {
        let names: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("hidden")]));
        let fields = Fields::from(vec![Field::new("name", DataType::Utf8, true)]);
        let nulls = NullBuffer::from(vec![true, true, false]);
        let pair: ArrayRef = Arc::new(StructArray::new(fields, vec![names], Some(nulls)));
        let rows = RecordBatch::try_from_iter([("pair", pair)])?;
        let column = Column::find(&rows, "pair.name").ok_or("no column")?;
        assert_eq!(
            [0, 1, 2].map(|row| column.is_null(row)),
            [false, true, true]
        );
        Ok(())
    }

    #[test]
    fn a_column_inside_a_list_has_no_value_for_a_row() -> Result<(), Box<dyn StdError>> {
        assert!(Column::find(&batch(r#"{"number":1}"#)?, "pairs.name").is_none());
        Ok(())
    }
}
