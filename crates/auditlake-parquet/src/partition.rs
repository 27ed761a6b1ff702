//! Partitions: the directories that a row belongs in, `key=value` as Hive has them, or of one's own making.

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
    /// A directory of one's own making, such as `v1` or `tenant-42`.
    Directory {
        /// What its name is put together from.
        pieces: Vec<Piece>,
        /// The name where a value is null.
        missing: String,
    },
}

/// Part of a directory's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The same for all rows. Written as it is: whoever sets it knows what paths can have.
    Text(String),
    /// A column's value as it is.
    Value {
        /// The dotted path of the column.
        column: String,
    },
    /// The UTC date of a timestamp.
    Date {
        /// The dotted path of the column.
        column: String,
        /// Its form in the letters of `strftime`.
        format: &'static str,
    },
}

const DAY: &str = "%Y-%m-%d";
const COMPACT_DAY: &str = "%Y%m%d";

impl Partition {
    /// The directory's key, unless its name is of one's own making.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Value { key, .. } | Self::Day { key, .. } | Self::CompactDay { key, .. } => {
                Some(key)
            }
            Self::Directory { .. } => None,
        }
    }

    /// What the name, or the value after the key, is put together from.
    fn pieces(&self) -> Cow<'_, [Piece]> {
        let date = |column: &String, format| Piece::Date {
            column: column.clone(),
            format,
        };
        match self {
            Self::Value { column, .. } => Cow::Owned(vec![Piece::Value {
                column: column.clone(),
            }]),
            Self::Day { column, .. } => Cow::Owned(vec![date(column, DAY)]),
            Self::CompactDay { column, .. } => Cow::Owned(vec![date(column, COMPACT_DAY)]),
            Self::Directory { pieces, .. } => Cow::Borrowed(pieces),
        }
    }

    pub(crate) fn validate(&self, spec: &TableSpec) -> Result<(), Error> {
        self.pieces().iter().try_for_each(|piece| match piece {
            Piece::Text(_) => Ok(()),
            Piece::Value { column } => {
                column::check_type(spec, column, |found| !found.is_nested(), "a plain value")
            }
            Piece::Date { column, .. } => {
                column::check_type(spec, column, column::is_timestamp, "a timestamp")
            }
        })
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

    /// Keys and unescaped values, from the outermost; `None` stands for null. Directories of one's own
    /// making have none.
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
            level.name_into(row, path);
        }
    }

    /// Whether two rows are of the same partition.
    pub(crate) fn is_same(&self, one: usize, other: usize) -> bool {
        let mut parts = self.levels.iter().flat_map(|level| &level.parts);
        parts.all(|part| part.is_same(one, other))
    }

    /// The partition of the row.
    pub(crate) fn partition(&self, row: usize) -> PartitionPath {
        let mut path = String::new();
        self.path(row, &mut path);
        let values = self.levels.iter().filter_map(|level| match &level.naming {
            Naming::Key(key) => Some((key.clone(), level.value(row).map(Cow::into_owned))),
            Naming::Own { .. } => None,
        });
        PartitionPath {
            path,
            values: values.collect(),
        }
    }
}

struct Level {
    naming: Naming,
    parts: Vec<Part>,
}

/// How a directory is called.
enum Naming {
    /// `key=value`.
    Key(String),
    /// All parts together.
    Own { missing: String },
}

/// A piece, its column converted once for the whole batch.
enum Part {
    Text(String),
    Column { column: Column, values: Values },
}

enum Values {
    Text(StringArray),
    Date {
        microseconds: Int64Array,
        format: &'static str,
    },
}

impl Level {
    fn new(spec: &TableSpec, partition: &Partition, batch: &RecordBatch) -> Result<Self, Error> {
        let pieces = partition.pieces();
        let parts = pieces.iter().map(|piece| Part::new(spec, piece, batch));
        let missing = match partition {
            Partition::Directory { missing, .. } => missing.clone(),
            _ => String::new(),
        };
        let naming = match partition.key() {
            Some(key) => Naming::Key(key.to_owned()),
            None => Naming::Own { missing },
        };
        Ok(Self {
            naming,
            parts: parts.collect::<Result<_, _>>()?,
        })
    }

