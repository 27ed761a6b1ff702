//! Who downloads many files within an hour?

use std::collections::HashMap;

use super::top;
use crate::commands::demo::read::Event;
use crate::print::table::{number, right, table};

/// The same as SQL.
pub(super) const SQL: &str = "\
select actor.user.name, date_trunc('hour', time_dt) as hour, count(*) downloads
from {events} where metadata.event_code in ('FileDownloaded', 'FileSyncDownloadedFull')
group by 1, 2 order by downloads desc limit 10";

const OPERATIONS: [&str; 2] = ["FileDownloaded", "FileSyncDownloadedFull"];

/// Downloads by user and hour.
pub(super) fn answer(events: &[Event]) -> String {
    let mut table = table(&["user", "hour (UTC)", "downloads"]);
    for ((user, hour), count) in downloads_by_hour(events) {
        table.add_row([user.to_owned(), hour, number(count)]);
    }
    right(&mut table, [2]);
    table.to_string()
}

fn downloads_by_hour(events: &[Event]) -> Vec<((&str, String), u64)> {
    let mut counts: HashMap<(&str, String), u64> = HashMap::new();
    for event in events
        .iter()
        .filter(|event| OPERATIONS.contains(&event.operation()))
    {
        let hour = event.timestamp().strftime("%Y-%m-%d %H:00").to_string();
        *counts.entry((event.actor_name(), hour)).or_default() += 1;
    }
    top(counts, |count| *count)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::event;
    use super::*;

    #[test]
    fn downloads_are_counted_by_user_and_hour() {
        let at = |minute| {
            event(
                "File Hosting Activity",
                "FileDownloaded",
                "a@contoso.example",
                minute,
            )
        };
        let events = [
            at(1),
            at(59),
            at(60),
            event(
                "File Hosting Activity",
                "FileAccessed",
                "b@contoso.example",
                1,
            ),
        ];
        let found: Vec<u64> = downloads_by_hour(&events)
            .into_iter()
            .map(|(_, count)| count)
            .collect();
        assert_eq!(found, [2, 1]);
    }

    #[test]
    fn the_sql_names_the_operations_that_are_counted() {
        for operation in OPERATIONS {
            assert!(SQL.contains(operation), "{operation}");
        }
    }
}
