//! Whether a lake can be used, asked before work begins.

use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{Error as StoreError, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode};

use crate::Lake;
use crate::judge::judge;
use crate::store::Platform;
use crate::unfit::{Access, Lack, Unfit};

/// What the object holds.
const CONTENT: &[u8] = b"Written to see whether this lake can be used, and removed again.\n";
/// What it would hold if the store let it be created twice.
const OVERWRITTEN: &[u8] = b"This store does not refuse to create an object twice.\n";
/// A probe takes seconds: what is older is of a process that is gone.
const ABANDONED: Duration = Duration::from_hours(1);

impl Lake {
    /// Finds out whether the lake can be used: creates `object`, sees a second creation refused,
    /// reads it, finds it in a list, and removes it again.
    ///
    /// `object` is a path in the lake that is nobody else's. A store that has a bad moment is asked
    /// again for some seconds, not for the minutes that other requests are given.
    ///
    /// # Errors
    ///
    /// [`Unfit`] says what is missing. The object stays only if it may not be deleted, or the
    /// process ends halfway.
    pub async fn probe(&self, object: &str) -> Result<(), Unfit> {
        let probe = Probe {
            lake: self,
            store: self.prompt().as_ref(),
            path: self.path(object),
            directory: self.path(object.rsplit_once('/').map_or("", |(parent, _)| parent)),
        };
        probe.create().await?;
        let used = probe.use_it().await;
        let removed = probe.remove().await;
        used.and(removed)
    }
}

struct Probe<'a> {
    lake: &'a Lake,
    store: &'a dyn ObjectStore,
    path: Path,
    /// Where it lies.
    directory: Path,
}

impl Probe<'_> {
    async fn create(&self) -> Result<(), Unfit> {
        match self.put(CONTENT).await {
            // The path is nobody else's: the answer to the first of two tries was lost.
            Ok(()) | Err(StoreError::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(self.judged(&error, Access::Create)),
        }
    }

    async fn use_it(&self) -> Result<(), Unfit> {
        self.is_created_once().await?;
        self.is_read().await?;
        self.is_listed().await
    }

    async fn is_created_once(&self) -> Result<(), Unfit> {
        match self.put(OVERWRITTEN).await {
            Err(StoreError::AlreadyExists { .. }) => Ok(()),
            Ok(()) => Err(self.unfit(Lack::ConditionalPut, None)),
            Err(error) => Err(self.judged(&error, Access::Create)),
        }
    }

    async fn is_read(&self) -> Result<(), Unfit> {
        let read = async { self.store.get(&self.path).await?.bytes().await };
        let found = read
            .await
            .map_err(|error| self.judged(&error, Access::Read))?;
        self.expect(found == CONTENT, Access::Read)
    }

    async fn is_listed(&self) -> Result<(), Unfit> {
        let found = self.store.list(Some(&self.directory)).try_collect();
        let found: Vec<ObjectMeta> = found
            .await
            .map_err(|error| self.judged(&error, Access::List))?;
        let own = found.iter().find(|object| object.location == self.path);
        if let Some(own) = own {
            self.clear(&found, own).await;
        }
        self.expect(own.is_some(), Access::List)
    }

    /// Removes what probes of killed processes have left, by the store's own clock. Who may not remove anything hears of
    /// it from its own probe.
    async fn clear(&self, found: &[ObjectMeta], own: &ObjectMeta) {
        let age = |object: &ObjectMeta| (own.last_modified - object.last_modified).to_std();
        let is_abandoned = |object: &&ObjectMeta| age(object).is_ok_and(|age| age > ABANDONED);
        for object in found.iter().filter(is_abandoned) {
            self.store.delete(&object.location).await.ok();
        }
    }

    async fn remove(&self) -> Result<(), Unfit> {
        match self.store.delete(&self.path).await {
            // The answer to the first of two tries was lost.
            Ok(()) | Err(StoreError::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.judged(&error, Access::Delete)),
        }
    }

    async fn put(&self, content: &'static [u8]) -> Result<(), StoreError> {
        let put = self.store.put_opts(
            &self.path,
            Bytes::from_static(content).into(),
            PutMode::Create.into(),
        );
        put.await.map(drop)
    }

    fn expect(&self, as_it_should: bool, access: Access) -> Result<(), Unfit> {
        if as_it_should {
            return Ok(());
        }
        let told = "the store does not show what was created just now";
        Err(self.unfit(Lack::Else(access), Some(told.to_owned())))
    }

    fn judged(&self, error: &StoreError, access: Access) -> Unfit {
        let verdict = judge(error, access);
        self.unfit(verdict.lack, verdict.told)
    }

    fn unfit(&self, lack: Lack, told: Option<String>) -> Unfit {
        let lake = self.lake.url().clone();
        Unfit {
            platform: Platform::of(&lake).unwrap_or(Platform::Local),
            lake,
            lack,
            told,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn probe(location: &str) -> Result<Vec<Path>, Box<dyn std::error::Error>> {
        let lake = Lake::open(location)?;
        lake.probe("inside/probe").await?;
        let left = lake.store().list(None).try_collect::<Vec<_>>().await?;
        Ok(left.into_iter().map(|object| object.location).collect())
    }

    #[tokio::test]
    async fn memory_and_disk_can_be_used_and_nothing_is_left() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(probe("memory:///").await.unwrap(), []);
        let path = directory.path().join("lake");
        assert_eq!(probe(&path.to_string_lossy()).await.unwrap(), []);
    }

    #[tokio::test]
    async fn what_killed_probes_have_left_is_removed_and_that_of_others_at_work_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let probes = directory.path().join("inside");
        std::fs::create_dir_all(&probes).unwrap();
        std::fs::write(probes.join("at-work"), CONTENT).unwrap();
        let abandoned = std::fs::File::create(probes.join("abandoned")).unwrap();
        let before = std::time::SystemTime::now() - 2 * ABANDONED;
        abandoned.set_modified(before).unwrap();
        let left = probe(&directory.path().to_string_lossy()).await.unwrap();
        assert_eq!(left, [Path::from("inside/at-work")]);
    }
}
