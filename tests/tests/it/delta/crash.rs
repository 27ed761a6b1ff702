//! A run into Delta tables may be killed at any moment, its store may fail at any call, and two may run at once.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use auditlake_pipeline::BackfillOptions;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::delta;
use crate::crash::command;
use crate::crash::store::{Plan, Shared, Trouble};
use crate::world::World;

fn troubled(world: &World, shared: &std::sync::Arc<Shared>) -> Result<BackfillOptions> {
    Ok(BackfillOptions {
        layout: delta(),
        ..world.troubled(shared)?
    })
}

/// Where the log is, of either table.
const LOG: &str = "_delta_log";

/// How many calls to the store a first run makes, and how many of them are for the logs.
async fn calls_of_a_run(world: &World) -> Result<(u64, u64)> {
    let counting = Shared::new(Plan::within(LOG, u64::MAX, Trouble::Before));
    world.run_with(troubled(world, &counting)?).await?;
    Ok((counting.calls(), counting.plan().seen()))
}

/// Runs that fail one after the other, and the run after them.
async fn strike(world: &mut World, plans: impl IntoIterator<Item = Plan>) -> Result<Vec<String>> {
    world.empty()?;
    let mut struck = Vec::new();
    for plan in plans {
        let shared = Shared::new(plan);
        // It may come through or not; the last one must.
        let _ended = world.run_with(troubled(world, &shared)?).await;
        struck.extend(shared.struck());
    }
    world.run_with(world.delta_options()).await?;
    world.read_delta().with_context(|| format!("{struck:?}"))?;
    Ok(struck)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_call_to_the_store_fails_the_next_run_makes_the_table_whole() -> Result<()> {
    let mut world = World::week(12).await?;
    world.empty()?;
    let (calls, _) = calls_of_a_run(&world).await?;
    let mut random = StdRng::seed_from_u64(5);
    for trouble in Trouble::ALL.into_iter().chain(Trouble::ALL) {
        let at = random.random_range(calls / 4..calls);
        strike(&mut world, [Plan::At(at, trouble)]).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_call_to_the_log_fails_and_fails_again_the_next_run_makes_it_whole() -> Result<()>
{
    let mut world = World::week(12).await?;
    world.empty()?;
    let (_, of_logs) = calls_of_a_run(&world).await?;
    let mut random = StdRng::seed_from_u64(6);
    let mut struck = 0;
    for at in 0..of_logs {
        let any = |random: &mut StdRng| Trouble::ALL[random.random_range(0..Trouble::ALL.len())];
        let plans = [
            Plan::within(LOG, at, any(&mut random)),
            Plan::within(LOG, random.random_range(0..of_logs), any(&mut random)),
        ];
        struck += strike(&mut world, plans).await?.len() as u64;
    }
    ensure!(of_logs > 8 && struck > of_logs, "{struck} of {of_logs}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_often_fails_and_loses_answers_only_takes_longer() -> Result<()> {
    let mut world = World::week(200).await?;
    for seed in 0..3 {
        world.empty()?;
        let shared = Shared::new(Plan::often(0.1, seed));
        world.run_with(troubled(&world, &shared)?).await?;
        ensure!(shared.struck().len() > 5, "{:?}", shared.struck());
        world.read_delta()?;
    }
    Ok(())
}

pub(super) fn spawn(command: &mut Command) -> Result<Child> {
    command.env("AUDITLAKE_FORMAT", "delta");
    command.stdin(Stdio::null()).stdout(Stdio::null());
    Ok(command.spawn()?)
}

/// Commits of the log of events.
fn commits(lake: &Path) -> usize {
    let entries = std::fs::read_dir(lake.join("events/_delta_log"));
    let entries = entries.into_iter().flatten().flatten();
    let is_commit = |name: &std::ffi::OsStr| Path::new(name).extension() == Some("json".as_ref());
    entries
        .filter(|entry| is_commit(&entry.file_name()))
        .count()
}

/// Waits until the log has so many commits, or the process has ended.
async fn until(lake: &Path, child: &mut Child, count: usize) -> Result<()> {
    let limit = Instant::now() + Duration::from_mins(1);
    while commits(lake) < count && child.try_wait()?.is_none() {
        ensure!(Instant::now() < limit, "nothing happens");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_commits_of_the_log_and_run_again_the_table_is_whole() -> Result<()> {
    let world = World::week(1_000).await?;
    for more in [1, 3, 2, 4] {
        let mut child = spawn(&mut command(&world)?)?;
        until(world.lake(), &mut child, commits(world.lake()) + more).await?;
        child.kill()?;
        child.wait()?;
    }
    let status = spawn(&mut command(&world)?)?.wait()?;
    ensure!(status.code() == Some(0), "{status}");
    world.read_delta()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_register_nothing_twice() -> Result<()> {
    let world = World::week(600).await?;
    let (mut one, mut two) = (spawn(&mut command(&world)?)?, spawn(&mut command(&world)?)?);
    let codes = [one.wait()?.code(), two.wait()?.code()];
    ensure!(
        codes.iter().all(|code| matches!(code, Some(0 | 4))),
        "{codes:?}"
    );
    let status = spawn(&mut command(&world)?)?.wait()?;
    ensure!(status.code() == Some(0), "{status}");
    world.read_delta()?;
    Ok(())
}
