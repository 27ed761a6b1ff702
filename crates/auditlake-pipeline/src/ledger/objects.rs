//! One object of the ledger: created once, whoever creates it first, and read whole.

use bytes::Bytes;
use object_store::path::Path;
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Ledger, record};
use crate::error::Error;

/// What came of creating an object that others may create too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Created {
    /// Ours is there.
    Ours,
    /// Somebody else's is there.
    Lost,
}

impl Ledger {
    /// Creates an object that others may create too. No two writers write the same bytes: a record names its run.
    pub(super) async fn create(
        &self,
        path: &Path,
        record: &impl Serialize,
    ) -> Result<Created, Error> {
        let bytes = serde_json::to_vec(record).map_err(|source| Error::Record {
            path: path.to_string(),
            source,
        })?;
        self.create_bytes(path, bytes).await
    }

    /// As [`create`](Self::create), of bytes.
    pub(super) async fn create_bytes(&self, path: &Path, bytes: Vec<u8>) -> Result<Created, Error> {
        let payload = PutPayload::from(bytes.clone());
        let put = self
            .lake
            .store()
            .put_opts(path, payload, PutMode::Create.into());
        match put.await {
            Ok(_) => Ok(Created::Ours),
            // A store may say so of our own request, when it was sent again after a lost answer.
            Err(StoreError::AlreadyExists { .. }) => Ok(ours_if(self.bytes(path).await? == bytes)),
            // The object may be there though the answer is an error: the object itself decides.
            Err(source) => match self.bytes(path).await {
                Ok(there) => Ok(ours_if(there == bytes)),
                Err(_) => Err(ledger_error(path)(source)),
            },
        }
    }

    /// Reads a record of any version that this build knows.
    pub(super) async fn read<T: DeserializeOwned>(&self, path: &Path) -> Result<T, Error> {
        record::read(path.as_ref(), &self.bytes(path).await?)
    }

    /// Reads an object.
    pub(super) async fn bytes(&self, path: &Path) -> Result<Bytes, Error> {
        let object = self
            .lake
            .store()
            .get(path)
            .await
            .map_err(ledger_error(path))?;
        object.bytes().await.map_err(ledger_error(path))
    }
}

fn ours_if(ours: bool) -> Created {
    if ours { Created::Ours } else { Created::Lost }
}

/// An error of the store, about this object or directory.
pub(super) fn ledger_error(path: &Path) -> impl FnOnce(object_store::Error) -> Error {
    let path = path.to_string();
    move |source| Error::Ledger { path, source }
}
