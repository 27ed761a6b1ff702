//! Hive partitions: the `key=value` directories that a row belongs in.

use std::borrow::Cow;
use std::fmt;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, TimeUnit};
use arrow::error::ArrowError;

use crate::column::{self, Column};
use crate::{Error, TableSpec};

/// The directory value of a null or an empty text, as Hive, Spark and their kin write it.
pub const DEFAULT_PARTITION: &str = "__HIVE_DEFAULT_PARTITION__";

const MICROSECONDS_PER_DAY: i64 = 86_400_000_000;

/// One level of directories below a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Partition {
    /// A column's value as it is.
    Value {
        /// The directory's name before the `=`.
        key: String,
        /// The dotted path of the column.
        column: String,
    },
    /// The UTC day of a timestamp, as `2026-03-01`.
    Day {
        /// The directory's name before the `=`.
        key: String,
        /// The dotted path of the column.
        column: String,
    },
    /// The UTC day of a timestamp, as `20260301`, which is what Amazon Security Lake's custom
    /// sources have (Security Lake user guide, "Best practices for custom sources").
    CompactDay {
        /// The directory's name before the `=`.
        key: String,
        /// The dotted path of the column.
        column: String,
    },
}

impl Partition {
    fn key(&self) -> &str {
        match self {
            Self::Value { key, .. } | Self::Day { key, .. } | Self::CompactDay { key, .. } => key,
        }
    }

    fn column(&self) -> &str {
        match self {
            Self::Value { column, .. }
            | Self::Day { column, .. }
            | Self::CompactDay { column, .. } => column,
        }
    }

    pub(crate) fn validate(&self, spec: &TableSpec) -> Result<(), Error> {
        match self {
            Self::Value { column, .. } => {
                column::check_type(spec, column, |found| !found.is_nested(), "a plain value")
            }
            Self::Day { column, .. } | Self::CompactDay { column, .. } => {
                column::check_type(spec, column, column::is_timestamp, "a timestamp")
            }
        }
    }
}

/// The partition that a file is in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartitionPath {
    path: String,
    values: Vec<(String, Option<String>)>,
}

impl PartitionPath {
    /// The directories, such as `class_name=Web Activity/event_day=2026-03-01`, with each value
    /// escaped; empty for a table without partitions.
    pub fn as_str(&self) -> &str {
        &self.path
    }

    /// Keys and unescaped values, from the outermost; `None` stands for null.
    pub fn values(&self) -> &[(String, Option<String>)] {
        &self.values
    }
}

impl fmt::Display for PartitionPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

/// Tells each row of one batch its partition.
pub(crate) struct Partitioner {
    levels: Vec<Level>,
}

impl Partitioner {
    /// Finds the partition columns in the batch, which has the schema of the table.
    pub(crate) fn new(spec: &TableSpec, batch: &RecordBatch) -> Result<Self, Error> {
        let levels = spec
            .partitions
            .iter()
            .map(|partition| Level::new(spec, partition, batch));
        Ok(Self {
            levels: levels.collect::<Result<_, _>>()?,
        })
    }

    /// Replaces what `path` holds by the directories of the row.
    pub(crate) fn path(&self, row: usize, path: &mut String) {
        path.clear();
        for level in &self.levels {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(&level.key);
            path.push('=');
            escape_into(level.value(row).as_deref().unwrap_or_default(), path);
        }
    }

    /// The partition of the row.
    pub(crate) fn partition(&self, row: usize) -> PartitionPath {
        let mut path = String::new();
        self.path(row, &mut path);
        let values = self
            .levels
            .iter()
            .map(|level| (level.key.clone(), level.value(row).map(Cow::into_owned)));
        PartitionPath {
            path,
            values: values.collect(),
        }
    }
}

struct Level {
    key: String,
    column: Column,
    values: Values,
}

/// A partition column, converted once for the whole batch.
enum Values {
    Text(StringArray),
    Day {
        microseconds: Int64Array,
        format: &'static str,
    },
}

