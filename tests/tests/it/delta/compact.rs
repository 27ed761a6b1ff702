//! Compactions of Delta tables.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::crash::spawn;
use crate::world::{World, binary};

fn auditlake(arguments: &[&str], lake: &Path) -> Result<Command> {
    let mut command = Command::new(binary()?);
    command.args(arguments).arg("--lake").arg(lake);
    Ok(command)
}

fn compact(lake: &Path, more: &[&str]) -> Result<Command> {
    // The days of the service's week are closed before this one.
    let arguments = [&["compact", "--until", "2100-01-01"], more].concat();
    auditlake(&arguments, lake)
}

fn run(mut command: Command) -> Result<()> {
    let output = command.output()?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    ensure!(output.status.code() == Some(0), "{} {said}", output.status);
    Ok(())
}

/// Files below a directory whose names end so.
fn files(directory: &Path, suffix: &str) -> usize {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&entry.path(), suffix),
            _ => usize::from(entry.file_name().to_string_lossy().ends_with(suffix)),
        })
        .sum()
}

async fn small_files() -> Result<World> {
    let world = World::week(800).await?;
    let mut options = world.delta_options();
    options.window = jiff::SignedDuration::from_hours(6);
    world.run_with(options).await?;
    Ok(world)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compaction_is_one_commit_and_what_it_replaces_stays_for_a_while() -> Result<()> {
    let world = small_files().await?;
    let (lake, before) = (world.lake(), world.read_delta()?);
    let on_disk = files(lake, ".parquet");
    run(compact(lake, &[])?)?;
    let after = world.read_delta()?;
    ensure!(
        after["files"].as_u64() < before["files"].as_u64(),
        "{after}"
    );
    assert_eq!(after["by_class"], before["by_class"]);
    ensure!(files(lake, ".parquet") > on_disk, "nothing was removed yet");
    run(auditlake(&["lake", "check", "--deep"], lake)?)?;
    // Nothing is merged again, and nothing registered.
    run(compact(lake, &[])?)?;
    assert_eq!(world.read_delta()?["version"], after["version"]);
    run(compact(lake, &["--keep-replaced", "0s"])?)?;
    ensure!(
        files(lake, ".parquet") < on_disk,
        "the replaced files are gone"
    );
    assert_eq!(world.read_delta()?["files"], after["files"]);
    run(auditlake(&["lake", "check"], lake)?)?;
    // The next backfill knows the records by the new files.
    let again = world.run().await?;
    assert_eq!((again.records, again.events), (0, 0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compaction_that_is_killed_again_and_again_leaves_the_table_whole() -> Result<()> {
    let world = small_files().await?;
    let lake = world.lake();
    let ledger = lake.join("_auditlake/ledger/.compaction");
    for (kind, more) in [
        (".intent.json", 2),
        (".commit.json", 1),
        (".commit.json", 3),
    ] {
        let have = files(&ledger, kind);
        let mut child = spawn(&mut compact(lake, &[])?)?;
        let limit = Instant::now() + Duration::from_mins(1);
        while files(&ledger, kind) < have + more && child.try_wait()?.is_none() {
            ensure!(Instant::now() < limit, "nothing happens");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        child.kill()?;
        child.wait()?;
        // Readers find each record once at any moment.
        world.read_delta()?;
    }
    run(compact(lake, &[])?)?;
    let found = world.read_delta()?;
    ensure!(found["files"].as_u64() < Some(100), "{found}");
    run(auditlake(&["lake", "check", "--deep"], lake)?)?;
    Ok(())
}
