//! The identities of records that were handed on, beside the ledger: no file of the lake could tell them.

use std::collections::HashSet;

use bytes::Bytes;
use object_store::Error as StoreError;

use super::{Created, IdentityList, Ledger};
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
