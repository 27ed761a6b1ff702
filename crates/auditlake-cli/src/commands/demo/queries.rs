//! The first questions of a hunt, each with the SQL that asks the same of the lake.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use console::Term;
use jiff::Timestamp;
use serde::Deserialize;

use super::read::{Event, Resource};
use crate::print::table::{number, right, table};

/// Rows of an answer.
const TOP: usize = 10;
/// Characters of a cmdlet's parameters that are shown.
const DETAIL_CHARS: usize = 90;

const BY_DAY: &str =
    "select class_name, event_day, count(*) from {events} group by all order by all";

const FAILED_SIGN_INS: &str = "\
select src_endpoint.ip, count(*) failures, count(distinct coalesce(\"user\".name, actor.user.name)) users,
       min(time_dt), max(time_dt)
from {events} where class_name = 'Authentication' and status_id = 2 group by 1 order by failures desc limit 10";

const DOWNLOADS: &str = "\
select actor.user.name, date_trunc('hour', time_dt) as hour, count(*) downloads
from {events} where metadata.event_code in ('FileDownloaded', 'FileSyncDownloadedFull')
group by 1, 2 order by downloads desc limit 10";

const MAILBOX_CHANGES: &str = "\
select time_dt, actor.user.name, metadata.event_code, resources[1].name, resources[1].data
from {events} where metadata.event_code in ('New-InboxRule', 'UpdateInboxRules', 'Add-MailboxPermission',
       'Add-RecipientPermission', 'Add-MailboxFolderPermission', 'AddFolderPermissions')
order by time_dt desc limit 10";

const DOWNLOAD_OPERATIONS: [&str; 2] = ["FileDownloaded", "FileSyncDownloadedFull"];
const MAILBOX_OPERATIONS: [&str; 6] = [
    "New-InboxRule",
    "UpdateInboxRules",
    "Add-MailboxPermission",
    "Add-RecipientPermission",
    "Add-MailboxFolderPermission",
    "AddFolderPermissions",
];

/// All answers, as text.
pub(super) fn answers(events: &[Event], lake: &Path) -> String {
    let table = format!("read_parquet('{}/events/**/*.parquet')", lake.display());
    let answer = |title: &str, sql: &str, answer: String| {
        format!(
            "\n{}\n{answer}\n{}",
            console::style(title).for_stderr().bold(),
            sql.replace("{events}", &table)
        )
    };
    [
        answer("Events by class and day", BY_DAY, by_day(events)),
        answer(
            "Who fails to sign in, from where?",
            FAILED_SIGN_INS,
            failed_sign_ins(events),
        ),
        answer(
            "Who downloads many files within an hour?",
            DOWNLOADS,
            downloads(events),
        ),
        answer(
            "Which inbox rules and mailbox permissions are new?",
            MAILBOX_CHANGES,
            mailbox_changes(events),
        ),
    ]
    .join("\n")
}

fn by_day(events: &[Event]) -> String {
    let day = |event: &Event| event.timestamp().strftime("%m-%d").to_string();
    let days: BTreeSet<String> = events.iter().map(day).collect();
    let mut counts: BTreeMap<&str, BTreeMap<String, u64>> = BTreeMap::new();
    for event in events {
        *counts
            .entry(&event.class_name)
            .or_default()
            .entry(day(event))
            .or_default() += 1;
    }
    let mut header = vec!["class"];
    header.extend(days.iter().map(String::as_str));
    header.push("all");
    let mut table = table(&Term::stderr(), &header);
    for (class, by_day) in counts {
        let cells = days
            .iter()
            .map(|day| by_day.get(day).copied().map(number).unwrap_or_default());
        let all = number(by_day.values().sum());
        table.add_row(std::iter::once(class.to_owned()).chain(cells).chain([all]));
    }
    right(&mut table, 1..header.len());
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
        found.users.insert(if event.user_name().is_empty() {
            event.actor_name()
        } else {
            event.user_name()
        });
        found.first = Some(
            found
                .first
                .map_or(event.timestamp(), |first| first.min(event.timestamp())),
        );
        found.last = Some(
            found
                .last
                .map_or(event.timestamp(), |last| last.max(event.timestamp())),
        );
    }
    top(by_address, |found| found.count)
}

