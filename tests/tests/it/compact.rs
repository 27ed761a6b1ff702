//! A lake is compacted: killed at any moment, beside a backfill, and before the next one.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use auditlake_pipeline::ContentType;
use jiff::SignedDuration;

use crate::world::{World, binary};

/// Days of the service's week are closed before this one.
const LATER: &str = "2100-01-01";

fn auditlake(arguments: &[&str], lake: &Path) -> Result<Command> {
    let mut command = Command::new(binary()?);
    command.args(arguments).arg("--lake").arg(lake);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Ok(command)
}

fn compact(lake: &Path) -> Result<Child> {
    Ok(auditlake(&["compact", "--until", LATER], lake)?.spawn()?)
}

/// Compacts to the end, and looks at the result with the hash of every file.
fn compact_and_check(lake: &Path) -> Result<()> {
    let status = compact(lake)?.wait()?;
    ensure!(status.code() == Some(0), "compact: {status}");
    let check = auditlake(&["lake", "check", "--deep", "--output", "json"], lake)?
        .stdout(Stdio::piped())
        .output()?;
    let told = String::from_utf8_lossy(&check.stdout);
    ensure!(
        check.status.code() == Some(0),
        "check: {} {told}",
        check.status
    );
    Ok(())
}

/// Files of the lake whose path has both parts.
fn files(directory: &Path, part: &str, suffix: &str) -> usize {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&entry.path(), part, suffix),
            _ => {
                let path = entry.path().to_string_lossy().into_owned();
                usize::from(path.contains(part) && path.ends_with(suffix))
            }
        })
        .sum()
}

/// Something that a compaction does again and again.
#[derive(Debug, Clone, Copy)]
enum Moment {
    Intent,
    File,
    Commit,
    Removal,
}

impl Moment {
    /// How often it was done.
    fn count(self, lake: &Path) -> usize {
        match self {
            Self::Intent => files(lake, ".compaction", ".intent.json"),
            Self::File => files(lake, "compact-", ".parquet"),
            Self::Commit => files(lake, ".compaction", ".commit.json"),
            // Each removal is one file less.
            Self::Removal => 100_000 - files(lake, "-Audit.", ".parquet"),
        }
    }
}

