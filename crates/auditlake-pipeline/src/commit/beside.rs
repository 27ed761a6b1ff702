//! What other sources of the connection have brought: their directories of the ledger, and how much of all that is
//! remembered at once.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::by_day::{ByDay, Days};
use super::memory::IDENTITY_BYTES;
use super::{Committer, ledger_from};
use crate::error::Error;
use crate::identity_set::IdentitySet;
use crate::ledger::IdentityList;
use crate::plan::MAX_WINDOW;

/// Says of a directory of the ledger whether it may hold the records of a source that is not its own.
pub(crate) type Beside = fn(&str) -> bool;

/// What a run that may forget has loaded.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    /// Whether it may; else nothing is noted.
    forgets: bool,
    /// Days of which all is known.
    days: Days,
    read: ByDay,
}

impl Loaded {
    fn new(forgets: bool) -> Self {
        Self::default().of_run(forgets)
    }

    /// The same, for a run that may forget or not.
    pub(super) fn of_run(self, forgets: bool) -> Self {
        Self { forgets, ..self }
    }

    /// About how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        self.read.bytes()
    }

    /// Notes what can be loaded again.
    pub(super) fn note<'a>(
        &mut self,
        lists: impl IntoIterator<Item = &'a IdentityList>,
        files: impl IntoIterator<Item = &'a String>,
    ) {
        if self.forgets {
            let (files, lists) = (files.into_iter().cloned(), lists.into_iter().cloned());
            self.read.add_all(files, lists);
        }
    }

    /// Whether it would be loaded again at once for these days.
    fn is_needed_for(&self, days: &Days) -> bool {
        days.is_subset(&self.days) || self.read.is_mostly_undated()
    }

    /// Notes days of which all is known now.
    pub(super) fn note_days(&mut self, days: &Days) {
        if self.forgets {
            self.days.extend(days);
        }
    }
}

impl Committer {
    /// Adds to the scan what the other directories have. They are looked up each time: a source may be new.
    pub(super) async fn scan_beside(&mut self) -> Result<(), Error> {
        let Some(is_beside) = self.site.beside else {
            return Ok(());
        };
        let mut names = self.ledger.content_types().await?;
        names.retain(|name| is_beside(name) && !self.site.content_types.contains(name));
        let from = self.beside_from.as_deref();
        let beside = self.ledger.scan(&names, from).await?;
        self.scan.extend(beside);
        Ok(())
    }

    /// Makes the days of a generation those that are to be known.
    pub(super) async fn turn_to(&mut self, days: Days) -> Result<(), Error> {
        if let Some(first) = days.first()
            && self.site.beside.is_some()
            && self.beside_from.as_deref() > window_of(*first).as_deref()
        {
            // Records that old are rare, and once some came, others may.
            self.beside_from = None;
            self.refresh().await?;
        }
        self.make_room(&days);
        self.days = days;
        Ok(())
    }

    /// Forgets the days behind when there is no room for more. What is known can be read again.
    fn make_room(&mut self, days: &Days) {
        let Some(most) = self.site.identity_bytes else {
            return;
        };
        let known = self.identities.with(|known| known.len()) * IDENTITY_BYTES;
        if known <= most || self.loaded.is_needed_for(days) {
            return;
        }
        self.identities
            .with(|known| *known = IdentitySet::default());
        let Loaded { read, .. } = std::mem::replace(&mut self.loaded, Loaded::new(true));
        self.history.unloaded.append(read);
    }
}

/// The first window whose records may be of the day, if windows are named by when their records were made or by when they
/// became available.
fn window_of(day: Date) -> Option<String> {
    let start = TimeZone::UTC.to_timestamp(day.to_datetime(Time::midnight()));
    let from = start.ok()?.checked_sub(MAX_WINDOW).ok()?;
    Some(ledger_from(from))
}

#[cfg(test)]
mod tests;
