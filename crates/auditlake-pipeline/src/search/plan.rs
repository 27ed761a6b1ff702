//! Which slices of time to search, oldest first.

use auditlake_api::Window;
use jiff::Timestamp;

use super::{DEFAULT_REACH, SearchOptions};
use crate::error::Error;
use crate::ledger::{AUDIT_SEARCH, UnitKey};
use crate::plan::{check_window, cut, window_name};

/// What is searched for. Each service or record type is searched for by itself, and is a feed of its own in the ledger
/// and in the report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SearchFilter {
    /// Everything.
    #[default]
    All,
    /// The records of these services, by the names of `Workload`: `Exchange`, `AzureActiveDirectory`.
    Services(Vec<String>),
    /// The records of these types, by Graph's names of `auditLogRecordType`: `exchangeAdmin`, `sharePointFileOperation`.
    RecordTypes(Vec<String>),
}

impl SearchFilter {
    fn values(&self) -> &[String] {
        match self {
            Self::All => &[],
            Self::Services(values) | Self::RecordTypes(values) => values,
        }
    }

    /// The feeds that these are: `AuditSearch`, `AuditSearch.Exchange`.
    pub(super) fn feeds(&self) -> Vec<String> {
        let feeds = self.values().iter();
        match self {
            Self::All => vec![AUDIT_SEARCH.to_owned()],
            _ => feeds
                .map(|value| format!("{AUDIT_SEARCH}.{value}"))
                .collect(),
        }
    }

    /// The filter of each feed, in their order.
    fn split(&self) -> Vec<Self> {
        let one = |value: &String| vec![value.clone()];
        match self {
            Self::All => vec![Self::All],
            Self::Services(all) => all.iter().map(|it| Self::Services(one(it))).collect(),
            Self::RecordTypes(all) => all.iter().map(|it| Self::RecordTypes(one(it))).collect(),
        }
    }

    /// A value becomes part of paths and of names of searches.
    fn check(&self) -> Result<(), Error> {
        let is_fit = |it: &&String| !it.is_empty() && it.chars().all(|c| c.is_ascii_alphanumeric());
        match self.values().iter().find(|value| !is_fit(value)) {
            Some(value) => Err(Error::Config(format!(
                "`{value}` is no name of a service or of a record type: these have letters and digits alone"
            ))),
            None => Ok(()),
        }
    }
}

/// A slice of a feed: a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slice {
    pub(super) feed: String,
    pub(super) filter: SearchFilter,
    /// The whole aligned slice, which names the unit in the ledger.
    pub(super) window: Window,
    /// Where it ends for now: what has not happened yet is not searched for.
    pub(super) end: Timestamp,
}

/// A slice, or a part of one that had too many records for one search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part(pub(super) Window);

impl Slice {
    /// Its name in the ledger.
    pub(super) fn key(&self) -> UnitKey {
        UnitKey {
            content_type: self.feed.clone(),
            window: window_name(self.window),
        }
    }

    /// All of it, in one part.
    pub(super) fn whole(&self) -> Part {
        Part(Window {
            start: self.window.start,
            end: self.end,
        })
    }

    /// Whether a part ends where the time does.
    pub(super) fn is_open(&self, part: Part) -> bool {
        part.0.end == self.end && self.end < self.window.end
    }
}

impl Part {
    /// What the ledger knows it by once all of it is in the lake for good.
    pub(super) fn content_id(self) -> String {
        window_name(self.0)
    }

    /// The first half and the second; none of what is too short to be halved.
    pub(super) fn halves(self) -> Option<[Self; 2]> {
        let Window { start, end } = self.0;
        let half = (end.as_second() - start.as_second()) / 2;
        let middle = Timestamp::from_second(start.as_second() + half).ok()?;
        (half > 0).then(|| {
            [(start, middle), (middle, end)].map(|(start, end)| Self(Window { start, end }))
        })
    }
}

