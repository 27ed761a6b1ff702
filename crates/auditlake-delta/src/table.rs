//! A table: its log, and how it is opened or made.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use delta_kernel::KernelError;
use delta_kernel::committer::FileSystemCommitter;
use delta_kernel::schema::SchemaRef;
use delta_kernel::snapshot::{Snapshot, SnapshotRef};
use delta_kernel::transaction::UpdateTableOperation;
use delta_kernel::transaction::create_table::create_table;
use delta_kernel::transaction::data_layout::DataLayout;
use delta_kernel_default_engine::executor::tokio::TokioMultiThreadExecutor;
use delta_kernel_default_engine::{DefaultEngine, DefaultEngineBuilder};
use futures::StreamExt;
use object_store::ObjectStore;
use object_store::path::Path;
use tokio::runtime::{Handle, RuntimeFlavor};
use url::Url;

use crate::file::{escape, unescape};
use crate::sorted::Sorted;
use crate::{CHECKPOINT_INTERVAL, Change, Error, Outcome, TableDefinition, actions, schema};

/// Where the log is, below the table.
const LOG: &str = "_delta_log";

/// A table as it was when it was opened or changed last.
pub struct DeltaTable {
    log: Arc<Log>,
    snapshot: SnapshotRef,
}

/// What the log is reached by.
pub(crate) struct Log {
    pub(crate) engine: DefaultEngine<TokioMultiThreadExecutor>,
    pub(crate) definition: TableDefinition,
    url: Url,
}

impl fmt::Debug for DeltaTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeltaTable")
            .field("name", &self.log.definition.name)
            .field("version", &self.version())
            .finish_non_exhaustive()
    }
}

impl DeltaTable {
    /// The table at a place of the store; none when there is none.
    ///
    /// # Errors
    ///
    /// [`Error::OtherTable`] when it has other partitions or types than are meant, [`Error::Log`] when the log cannot
    /// be read, [`Error::Runtime`] outside of tokio's runtime of many threads.
    pub async fn open(
        store: Arc<dyn ObjectStore>,
        location: &Path,
        definition: TableDefinition,
    ) -> Result<Option<Self>, Error> {
        if !is_there(&store, location, &definition).await? {
            return Ok(None);
        }
        let log = Arc::new(Log::new(store, location, definition)?);
        let snapshot = log.blocking(Log::open).await?;
        Ok(Some(Self { log, snapshot }))
    }

    /// As [`open`](Self::open), and makes the table when there is none.
    pub async fn open_or_create(
        store: Arc<dyn ObjectStore>,
        location: &Path,
        definition: TableDefinition,
    ) -> Result<Self, Error> {
        if let Some(table) = Self::open(Arc::clone(&store), location, definition.clone()).await? {
            return Ok(table);
        }
        let log = Arc::new(Log::new(Arc::clone(&store), location, definition.clone())?);
        let created = log.blocking(Log::create).await;
        // Whoever made it: there is a table now, and whether it is the one that is meant is looked at.
        match Self::open(store, location, definition).await? {
            Some(table) => Ok(table),
            None => Err(created.err().unwrap_or_else(|| log.vanished())),
        }
    }

    /// The version of the table.
    pub fn version(&self) -> u64 {
        self.snapshot.version()
    }

    /// Makes a change, unless its id is in the log already.
    ///
    /// # Errors
    ///
    /// [`Error::NotInTable`] when a file to be removed is not there: nothing is changed then. [`Error::Log`] when the
    /// store fails: the change may have been made, which its repetition finds out.
    pub async fn change(&mut self, change: Change) -> Result<Outcome, Error> {
        let snapshot = Arc::clone(&self.snapshot);
        let done = self.log.blocking(move |log| log.change(snapshot, &change));
        let (snapshot, outcome) = done.await?;
        self.snapshot = snapshot;
        Ok(outcome)
    }

    /// Looks what others have changed.
    pub async fn refresh(&mut self) -> Result<(), Error> {
        let snapshot = Arc::clone(&self.snapshot);
        self.snapshot = self.log.blocking(move |log| log.refresh(snapshot)).await?;
        Ok(())
    }

    /// The files of the table: their paths below it.
    pub async fn files(&self) -> Result<BTreeSet<String>, Error> {
        let snapshot = Arc::clone(&self.snapshot);
        let paths = self.log.blocking(move |log| {
            actions::paths(&snapshot, &log.engine).map_err(log.failed("read"))
        });
        Ok(paths.await?.iter().map(|path| unescape(path)).collect())
    }
}

/// Whether there is a log, whoever made it.
async fn is_there(
    store: &Arc<dyn ObjectStore>,
    location: &Path,
    definition: &TableDefinition,
) -> Result<bool, Error> {
    let log = location.clone().join(LOG);
    let first = store.list(Some(&log)).next().await.transpose();
    let first = first.map_err(|source| Error::Store {
        table: definition.name.clone(),
        source,
    })?;
    Ok(first.is_some())
}

