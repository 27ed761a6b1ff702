//! What is in the lake?

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::commands::demo::read::Event;
use crate::print::table::{number, right, table};

/// The same as SQL.
pub(super) const SQL: &str =
    "select class_name, event_day, count(*) from {events} group by all order by all";

/// Days that have a column of their own: a week touches so many.
const DAYS: i64 = 8;
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Events by class and day.
pub(super) fn answer(events: &[Event]) -> String {
    let last = events.iter().map(day).max().unwrap_or_default();
    let first = last - DAYS;
    let mut counts: BTreeMap<&str, BTreeMap<i64, u64>> = BTreeMap::new();
    for event in events {
        let by_day = counts.entry(&event.class_name).or_default();
        // What happened before and was published late shares a column.
        *by_day.entry(day(event).max(first)).or_default() += 1;
    }
    let days: Vec<String> = (first + 1..=last).map(day_name).collect();
    let mut header = vec!["class", "earlier"];
    header.extend(days.iter().map(String::as_str));
    header.push("all");
    let mut table = table(&header);
    for (class, by_day) in counts {
        let cells =
            (first..=last).map(|day| by_day.get(&day).copied().map(number).unwrap_or_default());
        let all = number(by_day.values().sum());
        table.add_row(std::iter::once(class.to_owned()).chain(cells).chain([all]));
    }
    right(&mut table, 1..header.len());
    table.to_string()
}

/// Days since 1970, UTC.
fn day(event: &Event) -> i64 {
    event.time.div_euclid(DAY_MILLIS)
}

fn day_name(day: i64) -> String {
    let start = Timestamp::from_millisecond(day * DAY_MILLIS).unwrap_or_default();
    start.strftime("%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::event;
    use super::*;

    #[test]
    fn late_events_share_a_column() {
        let days = [1, 2, 20, 21]
            .map(|day| event("API Activity", "x", "a@contoso.example", day * 24 * 60));
        let text = answer(&days);
        let row = text
            .lines()
            .find(|line| line.contains("API Activity"))
            .unwrap_or_default();
        let cells: Vec<&str> = row.split(['│', '┆']).map(str::trim).collect();
        assert_eq!(
            cells,
            [
                "",
                "API Activity",
                "2",
                "",
                "",
                "",
                "",
                "",
                "",
                "1",
                "1",
                "4",
                ""
            ]
        );
    }
}