impl Level {
    fn new(spec: &TableSpec, partition: &Partition, batch: &RecordBatch) -> Result<Self, Error> {
        let name = partition.column();
        let column = Column::find(batch, name).ok_or_else(|| column::unknown(&spec.name, name))?;
        let values = Values::new(partition, &column.values).map_err(Error::arrow(&spec.name))?;
        Ok(Self {
            key: partition.key().to_owned(),
            column,
            values,
        })
    }

    fn value(&self, row: usize) -> Option<Cow<'_, str>> {
        if self.column.is_null(row) {
            return None;
        }
        match &self.values {
            Values::Text(values) => Some(Cow::Borrowed(values.value(row))),
            Values::Day {
                microseconds,
                format,
            } => day(microseconds.value(row), format).map(Cow::Owned),
        }
    }
}

impl Values {
    fn new(partition: &Partition, values: &ArrayRef) -> Result<Self, ArrowError> {
        let format = match partition {
            Partition::Value { .. } => {
                return Ok(Self::Text(
                    cast(values, &DataType::Utf8)?.as_string().clone(),
                ));
            }
            Partition::Day { .. } => "%Y-%m-%d",
            Partition::CompactDay { .. } => "%Y%m%d",
        };
        // A timestamp without a zone is taken as UTC; one with a zone is an instant already. The
        // zone is an offset since arrow knows names only with a time zone database.
        let utc = cast(
            values,
            &DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into())),
        )?;
        let microseconds = cast(&utc, &DataType::Int64)?.as_primitive().clone();
        Ok(Self::Day {
            microseconds,
            format,
        })
    }
}

/// The UTC day; `None` for an instant that no calendar reaches.
fn day(microseconds: i64, format: &str) -> Option<String> {
    let days = i32::try_from(microseconds.div_euclid(MICROSECONDS_PER_DAY)).ok()?;
    Some(
        Date32Type::to_naive_date_opt(days)?
            .format(format)
            .to_string(),
    )
}

/// Appends a value as Hive writes it into a path (Apache Hive, `FileUtils.escapePathName`): control
/// characters and those below become `%` and two hex digits, while spaces and letters stay.
fn escape_into(value: &str, path: &mut String) {
    if value.is_empty() {
        path.push_str(DEFAULT_PARTITION);
        return;
    }
    for char in value.chars() {
        if char.is_ascii_control() || "\"#%'*/:=?\\{[]^".contains(char) {
            // Only ASCII characters get here, so two digits are enough.
            path.extend([
                '%',
                hex_digit(u32::from(char) >> 4),
                hex_digit(u32::from(char)),
            ]);
        } else {
            path.push(char);
        }
    }
}

fn hex_digit(number: u32) -> char {
    char::from_digit(number & 0xf, 16)
        .unwrap_or_default()
        .to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_escaped(value: &str, expected: &str) {
        let mut path = String::new();
        escape_into(value, &mut path);
        assert_eq!(path, expected);
    }

    #[test]
    fn spaces_and_letters_of_any_script_stay() {
        check_escaped("Web Resources Activity", "Web Resources Activity");
        check_escaped("Zürich-1_a.b", "Zürich-1_a.b");
    }

    #[test]
    fn what_a_path_cannot_have_is_escaped() {
        check_escaped("a/b", "a%2Fb");
        check_escaped("50%", "50%25");
        check_escaped("a=b:c#1", "a%3Db%3Ac%231");
        check_escaped("tab\tend\u{7f}", "tab%09end%7F");
        check_escaped("\"'*?\\{[]^", "%22%27%2A%3F%5C%7B%5B%5D%5E");
    }

    #[test]
    fn nothing_is_the_default_partition() {
        check_escaped("", DEFAULT_PARTITION);
    }

    #[test]
    fn days_are_utc_days_on_both_sides_of_the_epoch() {
        assert_eq!(day(0, "%Y-%m-%d").as_deref(), Some("1970-01-01"));
        assert_eq!(day(-1, "%Y-%m-%d").as_deref(), Some("1969-12-31"));
        assert_eq!(
            day(MICROSECONDS_PER_DAY - 1, "%Y%m%d").as_deref(),
            Some("19700101")
        );
        assert_eq!(day(i64::MAX, "%Y-%m-%d"), None);
    }
}
