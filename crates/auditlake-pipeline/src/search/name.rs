//! Names of searches: by them a run finds what an earlier one has asked for, and asks no second time.

use std::collections::HashMap;

use auditlake_api::Window;
use auditlake_api::graph::{QueryState, QueryStatus};
use jiff::{SignedDuration, Timestamp};

use super::plan::{Part, Slice};
use crate::plan::{compact, parse_window, window_name};

/// How long after its end a slice may still get records: the service promises none, most come within an hour and a half,
/// and the feed's are known to come late by a day.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// How old the outcome of a search may be that was asked for before its slice had settled.
const FRESH: SignedDuration = SignedDuration::from_hours(1);
/// When a search is over, whatever the service says: it works on none for longer than a day.
const OVER: SignedDuration = SignedDuration::from_hours(48);

/// Whose searches they are; no other application's are looked at.
const OURS: &str = "auditlake";

/// A search that the service has.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) id: String,
    pub(super) status: QueryStatus,
    pub(super) part: Part,
    pub(super) asked: Timestamp,
}

/// The searches of earlier runs, by feed and start.
#[derive(Debug, Default, Clone)]
pub(super) struct Searches(HashMap<(String, Timestamp), Vec<Known>>);

/// `auditlake/contoso/AuditSearch/20260503T000000Z_20260504T000000Z/20260511T103000Z`: whose, of what, and when it was
/// asked for.
pub(super) fn name(connection: &str, feed: &str, part: Part, asked: Timestamp) -> String {
    let (window, asked) = (window_name(part.0), compact(asked));
    format!("{OURS}/{connection}/{feed}/{window}/{asked}")
}

/// Feed, part and time of a name that is one of the connection's.
fn parse(connection: &str, name: &str) -> Option<(String, Part, Timestamp)> {
    let parts: Vec<&str> = name.split('/').collect();
    let [OURS, of, feed, window, asked] = parts.as_slice() else {
        return None;
    };
    // A time is the start of a window without a length.
    let asked = parse_window(&format!("{asked}_{asked}"))?.start;
    let part = Part(parse_window(window)?);
    (*of == connection).then(|| ((*feed).to_owned(), part, asked))
}

impl Searches {
    /// Those of the connection.
    pub(super) fn of(connection: &str, queries: Vec<QueryState>) -> Self {
        let mut searches = Self::default();
        for query in queries {
            if let Some((feed, part, asked)) = parse(connection, &query.display_name) {
                let known = Known {
                    id: query.id,
                    status: query.status,
                    part,
                    asked,
                };
                searches
                    .0
                    .entry((feed, part.0.start))
                    .or_default()
                    .push(known);
            }
        }
        searches
    }

    /// The one that stands for this part of a slice, if there is any: the last that was asked for.
    pub(super) fn find(&self, slice: &Slice, part: Part, now: Timestamp) -> Option<&Known> {
        let known = self.0.get(&(slice.feed.clone(), part.0.start))?;
        let is_open = slice.is_open(part);
        let is_earlier = |it: &Known| is_long(it.part) && it.part.0.end <= part.0.end;
        let is_of = |it: &&Known| it.part == part || (is_open && is_earlier(it));
        let fit = known.iter().filter(is_of).filter(|it| it.is_of_use(now));
        fit.max_by_key(|it| it.asked)
    }
}

fn is_long(Part(Window { start, end }): Part) -> bool {
    start < end
}

impl Known {
    /// Whether nothing more is to be expected of its slice than it has found or will find.
    pub(super) fn is_final(&self) -> bool {
        is_final(self.part, self.asked)
    }

    fn is_of_use(&self, now: Timestamp) -> bool {
        match self.status {
            QueryStatus::Failed | QueryStatus::Cancelled => false,
            QueryStatus::Succeeded => self.is_final() || self.asked + FRESH >= now,
            _ => self.asked + OVER >= now,
        }
    }
}

