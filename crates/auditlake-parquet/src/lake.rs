//! A lake: an object store and the root within it, found by a path or a URL.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use url::Url;

use crate::patience::PatientStore;
use crate::staging::{self, Staging};
use crate::{Error, Patience, store};

/// Where tables live. Cheap to clone.
#[derive(Clone)]
pub struct Lake {
    store: Arc<dyn ObjectStore>,
    /// The store without the patience of `store`.
    bare: Arc<dyn ObjectStore>,
    /// The same, but it gives up soon.
    prompt: Arc<dyn ObjectStore>,
    root: Path,
    url: Url,
    disk: Option<Arc<LocalFileSystem>>,
}

impl Lake {
    /// Opens the lake at a location, without a request to the store.
    ///
    /// | location | store |
    /// | --- | --- |
    /// | a bare path, `file:///path` | a directory, made if missing |
    /// | `memory:///` | this process's memory; each call is a new, empty lake |
    /// | `s3://bucket/path` | Amazon S3 and its like, configured by the `AWS_…` variables |
    /// | `az://container/path`, `abfss://container@account.dfs.core.windows.net/path` | Azure Blob Storage and Data Lake, by the `AZURE_…` variables |
    /// | `gs://bucket/path` | Google Cloud Storage, by the `GOOGLE_…` variables |
    ///
    /// The `https` forms of Amazon and Azure URLs will do, too. The variables are those of
    /// `object_store`'s own `from_env` builders.
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedScheme`], [`Error::Location`] for what is no URL or holds a credential,
    /// [`Error::Directory`] for a directory that cannot be made, [`Error::Open`] if the store's
    /// configuration is wanting.
    pub fn open(location: &str) -> Result<Self, Error> {
        Self::open_with(location, std::env::vars_os())
    }

    /// As [`open`](Self::open), with these variables instead of the process's own.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    pub fn open_with(
        location: &str,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Error> {
        match Location::parse(location)? {
            Location::Directory(directory) => Self::on_disk(&directory),
            Location::Url(url) => Self::at_url(url, variables),
        }
    }

    /// As [`open`](Self::open), and makes nothing: a directory that is not there is an empty lake.
    pub fn open_to_read(location: &str) -> Result<Self, Error> {
        match Location::parse(location)? {
            Location::Directory(directory) if !directory.exists() => {
                let absolute = std::path::absolute(&directory).unwrap_or(directory);
                Ok(Self::in_memory(url_of(&absolute)?))
            }
            _ => Self::open(location),
        }
    }

    fn at_url(
        url: Url,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Error> {
        if url.scheme() == "memory" {
            return Ok(Self::in_memory(url));
        }
        let opened = store::open(&url, variables)?;
        Ok(Self {
            prompt: opened.prompt,
            ..Self::with_store(opened.store, opened.root, url)
        })
    }

    fn in_memory(url: Url) -> Self {
        Self::with_store(Arc::new(InMemory::new()), Path::ROOT, url)
    }

    /// A lake in a store that the caller has made; `url` is only for people to read.
    pub fn with_store(store: Arc<dyn ObjectStore>, root: Path, url: Url) -> Self {
        Self {
            store: Arc::new(PatientStore::new(Arc::clone(&store), Patience::default())),
            prompt: Arc::clone(&store),
            bare: store,
            root,
            url,
            disk: None,
        }
    }

    fn on_disk(directory: &FilePath) -> Result<Self, Error> {
        let failed = |source| Error::Directory {
            path: directory.to_owned(),
            source,
        };
        std::fs::create_dir_all(directory).map_err(failed)?;
        let absolute = std::fs::canonicalize(directory).map_err(failed)?;
        let store = LocalFileSystem::new_with_prefix(&absolute)
            .map_err(|source| Error::Open {
                scheme: "file".to_owned(),
                source,
            })?
            // What was written must outlast a power cut, as it does in a cloud store.
            .with_fsync(true);
        let disk = Arc::new(store);
        let url = url_of(&absolute)?;
        Ok(Self {
            disk: Some(Arc::clone(&disk)),
            ..Self::with_store(disk, Path::ROOT, url)
        })
    }

    /// The store, whose paths start at the bucket or container: see [`path`](Self::path). What may pass is tried
    /// again, see [`Patience`].
    pub fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// The store for a question whose answer somebody waits for: it gives up within half a minute.
    pub(crate) fn prompt(&self) -> &Arc<dyn ObjectStore> {
        &self.prompt
    }

    /// The lake's address; it holds no credential.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The store's path of something in the lake.
    ///
    /// `relative` is taken as it is, `%` and all, since partition values come escaped already. Only
    /// if it is no valid path (a segment is `..`, or holds a control character) is it escaped.
    pub fn path(&self, relative: &str) -> Path {
        let full = match self.root.as_ref() {
            "" => relative.to_owned(),
            root => format!("{root}/{relative}"),
        };
        Path::parse(&full).unwrap_or_else(|_| Path::from(full))
    }

    /// The same lake over another store, such as one that counts, limits or fails: `wrap` is given the lake's own,
    /// and what it gives back is asked again within `patience`.
    #[must_use]
    pub fn over(
        self,
        wrap: impl FnOnce(Arc<dyn ObjectStore>) -> Arc<dyn ObjectStore>,
        patience: Patience,
    ) -> Self {
        let bare = wrap(Arc::clone(&self.bare));
        Self {
            store: Arc::new(PatientStore::new(Arc::clone(&bare), patience)),
            bare,
            ..self
        }
    }

    /// Removes what a killed process may have left beside an object that it was about to put.
    ///
    /// On disk, a put first writes a staging file `<name>#<number>`, which lists do not show; a process that is
    /// killed leaves it there. Other stores have nothing of the kind, so nothing is done for them.
    /// The object itself stays. Call it only when nobody else is writing that object.
    ///
    /// # Errors
    ///
    /// [`Error::Staging`] if a directory cannot be read or a file not removed.
    pub async fn remove_staging(&self, relative: &str) -> Result<(), Error> {
        let Some(object) = self.on_disk_at(relative)? else {
            return Ok(());
        };
        staging::remove_beside(&object)
            .await
            .map_err(Error::staging(relative))
    }

