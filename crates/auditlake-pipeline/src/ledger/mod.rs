//! What is in the lake, and what is about to be: create-only objects under `_auditlake/ledger/`.
//!
//! A generation of a unit is settled by exactly one commit object, whoever creates it first:
//!
//! | intent | commit | state |
//! | --- | --- | --- |
//! | no | no | nothing was written |
//! | yes | no | open: files may be there; rolled back once its process is dead, its lease is over, or another run has waited for it long enough |
//! | yes | yes, with files or content ids | in the lake |
//! | yes | the same, with `handed_on` | a reader has taken its records; the lake has their identities alone |
//! | yes | yes, with `rolled_back` | the files are removed, the number is not used again |
//! | no | yes, with `lost` | rows of earlier generations are gone, and their blobs are fetched again |
//!
//! Nothing of the ledger is ever changed or deleted. Compactions have a ledger of the same form, under a name that no
//! connection has, since they merge files of all connections; see [`crate::compact`].

mod detail;
pub(crate) mod identity_list;
pub(crate) mod inbox;
pub(crate) mod listed;
mod path;
mod process;
mod record;
mod registered;
pub(crate) mod rollback;
pub(crate) mod runs;
pub(crate) mod store_clock;
pub(crate) mod sweep;

use std::collections::{BTreeMap, BTreeSet};

use auditlake_parquet::Lake;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
pub use detail::{CommitDetail, CommittedBlob, Delays};
pub use listed::RunCounts;
pub(crate) use path::{Kind, Place, UnitKey};
pub(crate) use process::{LiveRun, Liveness, Process, run_tail};
pub use record::{
    COMPACTION_VERSION, Commit, CommittedFile, Counts, Failed, HANDOVER_VERSION, HandedOn,
    IdentityList, Intent, LEDGER_VERSION, LOSS_VERSION, NEWEST_VERSION,
};

/// Concurrent reads of ledger objects.
const READS: usize = 32;

/// What stands for a connection in the ledger of compactions. No connection's name starts with a dot.
const COMPACTIONS: &str = ".compaction";

/// The ledger of one connection.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    lake: Lake,
    connection: String,
}

/// The generations that the ledger has, without their contents.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// When each intent was created, by the store's clock.
    pub(crate) intents: BTreeMap<Place, Timestamp>,
    pub(crate) commits: BTreeSet<Place>,
}

/// What came of creating an object that others may create too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Created {
    Ours,
    /// Somebody else's is there.
    Lost,
}

impl Scan {
    /// Intents without a commit.
    pub(crate) fn open(&self) -> impl Iterator<Item = (&Place, Timestamp)> {
        self.intents
            .iter()
            .filter(|(place, _)| !self.commits.contains(place))
            .map(|(p, t)| (p, *t))
    }

    /// The first generation number of the unit that nobody used.
    pub(crate) fn next_generation(&self, unit: &UnitKey) -> u32 {
        let last = |places: &mut dyn Iterator<Item = &Place>| {
            places
                .filter(|place| place.unit == *unit)
                .map(|place| place.generation + 1)
                .max()
        };
        let (intents, commits) = (
            last(&mut self.intents.keys()),
            last(&mut self.commits.iter()),
        );
        intents.max(commits).unwrap_or(0)
    }
}

impl Ledger {
    pub(crate) fn new(lake: Lake, connection: &str) -> Self {
        Self {
            lake,
            connection: connection.to_owned(),
        }
    }

    /// The ledger of what replaced files of any connection: its content types are tables, its windows partitions.
    pub(crate) fn of_compactions(lake: &Lake) -> Self {
        Self::new(lake.clone(), COMPACTIONS)
    }

    /// Whose ledger it is.
    #[cfg(feature = "delta")]
    pub(crate) fn connection(&self) -> &str {
        &self.connection
    }

    /// Whether it is the ledger of what replaced files.
    #[cfg(feature = "delta")]
    pub(crate) fn is_of_compactions(&self) -> bool {
        self.connection == COMPACTIONS
    }

    /// Lists the generations of the content types, from the window named `from` on, or all.
    pub(crate) async fn scan(
        &self,
        content_types: &[String],
        from: Option<&str>,
    ) -> Result<Scan, Error> {
        let mut scan = Scan::default();
        for content_type in content_types {
            let prefix = self
                .lake
                .path(&path::content_type(&self.connection, content_type));
            let store = self.lake.store();
            let mut objects = match from {
                Some(from) => store.list_with_offset(Some(&prefix), &prefix.clone().join(from)),
                None => store.list(Some(&prefix)),
            };
            while let Some(object) = objects.next().await {
                let object = object.map_err(ledger_error(&prefix))?;
                scan.add(&object);
            }
        }
        Ok(scan)
    }

