//! A store whose answers get lost.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use async_trait::async_trait;
use auditlake_delta::Outcome;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

use crate::world::{change, names, open};

const NOTHING: u8 = 0;
const BEFORE: u8 = 1;
const AFTER: u8 = 2;

/// The next put fails, before it is done or after.
#[derive(Debug, Default)]
struct Lossy {
    store: InMemory,
    next: AtomicU8,
}

impl fmt::Display for Lossy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lossy")
    }
}

fn lost() -> Error {
    Error::Generic {
        store: "Lossy",
        source: "the connection broke".into(),
    }
}

#[async_trait]
impl ObjectStore for Lossy {
    async fn put_opts(&self, to: &Path, payload: PutPayload, how: PutOptions) -> Result<PutResult> {
        match self.next.swap(NOTHING, Ordering::SeqCst) {
            BEFORE => Err(lost()),
            AFTER => {
                self.store.put_opts(to, payload, how).await?;
                Err(lost())
            }
            _ => self.store.put_opts(to, payload, how).await,
        }
    }

    async fn put_multipart_opts(
        &self,
        to: &Path,
        how: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.store.put_multipart_opts(to, how).await
    }

    async fn get_opts(&self, from: &Path, options: GetOptions) -> Result<GetResult> {
        self.store.get_opts(from, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.store.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.store.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.store.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.store.copy_opts(from, to, options).await
    }
}

fn lossy() -> (Arc<Lossy>, Arc<dyn ObjectStore>) {
    let lossy = Arc::new(Lossy::default());
    (Arc::clone(&lossy), lossy)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_was_lost_is_found() {
    let (lossy, store) = lossy();
    let mut table = open(&store).await;
    lossy.next.store(AFTER, Ordering::SeqCst);
    let outcome = table.change(change("a", &["one"])).await.unwrap();
    assert_eq!(outcome, Outcome::KnownBefore);
    assert_eq!(names(&mut table).await, ["one"]);
    assert_eq!(table.version(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_did_not_arrive_is_an_error_and_may_be_repeated() {
    let (lossy, store) = lossy();
    let mut table = open(&store).await;
    lossy.next.store(BEFORE, Ordering::SeqCst);
    let change = change("a", &["one"]);
    table.change(change.clone()).await.unwrap_err();
    assert_eq!(names(&mut table).await, Vec::<String>::new());
    assert_eq!(table.change(change).await.unwrap(), Outcome::Committed);
    assert_eq!(names(&mut table).await, ["one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_made_although_the_answer_was_lost() {
    let (lossy, store) = lossy();
    lossy.next.store(AFTER, Ordering::SeqCst);
    assert_eq!(open(&store).await.version(), 0);
}
