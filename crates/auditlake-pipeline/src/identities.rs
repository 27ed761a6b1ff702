//! Which records the lake has: identities of what was committed.
//!
//! The service repeats records, within a blob, between blobs and between content types, up to days later. So a
//! run knows the identities of what the ledger holds of the days that its records are of, about 20 bytes of memory a
//! record.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use auditlake_parquet::{Lake, read_text_column_at};
use futures::{StreamExt, stream};

use crate::compact::replaced::Replacements;
use crate::error::Error;
use crate::identity_set::IdentitySet;
use crate::ledger::{IdentityList, identity_list};
use crate::tables::{
    EVENT_IDENTITY, QUARANTINE, QUARANTINE_IDENTITY, SERVICE_HEALTH, SERVICE_HEALTH_IDENTITY,
};

/// Concurrent reads of Parquet files.
const READS: usize = 16;

/// Identities of the records in the lake: only of committed generations. Cheap to clone, and then shared.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identities(Arc<Mutex<IdentitySet>>);

impl Identities {
    /// Gives the set to `look`, which must not wait for anything.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut IdentitySet) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds what these files hold, or the files that replaced them, and these lists of what was handed on.
    pub(crate) async fn load(
        &self,
        lake: &Lake,
        lists: Vec<IdentityList>,
        mut paths: BTreeSet<String>,
    ) -> Result<(), Error> {
        self.load_lists(lake, lists).await?;
        while !paths.is_empty() {
            let replaced = Replacements::read(lake, &paths).await?;
            paths = replaced.resolve(&paths);
            let missing = self.load_files(lake, &paths).await?;
            // A file that is gone may have been replaced after the compactions were read.
            if missing == paths {
                tell_gone(&missing);
                break;
            }
            paths = missing;
        }
        Ok(())
    }

    async fn load_lists(&self, lake: &Lake, lists: Vec<IdentityList>) -> Result<(), Error> {
        let mut read = stream::iter(lists)
            .map(|list| async move { (identity_list::read(lake, &list).await, list.path) })
            .buffer_unordered(READS)
            .boxed();
        let mut gone = Vec::new();
        while let Some((identities, path)) = read.next().await {
            match identities? {
                Some(identities) => self.with(|known| known.extend(identities)),
                None => gone.push(path),
            }
        }
        if let Some(path) = gone.first() {
            tracing::warn!(
                count = gone.len(),
                path,
                "lists of identities are gone: if the service repeats their records, so does this run"
            );
        }
        Ok(())
    }

    /// Adds what these files hold, and returns those that are not there.
    async fn load_files(
        &self,
        lake: &Lake,
        paths: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, Error> {
        let mut missing = BTreeSet::new();
        let mut read = stream::iter(paths.clone())
            .map(|path| async move { (identities_of(lake, &path).await, path) })
            .buffer_unordered(READS)
            .boxed();
        while let Some((uids, path)) = read.next().await {
            let Some(uids) = uids? else {
                missing.insert(path);
                continue;
            };
            let uids = uids.iter().flatten();
            let uids = uids.filter_map(|uid| u128::from_str_radix(uid, 16).ok());
            self.with(|known| known.extend(uids));
        }
        Ok(missing)
    }
}

/// Without their files, records are not in the lake either.
fn tell_gone(paths: &BTreeSet<String>) {
    for path in paths {
        tracing::warn!(path, "a committed file is not in the lake any more");
    }
}

/// Whether a file is of events, and of no other table.
pub(crate) fn is_of_events(path: &str) -> bool {
    identity_column(path) == EVENT_IDENTITY
}

/// The identities of a file; none when it is gone.
pub(crate) async fn identities_of(
    lake: &Lake,
    path: &str,
) -> Result<Option<Vec<Option<String>>>, auditlake_parquet::Error> {
    match read_text_column_at(lake, path, identity_column(path)).await {
        Err(error) if error.is_not_found() => Ok(None),
        read => read.map(Some),
    }
}

fn identity_column(path: &str) -> &'static str {
    match path.split_once('/') {
        Some((QUARANTINE, _)) => QUARANTINE_IDENTITY,
        Some((SERVICE_HEALTH, _)) => SERVICE_HEALTH_IDENTITY,
        _ => EVENT_IDENTITY,
    }
}