    /// As [`scan`](Self::scan), of all content types that there are.
    pub(crate) async fn scan_all(&self, from: Option<&str>) -> Result<Scan, Error> {
        let content_types = self
            .directories(&path::connection(&self.connection))
            .await?;
        self.scan(&content_types, from).await
    }

    /// Names of the connections that have a ledger.
    pub(crate) async fn connections(lake: &Lake) -> Result<Vec<String>, Error> {
        let mut names = Self::of_compactions(lake).directories(path::ROOT).await?;
        names.retain(|name| name != COMPACTIONS);
        Ok(names)
    }

    async fn directories(&self, below: &str) -> Result<Vec<String>, Error> {
        let prefix = self.lake.path(below);
        let listed = self.lake.store().list_with_delimiter(Some(&prefix)).await;
        let listed = listed.map_err(ledger_error(&prefix))?;
        let names = listed.common_prefixes.iter();
        Ok(names
            .filter_map(|path| path.filename().map(str::to_owned))
            .collect())
    }

    /// Reads the commits at these places.
    pub(crate) async fn read_commits(
        &self,
        places: &[Place],
    ) -> Result<Vec<(Place, Commit)>, Error> {
        stream::iter(places.to_vec())
            .map(|place| async move {
                let commit = self.read_commit(&place).await?;
                Ok((place, commit))
            })
            .buffered(READS)
            .boxed()
            .try_collect()
            .await
    }

    pub(crate) async fn read_commit(&self, place: &Place) -> Result<Commit, Error> {
        self.read(&self.path(place, Kind::Commit)).await
    }

    pub(crate) async fn read_intent(&self, place: &Place) -> Result<Intent, Error> {
        self.read(&self.path(place, Kind::Intent)).await
    }

    pub(crate) async fn create_intent(
        &self,
        place: &Place,
        intent: &Intent,
    ) -> Result<Created, Error> {
        self.create(&self.path(place, Kind::Intent), intent).await
    }

    pub(crate) async fn create_commit(
        &self,
        place: &Place,
        commit: &Commit,
    ) -> Result<Created, Error> {
        self.create(&self.path(place, Kind::Commit), commit).await
    }

    fn path(&self, place: &Place, kind: Kind) -> Path {
        self.lake.path(&place.path(&self.connection, kind))
    }

    /// Creates an object that others may create too. No two writers write the same bytes: a record names its run.
    async fn create(&self, path: &Path, record: &impl Serialize) -> Result<Created, Error> {
        let bytes = serde_json::to_vec(record).map_err(|source| Error::Record {
            path: path.to_string(),
            source,
        })?;
        self.create_bytes(path, bytes).await
    }