    fn name_into(&self, row: usize, path: &mut String) {
        match &self.naming {
            Naming::Key(key) => {
                path.push_str(key);
                path.push('=');
                escape_into(self.value(row).as_deref().unwrap_or_default(), path);
            }
            Naming::Own { missing } => {
                let start = path.len();
                if !self.parts.iter().all(|part| part.name_into(row, path)) {
                    path.truncate(start);
                    path.push_str(missing);
                }
                show_hidden(path, start);
            }
        }
    }

    /// The value after a key: its one part's.
    fn value(&self, row: usize) -> Option<Cow<'_, str>> {
        self.parts.first()?.value(row)
    }
}

impl Part {
    fn new(spec: &TableSpec, piece: &Piece, batch: &RecordBatch) -> Result<Self, Error> {
        let (name, format) = match piece {
            Piece::Text(text) => return Ok(Self::Text(text.clone())),
            Piece::Value { column } => (column, None),
            Piece::Date { column, format } => (column, Some(*format)),
        };
        let column = Column::find(batch, name).ok_or_else(|| column::unknown(&spec.name, name))?;
        let values = Values::new(format, &column.values).map_err(Error::arrow(&spec.name))?;
        Ok(Self::Column { column, values })
    }

    /// Appends the part as a path has it; false where there is no value.
    fn name_into(&self, row: usize, path: &mut String) -> bool {
        if let Self::Text(text) = self {
            path.push_str(text);
            return true;
        }
        let value = self.value(row).filter(|value| !value.is_empty());
        if let Some(value) = &value {
            escape_into(value, path);
        }
        value.is_some()
    }

    /// Whether two rows have the same value, or are of the same day.
    fn is_same(&self, one: usize, other: usize) -> bool {
        match self {
            Self::Text(_) => true,
            Self::Column { column, values } => match (column.is_null(one), column.is_null(other)) {
                (false, false) => values.is_same(one, other),
                (one, other) => one == other,
            },
        }
    }

    fn value(&self, row: usize) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Column { column, values } => values.at(row).filter(|_| !column.is_null(row)),
        }
    }
}

impl Values {
    fn new(date: Option<&'static str>, values: &ArrayRef) -> Result<Self, ArrowError> {
        let Some(format) = date else {
            return Ok(Self::Text(
                cast(values, &DataType::Utf8)?.as_string().clone(),
            ));
        };
        // A timestamp without a zone is taken as UTC; one with a zone is an instant already. The
        // zone is an offset since arrow knows names only with a time zone database.
        let utc = cast(
            values,
            &DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into())),
        )?;
        let microseconds = cast(&utc, &DataType::Int64)?.as_primitive().clone();
        Ok(Self::Date {
            microseconds,
            format,
        })
    }

    /// Whether the values in two rows that are not null give the same name.
    fn is_same(&self, one: usize, other: usize) -> bool {
        match self {
            Self::Text(values) => values.value(one) == values.value(other),
            Self::Date { microseconds, .. } => {
                let day = |row| day(microseconds.value(row));
                day(one) == day(other)
            }
        }
    }

    /// The value in a row that is not null.
    fn at(&self, row: usize) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(values) => Some(Cow::Borrowed(values.value(row))),
            Self::Date {
                microseconds,
                format,
            } => date(microseconds.value(row), format).map(Cow::Owned),
        }
    }
}

/// A directory that begins with a dot or an underscore is hidden from Spark, Trino and their kin, unless
/// it is `key=value`: rows in it would be there and yet not be found.
fn show_hidden(path: &mut String, start: usize) {
    let escaped = match path.as_bytes().get(start) {
        Some(b'.') => "%2E",
        Some(b'_') => "%5F",
        _ => return,
    };
    path.replace_range(start..=start, escaped);
}

/// The UTC day, counted from the epoch.
fn day(microseconds: i64) -> i64 {
    microseconds.div_euclid(MICROSECONDS_PER_DAY)
}

/// The UTC date; `None` for an instant that no calendar reaches.
fn date(microseconds: i64, format: &str) -> Option<String> {
    let days = i32::try_from(day(microseconds)).ok()?;
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
        assert_eq!(date(0, "%Y-%m-%d").as_deref(), Some("1970-01-01"));
        assert_eq!(date(-1, "%Y-%m-%d").as_deref(), Some("1969-12-31"));
        assert_eq!(
            date(MICROSECONDS_PER_DAY - 1, "%Y%m%d").as_deref(),
            Some("19700101")
        );
        assert_eq!(date(i64::MAX, "%Y-%m-%d"), None);
    }
}
