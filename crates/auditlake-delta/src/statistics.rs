//! What a file's columns hold, from its footer.

use arrow::datatypes::{DataType, Fields, Schema};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::statistics::Statistics as ColumnStatistics;
use serde_json::{Map, Value, json};

/// What is known of a file without reading its rows. Readers skip files by it.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    rows: i64,
    nulls: Value,
    least: Value,
    greatest: Value,
}

/// What the row groups of a file say of one column.
#[derive(Debug, Default)]
struct Summary {
    nulls: Option<u64>,
    least: Option<Bound>,
    greatest: Option<Bound>,
}

/// A bound of a column's values, in Parquet's order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Bound {
    Number(i64),
    Text(String),
}

impl Statistics {
    /// What a footer says of the columns with these dotted paths. What it does not say, or only about, is left out.
    pub fn of(footer: &ParquetMetaData, columns: &[String]) -> Self {
        let mut statistics = Self {
            rows: footer.file_metadata().num_rows(),
            nulls: json!({}),
            least: json!({}),
            greatest: json!({}),
        };
        for column in columns {
            if let Some(summary) = summary(footer, column) {
                statistics.add(column, summary);
            }
        }
        statistics
    }

    fn add(&mut self, column: &str, summary: Summary) {
        if let Some(nulls) = summary.nulls {
            set(&mut self.nulls, column, json!(nulls));
        }
        if let Some(least) = summary.least {
            set(&mut self.least, column, least.into());
        }
        if let Some(greatest) = summary.greatest {
            set(&mut self.greatest, column, greatest.into());
        }
    }

    /// As the log has it.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "numRecords": self.rows,
            "nullCount": self.nulls,
            "minValues": self.least,
            "maxValues": self.greatest,
            "tightBounds": true,
        })
    }
}

impl From<Bound> for Value {
    fn from(bound: Bound) -> Self {
        match bound {
            Bound::Number(number) => number.into(),
            Bound::Text(text) => text.into(),
        }
    }
}

/// Puts a value into nested objects.
fn set(object: &mut Value, path: &str, value: Value) {
    let mut place = object;
    for name in path.split('.') {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        place = &mut place[name];
    }
    *place = value;
}

fn summary(footer: &ParquetMetaData, column: &str) -> Option<Summary> {
    let leaves = footer.file_metadata().schema_descr().columns();
    let leaf = leaves
        .iter()
        .position(|leaf| leaf.path().string() == column)?;
    let mut groups = footer.row_groups().iter();
    let first = Summary::of(groups.next()?, leaf)?;
    groups.try_fold(first, |sum, group| Some(sum.and(Summary::of(group, leaf)?)))
}

impl Summary {
    fn of(group: &RowGroupMetaData, leaf: usize) -> Option<Self> {
        let statistics = group.column(leaf).statistics()?;
        let (least, greatest) = bounds(statistics);
        Some(Self {
            nulls: statistics.null_count_opt(),
            least: least.filter(|_| statistics.min_is_exact()),
            greatest: greatest.filter(|_| statistics.max_is_exact()),
        })
    }

    /// Of both row groups: only where both say something is anything known. One of nulls alone has no bounds, which
    /// is then so of the file: readers only skip less.
    fn and(self, other: Self) -> Self {
        Self {
            nulls: self.nulls.zip(other.nulls).map(|(one, two)| one + two),
            least: self.least.zip(other.least).map(|(one, two)| one.min(two)),
            greatest: self
                .greatest
                .zip(other.greatest)
                .map(|(one, two)| one.max(two)),
        }
    }
}

