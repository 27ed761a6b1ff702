//! What the ledger says of each hour of each content type: nothing is asked of the service, and no file is read.
//!
//! An hour is one of `contentCreated`: of when records became available, not of when things happened. What its
//! [`HourState`] means is said there. Windows may be longer than an hour; then each blob counts in its own hour, and
//! what failed of the window as a whole counts in all its hours.

mod delays;
mod facts;
mod gaps;
mod hours;
mod report;
mod states;

use auditlake_api::{ContentType, Window};
use auditlake_parquet::Lake;
use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;
use crate::connection::check_name;
use crate::error::Error;
use crate::layout;
use crate::ledger::Ledger;
use crate::plan::{EDGE_MARGIN, RETENTION};
pub use delays::{DelaySummary, Percentiles};
use facts::Facts;
pub(crate) use gaps::quoted;
pub use gaps::{CoverageGap, backfill_command};
pub use report::{Counts, CoverageReport, CoverageRun, Hour, TypeCoverage};
pub use states::{HourState, HourSums};

/// Version of the report's fields.
pub const COVERAGE_VERSION: u32 = 1;
/// What states are told of.
pub(crate) const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What may be chosen about a coverage report.
#[derive(Debug, Clone)]
pub struct CoverageOptions {
    /// The lake: a URL or a bare path.
    pub lake: String,
    /// The lake when it is open already: then its location is only told.
    pub opened: Option<Lake>,
    /// Name of the connection.
    pub connection: String,
    /// From when on; the first full hour that the service still keeps unless told otherwise.
    pub since: Option<Timestamp>,
    /// Until when; the last full hour unless told otherwise.
    pub until: Option<Timestamp>,
    /// Content types to tell.
    pub content_types: Vec<ContentType>,
    /// The time now.
    pub clock: Clock,
}

impl CoverageOptions {
    /// Everything as it is unless told otherwise.
    pub fn new(lake: impl Into<String>, connection: impl Into<String>) -> Self {
        Self {
            lake: lake.into(),
            opened: None,
            connection: connection.into(),
            since: None,
            until: None,
            content_types: ContentType::ALL.to_vec(),
            clock: Clock::system(),
        }
    }

    /// The range in whole hours.
    fn range(&self, now: Timestamp) -> Result<Window, Error> {
        let since = self.since.map_or_else(|| hour_after(edge(now)), hour_of);
        let until = self.until.map_or_else(|| hour_of(now), hour_after);
        if since >= until {
            return Err(Error::Config(format!(
                "there is no full hour between `{since}` and `{until}`"
            )));
        }
        Ok(Window {
            start: since,
            end: until,
        })
    }
}

/// Tells what the ledger says of a connection.
///
/// # Errors
///
/// [`Error::Config`] for a range without an hour or a name that none can have, [`Error::Lake`], [`Error::Ledger`] and
/// [`Error::Record`] if the ledger cannot be read.
pub async fn coverage(options: &CoverageOptions) -> Result<CoverageReport, Error> {
    check_name(&options.connection)?;
    let now = options.clock.now();
    let range = options.range(now)?;
    let lake = match &options.opened {
        Some(lake) => lake.clone(),
        None => Lake::open_to_read(&options.lake)?,
    };
    let format = layout::format_of(&lake).await?;
    let ledger = Ledger::new(lake, &options.connection);
    let facts = Facts {
        handed_on: format.handed_on(),
        ..Facts::read(&ledger, &options.content_types, range).await?
    };
    Ok(report::report(options, &facts, range, now))
}

/// The first moment that a run can still list.
fn edge(now: Timestamp) -> Timestamp {
    now - RETENTION + EDGE_MARGIN
}

/// The hour that a time is in.
pub(crate) fn hour_of(time: Timestamp) -> Timestamp {
    let seconds = time.as_second();
    Timestamp::from_second(seconds - seconds.rem_euclid(3600)).unwrap_or(time)
}

/// The first full hour that starts then or later.
pub(crate) fn hour_after(time: Timestamp) -> Timestamp {
    let hour = hour_of(time);
    if hour == time { hour } else { hour + HOUR }
}

#[cfg(test)]
mod tests;
