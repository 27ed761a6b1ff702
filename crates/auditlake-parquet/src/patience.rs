//! A store that is asked again when its error may pass.
//!
//! The clients of cloud stores repeat a request by themselves after an answer of 5xx or 429 and after a connection
//! that could not be made, for minutes. What they leave is done here: a create-only put whose connection broke or
//! timed out, which they do not repeat as it may have taken effect, and everything on a disk or a network share.
//!
//! A put that is repeated after a lost answer finds its own object: the store then says
//! [`AlreadyExists`](object_store::Error::AlreadyExists), here as anywhere. Whose object it is, the caller must look:
//! [`write()`](crate::write()) does.
//!
//! What a store answers may repeat a credential, and errors are logged. Of an answer, only its status, code and message
//! leave here.

use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error as StoreError, GetOptions, GetResult, ListResult, MultipartUpload,
    ObjectMeta, ObjectStore, ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload,
    PutResult, RenameOptions, Result,
};

use crate::judge::{quiet, told};

/// How long a store is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Before the second try; doubles from try to try.
    pub first: Duration,
    /// The longest wait between two tries.
    pub longest: Duration,
    /// No try begins later than this after the first. A cloud store's client has its own, longer patience: what it
    /// gave up is not tried again.
    pub total: Duration,
}

impl Patience {
    /// Every error is final.
    pub const NONE: Self = Self {
        first: Duration::ZERO,
        longest: Duration::ZERO,
        total: Duration::ZERO,
    };
}

impl Default for Patience {
    /// Half a minute: a share that is mounted again, a connection that broke.
    fn default() -> Self {
        Self {
            first: Duration::from_millis(100),
            longest: Duration::from_secs(5),
            total: Duration::from_secs(30),
        }
    }
}

/// Asks the store behind it again.
#[derive(Debug, Clone)]
pub(crate) struct PatientStore {
    store: Arc<dyn ObjectStore>,
    patience: Patience,
}

impl PatientStore {
    pub(crate) fn new(store: Arc<dyn ObjectStore>, patience: Patience) -> Self {
        Self { store, patience }
    }

    /// Repeats `operation` until it succeeds, its error is final, or the patience is over.
    async fn insist<T, F>(&self, operation: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>> + Send,
    {
        let mut tries = Tries::new(self.patience);
        loop {
            match operation().await {
                Err(error) if tries.wait_after(&error).await => {}
                outcome => return outcome.map_err(quiet),
            }
        }
    }

    /// A listing that fails before its first object begins anew; what comes later is its reader's to judge.
    fn insist_on_list<L>(&self, list: L) -> BoxStream<'static, Result<ObjectMeta>>
    where
        L: Fn(&dyn ObjectStore) -> BoxStream<'static, Result<ObjectMeta>> + Send + 'static,
    {
        let (store, mut tries) = (Arc::clone(&self.store), Tries::new(self.patience));
        let begin = async move {
            loop {
                // A list of a cloud store must not be asked again once it has ended.
                let mut objects = list(store.as_ref()).fuse();
                match objects.next().await {
                    Some(Err(error)) if tries.wait_after(&error).await => {}
                    first => {
                        let all = stream::iter(first).chain(objects);
                        return all.map(|object| object.map_err(quiet));
                    }
                }
            }
        };
        begin.into_stream().flatten().boxed()
    }

    /// One object is removed with patience. Of many, a store says too little to repeat what failed of them: whoever
    /// removes them looks what is left.
    async fn delete(
        self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let mut locations = locations.fuse();
        match (locations.next().await, locations.next().await) {
            (Some(Ok(one)), None) => {
                let deleted = self.insist(|| self.store.delete(&one)).await;
                stream::iter([deleted.map(|()| one)]).boxed()
            }
            (first, second) => {
                let begun = stream::iter(first).chain(stream::iter(second));
                let deleted = self.store.delete_stream(begun.chain(locations).boxed());
                deleted.map(|path| path.map_err(quiet)).boxed()
            }
        }
    }
}

/// The tries of one operation.
struct Tries {
    patience: Patience,
    begun: Instant,
    wait: Duration,
}

impl Tries {
    fn new(patience: Patience) -> Self {
        Self {
            patience,
            begun: Instant::now(),
            wait: patience.first,
        }
    }

