//! Records for another pipeline: the real binary and what stands for its readers.

mod choice;
mod example;
mod forgets;
mod readers;
#[cfg(unix)]
mod socket;
mod stays;

use std::collections::BTreeMap;
use std::io::Read;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::crash::command;
use crate::world::World;

/// How often each record was handed on.
type Taken = BTreeMap<String, usize>;

/// A backfill that hands on.
fn handing(world: &World, args: &[&str]) -> Result<Command> {
    let mut command = command(world)?;
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    Ok(command)
}

/// What a backfill hands on to a reader that takes everything.
fn hand_on(world: &World, args: &[&str]) -> Result<Vec<String>> {
    let output = handing(world, args)?.output()?;
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.code() == Some(0), "{words}");
    lines(&output.stdout)
}

fn lines(bytes: &[u8]) -> Result<Vec<String>> {
    let text = std::str::from_utf8(bytes)?;
    ensure!(
        text.is_empty() || text.ends_with('\n'),
        "the last line is cut short"
    );
    Ok(text.lines().map(str::to_owned).collect())
}

fn count(lines: &[String]) -> Taken {
    let mut taken = Taken::new();
    for line in lines {
        *taken.entry(whatever_the_order(line)).or_default() += 1;
    }
    taken
}

/// A record whatever the order of its members: the service repeats records in another.
fn whatever_the_order(record: &str) -> String {
    let parsed: Result<Value, _> = serde_json::from_str(record);
    parsed.map_or_else(|_| record.to_owned(), |value| value.to_string())
}

/// Fails unless the lines are the records that the service offers, each once.
fn assert_each_once(world: &World, lines: &[String]) -> Result<()> {
    let taken = count(lines);
    let offered = count(&world.simulator.records(&world.tenant()));
    let missing = offered.keys().filter(|it| !taken.contains_key(*it)).count();
    let strange = taken.keys().filter(|it| !offered.contains_key(*it)).count();
    let repeated = taken.values().filter(|times| **times > 1).count();
    ensure!(!offered.is_empty(), "the service offers nothing");
    ensure!(
        (missing, strange, repeated) == (0, 0, 0),
        "of {} records {missing} are missing, {strange} strange, {repeated} repeated",
        offered.len()
    );
    Ok(())
}

/// What a child says until it ends, and its exit code.
fn last_words(child: &mut Child) -> Result<(Option<i32>, String)> {
    let mut words = String::new();
    let stderr = child.stderr.as_mut().context("a piped standard error")?;
    stderr.read_to_string(&mut words)?;
    Ok((child.wait()?.code(), words))
}

fn text<'a>(event: &'a Value, path: &str) -> &'a str {
    event
        .pointer(path)
        .and_then(Value::as_str)
        .unwrap_or_default()
}
