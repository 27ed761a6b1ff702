//! A run may be killed at any moment, its store may fail at any call, and two may run at once.

pub(crate) mod lake;
mod points;
mod processes;
pub(crate) mod soak;
pub(crate) mod store;

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use auditlake_simulator::{Fault, FaultRule, Operation, Selector};

use crate::world::{World, binary};

/// The binary as a run of the world's connection.
pub(crate) fn command(world: &World) -> Result<Command> {
    let tenant = world.simulator.tenants().swap_remove(0);
    let address = world.simulator.address().to_string();
    let mut command = Command::new(binary()?);
    command.args([
        "backfill",
        "contoso",
        "--window",
        "24h",
        "--requests-per-minute",
        "1000000",
        "--progress",
        "none",
    ]);
    command.args(["--api-address", &address, "--authority", &address]);
    command.args([
        "--tenant-id",
        &tenant.tenant_id,
        "--client-id",
        &tenant.client_id,
    ]);
    command.arg("--lake").arg(world.lake());
    command.env("AUDITLAKE_CLIENT_SECRET", &tenant.client_secret);
    Ok(command)
}

fn spawn(world: &World) -> Result<Child> {
    Ok(command(world)?
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()?)
}

pub(crate) fn ledger_objects(world: &World, kind: &str) -> usize {
    fn walk(directory: &std::path::Path, kind: &str) -> usize {
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        entries
            .map(|entry| match entry.file_type() {
                Ok(t) if t.is_dir() => walk(&entry.path(), kind),
                _ => usize::from(entry.file_name().to_string_lossy().ends_with(kind)),
            })
            .sum()
    }
    walk(&world.lake().join("_auditlake"), kind)
}

/// Waits until so many objects of a kind are in the ledger, or the process has ended.
async fn until(world: &World, child: &mut Child, kind: &str, count: usize) -> Result<()> {
    let limit = Instant::now() + Duration::from_mins(1);
    while ledger_objects(world, kind) < count && child.try_wait()?.is_none() {
        ensure!(Instant::now() < limit, "nothing happens");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_commit_and_run_again_each_record_is_there_once() -> Result<()> {
    let world = World::week(1_500).await?;
    let slow = Fault::Delay(Duration::from_millis(10));
    world.faults([FaultRule::new(
        Selector::operation(Operation::RetrieveContent),
        slow,
    )]);
    for kind in [".intent.json", ".commit.json", ".intent.json"] {
        let have = ledger_objects(&world, kind);
        let mut child = spawn(&world)?;
        until(&world, &mut child, kind, have + 2).await?;
        child.kill()?;
        child.wait()?;
    }
    world.faults([]);
    let status = spawn(&world)?.wait()?;
    ensure!(status.code() == Some(0), "{status}");
    world.assert_each_once()?;
    assert_eq!(
        ledger_objects(&world, ".intent.json"),
        ledger_objects(&world, ".commit.json"),
        "no intent is left open"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_write_nothing_twice() -> Result<()> {
    let world = World::week(1_000).await?;
    let (mut one, mut two) = (spawn(&world)?, spawn(&world)?);
    let codes = [one.wait()?.code(), two.wait()?.code()];
    assert!(
        codes.iter().all(|code| matches!(code, Some(0 | 4))),
        "{codes:?}"
    );
    let status = spawn(&world)?.wait()?;
    ensure!(status.code() == Some(0), "{status}");
    world.assert_each_once()?;
    Ok(())
}
