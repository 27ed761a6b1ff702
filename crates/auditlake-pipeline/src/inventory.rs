//! Which files the lake has, and which of them the ledger knows.

use std::collections::{BTreeMap, BTreeSet};

use auditlake_parquet::Lake;
use futures::StreamExt;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use object_store::ObjectStore;

use crate::error::Error;
use crate::ledger::{Commit, CommittedFile, Ledger, Scan};
use crate::plan::compact;

/// How much earlier than its events' day a window of the ledger may be named: windows are up to a day long, and
/// clocks differ.
const LEDGER_MARGIN: SignedDuration = SignedDuration::from_hours(48);
/// The ledger's own directory.
const OWN: &str = "_auditlake";

/// What all ledgers of a lake say.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    /// Connections that have a ledger.
    pub(crate) connections: BTreeSet<String>,
    /// Files that hold rows of the lake: committed, and not replaced.
    pub(crate) live: BTreeMap<String, LiveFile>,
    /// Files whose rows are no part of the lake, or are in other files by now.
    pub(crate) over: BTreeSet<String>,
    /// Those of them whose rows are in other files, and since when.
    pub(crate) replaced: BTreeMap<String, Timestamp>,
    /// Such files stay for a while: they are in no table any more, and do no harm.
    pub(crate) keeps_replaced: bool,
    /// Files that runs without a commit may be writing.
    pub(crate) under_way: BTreeSet<String>,
    /// The generations of compactions.
    pub(crate) compactions: Scan,
    /// Versions of the records.
    pub(crate) versions: BTreeSet<u32>,
}

/// A file that holds rows of the lake.
#[derive(Debug, Clone)]
pub(crate) struct LiveFile {
    pub(crate) file: CommittedFile,
    /// The connections that its rows came by.
    pub(crate) connections: BTreeSet<String>,
    /// The generation of the compaction that wrote it.
    pub(crate) compaction: Option<u32>,
}

impl Inventory {
    /// Reads all ledgers; with `from`, only what may be about files of that day or later.
    pub(crate) async fn read(lake: &Lake, from: Option<Date>) -> Result<Self, Error> {
        let window = from.and_then(first_window);
        let mut inventory = Self::default();
        for connection in Ledger::connections(lake).await? {
            let ledger = Ledger::new(lake.clone(), &connection);
            inventory
                .add_ledger(&ledger, Some(&connection), window.as_deref())
                .await?;
            inventory.connections.insert(connection);
        }
        let ledger = Ledger::of_compactions(lake);
        let partition = from.map(|day| day.to_string());
        inventory.compactions = inventory
            .add_ledger(&ledger, None, partition.as_deref())
            .await?;
        // What was replaced is so whichever record was read first.
        let over = &inventory.over;
        inventory.live.retain(|path, _| !over.contains(path));
        Ok(inventory)
    }

    async fn add_ledger(
        &mut self,
        ledger: &Ledger,
        connection: Option<&str>,
        from: Option<&str>,
    ) -> Result<Scan, Error> {
        let scan = ledger.scan_all(from).await?;
        let places: Vec<_> = scan.commits.iter().cloned().collect();
        for (place, commit) in ledger.read_commits(&places).await? {
            self.add(commit, connection, place.generation);
        }
        for (place, _) in scan.open() {
            let intent = ledger.read_intent(place).await?;
            self.under_way.extend(intent.paths);
        }
        Ok(scan)
    }

    fn add(&mut self, commit: Commit, connection: Option<&str>, generation: u32) {
        self.versions.insert(commit.version);
        self.over.extend(commit.rolled_back);
        let since = commit.committed;
        let replaced = commit.replaces.iter();
        self.replaced
            .extend(replaced.map(|path| (path.clone(), since)));
        self.over.extend(commit.replaces);
        let connections: BTreeSet<String> = match connection {
            Some(connection) => [connection.to_owned()].into(),
            None => commit.connections.into_iter().collect(),
        };
        for file in commit.files {
            let live = LiveFile {
                connections: connections.clone(),
                compaction: connection.is_none().then_some(generation),
                file,
            };
            self.live.insert(live.file.path.clone(), live);
        }
    }
}

/// The first window of a connection's ledger whose records may be of the day.
fn first_window(day: Date) -> Option<String> {
    let start = TimeZone::UTC.to_timestamp(day.to_datetime(Time::midnight()));
    let from = start.ok()?.checked_sub(LEDGER_MARGIN).ok()?;
    Some(compact(from).to_string())
}

/// The Parquet files of several tables, with their bytes.
pub(crate) async fn list_all(
    lake: &Lake,
    tables: &[String],
) -> Result<BTreeMap<String, u64>, Error> {
    let mut files = BTreeMap::new();
    for table in tables {
        files.extend(list_files(lake, table).await?);
    }
    Ok(files)
}

/// The Parquet files of a table, with their bytes.
pub(crate) async fn list_files(lake: &Lake, table: &str) -> Result<BTreeMap<String, u64>, Error> {
    let mut files = BTreeMap::new();
    if table == OWN {
        return Ok(files);
    }
    let root = lake.path("");
    let prefix = lake.path(table);
    let mut objects = lake.store().list(Some(&prefix));
    while let Some(object) = objects.next().await {
        let object = object.map_err(|source| Error::Ledger {
            path: table.to_owned(),
            source,
        })?;
        let location = object.location.as_ref();
        let below = location.strip_prefix(root.as_ref()).unwrap_or(location);
        // The checkpoints of a Delta table's log are Parquet files, too.
        if below.ends_with(".parquet") && !below.contains("/_delta_log/") {
            files.insert(below.trim_start_matches('/').to_owned(), object.size);
        }
    }
    Ok(files)
}
