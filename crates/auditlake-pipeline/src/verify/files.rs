//! The files of the range against the ledger.

use std::collections::BTreeSet;

use auditlake_parquet::Lake;
use futures::{StreamExt, stream};
use object_store::{Error as StoreError, ObjectStoreExt};

use super::Verifier;
use super::findings::damaged_file;
use super::report::VerifyReport;
use super::state::{ExpectedFile, State};
use crate::error::Error;
use crate::lake::check::{Finding, FindingKind, finding, read_file};
use crate::ledger::CommittedFile;

/// Concurrent reads of files.
const READS: usize = 16;

impl Verifier {
    /// Checks each file that should be there; returns the paths of those that are not as they were written.
    pub(super) async fn check_files(
        &self,
        state: &mut State,
        report: &mut VerifyReport,
    ) -> Result<BTreeSet<String>, Error> {
        let mut found = self.look_at(state).await?;
        if !found.is_empty() {
            // A compaction may have replaced a file meanwhile: what is wrong at a second look is wrong.
            *state = State::read(self).await?;
            let again = self.look_at(state).await?;
            found.retain(|finding| again.contains(finding));
        }
        report.files.checked = state.files.len() as u64;
        report.files.rows = state.files.values().map(|file| file.file.rows).sum();
        report.files.damaged = found.len() as u64;
        let mut paths = BTreeSet::new();
        for finding in found {
            if let Some(expected) = state.files.get(&finding.path) {
                paths.insert(finding.path.clone());
                report
                    .findings
                    .push(damaged_file(self, state, &finding, expected));
            }
        }
        Ok(paths)
    }

    async fn look_at(&self, state: &State) -> Result<Vec<Finding>, Error> {
        let deep = self.options.deep;
        let files: Vec<ExpectedFile> = state.files.values().cloned().collect();
        let mut read = stream::iter(files)
            .map(|expected| async move { look_at_one(&self.lake, &expected.file, deep).await })
            .buffered(READS)
            .boxed();
        let mut findings = Vec::new();
        while let Some(found) = read.next().await {
            findings.extend(found?);
        }
        Ok(findings)
    }
}

async fn look_at_one(
    lake: &Lake,
    file: &CommittedFile,
    deep: bool,
) -> Result<Option<Finding>, Error> {
    let (path, expected) = (&file.path, file.bytes);
    match lake.store().head(&lake.path(path)).await {
        Err(StoreError::NotFound { .. }) => {
            let detail = format!("the ledger says {} rows, {expected} bytes", file.rows);
            Ok(Some(finding(FindingKind::Missing, path, detail)))
        }
        Err(source) => Err(Error::Ledger {
            path: path.clone(),
            source,
        }),
        Ok(there) if there.size != expected => {
            let detail = format!("{} bytes, the ledger says {expected}", there.size);
            Ok(Some(finding(FindingKind::WrongSize, path, detail)))
        }
        Ok(_) => read_file(lake, file, deep).await,
    }
}