/// Cuts the span into whole slices of each feed.
pub(super) fn slices(now: Timestamp, options: &SearchOptions) -> Result<Vec<Slice>, Error> {
    check_window(options.slice)?;
    options.filter.check()?;
    let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
    let since = options.backfill.since.unwrap_or(now - DEFAULT_REACH);
    let until = options.backfill.until.map_or(now, |until| until.min(now));
    if since >= until {
        return Err(Error::Config(format!(
            "nothing to search: `{since}` is not before `{until}`"
        )));
    }
    let feeds: Vec<_> = options
        .filter
        .feeds()
        .into_iter()
        .zip(options.filter.split())
        .collect();
    let span = Window {
        start: since,
        end: until,
    };
    let of_window = |(window, _): (Window, Window)| {
        let slice = move |(feed, filter): &(String, SearchFilter)| Slice {
            feed: feed.clone(),
            filter: filter.clone(),
            window,
            end: window.end.min(now),
        };
        feeds.iter().map(slice).collect::<Vec<_>>()
    };
    Ok(cut(span, options.slice).flat_map(of_window).collect())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::options::BackfillOptions;

    const NOW: &str = "2026-05-11T10:30:00.5Z";

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn planned(change: impl FnOnce(&mut SearchOptions)) -> Result<Vec<Slice>, Error> {
        let mut options = SearchOptions::new(BackfillOptions::new("lake"));
        change(&mut options);
        slices(time(NOW), &options)
    }

    #[test]
    fn half_a_year_is_so_many_whole_days_up_to_now() {
        let slices = planned(|_| {}).unwrap();
        assert_eq!(slices.len(), 181);
        assert_eq!(slices[0].window.start, time("2025-11-12T00:00:00Z"));
        assert_eq!(slices[180].whole().0.end, time("2026-05-11T10:30:00Z"));
        let tile = |pair: &[Slice]| pair[0].whole().0.end == pair[1].whole().0.start;
        assert!(slices.windows(2).all(tile));
        assert!(slices[180].is_open(slices[180].whole()));
        assert!(!slices[179].is_open(slices[179].whole()));
    }

    #[test]
    fn a_span_is_rounded_outwards_so_that_a_slice_has_the_same_name_in_each_run() {
        let slices = planned(|options| {
            options.backfill.since = Some(time("2026-05-03T13:00:00Z"));
            options.backfill.until = Some(time("2026-05-04T01:00:00Z"));
            options.slice = SignedDuration::from_hours(12);
            options.filter = SearchFilter::Services(vec!["Exchange".into(), "OneDrive".into()]);
        });
        let names: Vec<String> = slices.unwrap().iter().map(|it| it.key().window).collect();
        let (first, second) = (
            "20260503T120000Z_20260504T000000Z",
            "20260504T000000Z_20260504T120000Z",
        );
        assert_eq!(names, [first, first, second, second]);
    }

    #[test]
    fn what_cannot_be_searched_is_refused() {
        assert!(planned(|it| it.backfill.since = Some(time("2026-05-12T00:00:00Z"))).is_err());
        assert!(planned(|it| it.slice = SignedDuration::from_hours(7)).is_err());
        let odd = SearchFilter::RecordTypes(vec!["a/b".to_owned()]);
        assert!(planned(|it| it.filter = odd).is_err());
    }

    #[test]
    fn a_part_is_halved_down_to_a_second() {
        let part = |start, end| {
            Part(Window {
                start: time(start),
                end: time(end),
            })
        };
        let day = part("2026-05-03T00:00:00Z", "2026-05-04T00:00:00Z");
        let noon = "2026-05-03T12:00:00Z";
        let halves = [
            part("2026-05-03T00:00:00Z", noon),
            part(noon, "2026-05-04T00:00:00Z"),
        ];
        assert_eq!(day.halves(), Some(halves));
        let second = part("2026-05-03T00:00:00Z", "2026-05-03T00:00:01Z");
        assert_eq!(second.halves(), None);
    }
}
