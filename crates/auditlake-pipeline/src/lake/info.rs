//! What a lake holds.

use std::collections::{BTreeMap, BTreeSet};

use auditlake_parquet::Lake;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::compact::partition::{Partition, table_of};
use crate::compact::{DEFAULT_TARGET_SIZE, is_small, is_worth_it};
use crate::error::Error;
use crate::handover::Form;
use crate::inventory::{Inventory, LiveFile, list_all};
use crate::layout;
use crate::tables::{Tables, is_below};

/// What a lake holds, by its ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LakeInfo {
    /// Address of the lake.
    pub lake: String,
    /// In what form the records were handed on: then the lake holds no events, and what is said to be in it was taken by a
    /// reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_on: Option<Form>,
    /// The connections that have a ledger.
    pub connections: BTreeSet<String>,
    /// Versions of the ledger's records.
    pub ledger_versions: BTreeSet<u32>,
    /// Compactions that were committed or are under way.
    pub compactions: u64,
    /// The tables by name.
    pub tables: BTreeMap<String, TableInfo>,
    /// Files that are no part of the lake any more and wait to be removed.
    pub replaced_files: u64,
}

/// What a table holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableInfo {
    /// The whole table.
    #[serde(flatten)]
    pub total: ClassInfo,
    /// The classes by name; none in a table without.
    pub classes: BTreeMap<String, ClassInfo>,
}

/// What a table or a class of it holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassInfo {
    /// Files.
    pub files: u64,
    /// Rows.
    pub rows: u64,
    /// Bytes of the files.
    pub bytes: u64,
    /// Days that have files.
    pub days: u64,
    /// The first of them, UTC.
    pub oldest: Option<Date>,
    /// The last of them, UTC.
    pub newest: Option<Date>,
    /// Small files of days with more than one such: what `auditlake compact` would merge, once the day is closed.
    pub small_files: u64,
}

/// Reads the ledgers of a lake.
///
/// # Errors
///
/// [`Error::Lake`] if it cannot be opened, [`Error::Ledger`] and [`Error::Record`] if a ledger cannot be read.
pub async fn info(lake: &str) -> Result<LakeInfo, Error> {
    let lake = Lake::open_to_read(lake)?;
    let inventory = Inventory::read(&lake, None).await?;
    let directories = Tables::of_lake(&lake).await?.directories();
    let listed = list_all(&lake, &directories).await?;
    let over = listed.keys().filter(|path| inventory.over.contains(*path));
    Ok(LakeInfo {
        lake: lake.to_string(),
        handed_on: layout::format_of(&lake).await?.handed_on(),
        compactions: inventory.compactions.commits.len() as u64,
        tables: tables(&inventory.live, &directories),
        replaced_files: over.count() as u64,
        connections: inventory.connections,
        ledger_versions: inventory.versions,
    })
}

fn tables(
    live: &BTreeMap<String, LiveFile>,
    directories: &[String],
) -> BTreeMap<String, TableInfo> {
    let mut partitions: BTreeMap<(String, Option<Partition>), Vec<&LiveFile>> = BTreeMap::new();
    for (path, file) in live {
        let table = directories.iter().find(|table| is_below(path, table));
        let table = table.map_or_else(|| table_of(path), String::as_str);
        let key = (table.to_owned(), Partition::of_file(path));
        partitions.entry(key).or_default().push(file);
    }
    let mut tables: BTreeMap<String, TableInfo> = BTreeMap::new();
    let mut days: BTreeMap<(String, Option<String>), BTreeSet<Date>> = BTreeMap::new();
    for ((name, partition), files) in partitions {
        let table = tables.entry(name.clone()).or_default();
        let part = part(&files);
        let class = partition.as_ref().and_then(Partition::class);
        table.total.add(&part);
        if let Some(class) = &class {
            table.classes.entry(class.clone()).or_default().add(&part);
        }
        if let Some(partition) = partition {
            let keys = [(name.clone(), None), (name, class)];
            for key in keys {
                days.entry(key).or_default().insert(partition.day);
            }
        }
    }
    for ((table, class), days) in days {
        if let Some(table) = tables.get_mut(&table) {
            match class {
                None => table.total.set_days(&days),
                Some(class) => table.classes.entry(class).or_default().set_days(&days),
            }
        }
    }
    tables
}

/// The files of one partition.
fn part(files: &[&LiveFile]) -> ClassInfo {
    let target = DEFAULT_TARGET_SIZE;
    let small = files
        .iter()
        .filter(|file| is_small(file.file.bytes, target));
    let is_worth_it = is_worth_it(files.iter().copied(), target);
    ClassInfo {
        files: files.len() as u64,
        rows: files.iter().map(|file| file.file.rows).sum(),
        bytes: files.iter().map(|file| file.file.bytes).sum(),
        small_files: if is_worth_it { small.count() as u64 } else { 0 },
        ..ClassInfo::default()
    }
}

impl ClassInfo {
    fn add(&mut self, part: &Self) {
        self.files += part.files;
        self.rows += part.rows;
        self.bytes += part.bytes;
        self.small_files += part.small_files;
    }

    fn set_days(&mut self, days: &BTreeSet<Date>) {
        self.days = days.len() as u64;
        self.oldest = days.first().copied();
        self.newest = days.last().copied();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::CommittedFile;

    fn file(path: &str, rows: u64) -> (String, LiveFile) {
        let file = CommittedFile {
            path: path.to_owned(),
            rows,
            bytes: rows * 100,
            sha256: String::new(),
        };
        let live = LiveFile {
            file,
            connections: BTreeSet::new(),
            compaction: None,
        };
        (path.to_owned(), live)
    }

    #[test]
    fn tables_and_classes_have_their_sums_and_days() {
        let live = BTreeMap::from([
            file("events/class_name=A/event_day=2026-05-04/1.parquet", 1),
            file("events/class_name=A/event_day=2026-05-04/2.parquet", 2),
            file("events/class_name=A/event_day=2026-05-06/1.parquet", 3),
            file("events/class_name=B/event_day=2026-05-04/1.parquet", 4),
            file("quarantine/logged_day=2026-05-05/1.parquet", 5),
        ]);
        let tables = tables(&live, &["events".to_owned()]);
        let events = &tables["events"];
        assert_eq!(
            (events.total.rows, events.total.files, events.total.days),
            (10, 4, 2)
        );
        let a = &events.classes["A"];
        assert_eq!((a.rows, a.bytes, a.days, a.small_files), (6, 600, 2, 2));
        assert_eq!(
            a.newest.map(|day| day.to_string()).as_deref(),
            Some("2026-05-06")
        );
        assert_eq!(events.classes["B"].small_files, 0);
        assert!(tables["quarantine"].classes.is_empty());
        assert_eq!(tables["quarantine"].total.days, 1);
    }
}