    /// Waits for the next try, and says whether there is one.
    async fn wait_after(&mut self, error: &StoreError) -> bool {
        if !may_pass(error) || self.begun.elapsed() + self.wait > self.patience.total {
            return false;
        }
        let told = told(error);
        tracing::warn!(error = told, wait = ?self.wait, "the store failed and is asked again");
        tokio::time::sleep(self.wait).await;
        self.wait = (self.wait * 2).min(self.patience.longest);
        self.wait > Duration::ZERO
    }
}

/// Whether the same request may succeed a little later.
fn may_pass(error: &StoreError) -> bool {
    match error {
        StoreError::Generic { source, .. } => !is_final(source.as_ref()),
        _ => false,
    }
}

/// A system's error that only somebody's deed ends.
fn is_final(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .find_map(|cause| cause.downcast_ref::<io::Error>())
        .is_some_and(|cause| {
            use io::ErrorKind as Kind;
            matches!(
                cause.kind(),
                Kind::PermissionDenied
                    | Kind::ReadOnlyFilesystem
                    | Kind::StorageFull
                    | Kind::QuotaExceeded
                    | Kind::FileTooLarge
                    | Kind::NotADirectory
                    | Kind::IsADirectory
                    | Kind::InvalidFilename
            )
        })
}

impl fmt::Display for PatientStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.store.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for PatientStore {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        opts: PutOptions,
    ) -> Result<PutResult> {
        self.insist(|| self.store.put_opts(location, payload.clone(), opts.clone()))
            .await
    }

    // Its parts come from elsewhere: whoever writes them begins again.
    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.insist(|| self.store.put_multipart_opts(location, opts.clone()))
            .await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.insist(|| self.store.get_opts(location, options.clone()))
            .await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.insist(|| self.store.get_ranges(location, ranges))
            .await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.clone()
            .delete(locations)
            .into_stream()
            .flatten()
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let prefix = prefix.cloned();
        self.insist_on_list(move |store| store.list(prefix.as_ref()))
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        let (prefix, offset) = (prefix.cloned(), offset.clone());
        self.insist_on_list(move |store| store.list_with_offset(prefix.as_ref(), &offset))
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.insist(|| self.store.list_with_delimiter(prefix)).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.insist(|| self.store.copy_opts(from, to, options.clone()))
            .await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        let renamed = self.store.rename_opts(from, to, options).await;
        renamed.map_err(quiet)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use object_store::memory::InMemory;

    use super::*;

    const QUICK: Patience = Patience {
        first: Duration::from_millis(1),
        longest: Duration::from_millis(2),
        total: Duration::from_mins(1),
    };

    fn broken() -> StoreError {
        StoreError::Generic {
            store: "test",
            source: "the connection broke".into(),
        }
    }

    fn system(kind: io::ErrorKind) -> StoreError {
        StoreError::Generic {
            store: "test",
            source: io::Error::from(kind).into(),
        }
    }

    /// How often an operation is tried that fails `failures` times.
    async fn tries(patience: Patience, failures: u32, error: fn() -> StoreError) -> (u32, bool) {
        let store = PatientStore::new(Arc::new(InMemory::new()), patience);
        let tried = AtomicU32::new(0);
        let outcome = store.insist(|| {
            let number = tried.fetch_add(1, Ordering::Relaxed);
            async move {
                if number < failures {
                    Err(error())
                } else {
                    Ok(())
                }
            }
        });
        let succeeded = outcome.await.is_ok();
        (tried.into_inner(), succeeded)
    }

    #[tokio::test]
    async fn what_may_pass_is_tried_again_until_the_patience_is_over() {
        assert_eq!(tries(QUICK, 5, broken).await, (6, true));
        assert_eq!(tries(Patience::NONE, 1, broken).await, (1, false));
        let brief = Patience {
            total: Duration::from_millis(20),
            ..QUICK
        };
        let (tried, succeeded) = tries(brief, u32::MAX, broken).await;
        assert!(tried > 1 && !succeeded, "{tried}");
    }

    #[tokio::test]
    async fn a_credential_that_an_answer_repeats_goes_no_further() {
        let store = PatientStore::new(Arc::new(InMemory::new()), Patience::NONE);
        let answer =
            "status code: 400 Bad Request: <Code>ExpiredToken</Code><Token-0>FwoGZX</Token-0>";
        let outcome = store.insist(|| async {
            Err::<(), _>(StoreError::Generic {
                store: "S3",
                source: answer.into(),
            })
        });
        let told = format!("{:?}", outcome.await);
        assert!(
            told.contains("ExpiredToken") && !told.contains("FwoGZX"),
            "{told}"
        );
    }

    #[tokio::test]
    async fn what_stays_is_told_at_once() {
        for error in [
            || system(io::ErrorKind::StorageFull),
            || system(io::ErrorKind::PermissionDenied),
            || StoreError::NotSupported {
                source: "no".into(),
            },
        ] {
            assert_eq!(tries(QUICK, 1, error).await, (1, false));
        }
        let interrupted = || system(io::ErrorKind::TimedOut);
        assert_eq!(tries(QUICK, 1, interrupted).await, (2, true));
    }
}
