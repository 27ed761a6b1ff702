//! Which windows of which content types to list, oldest first.
//!
//! The service lists content by `contentCreated`, at most 24 hours at once and never from a start more than seven
//! days back (Microsoft, Office 365 Management Activity API reference, "List available content"): `AF20055`
//! otherwise. It measures by its own clock when the request arrives, for every page again, so a start keeps a
//! margin from that edge: [`EDGE_MARGIN`] when planned, [`REQUEST_MARGIN`] when asked for.

use std::fmt;

use auditlake_api::{ContentType, Window};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::error::Error;

/// How long the service keeps content.
pub const RETENTION: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How far inside the seven days the first window starts when it is planned.
pub const EDGE_MARGIN: SignedDuration = SignedDuration::from_mins(5);
/// How far inside the seven days a start must be when it is asked for: clocks differ and listings have pages.
pub const REQUEST_MARGIN: SignedDuration = SignedDuration::from_mins(2);
/// How far before the seven days the ledger is looked at: windows are up to a day long, and late.
pub(crate) const LEDGER_MARGIN: SignedDuration = SignedDuration::from_hours(48);
/// The longest window that may be listed at once.
pub const MAX_WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// The window's name in the ledger: sorts by time, and fit for a path in every store.
pub fn window_name(window: Window) -> String {
    format!("{}_{}", compact(window.start), compact(window.end))
}

/// The window of such a name; none for the name of something else.
pub(crate) fn parse_window(name: &str) -> Option<Window> {
    let (start, end) = name.split_once('_')?;
    let time = |text| {
        let time = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
        TimeZone::UTC.to_timestamp(time).ok()
    };
    Some(Window {
        start: time(start)?,
        end: time(end)?,
    })
}

/// `20260504T100000Z`.
pub(crate) fn compact(time: Timestamp) -> impl fmt::Display {
    time.strftime("%Y%m%dT%H%M%SZ")
}

/// What is listed, fetched, written and committed together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) content_type: ContentType,
    /// The whole aligned window, which names the unit in the ledger.
    pub(crate) window: Window,
    /// The part of it that is asked for.
    pub(crate) asked: Window,
    /// All that is asked for was listed before: what slides past the edge meanwhile is not lost.
    pub(crate) listed_before: bool,
}

/// What a run will list.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Oldest first, since the oldest expires first.
    pub(crate) units: Vec<Unit>,
    /// What was asked for and is older than the service keeps.
    pub(crate) lost: Option<Window>,
}

/// What remains of a unit's span when it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ask {
    /// What to list; none when all of it is past the edge.
    pub(crate) list: Option<Window>,
    /// What slid past the edge.
    pub(crate) lost: Option<Window>,
}

/// The span that a user asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) since: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
    pub(crate) window: SignedDuration,
}

/// Cuts `[since, until)` into units at aligned window boundaries.
pub(crate) fn plan(
    now: Timestamp,
    span: &Span,
    content_types: &[ContentType],
) -> Result<Plan, Error> {
    check_window(span.window)?;
    let edge = now - RETENTION + EDGE_MARGIN;
    let since = whole_second(span.since.unwrap_or(edge));
    let until = whole_second(span.until.map_or(now, |until| until.min(now)));
    if since >= until {
        return Err(Error::Config(format!(
            "nothing to read: `{since}` is not before `{until}`"
        )));
    }
    // Whoever asks for "seven days" means all that there is: only what is clearly older is named as lost.
    let lost = (since < now - RETENTION - EDGE_MARGIN).then(|| Window {
        start: since,
        end: until.min(whole_second(edge)),
    });
    let asked = Window {
        start: since.max(whole_second(edge)),
        end: until,
    };
    let units = cut(asked, span.window)
        .flat_map(|(window, asked)| {
            content_types.iter().map(move |&content_type| Unit {
                content_type,
                window,
                asked,
                listed_before: false,
            })
        })
        .collect();
    Ok(Plan { units, lost })
}

impl Unit {
    /// Whether the service is to be asked what there is; else it is known already.
    pub(crate) fn is_to_be_listed(&self) -> bool {
        self.asked.start < self.asked.end
    }

    /// What may be asked for at `now`: never a start that the service would refuse.
    pub(crate) fn ask(&self, now: Timestamp) -> Ask {
        let edge = whole_second(now - RETENTION + REQUEST_MARGIN);
        let Window { start, end } = self.asked;
        if !self.is_to_be_listed() {
            return Ask {
                list: None,
                lost: None,
            };
        }
        Ask {
            list: (end > edge).then(|| Window {
                start: start.max(edge),
                end,
            }),
            lost: (start < edge).then(|| Window {
                start,
                end: end.min(edge),
            }),
        }
    }
}

/// The aligned windows that a span touches, each with the part of it that the span covers.
pub(crate) fn cut(span: Window, length: SignedDuration) -> impl Iterator<Item = (Window, Window)> {
    let length = length.as_secs();
    let first = span.start.as_second().div_euclid(length);
    let last = (span.end.as_second() - 1).div_euclid(length);
    (first..=last)
        .map(move |index| {
            let window = Window {
                start: at(index * length),
                end: at((index + 1) * length),
            };
            (
                window,
                Window {
                    start: window.start.max(span.start),
                    end: window.end.min(span.end),
                },
            )
        })
        .filter(|(_, asked)| asked.start < asked.end)
}

