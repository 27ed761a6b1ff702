//! The first questions of a hunt, one file each, with the SQL that asks the same of the lake.

mod days;
mod downloads;
mod mailboxes;
mod sign_ins;

use std::collections::HashMap;
use std::path::Path;

use jiff::Timestamp;

use super::read::Event;

/// Rows of an answer.
const TOP: usize = 10;

/// A question, the SQL that asks it, and what answers it here.
struct Question {
    title: &'static str,
    /// With `{events}` for the table.
    sql: &'static str,
    answer: fn(&[Event]) -> String,
}

const QUESTIONS: [Question; 4] = [
    Question {
        title: "Events by class and day",
        sql: days::SQL,
        answer: days::answer,
    },
    Question {
        title: "Who fails to sign in, from where?",
        sql: sign_ins::SQL,
        answer: sign_ins::answer,
    },
    Question {
        title: "Who downloads many files within an hour?",
        sql: downloads::SQL,
        answer: downloads::answer,
    },
    Question {
        title: "Which inbox rules and mailbox permissions are new? First those that forward, hide or open",
        sql: mailboxes::SQL,
        answer: mailboxes::answer,
    },
];

/// All answers, as text.
pub(super) fn answers(events: &[Event], lake: &Path) -> String {
    let lake = lake.display().to_string().replace('\'', "''");
    let table = format!("read_parquet('{lake}/events/**/*.parquet')");
    let answers = QUESTIONS.iter().map(|question| {
        let title = console::style(question.title).for_stderr().bold();
        let sql = question.sql.replace("{events}", &table);
        format!("\n{title}\n{}\n{sql}", (question.answer)(events))
    });
    answers.collect::<Vec<_>>().join("\n")
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
mod fixture {
    //! Made-up events.

    use crate::commands::demo::read::{Actor, Event, Metadata, Named};

    pub(super) fn named(name: &str) -> Named {
        Named {
            name: Some(name.to_owned()),
        }
    }

    pub(super) fn event(class: &str, operation: &str, user: &str, minute: i64) -> Event {
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
}
