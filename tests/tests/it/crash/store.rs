//! A store that fails when it is told to: at a call, or now and then.

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing is done, and an error comes back that may pass.
    Before,
    /// It is done, and an error that may pass comes back: the answer was lost.
    After,
    /// As `Before`, with an error that does not pass.
    Full,
    /// Nothing is done, and no later call is: the process was killed.
    DeadBefore,
    /// It is done, and no later call is.
    DeadAfter,
    /// It is done a little later.
    Late,
}

impl Trouble {
    pub(crate) const ALL: [Self; 6] = [
        Self::Before,
        Self::After,
        Self::Full,
        Self::DeadBefore,
        Self::DeadAfter,
        Self::Late,
    ];
}

/// When a store fails.
#[derive(Debug)]
pub(crate) enum Plan {
    /// At the call of this number, from 0.
    At(u64, Trouble),
    /// At each call with this probability, by a seed.
    Often(f64, Box<Mutex<StdRng>>),
    /// At the call of this number, from 0, of those whose paths have this part.
    Within(&'static str, u64, Trouble, AtomicU64),
}

impl Plan {
    pub(crate) fn often(probability: f64, seed: u64) -> Self {
        let random = StdRng::seed_from_u64(seed);
        Self::Often(probability, Box::new(Mutex::new(random)))
    }

    pub(crate) fn within(part: &'static str, at: u64, trouble: Trouble) -> Self {
        Self::Within(part, at, trouble, AtomicU64::new(0))
    }

    /// How many calls there were of those that it looks at.
    pub(crate) fn seen(&self) -> u64 {
        match self {
            Self::Within(_, _, _, seen) => seen.load(Ordering::SeqCst),
            _ => 0,
        }
    }

    fn trouble(&self, call: u64, path: &Path) -> Option<Trouble> {
        match self {
            Self::At(at, trouble) => (*at == call).then_some(*trouble),
            Self::Within(part, at, trouble, seen) => {
                let is_within = path.as_ref().contains(part);
                let is_it = is_within && seen.fetch_add(1, Ordering::SeqCst) == *at;
                is_it.then_some(*trouble)
            }
            Self::Often(probability, random) => {
                let mut random = random.lock().unwrap_or_else(PoisonError::into_inner);
                let passing = [Trouble::Before, Trouble::After, Trouble::Late];
                let which = passing[random.random_range(0..passing.len())];
                random.random_bool(*probability).then_some(which)
            }
        }
    }
}

/// Counts its calls and fails by plan.
#[derive(Debug, Clone)]
pub(crate) struct Troubled {
    store: Arc<dyn ObjectStore>,
    shared: Arc<Shared>,
}

/// What the store tells afterwards.
#[derive(Debug)]
pub(crate) struct Shared {
    plan: Plan,
    calls: AtomicU64,
    is_dead: AtomicBool,
    /// What was called when there was trouble.
    struck: Mutex<Vec<String>>,
}

impl Shared {
    pub(crate) fn new(plan: Plan) -> Arc<Self> {
        Arc::new(Self {
            plan,
            calls: AtomicU64::new(0),
            is_dead: AtomicBool::new(false),
            struck: Mutex::default(),
        })
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    pub(crate) fn struck(&self) -> Vec<String> {
        self.struck
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn next(&self, operation: &str, path: &Path) -> Result<Option<Trouble>> {
        if self.is_dead.load(Ordering::SeqCst) {
            return Err(dead());
        }
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        let trouble = self.plan.trouble(call, path);
        if trouble.is_some() {
            let mut struck = self.struck.lock().unwrap_or_else(PoisonError::into_inner);
            struck.push(format!("{operation} {path}"));
        }
        if matches!(trouble, Some(Trouble::DeadBefore | Trouble::DeadAfter)) {
            self.is_dead.store(true, Ordering::SeqCst);
        }
        Ok(trouble)
    }
}

impl Troubled {
    pub(crate) fn new(store: Arc<dyn ObjectStore>, shared: Arc<Shared>) -> Self {
        Self { store, shared }
    }

    async fn call<T: Send>(
        &self,
        operation: &str,
        path: &Path,
        done: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        match self.shared.next(operation, path)? {
            None => done.await,
            Some(Trouble::Before) => Err(broken()),
            Some(Trouble::Full) => Err(full()),
            Some(Trouble::DeadBefore) => Err(dead()),
            Some(Trouble::After) => done.await.and_then(|_| Err(broken())),
            Some(Trouble::DeadAfter) => done.await.and_then(|_| Err(dead())),
            Some(Trouble::Late) => {
                tokio::time::sleep(Duration::from_millis(5)).await;
                done.await
            }
        }
    }

    fn listing(
        &self,
        prefix: Option<&Path>,
        objects: BoxStream<'static, Result<ObjectMeta>>,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        let (this, prefix) = (self.clone(), prefix.cloned().unwrap_or_default());
        let begin = async move {
            let objects = objects.collect::<Vec<_>>().map(Ok);
            match this.call("list", &prefix, objects).await {
                Ok(objects) => stream::iter(objects),
                Err(error) => stream::iter(vec![Err(error)]),
            }
        };
        begin.into_stream().flatten().boxed()
    }
}

fn generic(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Generic {
        store: "Troubled",
        source: source.into(),
    }
}

fn broken() -> Error {
    generic("the connection broke")
}

fn full() -> Error {
    generic(std::io::Error::from(std::io::ErrorKind::StorageFull))
}

fn dead() -> Error {
    Error::NotSupported {
        source: "the process was killed".into(),
    }
}

impl fmt::Display for Troubled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Troubled({})", self.store)
    }
}

#[async_trait]
impl ObjectStore for Troubled {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        opts: PutOptions,
    ) -> Result<PutResult> {
        let put = self.store.put_opts(location, payload, opts);
        self.call("put", location, put).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let upload = self.store.put_multipart_opts(location, opts);
        self.call("multipart", location, upload).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let get = self.store.get_opts(location, options);
        self.call("get", location, get).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let get = self.store.get_ranges(location, ranges);
        self.call("ranges", location, get).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let this = self.clone();
        let delete = move |location: Result<Path>| {
            let this = this.clone();
            async move {
                let location = location?;
                let one = stream::iter([Ok(location.clone())]).boxed();
                let mut deleted = this.store.delete_stream(one);
                let delete = async { deleted.next().await.unwrap_or_else(|| Err(broken())) };
                this.call("delete", &location, delete).await
            }
        };
        locations.then(delete).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.listing(prefix, self.store.list(prefix))
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        self.listing(prefix, self.store.list_with_offset(prefix, offset))
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let list = self.store.list_with_delimiter(prefix);
        let root = Path::default();
        self.call("list", prefix.unwrap_or(&root), list).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let copy = self.store.copy_opts(from, to, options);
        self.call("copy", to, copy).await
    }
}