fn failed_sign_ins(events: &[Event]) -> String {
    let mut table = table(
        &Term::stderr(),
        &["address", "failures", "users", "first", "last"],
    );
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

fn downloads_by_hour(events: &[Event]) -> Vec<((&str, String), u64)> {
    let mut counts: HashMap<(&str, String), u64> = HashMap::new();
    for event in events
        .iter()
        .filter(|event| DOWNLOAD_OPERATIONS.contains(&event.operation()))
    {
        let hour = event.timestamp().strftime("%Y-%m-%d %H:00").to_string();
        *counts.entry((event.actor_name(), hour)).or_default() += 1;
    }
    top(counts, |count| *count)
}

fn downloads(events: &[Event]) -> String {
    let mut table = table(&Term::stderr(), &["user", "hour (UTC)", "downloads"]);
    for ((user, hour), count) in downloads_by_hour(events) {
        table.add_row([user.to_owned(), hour, number(count)]);
    }
    right(&mut table, [2]);
    table.to_string()
}

fn mailbox_changes(events: &[Event]) -> String {
    let mut table = table(&Term::stderr(), &["time", "who", "operation", "on", "how"]);
    let mut found: Vec<&Event> = events
        .iter()
        .filter(|event| MAILBOX_OPERATIONS.contains(&event.operation()))
        .collect();
    found.sort_by_key(|event| Reverse((event.timestamp(), event.operation())));
    for event in found.into_iter().take(TOP) {
        let object = event.resources.iter().flatten().next();
        table.add_row([
            minute(event.timestamp()),
            event.actor_name().to_owned(),
            event.operation().to_owned(),
            object
                .and_then(|object| object.name.clone())
                .unwrap_or_default(),
            shortened(&detail(event, object)),
        ]);
    }
    table.to_string()
}

/// Who was given what, or a cmdlet's parameters.
fn detail(event: &Event, object: Option<&Resource>) -> String {
    let given = event.privileges.as_deref().unwrap_or_default();
    if !given.is_empty() && !event.user_name().is_empty() {
        return format!("{} to {}", given.join(", "), event.user_name());
    }
    let data = object
        .and_then(|object| object.data.as_deref())
        .unwrap_or_default();
    parameters(data).unwrap_or_else(|| data.to_owned())
}

/// One of a cmdlet's parameters.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    name: String,
    value: String,
}

/// A cmdlet's parameters in a line; none when the JSON is something else.
fn parameters(json: &str) -> Option<String> {
    let parameters: Vec<Parameter> = serde_json::from_str(json).ok()?;
    let told = parameters
        .iter()
        .map(|parameter| format!("{}={}", parameter.name, parameter.value));
    Some(told.collect::<Vec<_>>().join(", "))
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= DETAIL_CHARS {
        return text.to_owned();
    }
    text.chars().take(DETAIL_CHARS).chain(['…']).collect()
}

fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}

/// The largest first; among equals by key, so that the answer is the same each time.
fn top<K: Ord, V>(counts: HashMap<K, V>, size: impl Fn(&V) -> u64) -> Vec<(K, V)> {
    let mut counts: Vec<(K, V)> = counts.into_iter().collect();
    counts.sort_by(|a, b| size(&b.1).cmp(&size(&a.1)).then_with(|| a.0.cmp(&b.0)));
    counts.truncate(TOP);
    counts
}

#[cfg(test)]
mod tests {
    use super::super::read::{Actor, Endpoint, Metadata, Named};
    use super::*;

    fn named(name: &str) -> Named {
        Named {
            name: Some(name.to_owned()),
        }
    }

    fn event(class: &str, operation: &str, user: &str, minute: i64) -> Event {
        Event {
            class_name: class.to_owned(),
            time: minute * 60_000,
            metadata: Metadata {
                event_code: Some(operation.to_owned()),
            },
            actor: Some(Actor {
                user: Some(named(user)),
            }),
            ..Event::default()
        }
    }

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
    fn mailbox_changes_show_parameters_newest_first() {
        let mut rule = event("API Activity", "New-InboxRule", "a@contoso.example", 1);
        rule.resources = Some(vec![Resource {
            name: Some("b@contoso.example".to_owned()),
            data: Some(r#"[{"Name":"DeleteMessage","Value":"True"}]"#.to_owned()),
        }]);
        let text = mailbox_changes(&[
            rule,
            event(
                "User Access Management",
                "Add-MailboxPermission",
                "a@contoso.example",
                2,
            ),
        ]);
        let (first, second) = (
            text.find("Add-MailboxPermission"),
            text.find("New-InboxRule"),
        );
        assert!(first.is_some() && first < second, "{text}");
        assert!(text.contains("DeleteMessage=True"), "{text}");
    }

    #[test]
    fn the_sql_names_the_operations_that_are_counted() {
        for operation in DOWNLOAD_OPERATIONS {
            assert!(DOWNLOADS.contains(operation), "{operation}");
        }
        for operation in MAILBOX_OPERATIONS {
            assert!(MAILBOX_CHANGES.contains(operation), "{operation}");
        }
    }
}