/// Waits until it was done so many times more, or the process has ended.
async fn until(lake: &Path, child: &mut Child, moment: Moment, times: usize) -> Result<()> {
    let limit = Instant::now() + Duration::from_mins(1);
    let goal = moment.count(lake) + times;
    while moment.count(lake) < goal && child.try_wait()?.is_none() {
        ensure!(Instant::now() < limit, "nothing happens");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

/// Numbers that look random and are the same each time.
fn draw(seed: &mut u64, below: u64) -> u64 {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % below
}

async fn week_in_small_files(records: usize) -> Result<World> {
    let world = World::week(records).await?;
    let mut options = world.options();
    options.window = SignedDuration::from_hours(6);
    world.run_with(options).await?;
    world.assert_each_once()?;
    Ok(world)
}

async fn run_in_small_windows(world: &World) -> Result<auditlake_pipeline::Report> {
    let mut options = world.options();
    options.window = SignedDuration::from_hours(6);
    Ok(world.run_with(options).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_no_record_is_lost_and_finally_none_is_there_twice() -> Result<()> {
    let world = week_in_small_files(1_000).await?;
    let before = world.verdict()?;
    let small = files(world.lake(), "events", ".parquet");
    let (mut seed, mut killed) = (20_260_504, 0);
    let moments = [
        Moment::Intent,
        Moment::File,
        Moment::Commit,
        Moment::Removal,
    ];
    for round in 0..6 {
        let moment = moments[round % moments.len()];
        let mut child = compact(world.lake())?;
        let times = usize::try_from(1 + draw(&mut seed, 4))?;
        until(world.lake(), &mut child, moment, times).await?;
        killed += usize::from(child.try_wait()?.is_none());
        child.kill()?;
        child.wait()?;
        let found = world.verdict()?;
        ensure!(
            (found.missing, found.strange) == (0, 0),
            "{moment:?} {times}: {found:?}"
        );
        if round % 2 == 1 {
            let report = run_in_small_windows(&world).await?;
            ensure!(
                report.events == 0,
                "the backfill adds {} events",
                report.events
            );
            let settled = world.assert_each_once()?;
            assert_eq!(
                settled, before,
                "a backfill settles what was killed at {moment:?}"
            );
        }
    }
    compact_and_check(world.lake())?;
    assert_eq!(world.assert_each_once()?, before);
    let large = files(world.lake(), "events", ".parquet");
    ensure!(large < small, "{small} files became {large}");
    ensure!(killed > 3, "only {killed} compactions were killed at work");
    assert_eq!(
        Moment::Intent.count(world.lake()),
        Moment::Commit.count(world.lake()),
        "no intent is left open"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backfill_after_a_compaction_adds_what_is_new_and_nothing_else() -> Result<()> {
    let world = World::week(1_000).await?;
    let mut options = world.options();
    options.window = SignedDuration::from_hours(6);
    let all = options.content_types.clone();
    options.content_types = vec![ContentType::AzureActiveDirectory, ContentType::General];
    world.run_with(options.clone()).await?;
    compact_and_check(world.lake())?;
    // Records of one content type come again in another: the compacted files must be known for it.
    options.content_types = all;
    let second = world.run_with(options.clone()).await?;
    ensure!(second.events > 0, "the other content types are new");
    world.assert_each_once()?;
    compact_and_check(world.lake())?;
    let third = world.run_with(options).await?;
    assert_eq!((third.events, third.files, third.blobs.fetched), (0, 0, 0));
    world.assert_each_once()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_compactions_and_a_backfill_at_once_lose_and_repeat_nothing() -> Result<()> {
    let world = World::week(1_000).await?;
    let mut options = world.options();
    options.window = SignedDuration::from_hours(6);
    options.content_types = vec![ContentType::Exchange, ContentType::SharePoint];
    world.run_with(options).await?;
    let (mut one, mut two) = (compact(world.lake())?, compact(world.lake())?);
    run_in_small_windows(&world).await?;
    let codes = [one.wait()?.code(), two.wait()?.code()];
    ensure!(
        codes.iter().all(|code| matches!(code, Some(0 | 4))),
        "{codes:?}"
    );
    compact_and_check(world.lake())?;
    world.assert_each_once()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_names_what_is_wrong_and_what_helps() -> Result<()> {
    let world = week_in_small_files(200).await?;
    compact_and_check(world.lake())?;
    let mut paths = Vec::new();
    let mut open = vec![world.lake().join("events")];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                paths.push(path);
            }
        }
    }
    paths.sort();
    std::fs::remove_file(&paths[0])?;
    std::fs::copy(&paths[1], paths[1].with_file_name("mine.parquet"))?;
    let mut bytes = std::fs::read(&paths[2])?;
    bytes[100] ^= 1;
    std::fs::write(&paths[2], bytes)?;
    for (deep, expected) in [
        (false, vec!["missing", "foreign"]),
        (true, vec!["missing", "foreign", "wrong_hash"]),
    ] {
        let mut command = auditlake(&["lake", "check", "--output", "json"], world.lake())?;
        if deep {
            command.arg("--deep");
        }
        let output = command.stdout(Stdio::piped()).output()?;
        assert_eq!(output.status.code(), Some(4));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let findings = report["findings"].as_array().cloned().unwrap_or_default();
        let kinds: Vec<_> = findings
            .iter()
            .filter_map(|finding| finding["kind"].as_str())
            .collect();
        assert_eq!(kinds, expected);
        ensure!(findings.iter().all(|finding| {
            finding["help"]
                .as_str()
                .is_some_and(|help| !help.is_empty())
        }));
    }
    Ok(())
}
