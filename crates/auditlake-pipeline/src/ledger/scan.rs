//! Which generations the ledger has, by the names of its objects alone.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use jiff::Timestamp;
use object_store::ObjectStore;

use super::objects::ledger_error;
use super::{Kind, Ledger, Place, UnitKey, path};
use crate::error::Error;

/// The generations that the ledger has, without their contents.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// When each intent was created, by the store's clock.
    pub(crate) intents: BTreeMap<Place, Timestamp>,
    /// Generations that are settled.
    pub(crate) commits: BTreeSet<Place>,
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

    /// Adds another one.
    pub(crate) fn extend(&mut self, other: Self) {
        self.intents.extend(other.intents);
        self.commits.extend(other.commits);
    }

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

impl Ledger {
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
        self.scan(&self.content_types().await?, from).await
    }

    /// Lists the generations of which an object was made at this time or later, by the store's clock.
    #[cfg(feature = "delta")]
    pub(crate) async fn scan_made_since(&self, time: Timestamp) -> Result<Scan, Error> {
        let prefix = self.lake.path(&path::connection(&self.connection));
        let mut scan = Scan::default();
        let mut objects = self.lake.store().list(Some(&prefix));
        while let Some(object) = objects.next().await {
            let object = object.map_err(ledger_error(&prefix))?;
            if made(&object) >= time {
                scan.add(&object);
            }
        }
        Ok(scan)
    }

    /// All content types that there are.
    pub(crate) async fn content_types(&self) -> Result<Vec<String>, Error> {
        self.directories(&path::connection(&self.connection)).await
    }
}

/// When an object was made, by the store's clock.
pub(super) fn made(object: &object_store::ObjectMeta) -> Timestamp {
    Timestamp::from_millisecond(object.last_modified.timestamp_millis()).unwrap_or(Timestamp::MIN)
}
