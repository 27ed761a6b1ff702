//! Readers at the end of a pipe: slow, dying and asleep.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{assert_each_once, hand_on, handing, last_words, lines, text};
use crate::crash::ledger_objects;
use crate::world::World;

/// Nothing here takes nearly as long.
const LIMIT: Duration = Duration::from_mins(5);

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_gets_each_record_once_as_it_came_and_the_next_run_has_nothing_for_it()
-> Result<()> {
    let world = World::week(1_000).await?;
    let mut child = handing(&world, &["--to", "raw"])?
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdout = child.stdout.take().context("a piped standard output")?;
    let (mut taken, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let read = stdout.read(&mut piece)?;
        if read == 0 {
            break;
        }
        taken.extend_from_slice(&piece[..read]);
        std::thread::sleep(Duration::from_micros(500));
    }
    let (code, words) = last_words(&mut child)?;
    assert_eq!(code, Some(0), "{words}");
    assert!(words.contains("handed on"), "{words}");
    assert_each_once(&world, &lines(&taken)?)?;
    assert!(hand_on(&world, &["--to", "raw"])?.is_empty());
    let mut files = crate::crash::lake::files(world.lake())?;
    files.retain(|path| !path.to_string_lossy().contains("_auditlake"));
    assert!(files.is_empty(), "{files:?}");
    Ok(())
}

/// What a reader got, in order: uids with their units.
#[derive(Default)]
struct Got {
    uids: Vec<(Unit, String)>,
}

/// A content type and a day of its availability.
type Unit = (String, String);

impl Got {
    fn of(bytes: &[u8]) -> Self {
        let whole = bytes.rsplit_once_at_break();
        let events = whole
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        let events = events.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
        let uids = events.map(|event| {
            let time = event["metadata"]["logged_time"]
                .as_i64()
                .unwrap_or_default();
            let day = (time / 86_400_000).to_string();
            let unit = (text(&event, "/metadata/log_name").to_owned(), day);
            (unit, text(&event, "/metadata/uid").to_owned())
        });
        Self {
            uids: uids.collect(),
        }
    }
}

trait UpToLastBreak {
    fn rsplit_once_at_break(&self) -> &[u8];
}

impl UpToLastBreak for [u8] {
    /// Up to the last line break: a line that is cut short is none.
    fn rsplit_once_at_break(&self) -> &[u8] {
        let end = self.iter().rposition(|byte| *byte == b'\n');
        end.and_then(|end| self.get(..end)).unwrap_or_default()
    }
}

/// A reader that dies after so many bytes; what it got, and the run's exit code and last words.
fn die_after(world: &World, bytes: u64) -> Result<(Got, Option<i32>, String)> {
    let mut child = handing(world, &["--to", "ndjson"])?
        .stderr(Stdio::piped())
        .spawn()?;
    let stdout = child.stdout.take().context("a piped standard output")?;
    let mut taken = Vec::new();
    stdout.take(bytes).read_to_end(&mut taken)?;
    let (code, words) = last_words(&mut child)?;
    Ok((Got::of(&taken), code, words))
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_dying_reader_did_not_read_comes_again_and_only_the_open_unit_repeats() -> Result<()>
{
    let world = World::week(1_500).await?;
    let mut seen: BTreeSet<String> = BTreeSet::new();
    // What is known of units that were open when a reader died, and that none has had to the end since.
    let mut open: BTreeMap<Unit, BTreeSet<String>> = BTreeMap::new();
    for bytes in [1, 10_000, 50_000, 300_000, 700_000, u64::MAX] {
        let (got, code, words) = die_after(&world, bytes)?;
        if bytes < u64::MAX {
            assert_eq!(code, Some(1), "{words}");
            let says = |what: &str| words.contains(what);
            assert!(
                says("rolled back") && says("run the same command again"),
                "{words}"
            );
        } else {
            assert_eq!(code, Some(0), "{words}");
        }
        for (unit, uid) in &got.uids {
            let is_new = seen.insert(uid.clone());
            let was_open = open.values().any(|uids| uids.contains(uid));
            ensure!(
                is_new || was_open,
                "a record of {unit:?} came again after its unit was taken"
            );
        }
        let last = got.uids.last().map(|(unit, _)| unit.clone());
        open.retain(|unit, _| {
            last.as_ref() == Some(unit) || got.uids.iter().all(|(its, _)| its != unit)
        });
        for (unit, uid) in got.uids {
            if last.as_ref() == Some(&unit) {
                open.entry(unit).or_default().insert(uid);
            }
        }
    }
    assert_eq!(seen.len(), distinct(&world), "each came at least once");
    Ok(())
}

fn distinct(world: &World) -> usize {
    let offered = world.simulator.records(&world.tenant());
    offered.into_iter().collect::<BTreeSet<_>>().len()
}

/// The most memory that a process had, in bytes.
#[cfg(target_os = "linux")]
fn peak(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: u64 = line
        .context("VmHWM")?
        .trim()
        .trim_end_matches(" kB")
        .parse()?;
    Ok(kib << 10)
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_sleeping_reader_holds_up_the_run_in_bounded_memory_and_loses_nothing() -> Result<()> {
    // A limit so small is less than what a run of any size takes beside it.
    const MOST: u64 = 96 << 20;
    let world = World::week(12_000).await?;
    let limit = (32 << 20).to_string();
    // A request that had to wait for the reader would be given up soon.
    let args = ["--to", "raw", "--memory-limit", &limit, "--retry-for", "1s"];
    let mut child = handing(&world, &args)?.stderr(Stdio::piped()).spawn()?;
    let mut stdout = child.stdout.take().context("a piped standard output")?;
    let mut first = [0];
    stdout.read_exact(&mut first)?;
    let (mut requests, mut since) = (0, Instant::now());
    let started = Instant::now();
    while since.elapsed() < Duration::from_secs(3) {
        let now = world.simulator.requests().len();
        if now != requests {
            (requests, since) = (now, Instant::now());
        }
        ensure!(
            started.elapsed() < LIMIT,
            "the run does not wait for its reader"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let fetched = blobs_fetched(&world);
    assert!(
        ledger_objects(&world, ".commit.json") <= 1,
        "one unit is under way"
    );
    let asleep = peak(child.id())?;
    assert!(asleep < MOST, "{asleep} bytes while the reader sleeps");

    let mut taken = first.to_vec();
    stdout.read_to_end(&mut taken)?;
    let (code, words) = last_words(&mut child)?;
    assert_eq!(code, Some(0), "{words}");
    assert_each_once(&world, &lines(&taken)?)?;
    let all = blobs_fetched(&world);
    assert!(
        fetched * 2 < all,
        "{fetched} of {all} blobs were fetched while the reader slept"
    );
    Ok(())
}

#[cfg(target_os = "linux")]
fn blobs_fetched(world: &World) -> usize {
    let requests = world.simulator.requests();
    let is_blob = |path: &str| path.contains("/activity/feed/audit/");
    requests
        .iter()
        .filter(|request| is_blob(&request.path))
        .count()
}