    async fn create_bytes(&self, path: &Path, bytes: Vec<u8>) -> Result<Created, Error> {
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

    async fn read<T: DeserializeOwned>(&self, path: &Path) -> Result<T, Error> {
        record::read(path.as_ref(), &self.bytes(path).await?)
    }

    async fn bytes(&self, path: &Path) -> Result<Bytes, Error> {
        let object = self
            .lake
            .store()
            .get(path)
            .await
            .map_err(ledger_error(path))?;
        object.bytes().await.map_err(ledger_error(path))
    }
}

impl Scan {
    /// Objects that are not ours to understand are left alone.
    fn add(&mut self, object: &object_store::ObjectMeta) {
        match Place::parse(&object.location) {
            Some((place, Kind::Intent)) => {
                self.intents.insert(place, made(object));
            }
            Some((place, Kind::Commit)) => {
                self.commits.insert(place);
            }
            None => {}
        }
    }
}

/// When an object was made, by the store's clock.
fn made(object: &object_store::ObjectMeta) -> Timestamp {
    Timestamp::from_millisecond(object.last_modified.timestamp_millis()).unwrap_or(Timestamp::MIN)
}

fn ours_if(ours: bool) -> Created {
    if ours { Created::Ours } else { Created::Lost }
}

fn ledger_error(path: &Path) -> impl FnOnce(object_store::Error) -> Error {
    let path = path.to_string();
    move |source| Error::Ledger { path, source }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn memory() -> Ledger {
        Ledger::new(
            Lake::open("memory:///").expect("a lake in memory"),
            "contoso",
        )
    }

    pub(crate) fn place(window: &str, generation: u32) -> Place {
        let unit = UnitKey {
            content_type: "Audit.Exchange".to_owned(),
            window: window.to_owned(),
        };
        Place { unit, generation }
    }

    pub(crate) fn intent(run_id: &str, paths: &[&str]) -> Intent {
        Intent {
            version: LEDGER_VERSION,
            run_id: run_id.to_owned(),
            process: Process::current(),
            started: Timestamp::UNIX_EPOCH,
            content_ids: vec!["blob$1".to_owned()],
            paths: paths.iter().map(ToString::to_string).collect(),
            replaces: Vec::new(),
        }
    }

    pub(crate) fn commit(run_id: &str) -> Commit {
        Commit {
            content_ids: vec!["blob$1".to_owned()],
            ..Commit::rollback(run_id, Timestamp::UNIX_EPOCH, Vec::new())
        }
    }

    #[tokio::test]
    async fn a_record_of_a_later_version_is_refused_by_name_and_with_the_remedy() {
        let ledger = memory();
        let at = place("20260504T100000Z_20260504T110000Z", 0);
        let later = Commit {
            version: NEWEST_VERSION + 1,
            ..commit("a")
        };
        ledger.create_commit(&at, &later).await.unwrap();
        let error = ledger.read_commit(&at).await.unwrap_err().to_string();
        let path = ledger.path(&at, Kind::Commit);
        assert!(error.contains(path.as_ref()), "{error}");
        assert!(
            error.contains("version 5") && error.contains("newer auditlake"),
            "{error}"
        );
    }

    fn types() -> Vec<String> {
        vec!["Audit.Exchange".to_owned()]
    }

    #[tokio::test]
    async fn one_of_two_writers_of_a_generation_wins() {
        let ledger = memory();
        let at = place("20260504T100000Z_20260504T110000Z", 0);
        assert_eq!(
            ledger.create_intent(&at, &intent("a", &[])).await.unwrap(),
            Created::Ours
        );
        assert_eq!(
            ledger.create_intent(&at, &intent("b", &[])).await.unwrap(),
            Created::Lost
        );
        assert_eq!(
            ledger.create_intent(&at, &intent("a", &[])).await.unwrap(),
            Created::Ours
        );
        assert_eq!(
            ledger.create_commit(&at, &commit("a")).await.unwrap(),
            Created::Ours
        );
        assert_eq!(
            ledger.create_commit(&at, &commit("b")).await.unwrap(),
            Created::Lost
        );
        assert_eq!(ledger.read_commit(&at).await.unwrap(), commit("a"));
    }

    #[tokio::test]
    async fn a_scan_tells_open_from_settled_and_knows_the_next_number() {
        let ledger = memory();
        let window = "20260504T100000Z_20260504T110000Z";
        for generation in 0..3 {
            ledger
                .create_intent(&place(window, generation), &intent("a", &[]))
                .await
                .unwrap();
        }
        ledger
            .create_commit(&place(window, 0), &commit("a"))
            .await
            .unwrap();
        ledger
            .create_commit(&place(window, 2), &commit("a"))
            .await
            .unwrap();
        let scan = ledger.scan(&types(), None).await.unwrap();
        assert_eq!(
            scan.open()
                .map(|(place, _)| place.generation)
                .collect::<Vec<_>>(),
            [1]
        );
        assert_eq!(scan.next_generation(&place(window, 0).unit), 3);
        assert_eq!(
            scan.next_generation(&place("20260504T110000Z_20260504T120000Z", 0).unit),
            0
        );
    }

    #[tokio::test]
    async fn a_scan_reads_only_the_windows_from_a_name_on() {
        let ledger = memory();
        for window in [
            "20260503T100000Z_20260503T110000Z",
            "20260504T100000Z_20260504T110000Z",
        ] {
            ledger
                .create_commit(&place(window, 0), &commit("a"))
                .await
                .unwrap();
        }
        let scan = ledger
            .scan(&types(), Some("20260504T100000Z"))
            .await
            .unwrap();
        assert_eq!(scan.commits.len(), 1);
        assert_eq!(
            ledger
                .scan(&["DLP.All".to_owned()], None)
                .await
                .unwrap()
                .commits
                .len(),
            0
        );
    }
}