    /// The staging files below a directory of the lake: of puts that are under way, or that were killed.
    /// There are none in a store that is no disk.
    ///
    /// # Errors
    ///
    /// [`Error::Staging`] if a directory cannot be read.
    pub async fn staging(&self, relative: &str) -> Result<Vec<Staging>, Error> {
        let Some(directory) = self.on_disk_at(relative)? else {
            return Ok(Vec::new());
        };
        let found = tokio::task::spawn_blocking(move || staging::below(&directory)).await;
        found
            .unwrap_or_else(|failed| Err(std::io::Error::other(failed)))
            .map_err(Error::staging(relative))
    }

    fn on_disk_at(&self, relative: &str) -> Result<Option<PathBuf>, Error> {
        self.disk
            .as_ref()
            .map(|disk| disk.path_to_filesystem(&self.path(relative)))
            .transpose()
            .map_err(Error::store(relative))
    }
}

impl fmt::Display for Lake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.fmt(f)
    }
}

// By hand: a store's own Debug shows its configuration.
impl fmt::Debug for Lake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lake").field(&self.url.as_str()).finish()
    }
}

fn invalid(reason: String) -> Error {
    Error::Location { reason }
}

const SCHEMES: [&str; 10] = [
    "file", "memory", "s3", "s3a", "gs", "az", "adl", "azure", "abfs", "abfss",
];

/// What a location names.
enum Location {
    Directory(PathBuf),
    Url(Url),
}

impl Location {
    fn parse(location: &str) -> Result<Self, Error> {
        if !location.contains("://") {
            refuse_half_a_scheme(location)?;
            return Ok(Self::Directory(location.into()));
        }
        let url = Url::parse(location).map_err(|error| invalid(error.to_string()))?;
        refuse_credentials(&url)?;
        match url.scheme() {
            "file" => Ok(Self::Directory(file_path(&url)?)),
            _ => Ok(Self::Url(url)),
        }
    }
}

fn url_of(directory: &FilePath) -> Result<Url, Error> {
    Url::from_directory_path(directory).map_err(|()| invalid("the directory has no URL".to_owned()))
}

/// `s3:/bucket` is a slip of the hand, and no wish for a directory of that name.
fn refuse_half_a_scheme(path: &str) -> Result<(), Error> {
    match path.split_once(':') {
        Some((scheme, _)) if SCHEMES.contains(&scheme) => Err(invalid(format!(
            "after `{scheme}:` there must be two slashes"
        ))),
        _ => Ok(()),
    }
}

/// A location is printed, logged and put into reports, so it is no place for a secret.
fn refuse_credentials(url: &Url) -> Result<(), Error> {
    if url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        let reason = "a password, query or fragment does not belong there, \
                      credentials come from environment variables";
        return Err(invalid(reason.to_owned()));
    }
    Ok(())
}

fn file_path(url: &Url) -> Result<PathBuf, Error> {
    url.to_file_path().map_err(|()| {
        let host = url.host_str().unwrap_or_default();
        invalid(format!(
            "a file URL has three slashes, `{host}` is taken for a host"
        ))
    })
}
