//! One change of a table, once.

use std::collections::BTreeSet;
use std::sync::Arc;

use delta_kernel::committer::FileSystemCommitter;
use delta_kernel::snapshot::{Snapshot, SnapshotRef};
use delta_kernel::transaction::{CommitResult, Transaction, UpdateTableOperation};
use delta_kernel::{KernelError, KernelResult};

use crate::file::{escape, unescape};
use crate::table::Log;
use crate::{CHECKPOINT_INTERVAL, DataFile, Error, actions};

/// How often a change is tried while others commit. Each of their commits is progress, so this is only against what
/// nobody has thought of.
const TRIES: u32 = 1000;

/// What is to become of a table in one commit of its log.
#[derive(Debug, Clone)]
pub struct Change {
    /// The application transaction that the change is: no other change of the table has the same id.
    pub app_id: String,
    /// The version that goes with the id.
    pub version: i64,
    /// Paths below the table of files that are to leave it.
    pub removed: Vec<String>,
    /// Files that are to be in it.
    pub added: Vec<DataFile>,
    /// Whether the table's rows are others afterwards: not when files are only put together.
    pub changes_rows: bool,
    /// Nobody can have made this change before the table was opened or changed last: then the log need not be looked
    /// through for its id.
    pub is_new: bool,
}

/// What came of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the log now.
    Committed,
    /// The log had it already.
    KnownBefore,
}

enum Attempt {
    Done(SnapshotRef),
    /// Another commit was faster, or the store did not say what came of ours.
    Unclear(Option<KernelError>),
}

impl Log {
    /// Makes a change, unless its id is in the log already. Gives the table as it is then.
    pub(crate) fn change(
        &self,
        mut snapshot: SnapshotRef,
        change: &Change,
    ) -> Result<(SnapshotRef, Outcome), Error> {
        let mut may_be_there = !change.is_new;
        for _ in 0..TRIES {
            if may_be_there && self.has(&snapshot, change)? {
                return Ok((snapshot, Outcome::KnownBefore));
            }
            match self.attempt(&snapshot, change)? {
                Attempt::Done(after) => return Ok((self.checkpoint(after), Outcome::Committed)),
                Attempt::Unclear(error) => {
                    let before = snapshot.version();
                    snapshot = self.refresh(snapshot)?;
                    // Nobody has committed anything, so ours did not arrive either.
                    if let Some(error) = error.filter(|_| snapshot.version() == before) {
                        return Err(self.failed("changed")(error));
                    }
                }
            }
            may_be_there = true;
        }
        Err(Error::Contended {
            table: self.definition.name.clone(),
            tries: TRIES,
        })
    }

    fn has(&self, snapshot: &SnapshotRef, change: &Change) -> Result<bool, Error> {
        let version = snapshot.get_app_id_version(&change.app_id, &self.engine);
        let version = version.map_err(self.failed("read"))?;
        Ok(version.is_some_and(|version| version >= change.version))
    }

    fn attempt(&self, snapshot: &SnapshotRef, change: &Change) -> Result<Attempt, Error> {
        let mut transaction = self
            .begin(snapshot, change)
            .map_err(self.failed("changed"))?;
        if !change.removed.is_empty() {
            self.remove(snapshot, change, &mut transaction)?;
        }
        if !change.added.is_empty() {
            let added = actions::added(&self.definition, &change.added);
            transaction.add_files(added.map_err(Error::rows(&self.definition.name))?);
        }
        Ok(match transaction.commit(&self.engine) {
            Ok(CommitResult::Committed(done)) => match done.post_commit_snapshot() {
                Some(after) => Attempt::Done(Arc::clone(after)),
                None => Attempt::Done(self.refresh(Arc::clone(snapshot))?),
            },
            Ok(CommitResult::Conflicted(_)) => Attempt::Unclear(None),
            Ok(CommitResult::Retryable(failed)) => Attempt::Unclear(Some(failed.error)),
            Err(error) => Attempt::Unclear(Some(error)),
        })
    }

    fn begin(&self, snapshot: &SnapshotRef, change: &Change) -> KernelResult<Transaction> {
        let operation = if change.removed.is_empty() {
            UpdateTableOperation::Write
        } else {
            UpdateTableOperation::Optimize
        };
        let mut builder = Arc::clone(snapshot)
            .update_table(operation, &self.definition.engine, change.changes_rows)
            .with_transaction_id(&change.app_id, change.version);
        if change.removed.is_empty() && change.changes_rows {
            builder = builder.with_blind_append();
        }
        builder.build(&self.engine, Box::new(FileSystemCommitter::new()))
    }

    fn remove(
        &self,
        snapshot: &SnapshotRef,
        change: &Change,
        transaction: &mut Transaction,
    ) -> Result<(), Error> {
        let paths: BTreeSet<String> = change.removed.iter().map(|path| escape(path)).collect();
        let found = actions::removed(snapshot, &self.engine, &paths);
        let (rows, found) = found.map_err(self.failed("read"))?;
        if let Some(missing) = paths.difference(&found).next() {
            return Err(Error::NotInTable {
                table: self.definition.name.clone(),
                path: unescape(missing),
            });
        }
        for rows in rows {
            transaction.remove_files(rows);
        }
        Ok(())
    }

    pub(crate) fn refresh(&self, snapshot: SnapshotRef) -> Result<SnapshotRef, Error> {
        let latest = Snapshot::builder_from(snapshot).build(&self.engine);
        latest.map_err(self.failed("read"))
    }

    /// Now and then, what the log says is written down in one file. Readers do without it, only slower.
    fn checkpoint(&self, snapshot: SnapshotRef) -> SnapshotRef {
        if !snapshot.version().is_multiple_of(CHECKPOINT_INTERVAL) {
            return snapshot;
        }
        match snapshot.checkpoint(&self.engine, None) {
            Ok((_, after)) => after,
            Err(error) => {
                let table = &self.definition.name;
                tracing::warn!(%error, table, "a checkpoint of a Delta table was not written");
                snapshot
            }
        }
    }
}
