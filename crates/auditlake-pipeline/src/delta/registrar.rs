//! Registers generations of the ledger in the tables' logs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use auditlake_delta::{Change, DataFile, DeltaTable, Statistics};
use auditlake_parquet::{EncodedFile, Lake, TableSpec, footer_at};
use tokio::sync::Mutex;

use super::files::{definition, partition_values};
use crate::error::Error;
use crate::layout::{self, LakeFormat, Layout};
use crate::ledger::{Commit, CommittedFile, Ledger, Place};
use crate::options::DEFAULT_ZSTD_LEVEL;
use crate::tables::{Tables, is_below};

/// The tables of a Delta lake.
#[derive(Debug)]
pub(crate) struct Registrar {
    lake: Lake,
    tables: Tables,
    /// Tables that were looked at, by their directories.
    open: Mutex<BTreeMap<String, DeltaTable>>,
}

/// What a generation is to one table.
struct Part {
    spec: Arc<TableSpec>,
    files: Vec<CommittedFile>,
}

impl Registrar {
    /// None for a lake of another format. Makes no table.
    pub(crate) async fn to_read(lake: &Lake, layout: &Layout) -> Result<Option<Self>, Error> {
        if layout::format_of(lake).await? != LakeFormat::Delta {
            return Ok(None);
        }
        Ok(Some(Self {
            lake: lake.clone(),
            tables: Tables::new(layout, DEFAULT_ZSTD_LEVEL),
            open: Mutex::default(),
        }))
    }

    /// None for a lake of another format. The table of events is there from now on.
    pub(crate) async fn of_lake(lake: &Lake, layout: &Layout) -> Result<Option<Self>, Error> {
        let Some(registrar) = Self::to_read(lake, layout).await? else {
            return Ok(None);
        };
        if let Some(events) = registrar.tables.one() {
            let table = registrar.open_or_create(&events).await?;
            registrar
                .open
                .lock()
                .await
                .insert(events.name.clone(), table);
        }
        Ok(Some(registrar))
    }

    /// Registers a generation that the ledger has committed, unless it is registered. `fresh` are its files where
    /// they are at hand; the footers of others are read from the lake.
    pub(crate) async fn register(
        &self,
        ledger: &Ledger,
        place: &Place,
        commit: &Commit,
        fresh: &[EncodedFile],
    ) -> Result<(), Error> {
        let mut open = self.open.lock().await;
        for part in self.parts(commit)? {
            let name = &part.spec.name;
            // A generation of this run that is newer than what is known of the table can be nobody else's yet.
            let is_new = open.contains_key(name) && !fresh.is_empty();
            if !open.contains_key(name) {
                open.insert(name.clone(), self.open_or_create(&part.spec).await?);
            }
            let change = Change {
                app_id: app_id(ledger, place),
                version: place.generation.into(),
                removed: below(name, &commit.replaces),
                added: self.added(&part, commit, fresh).await?,
                changes_rows: commit.replaces.is_empty() || commit.counts.duplicates > 0,
                is_new,
            };
            if let Some(table) = open.get_mut(name) {
                apply(table, change).await?;
            }
        }
        Ok(())
    }

    /// The files that are in the tables, by their paths in the lake.
    pub(crate) async fn files(&self) -> Result<BTreeSet<String>, Error> {
        let mut files = BTreeSet::new();
        let beside = [&self.tables.quarantine, &self.tables.service_health].map(Arc::clone);
        for spec in [self.tables.one()].into_iter().chain(beside.map(Some)) {
            let Some(spec) = spec else { continue };
            if let Some(table) = self.open_there(&spec).await? {
                let paths = table.files().await?;
                files.extend(paths.iter().map(|path| format!("{}/{path}", spec.name)));
            }
        }
        Ok(files)
    }

    fn parts(&self, commit: &Commit) -> Result<Vec<Part>, Error> {
        let mut parts: BTreeMap<String, Part> = BTreeMap::new();
        for file in &commit.files {
            if let Some((spec, _)) = self.tables.of_file(&file.path)? {
                let part = parts.entry(spec.name.clone()).or_insert_with(|| Part {
                    spec,
                    files: Vec::new(),
                });
                part.files.push(file.clone());
            }
        }
        Ok(parts.into_values().collect())
    }

    async fn added(
        &self,
        part: &Part,
        commit: &Commit,
        fresh: &[EncodedFile],
    ) -> Result<Vec<DataFile>, Error> {
        let columns = definition(&part.spec).statistics;
        let mut added = Vec::new();
        for file in &part.files {
            let statistics = match fresh.iter().find(|fresh| fresh.path == file.path) {
                Some(fresh) => Statistics::of(&fresh.footer()?, &columns),
                None => Statistics::of(&*footer_at(&self.lake, &file.path).await?, &columns),
            };
            let path = in_table(&part.spec.name, &file.path);
            added.push(DataFile {
                partition_values: partition_values(&part.spec, path),
                path: path.to_owned(),
                bytes: file.bytes,
                modified: commit.committed.as_millisecond(),
                statistics,
            });
        }
        Ok(added)
    }

    async fn open_or_create(&self, spec: &TableSpec) -> Result<DeltaTable, Error> {
        let (store, location) = (Arc::clone(self.lake.store()), self.lake.path(&spec.name));
        Ok(DeltaTable::open_or_create(store, &location, definition(spec)).await?)
    }

    async fn open_there(&self, spec: &TableSpec) -> Result<Option<DeltaTable>, Error> {
        let (store, location) = (Arc::clone(self.lake.store()), self.lake.path(&spec.name));
        Ok(DeltaTable::open(store, &location, definition(spec)).await?)
    }
}

/// A table that somebody else has rewritten has the rows of a compaction in files of theirs: these stand, and adding
/// ours would repeat the rows.
async fn apply(table: &mut DeltaTable, change: Change) -> Result<(), Error> {
    match table.change(change).await {
        Err(error @ auditlake_delta::Error::NotInTable { .. }) => {
            tracing::warn!(%error, "a compaction is not registered");
            Ok(())
        }
        changed => Ok(changed.map(|_| ())?),
    }
}

/// Of one generation only. An id for all generations of a window would not do: a later one may be registered before an
/// earlier one of another run, which would then pass for registered, too.
fn app_id(ledger: &Ledger, place: &Place) -> String {
    let (connection, unit) = (ledger.connection(), &place.unit);
    format!(
        "auditlake/{connection}/{}/{}/{:06}",
        unit.content_type, unit.window, place.generation
    )
}

fn below(table: &str, paths: &[String]) -> Vec<String> {
    let in_it = paths.iter().filter(|path| is_below(path, table));
    in_it.map(|path| in_table(table, path).to_owned()).collect()
}

/// The path below the table.
fn in_table<'a>(table: &str, path: &'a str) -> &'a str {
    let rest = path.strip_prefix(table).unwrap_or(path);
    rest.trim_start_matches('/')
}
