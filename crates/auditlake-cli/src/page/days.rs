//! The hours of a content type by days, as cells.

use auditlake_pipeline::coverage::{Hour, HourState, TypeCoverage};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::print::coverage::minute;
use crate::print::heat_map::mark;
use crate::print::table::number;

/// Shades of hours by how many events they have.
const SHADES: u64 = 4;
/// The mark of an hour that was listed and had nothing.
const EMPTY: char = '·';

/// A day.
pub(super) struct Day<'a> {
    /// `Mon 4`.
    pub(super) name: String,
    /// `2026-05-04`.
    pub(super) date: String,
    /// Hours before the first that is told.
    pub(super) before: usize,
    pub(super) cells: Vec<Cell<'a>>,
}

/// An hour.
pub(super) struct Cell<'a> {
    pub(super) hour: &'a Hour,
    pub(super) mark: char,
    /// 0 is none, 4 as many events as the fullest hour.
    pub(super) shade: u64,
    pub(super) words: String,
}

/// The days of a content type, in order.
pub(super) fn days(coverage: &TypeCoverage) -> Vec<Day<'_>> {
    let most = coverage.by_hour.iter().map(|hour| hour.counts.events).max();
    let most = most.unwrap_or_default();
    let same_day = |a: &Hour, b: &Hour| civil(a).date() == civil(b).date();
    let days = coverage.by_hour.chunk_by(same_day);
    days.filter_map(|hours| day(hours, most)).collect()
}

fn day(hours: &[Hour], most: u64) -> Option<Day<'_>> {
    let first = civil(hours.first()?);
    Some(Day {
        name: first.strftime("%a %-d").to_string(),
        date: first.date().to_string(),
        before: usize::try_from(first.hour()).unwrap_or_default(),
        cells: hours.iter().map(|hour| cell(hour, most)).collect(),
    })
}

fn cell(hour: &Hour, most: u64) -> Cell<'_> {
    let is_empty = hour.state == HourState::Committed && hour.counts.blobs == 0;
    Cell {
        mark: if is_empty { EMPTY } else { mark(hour.state) },
        shade: (hour.counts.events * SHADES).div_ceil(most.max(1)),
        words: words(hour),
        hour,
    }
}

fn words(hour: &Hour) -> String {
    let counts = &hour.counts;
    format!(
        "{}: {}, {} blobs, {} events",
        minute(hour.start),
        hour.state.as_str(),
        number(counts.blobs),
        number(counts.events)
    )
}

fn civil(hour: &Hour) -> DateTime {
    TimeZone::UTC.to_datetime(hour.start)
}
