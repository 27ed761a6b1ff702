//! Who fails to sign in, from where? One address with many users is a password spray.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::{minute, top};
use crate::commands::demo::read::Event;
use crate::print::table::{number, right, table};

/// The same as SQL.
pub(super) const SQL: &str = "\
select src_endpoint.ip, count(*) failures, count(distinct coalesce(\"user\".name, actor.user.name)) users,
       min(time_dt), max(time_dt)
from {events} where class_name = 'Authentication' and status_id = 2 group by 1 order by failures desc limit 10";

/// Failed sign-ins by source address.
pub(super) fn answer(events: &[Event]) -> String {
    let mut table = table(&["address", "failures", "users", "first", "last"]);
    for (address, found) in failures(events) {
        let time = |time: Option<Timestamp>| time.map(minute).unwrap_or_default();
        let users = number(found.users.len() as u64);
        table.add_row([
            address.to_owned(),
            number(found.count),
            users,
            time(found.first),
            time(found.last),
        ]);
    }
    right(&mut table, [1, 2]);
    table.to_string()
}

#[derive(Debug, Default)]
struct Failures<'a> {
    count: u64,
    users: BTreeSet<&'a str>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

fn failures(events: &[Event]) -> Vec<(&str, Failures<'_>)> {
    let mut by_address: HashMap<&str, Failures<'_>> = HashMap::new();
    let failed =
        |event: &&Event| event.class_name == "Authentication" && event.status_id == Some(2);
    for event in events.iter().filter(failed) {
        let found = by_address
            .entry(event.ip().unwrap_or("(none)"))
            .or_default();
        found.count += 1;
        found.users.insert(who(event));
        let time = event.timestamp();
        found.first = found.first.into_iter().chain([time]).min();
        found.last = found.last.into_iter().chain([time]).max();
    }
    top(by_address, |found| found.count)
}

/// A sign-in is on a user; where the record names none, it is the actor.
fn who(event: &Event) -> &str {
    if event.user_name().is_empty() {
        event.actor_name()
    } else {
        event.user_name()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{event, named};
    use super::*;
    use crate::commands::demo::read::Endpoint;

    fn failed_sign_in(user: &str, address: &str, minute: i64) -> Event {
        Event {
            status_id: Some(2),
            src_endpoint: Some(Endpoint {
                ip: Some(address.to_owned()),
            }),
            user: Some(named(user)),
            ..event("Authentication", "UserLoginFailed", user, minute)
        }
    }

    #[test]
    fn failures_are_counted_by_address_with_distinct_users() {
        let mut events = vec![
            failed_sign_in("a@contoso.example", "192.0.2.1", 1),
            failed_sign_in("a@contoso.example", "192.0.2.1", 2),
            failed_sign_in("b@contoso.example", "192.0.2.1", 3),
            failed_sign_in("a@contoso.example", "198.51.100.1", 1),
        ];
        events.push(Event {
            status_id: Some(1),
            ..failed_sign_in("c@contoso.example", "203.0.113.1", 1)
        });
        let found: Vec<_> = failures(&events)
            .into_iter()
            .map(|(ip, f)| (ip, f.count, f.users.len()))
            .collect();
        assert_eq!(found, [("192.0.2.1", 3, 2), ("198.51.100.1", 1, 1)]);
    }
}
