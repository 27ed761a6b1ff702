//! Which records the lake has: identities of what was committed.
//!
//! The service repeats records, within a blob, between blobs and between content types, up to days later. So a
//! run knows the identities of all that the ledger's last days hold, about 40 bytes of memory a record.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use auditlake_parquet::{Lake, read_text_column_at};
use futures::{StreamExt, TryStreamExt, stream};

use crate::error::Error;
use crate::ledger::Commit;
use crate::tables::{EVENT_IDENTITY, QUARANTINE, QUARANTINE_IDENTITY};

/// Concurrent reads of Parquet files.
const READS: usize = 16;

/// Identities of the records in the lake: only of committed generations. Cheap to clone, and then shared.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identities(Arc<Mutex<HashSet<u128>>>);

impl Identities {
    /// Gives the set to `look`, which must not wait for anything.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut HashSet<u128>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds what the files of these commits hold.
    pub(crate) async fn load(&self, lake: &Lake, commits: &[Commit]) -> Result<(), Error> {
        let paths: Vec<String> = commits
            .iter()
            .flat_map(|commit| &commit.files)
            .map(|file| file.path.clone())
            .collect();
        stream::iter(paths)
            .map(|path| async move { identities_of(lake, &path).await })
            .buffer_unordered(READS)
            .try_for_each(|uids| {
                let uids = uids
                    .iter()
                    .flatten()
                    .filter_map(|uid| u128::from_str_radix(uid, 16).ok());
                self.with(|known| known.extend(uids));
                futures::future::ok(())
            })
            .await?;
        Ok(())
    }
}

/// The identities of a file; none when it is gone, as then its records are not in the lake either.
async fn identities_of(
    lake: &Lake,
    path: &str,
) -> Result<Vec<Option<String>>, auditlake_parquet::Error> {
    match read_text_column_at(lake, path, identity_column(path)).await {
        Err(error) if error.is_not_found() => {
            tracing::warn!(path, "a committed file is not in the lake any more");
            Ok(Vec::new())
        }
        read => read,
    }
}

fn identity_column(path: &str) -> &'static str {
    let is_quarantine = path
        .split_once('/')
        .is_some_and(|(table, _)| table == QUARANTINE);
    if is_quarantine {
        QUARANTINE_IDENTITY
    } else {
        EVENT_IDENTITY
    }
}
