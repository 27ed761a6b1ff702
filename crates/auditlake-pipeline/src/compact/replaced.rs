//! Where the rows of replaced files are now.
//!
//! The ledgers of connections never change, so their commits go on naming files that a compaction replaced. Who
//! wants to read such a file asks here which others have its rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use auditlake_parquet::Lake;

use super::partition::Partition;
use crate::error::Error;
use crate::ledger::{CommittedFile, Ledger, Place, UnitKey};

/// Which files replaced which.
#[derive(Debug, Default)]
pub(crate) struct Replacements {
    by_replaced: HashMap<String, Arc<Vec<String>>>,
    new: HashMap<String, NewFile>,
}

/// A file that a compaction wrote.
#[derive(Debug, Clone)]
pub(crate) struct NewFile {
    pub(crate) file: CommittedFile,
    /// The connections that its rows came by.
    pub(crate) connections: Vec<String>,
}

impl Replacements {
    /// Reads the compactions of the partitions that these files are in.
    pub(crate) async fn read(lake: &Lake, paths: &BTreeSet<String>) -> Result<Self, Error> {
        let partitions = paths.iter().filter_map(|path| Partition::of_file(path));
        let mut tables: BTreeMap<String, BTreeSet<UnitKey>> = BTreeMap::new();
        for partition in partitions {
            let units = tables.entry(partition.table().to_owned()).or_default();
            units.insert(partition.unit());
        }
        let mut found = Self::default();
        for (table, units) in tables {
            found.read_table(lake, table, &units).await?;
        }
        Ok(found)
    }

    async fn read_table(
        &mut self,
        lake: &Lake,
        table: String,
        units: &BTreeSet<UnitKey>,
    ) -> Result<(), Error> {
        let ledger = Ledger::of_compactions(lake);
        let from = units.first().map(|unit| unit.window.as_str());
        let mut commits = ledger.scan(&[table], from).await?.commits;
        commits.retain(|place| units.contains(&place.unit));
        let places: Vec<Place> = commits.into_iter().collect();
        for (_, commit) in ledger.read_commits(&places).await? {
            let paths = commit.files.iter().map(|file| file.path.clone());
            let paths = Arc::new(paths.collect::<Vec<_>>());
            let replaced = commit.replaces.into_iter();
            self.by_replaced
                .extend(replaced.map(|path| (path, Arc::clone(&paths))));
            for file in commit.files {
                let connections = commit.connections.clone();
                let path = file.path.clone();
                self.new.insert(path, NewFile { file, connections });
            }
        }
        Ok(())
    }

    /// What is known of a file that a compaction wrote.
    pub(crate) fn new_file(&self, path: &str) -> Option<&NewFile> {
        self.new.get(path)
    }

    /// The files that have the rows of these, each once: themselves, where nothing replaced them.
    pub(crate) fn resolve(&self, paths: &BTreeSet<String>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&str> = paths.iter().map(String::as_str).collect();
        let mut seen = BTreeSet::new();
        while let Some(path) = open.pop() {
            match self.by_replaced.get(path) {
                // Many files have one replacement.
                Some(files) if seen.insert(Arc::as_ptr(files)) => {
                    open.extend(files.iter().map(String::as_str));
                }
                Some(_) => {}
                None => {
                    found.insert(path.to_owned());
                }
            }
        }
        found
    }
}
