//! What a build without the feature `delta` has in place of Delta tables: the layout refuses such a lake before.

#![expect(
    clippy::unused_async,
    reason = "these wait for a store in a build that has Delta tables"
)]

use std::collections::BTreeSet;

use auditlake_parquet::{EncodedFile, Lake};

use crate::error::Error;
use crate::layout::Layout;
use crate::ledger::{Commit, Ledger, Place};

/// There is none.
#[derive(Debug)]
pub(crate) enum Registrar {}

impl Registrar {
    pub(crate) async fn to_read(_lake: &Lake, _layout: &Layout) -> Result<Option<Self>, Error> {
        Ok(None)
    }

    #[expect(
        clippy::unused_async,
        reason = "it is in a build that has Delta tables"
    )]
    pub(crate) async fn of_lake(_lake: &Lake, _layout: &Layout) -> Result<Option<Self>, Error> {
        Ok(None)
    }

    pub(crate) async fn register(
        &self,
        _ledger: &Ledger,
        _place: &Place,
        _commit: &Commit,
        _fresh: &[EncodedFile],
    ) -> Result<(), Error> {
        match *self {}
    }

    pub(crate) async fn catch_up(&self, _ledger: &Ledger, _run_id: &str) -> Result<(), Error> {
        match *self {}
    }

    pub(crate) async fn mark(&self, _ledger: &Ledger, _run_id: &str) -> Result<(), Error> {
        match *self {}
    }

    pub(crate) async fn files(&self) -> Result<BTreeSet<String>, Error> {
        match *self {}
    }
}