/// Refuses a window length that the service or the ledger cannot do with.
pub(crate) fn check_window(length: SignedDuration) -> Result<(), Error> {
    let secs = length.as_secs();
    let whole_minutes = secs % 60 == 0 && length.subsec_nanos() == 0;
    if secs < 60 || length > MAX_WINDOW || !whole_minutes || MAX_WINDOW.as_secs() % secs != 0 {
        return Err(Error::Config(format!(
            "a window of `{length:#}` does not work: it must be whole minutes that divide 24 hours"
        )));
    }
    Ok(())
}

/// The service takes whole seconds.
fn whole_second(time: Timestamp) -> Timestamp {
    at(time.as_millisecond().div_euclid(1000))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(if second < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-05-11T10:30:15.5Z";

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    fn span(since: Option<&str>, until: Option<&str>) -> Span {
        Span {
            since: since.map(time),
            until: until.map(time),
            window: SignedDuration::from_hours(1),
        }
    }

    fn planned(span: &Span) -> Plan {
        plan(time(NOW), span, &[ContentType::ALL[0]]).expect("a plan")
    }

    #[test]
    fn seven_days_tile_without_a_hole_from_inside_the_edge_to_now() {
        let plan = planned(&span(None, None));
        let asked: Vec<Window> = plan.units.iter().map(|unit| unit.asked).collect();
        assert_eq!(asked[0].start, time("2026-05-04T10:35:15Z"));
        assert_eq!(asked[asked.len() - 1].end, time("2026-05-11T10:30:15Z"));
        assert!(asked.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(plan.units.len(), 169);
        assert!(
            plan.units
                .iter()
                .all(|unit| unit.asked.start >= time(NOW) - RETENTION)
        );
        assert_eq!(plan.lost, None);
    }

    #[test]
    fn the_ledger_name_is_of_the_whole_window_and_sorts_by_time() {
        let plan = planned(&span(None, None));
        let names: Vec<String> = plan
            .units
            .iter()
            .map(|unit| window_name(unit.window))
            .collect();
        assert_eq!(names[0], "20260504T100000Z_20260504T110000Z");
        assert_eq!(names[names.len() - 1], "20260511T100000Z_20260511T110000Z");
        assert!(names.is_sorted());
    }

    #[test]
    fn content_types_take_turns_oldest_window_first() {
        let plan = plan(
            time(NOW),
            &span(Some("2026-05-11T08:00:00Z"), None),
            &ContentType::ALL,
        );
        let units = plan.expect("a plan").units;
        assert_eq!(units.len(), 3 * ContentType::ALL.len());
        assert!(units.iter().map(|unit| unit.window.start).is_sorted());
        assert_eq!(units[1].content_type, ContentType::ALL[1]);
    }

    #[test]
    fn what_is_older_than_seven_days_is_clamped_and_named() {
        let old = planned(&span(Some("2026-05-01T00:00:00Z"), None));
        assert_eq!(
            old.lost,
            Some(Window {
                start: time("2026-05-01T00:00:00Z"),
                end: time("2026-05-04T10:35:15Z")
            })
        );
        assert_eq!(old.units[0].asked.start, time("2026-05-04T10:35:15Z"));
        let wholly = planned(&span(
            Some("2026-05-01T00:00:00Z"),
            Some("2026-05-02T00:00:00Z"),
        ));
        assert!(wholly.units.is_empty());
        assert!(wholly.lost.is_some());
        let seven_days = planned(&span(Some("2026-05-04T10:30:12Z"), None));
        assert_eq!(seven_days.lost, None);
    }

    #[test]
    fn a_window_that_slid_past_the_edge_is_asked_for_from_the_edge() {
        let unit = planned(&span(None, None)).units.remove(0);
        let later = |minutes| unit.ask(time(NOW) + SignedDuration::from_mins(minutes));
        assert_eq!(
            later(3),
            Ask {
                list: Some(unit.asked),
                lost: None
            }
        );
        let edge = time("2026-05-04T10:42:15Z");
        assert_eq!(
            later(10),
            Ask {
                list: Some(Window {
                    start: edge,
                    end: unit.asked.end
                }),
                lost: Some(Window {
                    start: unit.asked.start,
                    end: edge
                })
            }
        );
        assert_eq!(
            later(60),
            Ask {
                list: None,
                lost: Some(unit.asked)
            }
        );
    }

    #[test]
    fn what_cannot_be_planned_is_refused() {
        let now = time(NOW);
        let window = |secs| Span {
            window: SignedDuration::from_secs(secs),
            ..span(None, None)
        };
        for secs in [0, -3600, 30, 90, 7 * 3600, 25 * 3600] {
            assert!(
                plan(now, &window(secs), &ContentType::ALL).is_err(),
                "{secs}"
            );
        }
        for secs in [60, 900, 3600, 86_400] {
            assert!(
                plan(now, &window(secs), &ContentType::ALL).is_ok(),
                "{secs}"
            );
        }
        assert!(
            plan(
                now,
                &span(Some("2026-05-12T00:00:00Z"), None),
                &ContentType::ALL
            )
            .is_err()
        );
    }
}
