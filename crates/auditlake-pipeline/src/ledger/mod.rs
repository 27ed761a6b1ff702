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
mod objects;
mod path;
mod process;
mod record;
mod registered;
pub(crate) mod rollback;
pub(crate) mod runs;
mod scan;
pub(crate) mod store_clock;
pub(crate) mod sweep;

use auditlake_parquet::Lake;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::ObjectStore;
use object_store::path::Path;

use crate::error::Error;
pub use detail::{CommitDetail, CommittedBlob, Delays};
pub use listed::RunCounts;
pub(crate) use objects::Created;
use objects::ledger_error;
pub(crate) use path::{AUDIT_SEARCH, Kind, Place, UnitKey, holds_audit_records};
pub(crate) use process::{LiveRun, Liveness, Process, run_tail};
pub use record::{
    COMPACTION_VERSION, Commit, CommittedFile, Counts, Failed, HANDOVER_VERSION, HandedOn,
    IdentityList, Intent, LEDGER_VERSION, LOSS_VERSION, NEWEST_VERSION,
};
pub(crate) use scan::Scan;
use scan::made;

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

impl Ledger {
    /// The ledger of the connection of this name.
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

    /// Reads the commit at a place.
    pub(crate) async fn read_commit(&self, place: &Place) -> Result<Commit, Error> {
        self.read(&self.path(place, Kind::Commit)).await
    }

    /// Reads the intent at a place.
    pub(crate) async fn read_intent(&self, place: &Place) -> Result<Intent, Error> {
        self.read(&self.path(place, Kind::Intent)).await
    }

    /// Shows what is about to be written; says whether nobody else has taken the number.
    pub(crate) async fn create_intent(
        &self,
        place: &Place,
        intent: &Intent,
    ) -> Result<Created, Error> {
        self.create(&self.path(place, Kind::Intent), intent).await
    }

    /// Settles a generation; says whether nobody else has.
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
}

#[cfg(test)]
pub(crate) mod tests;