fn bounds(statistics: &ColumnStatistics) -> (Option<Bound>, Option<Bound>) {
    fn text(bytes: &[u8]) -> Option<Bound> {
        let text = std::str::from_utf8(bytes).ok()?;
        Some(Bound::Text(text.to_owned()))
    }
    match statistics {
        ColumnStatistics::Int32(values) => (
            values.min_opt().map(|value| Bound::Number((*value).into())),
            values.max_opt().map(|value| Bound::Number((*value).into())),
        ),
        ColumnStatistics::Int64(values) => (
            values.min_opt().map(|value| Bound::Number(*value)),
            values.max_opt().map(|value| Bound::Number(*value)),
        ),
        ColumnStatistics::ByteArray(_) => (
            statistics.min_bytes_opt().and_then(text),
            statistics.max_bytes_opt().and_then(text),
        ),
        _ => (None, None),
    }
}

/// Of the fields, those that the dotted paths lead to, with the structs around them; `leaf` says what a leaf's type
/// becomes.
pub(crate) fn only(schema: &Schema, columns: &[String], leaf: fn(&DataType) -> DataType) -> Fields {
    pick("", schema.fields(), columns, leaf)
}

fn pick(
    prefix: &str,
    fields: &Fields,
    columns: &[String],
    leaf: fn(&DataType) -> DataType,
) -> Fields {
    let picked = fields.iter().filter_map(|field| {
        let path = format!("{prefix}{}", field.name());
        let data_type = match field.data_type() {
            DataType::Struct(inner) => {
                let inner = pick(&format!("{path}."), inner, columns, leaf);
                (!inner.is_empty()).then_some(DataType::Struct(inner))
            }
            other => columns.contains(&path).then(|| leaf(other)),
        };
        let field = arrow::datatypes::Field::new(field.name(), data_type?, true);
        Some(std::sync::Arc::new(field))
    });
    picked.collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int32Array, RecordBatch, StringArray, StructArray};
    use arrow::datatypes::Field;
    use bytes::Bytes;
    use parquet::arrow::ArrowWriter;
    use parquet::file::metadata::ParquetMetaDataReader;
    use parquet::file::properties::WriterProperties;

    use super::*;

    /// A file of two row groups.
    fn footer(numbers: &[Option<i32>], names: &[Option<&str>]) -> ParquetMetaData {
        let numbers: ArrayRef = Arc::new(Int32Array::from(numbers.to_vec()));
        let names: ArrayRef = Arc::new(StringArray::from(names.to_vec()));
        let user: ArrayRef = Arc::new(StructArray::from(vec![(
            Arc::new(Field::new("name", DataType::Utf8, true)),
            names,
        )]));
        let batch = RecordBatch::try_from_iter([("number", numbers), ("user", user)]).unwrap();
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(batch.num_rows() / 2))
            .build();
        let mut file = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let mut reader = ParquetMetaDataReader::new();
        reader.try_parse(&Bytes::from(file)).unwrap();
        reader.finish().unwrap()
    }

    #[track_caller]
    fn check(footer: &ParquetMetaData, expected: &Value) {
        let columns = ["number", "user.name", "no.such"].map(str::to_owned);
        let mut found = Statistics::of(footer, &columns).to_json();
        found.as_object_mut().unwrap().remove("tightBounds");
        assert_eq!(found, *expected);
    }

    #[test]
    fn bounds_and_nulls_are_those_of_all_row_groups() {
        let footer = footer(
            &[Some(3), None, Some(1), Some(7)],
            &[Some("b"), Some("c"), Some("a"), None],
        );
        let expected = json!({
            "numRecords": 4,
            "nullCount": {"number": 1, "user": {"name": 1}},
            "minValues": {"number": 1, "user": {"name": "a"}},
            "maxValues": {"number": 7, "user": {"name": "c"}},
        });
        check(&footer, &expected);
    }

    #[test]
    fn what_a_footer_says_only_about_or_not_at_all_is_left_out() {
        let long = "x".repeat(200);
        let footer = footer(
            &[Some(3), Some(4), None, None],
            &[Some(&long), None, None, Some("a")],
        );
        let expected = json!({
            "numRecords": 4,
            "nullCount": {"number": 2, "user": {"name": 2}},
            "minValues": {},
            "maxValues": {},
        });
        check(&footer, &expected);
    }
}