impl Log {
    fn new(
        store: Arc<dyn ObjectStore>,
        location: &Path,
        definition: TableDefinition,
    ) -> Result<Self, Error> {
        let runtime = Handle::try_current().map_err(|_| Error::Runtime)?;
        if runtime.runtime_flavor() != RuntimeFlavor::MultiThread {
            return Err(Error::Runtime);
        }
        let executor = Arc::new(TokioMultiThreadExecutor::new(runtime));
        let engine = DefaultEngineBuilder::new(Arc::new(Sorted(store)))
            .with_task_executor(executor)
            .build();
        Ok(Self {
            engine,
            url: url(location, &definition)?,
            definition,
        })
    }

    /// The kernel waits for its requests: it must not do so on a thread that makes them.
    async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let log = Arc::clone(self);
        tokio::task::spawn_blocking(move || work(&log)).await?
    }

    pub(crate) fn failed(&self, action: &'static str) -> impl FnOnce(KernelError) -> Error {
        Error::log(&self.definition.name, action)
    }

    fn vanished(&self) -> Error {
        Error::OtherTable {
            table: self.definition.name.clone(),
            reason: "it was made, and is not there".to_owned(),
        }
    }

    /// The table as it is, with columns added that this build writes and the table lacks.
    fn open(&self) -> Result<SnapshotRef, Error> {
        let snapshot = Snapshot::builder_for(&self.url).build(&self.engine);
        let mut snapshot = snapshot.map_err(self.failed("read"))?;
        self.check_partitions(&snapshot)?;
        let wanted = schema::of(&self.definition)?;
        loop {
            let missing = schema::additions(&self.definition, &snapshot.schema(), &wanted)?;
            if missing.is_empty() {
                return Ok(snapshot);
            }
            let altered = self.add_columns(&snapshot, missing);
            let before = snapshot.version();
            snapshot = self.refresh(snapshot)?;
            // Another run may have added them: only when nothing came of it is it an error.
            if snapshot.version() == before {
                altered.map_err(self.failed("changed"))?;
                return Err(self.vanished());
            }
        }
    }

    fn add_columns(
        &self,
        snapshot: &SnapshotRef,
        missing: Vec<schema::Addition>,
    ) -> Result<(), KernelError> {
        let alter = UpdateTableOperation::AlterTable;
        let mut builder = Arc::clone(snapshot).update_table(alter, &self.definition.engine, false);
        for (parent, field) in missing {
            builder = match parent {
                None => builder.add_column(field),
                Some(parent) => builder.add_column_at(parent, field),
            };
        }
        let committer = Box::new(FileSystemCommitter::new());
        let altered = builder.build(&self.engine, committer)?.commit(&self.engine);
        // One that another was faster than is judged by the table that it left.
        altered.map(|_| ())
    }

    fn check_partitions(&self, snapshot: &SnapshotRef) -> Result<(), Error> {
        let has = snapshot
            .table_configuration()
            .metadata()
            .partition_columns();
        let meant = self.definition.partition_names();
        if has == meant {
            return Ok(());
        }
        Err(Error::OtherTable {
            table: self.definition.name.clone(),
            reason: format!("it is partitioned by {has:?}, and files are by {meant:?}"),
        })
    }

    fn create(&self) -> Result<(), Error> {
        let schema: SchemaRef = Arc::new(schema::of(&self.definition)?);
        let partitions = self.definition.partition_names();
        let layout = if partitions.is_empty() {
            DataLayout::None
        } else {
            DataLayout::partitioned(partitions)
        };
        let created = create_table(&self.url, schema, &self.definition.engine, false)
            .with_table_properties(self.properties())
            .with_data_layout(layout)
            .build(&self.engine, Box::new(FileSystemCommitter::new()))
            .and_then(|transaction| transaction.commit(&self.engine));
        created.map(|_| ()).map_err(self.failed("made"))
    }

    /// What other writers of the table should know.
    fn properties(&self) -> Vec<(&'static str, String)> {
        vec![
            ("delta.checkpointInterval", CHECKPOINT_INTERVAL.to_string()),
            (
                "delta.dataSkippingStatsColumns",
                self.definition.statistics.join(","),
            ),
        ]
    }
}

/// The kernel's address of a place in the store. The scheme is none that the kernel knows anything about.
fn url(location: &Path, definition: &TableDefinition) -> Result<Url, Error> {
    let url = Url::parse(&format!("memory:///{}/", escape(location.as_ref())));
    url.map_err(|error| Error::OtherTable {
        table: definition.name.clone(),
        reason: format!("its place has no URL: {error}"),
    })
}
