//! The identities of records that were handed on, beside the ledger: no file of the lake could tell them.

use std::collections::HashSet;

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{Error as StoreError, ObjectStore};

use super::{Created, IdentityList, Ledger, ledger_error};
use crate::error::Error;

/// Where they are, below the lake's root.
const ROOT: &str = "_auditlake/identities";
/// Bytes of an identity.
const WIDTH: usize = size_of::<u128>();

/// A list that is not in the lake yet.
#[derive(Debug, Clone)]
pub(crate) struct NewIdentities {
    /// What the commit says of it.
    pub(crate) list: IdentityList,
    bytes: Bytes,
}

impl NewIdentities {
    /// The list of these identities; none where there are none.
    pub(crate) fn of(path: &str, identities: &HashSet<u128>) -> Option<Self> {
        if identities.is_empty() {
            return None;
        }
        let mut sorted: Vec<u128> = identities.iter().copied().collect();
        sorted.sort_unstable();
        let bytes: Vec<u8> = sorted.into_iter().flat_map(u128::to_be_bytes).collect();
        let list = IdentityList {
            path: path.to_owned(),
            count: identities.len() as u64,
        };
        Some(Self {
            list,
            bytes: bytes.into(),
        })
    }
}

impl Ledger {
    /// Where a generation's list is to be, by the name that its files have.
    pub(crate) fn identities_path(&self, content_type: &str, name: &str) -> String {
        format!("{ROOT}/{}/{content_type}/{name}", self.connection)
    }

    /// Removes the lists of windows that begin before the one of this name would, and says how many. Whoever is killed
    /// meanwhile leaves the others to the next one; two that do so at once do no harm.
    pub(crate) async fn prune_identities(&self, before: &str) -> Result<usize, Error> {
        let root = format!("{ROOT}/{}", self.connection);
        let prefix = self.lake.path(&root);
        let objects = self.lake.store().list(Some(&prefix));
        let old = objects.try_filter_map(async |object| Ok(old_list(&object.location, before)));
        let old: Vec<String> = old.try_collect().await.map_err(ledger_error(&prefix))?;
        let paths: Vec<String> = old.iter().map(|name| format!("{root}/{name}")).collect();
        self.remove(&paths).await?;
        Ok(paths.len())
    }

    /// Puts a list into the lake.
    pub(crate) async fn create_identities(&self, new: &NewIdentities) -> Result<(), Error> {
        let path = self.lake.path(&new.list.path);
        match self.create_bytes(&path, new.bytes.to_vec()).await? {
            Created::Ours => Ok(()),
            // No two attempts have one name.
            Created::Lost => Err(Error::Ledger {
                path: new.list.path.clone(),
                source: StoreError::AlreadyExists {
                    path: path.to_string(),
                    source: "it belongs to another run".into(),
                },
            }),
        }
    }
}

/// The content type and the name of a list whose window begins earlier. What is not named like a list is none.
fn old_list(path: &Path, before: &str) -> Option<String> {
    let parts: Vec<_> = path.parts().collect();
    let [.., content_type, name] = parts.as_slice() else {
        return None;
    };
    let (start, _) = name.as_ref().split_once('-')?;
    let is_start = start.len() == before.len() && start.ends_with('Z');
    let is_old = is_start && start < before;
    is_old.then(|| format!("{}/{}", content_type.as_ref(), name.as_ref()))
}

/// The identities that a list of the lake has; none when it is gone, or not what was written.
pub(crate) async fn read(
    lake: &auditlake_parquet::Lake,
    list: &IdentityList,
) -> Result<Option<Vec<u128>>, Error> {
    let ledger = Ledger::new(lake.clone(), "");
    let bytes = match ledger.bytes(&lake.path(&list.path)).await {
        Err(Error::Ledger {
            source: StoreError::NotFound { .. },
            ..
        }) => return Ok(None),
        bytes => bytes?,
    };
    let is_whole = bytes.len() as u64 == list.count.saturating_mul(WIDTH as u64);
    let (identities, _) = bytes.as_chunks::<WIDTH>();
    let identities = identities.iter().copied().map(u128::from_be_bytes);
    Ok(is_whole.then(|| identities.collect()))
}

#[cfg(test)]
mod tests {
    use object_store::ObjectStoreExt;

    use super::super::tests::memory;
    use super::*;

    #[tokio::test]
    async fn lists_of_earlier_windows_are_removed_and_nothing_else_is() {
        let ledger = memory();
        let other = Ledger::new(ledger.lake.clone(), "fabrikam");
        let name = |ledger: &Ledger, name: &str| ledger.identities_path("Audit.Exchange", name);
        let old = name(&ledger, "20260503T230000Z-Audit.Exchange-000000-x-1");
        let stay = [
            name(&ledger, "20260504T000000Z-Audit.Exchange-000000-x-1"),
            name(&ledger, "2026-a-stranger"),
            name(&other, "20260503T230000Z-Audit.Exchange-000000-x-1"),
        ];
        for path in stay.iter().chain([&old]) {
            let new = NewIdentities::of(path, &HashSet::from([1])).unwrap();
            ledger.create_identities(&new).await.unwrap();
        }
        for pruned in [1, 0] {
            let before = "20260504T000000Z";
            assert_eq!(ledger.prune_identities(before).await.unwrap(), pruned);
        }
        let is_there = async |path: &String| {
            let at = ledger.lake.path(path);
            ledger.lake.store().head(&at).await.is_ok()
        };
        assert!(!is_there(&old).await);
        for path in &stay {
            assert!(is_there(path).await, "{path}");
        }
    }

    #[tokio::test]
    async fn a_list_is_read_as_it_was_written_and_one_that_was_cut_short_is_none() {
        let ledger = memory();
        let identities = HashSet::from([1, u128::MAX, 7 << 100]);
        let path = ledger.identities_path("Audit.Exchange", "20260504T100000Z-x");
        let new = NewIdentities::of(&path, &identities).unwrap();
        ledger.create_identities(&new).await.unwrap();
        let found = read(&ledger.lake, &new.list).await.unwrap().unwrap();
        assert_eq!(found, [1, 7 << 100, u128::MAX]);
        let other = NewIdentities::of(&path, &HashSet::from([2])).unwrap();
        assert!(ledger.create_identities(&other).await.is_err());
        let at = ledger.lake.path(&path);
        ledger.lake.store().put(&at, "half".into()).await.unwrap();
        assert!(read(&ledger.lake, &new.list).await.unwrap().is_none());
        ledger.remove(&[path]).await.unwrap();
        assert!(read(&ledger.lake, &new.list).await.unwrap().is_none());
        assert!(NewIdentities::of("a", &HashSet::new()).is_none());
    }
}
