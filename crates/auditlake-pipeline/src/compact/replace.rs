//! One partition: the merged files under an intent, their commit, and the removal of what they replace.

use std::collections::BTreeSet;

use auditlake_parquet::{Merge, MergeInput, MergeOptions, MergedFile};
use jiff::Timestamp;

use super::partition::Partition;
use super::report::{self, CompactedPartition};
use super::settle::remove;
use super::{BUSY, Compaction, Done};
use crate::error::Error;
use crate::inventory::LiveFile;
use crate::ledger::{
    COMPACTION_VERSION, Commit, CommittedFile, Counts, Created, Intent, Place, Process, run_tail,
};
use crate::tables::QUARANTINE;

impl Compaction {
    /// Writes the merged files under an intent, commits them, and removes what they replace.
    pub(super) async fn replace(
        &self,
        partition: &Partition,
        place: Place,
        live: &[LiveFile],
        mut merge: Merge,
    ) -> Result<Done, Error> {
        let names = self.names(partition, &place, live);
        let Some(first) = self.next_file(&mut merge, &names, 0).await? else {
            return Ok(Done::LeftAlone("there are no rows".to_owned()));
        };
        let last = if merge.is_done() { 1 } else { names.len() };
        let paths: Vec<String> = names
            .iter()
            .take(last)
            .map(|name| format!("{}/{name}.parquet", partition.directory))
            .collect();
        let replaces: Vec<String> = live.iter().map(|file| file.file.path.clone()).collect();
        let intent = self.intent(paths.clone(), replaces.clone());
        if self.ledger.create_intent(&place, &intent).await? == Created::Lost {
            return Ok(Done::LeftAlone(BUSY.to_owned()));
        }
        let written = self.write_all(&mut merge, &names, first).await;
        let checked = written.and_then(|files| self.check(live, files, merge.duplicates()));
        let commit = match checked {
            Ok(files) => self.record(partition, live, files, merge.duplicates(), replaces),
            Err(error) => {
                self.roll_back(&place, paths).await;
                return Err(error);
            }
        };
        if self.ledger.create_commit(&place, &commit).await? == Created::Lost {
            // Another run took this one for dead. Its rollback stands.
            remove(&self.lake, &paths).await?;
            return Ok(Done::LeftAlone(BUSY.to_owned()));
        }
        match &self.delta {
            None => remove(&self.lake, &commit.replaces).await?,
            Some(delta) => Box::pin(delta.register(&self.ledger, &place, &commit, &[])).await?,
        }
        Ok(Done::Compacted(report::compacted(partition, live, &commit)))
    }

    /// What cannot be rolled back now is rolled back by the next run.
    async fn roll_back(&self, place: &Place, paths: Vec<String>) {
        let (run, now) = (self.run.id(), Timestamp::now());
        if let Err(error) = self.ledger.roll_back(place, run, now, paths).await {
            tracing::warn!(%error, "a compaction is left to the next run");
        }
    }

    async fn write_all(
        &self,
        merge: &mut Merge,
        names: &[String],
        first: MergedFile,
    ) -> Result<Vec<CommittedFile>, Error> {
        let mut files = Vec::new();
        let mut next = Some(first);
        while let Some(file) = next {
            file.write(&self.lake).await?;
            files.push(committed_file(file));
            next = self.next_file(merge, names, files.len()).await?;
        }
        Ok(files)
    }

    async fn next_file(
        &self,
        merge: &mut Merge,
        names: &[String],
        number: usize,
    ) -> Result<Option<MergedFile>, Error> {
        let Some(name) = names.get(number) else {
            // The last file takes all rows, so there is none after it.
            return Ok(None);
        };
        let is_last = number + 1 == names.len();
        let file = merge.next_file(name, is_last);
        let file = self.cancel.run_until_cancelled(file).await;
        Ok(file.ok_or(Error::Cancelled)??)
    }

    /// The rows that went in must have come out, but for the repeats.
    fn check(
        &self,
        live: &[LiveFile],
        files: Vec<CommittedFile>,
        duplicates: u64,
    ) -> Result<Vec<CommittedFile>, Error> {
        let before: u64 = live.iter().map(|file| file.file.rows).sum();
        let after: u64 = files.iter().map(|file| file.rows).sum();
        if before == after + duplicates {
            return Ok(files);
        }
        Err(Error::Lake(auditlake_parquet::Error::NotMergeable {
            path: self.lake.to_string(),
            reason: format!("of {before} rows, {after} and {duplicates} repeats came out"),
        }))
    }

    /// Names of the files that may be written: more than are needed, as their number is known at the end only.
    fn names(&self, partition: &Partition, place: &Place, live: &[LiveFile]) -> Vec<String> {
        let bytes: u64 = live.iter().map(|file| file.file.bytes).sum();
        let count = bytes / self.options.target() * 2 + 3;
        let run = run_tail(self.run.id());
        let (day, generation) = (partition.day.strftime("%Y%m%d"), place.generation);
        (0..count)
            .map(|number| format!("{day}-compact-{generation:06}-{run}-{number:04}"))
            .collect()
    }

    /// None when the files are in no table that is known.
    pub(super) fn merge_options(
        &self,
        partition: &Partition,
        live: &[LiveFile],
    ) -> Result<Option<MergeOptions>, Error> {
        let first = live.first().map_or("", |live| live.file.path.as_str());
        let table = self.tables.of_file(first)?;
        Ok(table.map(|(table, identity)| MergeOptions {
            table,
            identity: identity.to_owned(),
            directory: partition.directory.clone(),
            target_bytes: self.options.target(),
            memory_limit: self.options.memory_limit(),
        }))
    }

    fn intent(&self, paths: Vec<String>, replaces: Vec<String>) -> Intent {
        Intent {
            version: COMPACTION_VERSION,
            run_id: self.run.id().to_owned(),
            process: Process::current(),
            started: Timestamp::now(),
            content_ids: Vec::new(),
            paths,
            replaces,
        }
    }

    fn record(
        &self,
        partition: &Partition,
        live: &[LiveFile],
        files: Vec<CommittedFile>,
        duplicates: u64,
        replaces: Vec<String>,
    ) -> Commit {
        let rows: u64 = files.iter().map(|file| file.rows).sum();
        let is_quarantine = partition.table() == QUARANTINE;
        let connections: BTreeSet<String> =
            live.iter().flat_map(|f| f.connections.clone()).collect();
        Commit {
            version: COMPACTION_VERSION,
            files,
            counts: Counts {
                records: rows + duplicates,
                events: if is_quarantine { 0 } else { rows },
                duplicates,
                quarantined: if is_quarantine { rows } else { 0 },
            },
            replaces,
            connections: connections.into_iter().collect(),
            ..Commit::rollback(self.run.id(), Timestamp::now(), Vec::new())
        }
    }

    pub(super) fn planned(&self, partition: &Partition, live: &[LiveFile]) -> CompactedPartition {
        report::planned(partition, live, self.options.target())
    }
}

pub(super) fn input(file: &CommittedFile) -> MergeInput {
    MergeInput {
        path: file.path.clone(),
        rows: file.rows,
        bytes: file.bytes,
    }
}

fn committed_file(file: MergedFile) -> CommittedFile {
    CommittedFile {
        path: file.path,
        rows: file.rows,
        bytes: file.bytes,
        sha256: file.sha256,
    }
}
