//! The real binary, killed while searches are under way.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use auditlake_simulator::SearchConfig;
use jiff::SignedDuration;

use super::{DAYS, asked, world};
use crate::crash::command;
use crate::world::World;

fn search(world: &World) -> Result<Command> {
    let mut run = command(world)?;
    run.args(["--source", "audit-search", "--since", &format!("{DAYS}d")]);
    run.stdin(Stdio::null()).stdout(Stdio::null());
    Ok(run)
}

/// Waits until the service has so many searches.
async fn until(world: &World, run: &mut Child, searches: usize) -> Result<()> {
    let limit = Instant::now() + Duration::from_mins(1);
    while world.simulator.searches(&world.tenant()).len() < searches {
        ensure!(
            Instant::now() < limit && run.try_wait()?.is_none(),
            "no searches"
        );
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_searches_run_the_next_run_goes_on_with_them() -> Result<()> {
    let world = world(SearchConfig {
        duration: SignedDuration::from_secs(1),
        ..SearchConfig::default()
    })
    .await?;
    for searches in [1, 7, 15] {
        let mut run = search(&world)?.stderr(Stdio::null()).spawn()?;
        until(&world, &mut run, searches).await?;
        run.kill()?;
        run.wait()?;
    }
    let output = search(&world)?.output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
    let asked = asked(&world);
    assert!(asked.values().all(|times| *times == 1), "{asked:?}");
    world.assert_each_once()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_and_a_search_at_once_bring_each_record_once() -> Result<()> {
    let world = world(SearchConfig::default()).await?;
    let mut one = search(&world)?.stderr(Stdio::null()).spawn()?;
    let mut two = command(&world)?
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    for run in [&mut one, &mut two] {
        let code = run.wait()?.code();
        ensure!(
            matches!(code, Some(0 | 4)),
            "a run beside another: {code:?}"
        );
    }
    let output = search(&world)?.output()?;
    assert_eq!(output.status.code(), Some(0));
    world.assert_each_once()?;
    Ok(())
}
