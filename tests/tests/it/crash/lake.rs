//! What is on the disk of a lake, looked at without our own reader.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use parquet::schema::types::Type;
use serde_json::Value;

use crate::world::World;

/// What is wrong with a lake.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damage {
    /// Records that the service has and the lake lacks.
    pub(crate) lost: usize,
    /// Rows beyond the first of a record.
    pub(crate) twice: usize,
    /// Data files that no commit names, staging files, intents without a commit.
    pub(crate) leftovers: usize,
    /// Data files that cannot be read.
    pub(crate) broken: usize,
}

impl std::ops::AddAssign for Damage {
    fn add_assign(&mut self, other: Self) {
        self.lost += other.lost;
        self.twice += other.twice;
        self.leftovers += other.leftovers;
        self.broken += other.broken;
    }
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            lost,
            twice,
            leftovers,
            broken,
        } = self;
        write!(
            f,
            "records lost {lost}, twice {twice}, leftovers {leftovers}, unreadable files {broken}"
        )
    }
}

/// Compares a lake that is at rest with what the service offers.
pub(crate) fn damage(world: &World) -> Result<Damage> {
    let files = files(world.lake())?;
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    let mut damage = Damage {
        leftovers: leftovers(world.lake(), &files)?.len(),
        ..Damage::default()
    };
    for file in files.iter().filter(|file| is_event(world.lake(), file)) {
        match records(file) {
            Ok(records) => records
                .iter()
                .try_for_each(|text| canonical(text).map(|it| *rows.entry(it).or_default() += 1))?,
            Err(_) => damage.broken += 1,
        }
    }
    let offered: BTreeSet<String> = world
        .simulator
        .records(&world.tenant())
        .iter()
        .map(|text| canonical(text))
        .collect::<Result<_>>()?;
    damage.lost = offered.iter().filter(|it| !rows.contains_key(*it)).count();
    damage.twice = rows.values().map(|count| count - 1).sum();
    Ok(damage)
}

/// Data files that somebody who reads `**/*.parquet` at this moment cannot read. Files that go meanwhile are no harm.
pub(crate) fn unreadable(lake: &Path) -> Result<Vec<PathBuf>> {
    let found = files(lake)?;
    let is_broken = |file: &PathBuf| match File::open(file) {
        Ok(open) => SerializedFileReader::new(open).is_err() && file.exists(),
        Err(_) => false,
    };
    Ok(found
        .into_iter()
        .filter(|file| is_parquet(file) && is_broken(file))
        .collect())
}

/// Everything in the lake that no commit accounts for.
pub(crate) fn leftovers(lake: &Path, files: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let name = |file: &Path| file.to_string_lossy().into_owned();
    let mut named = BTreeSet::new();
    for file in files.iter().filter(|f| name(f).ends_with(".commit.json")) {
        let commit: Value = serde_json::from_slice(&std::fs::read(file)?)?;
        let paths = commit["files"].as_array().context("a commit has files")?;
        named.extend(
            paths
                .iter()
                .filter_map(|f| Some(lake.join(f["path"].as_str()?))),
        );
    }
    let is_open = |file: &Path| {
        let name = name(file);
        name.strip_suffix(".intent.json")
            .is_some_and(|place| !Path::new(&format!("{place}.commit.json")).exists())
    };
    let is_left = |file: &&PathBuf| {
        name(file).contains(".parquet#")
            || name(file).contains(".json#")
            || name(file).contains(".start#")
            || (is_parquet(file) && !named.contains(*file))
            || is_open(file)
    };
    Ok(files.iter().filter(is_left).cloned().collect())
}

/// All files below a directory.
pub(crate) fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory)? {
            let entry = entry?;
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => directories.push(entry.path()),
                _ => found.push(entry.path()),
            }
        }
    }
    Ok(found)
}

fn is_parquet(file: &Path) -> bool {
    file.extension() == Some("parquet".as_ref())
}

fn is_event(lake: &Path, file: &Path) -> bool {
    is_parquet(file) && file.starts_with(lake.join("events"))
}

/// The column `raw_data` of a file.
fn records(file: &Path) -> Result<Vec<String>> {
    let reader = SerializedFileReader::new(File::open(file)?)?;
    let schema = reader.metadata().file_metadata().schema().clone();
    let columns = schema
        .get_fields()
        .iter()
        .filter(|f| f.name() == "raw_data");
    let wanted = Type::group_type_builder(schema.name())
        .with_fields(columns.cloned().collect())
        .build()?;
    reader
        .get_row_iter(Some(wanted))?
        .map(|row| Ok(row?.get_string(0)?.clone()))
        .collect()
}

/// Members in any order make the same record.
fn canonical(record: &str) -> Result<String> {
    fn sorted(value: Value) -> Value {
        match value {
            Value::Object(members) => {
                let members: BTreeMap<_, _> =
                    members.into_iter().map(|(k, v)| (k, sorted(v))).collect();
                members
                    .into_iter()
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }
            Value::Array(elements) => elements.into_iter().map(sorted).collect(),
            other => other,
        }
    }
    Ok(sorted(serde_json::from_str(record)?).to_string())
}
