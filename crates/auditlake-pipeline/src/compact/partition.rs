//! The part of a table that is compacted together: a directory of files of one day.

use jiff::civil::Date;

use crate::ledger::UnitKey;

/// A directory of the lake that holds files of one table and day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Partition {
    pub(crate) day: Date,
    /// Below the lake's root, the table first.
    pub(crate) directory: String,
}

impl Partition {
    /// The partition that a file is in. Where no directory tells a day, it is the one that the file's name begins
    /// with: that of its window.
    pub(crate) fn of_file(path: &str) -> Option<Self> {
        let (directory, name) = path.rsplit_once('/')?;
        let day = day_of_directories(directory).or_else(|| day_of(name.get(..8)?))?;
        Some(Self {
            day,
            directory: directory.to_owned(),
        })
    }

    /// The table's directory.
    pub(crate) fn table(&self) -> &str {
        table_of(&self.directory)
    }

    /// The directories below the table.
    pub(crate) fn name(&self) -> &str {
        self.directory.split_once('/').map_or("", |(_, name)| name)
    }

    /// The class that the partition is of, if partitions have one.
    pub(crate) fn class(&self) -> Option<String> {
        let value = |segment: &str| Some(unescape(segment.strip_prefix("class_name=")?));
        self.directory.split('/').find_map(value)
    }

    /// Where its compactions are in the ledger: the day is first, so that names sort by time.
    pub(crate) fn unit(&self) -> UnitKey {
        UnitKey {
            content_type: self.table().to_owned(),
            window: format!("{}_{}", self.day, self.name().replace('/', ",")),
        }
    }
}

/// The first directory of a path.
pub(crate) fn table_of(path: &str) -> &str {
    path.split_once('/').map_or(path, |(table, _)| table)
}

/// The day that directories tell: `event_day=2026-05-04`, `eventDay=20260504`, or `2026/05/04` in directories of their
/// own, with keys or without.
fn day_of_directories(directory: &str) -> Option<Date> {
    let value = |segment| str::rsplit(segment, '=').next().unwrap_or_default();
    let values: Vec<&str> = directory.split('/').map(value).collect();
    let one = values.iter().find_map(|value| day_of(value));
    one.or_else(|| values.windows(3).find_map(|parts| day_of(&parts.join("-"))))
}

/// The day of `2026-05-04` or `20260504`. No event is of a year of more digits.
fn day_of(value: &str) -> Option<Date> {
    let format = match value.len() {
        10 => "%Y-%m-%d",
        8 => "%Y%m%d",
        _ => return None,
    };
    Date::strptime(format, value).ok()
}

/// A partition value without its `%` and hex digits.
pub(crate) fn unescape(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).filter(|_| *first == b'%');
        let escaped = hex
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_of_a_day_of_a_table() {
        let path = "events/class_name=A %3A b/event_day=2026-05-04/one.parquet";
        let partition = Partition::of_file(path).unwrap();
        assert_eq!(partition.table(), "events");
        assert_eq!(partition.day.to_string(), "2026-05-04");
        assert_eq!(partition.class().as_deref(), Some("A : b"));
        let unit = partition.unit();
        assert_eq!(unit.content_type, "events");
        assert_eq!(
            unit.window,
            "2026-05-04_class_name=A %3A b,event_day=2026-05-04"
        );
    }

    #[test]
    fn other_files_are_of_no_day() {
        for path in [
            "one.parquet",
            "events/one.parquet",
            "events/event_day=__HIVE_DEFAULT_PARTITION__/one.parquet",
            "events/event_day=2026-05/one.parquet",
            "events/2026/05/one.parquet",
            "events/compact-000001.parquet",
        ] {
            assert_eq!(Partition::of_file(path), None, "{path}");
        }
    }

    #[test]
    fn a_day_is_told_by_directories_or_else_by_the_name() {
        for path in [
            "ext/auditlake-3002/region=eu-west-1/accountId=1/eventDay=20260504/20250101T00-a.parquet",
            "events/6003/dt=2026-05-04/a.parquet",
            "events/6003/2026/05/04/a.parquet",
            "events/year=2026/month=05/day=04/a.parquet",
            "events/20260504T100000Z-Audit.General-000000-a-1.parquet",
            "events/event_day=__HIVE_DEFAULT_PARTITION__/20260504T100000Z-a.parquet",
        ] {
            let day = Partition::of_file(path).map(|partition| partition.day.to_string());
            assert_eq!(day.as_deref(), Some("2026-05-04"), "{path}");
        }
    }
}