/// Whether what is asked for of a part at this time is all there will be.
pub(super) fn is_final(part: Part, asked: Timestamp) -> bool {
    part.0.end + SETTLED_AFTER <= asked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::AUDIT_SEARCH;
    use crate::search::SearchFilter;

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn part(start: &str, end: &str) -> Part {
        Part(Window {
            start: time(start),
            end: time(end),
        })
    }

    fn query(id: &str, name: String, status: QueryStatus) -> QueryState {
        QueryState {
            id: id.to_owned(),
            display_name: name,
            status,
            filter_start: None,
            filter_end: None,
            record_types: Vec::new(),
            services: Vec::new(),
            limit_exceeded: false,
            record_limit: None,
            approximate_records: None,
        }
    }

    const NOW: &str = "2026-05-11T10:30:00Z";

    fn slice(start: &str, end: &str, now: &str) -> Slice {
        Slice {
            feed: AUDIT_SEARCH.to_owned(),
            filter: SearchFilter::All,
            window: part(start, end).0,
            end: time(now).min(time(end)),
        }
    }

    /// Which of the searches that were asked for at these times, and are at that, stands for the slice.
    #[track_caller]
    fn check(slice: &Slice, end: &str, asked: &[(&str, QueryStatus)], expected: Option<&str>) {
        let part = Part(Window {
            start: slice.window.start,
            end: time(end),
        });
        let known = asked.iter().map(|(asked, status)| {
            let name = name("contoso", AUDIT_SEARCH, part, time(asked));
            query(asked, name, status.clone())
        });
        let searches = Searches::of("contoso", known.collect());
        let found = searches.find(slice, slice.whole(), time(NOW));
        assert_eq!(found.map(|it| it.id.as_str()), expected);
    }

    #[test]
    fn a_name_reads_back_and_no_other_is_ours() {
        let part = part("2026-05-03T00:00:00Z", "2026-05-04T00:00:00Z");
        let name = name("contoso", "AuditSearch.Exchange", part, time(NOW));
        let read = parse("contoso", &name);
        assert_eq!(
            read,
            Some(("AuditSearch.Exchange".to_owned(), part, time(NOW)))
        );
        assert_eq!(parse("fabrikam", &name), None);
        for other in ["", "a search", "auditlake/contoso/AuditSearch/x/y"] {
            assert_eq!(parse("contoso", other), None, "{other}");
        }
    }

    #[test]
    fn of_a_day_long_past_the_last_search_that_did_not_fail_stands() {
        let day = slice("2026-05-03T00:00:00Z", "2026-05-04T00:00:00Z", NOW);
        let early = ("2026-05-04T10:00:00Z", QueryStatus::Succeeded);
        let late = ("2026-05-06T10:00:00Z", QueryStatus::Succeeded);
        let end = "2026-05-04T00:00:00Z";
        check(&day, end, &[], None);
        check(&day, end, std::slice::from_ref(&early), None);
        check(&day, end, &[late.clone(), early], Some(late.0));
        let failed = ("2026-05-11T10:00:00Z", QueryStatus::Failed);
        check(&day, end, &[late.clone(), failed.clone()], Some(late.0));
        check(&day, end, &[failed], None);
        let running = ("2026-05-11T10:00:00Z", QueryStatus::Running);
        check(&day, end, std::slice::from_ref(&running), Some(running.0));
        check(
            &day,
            end,
            &[("2026-05-08T10:00:00Z", QueryStatus::Running)],
            None,
        );
        check(&day, "2026-05-03T12:00:00Z", &[running], None);
    }

    #[test]
    fn of_the_day_that_is_not_over_a_search_of_the_last_hour_stands() {
        let day = slice("2026-05-11T00:00:00Z", "2026-05-12T00:00:00Z", NOW);
        let of = |asked| (asked, QueryStatus::Succeeded);
        let (recent, old) = ("2026-05-11T10:10:00Z", "2026-05-11T08:00:00Z");
        check(&day, recent, &[of(recent)], Some(recent));
        check(&day, old, &[of(old)], None);
        check(&day, old, &[(old, QueryStatus::NotStarted)], Some(old));
    }
}
