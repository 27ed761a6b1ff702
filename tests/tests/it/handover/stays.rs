//! Scheduled ingestion that hands on.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::{assert_each_once, last_words, lines};
use crate::world::{World, binary};

/// Rounds that hand on.
pub(super) fn ingest(world: &World, args: &[&str]) -> Result<Command> {
    let tenant = world.simulator.tenants().swap_remove(0);
    let address = world.simulator.address().to_string();
    let mut command = Command::new(binary()?);
    command
        .args(["ingest", "--window", "24h", "--to", "raw"])
        .args(args);
    command.args(["--api-address", &address, "--authority", &address]);
    command.args([
        "--tenant-id",
        &tenant.tenant_id,
        "--client-id",
        &tenant.client_id,
    ]);
    command.env("AUDITLAKE_CLIENT_SECRET", &tenant.client_secret);
    command.arg("--lake").arg(world.lake());
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Ok(command)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_hands_on_what_is_new() -> Result<()> {
    let world = World::week(300).await?;
    for is_first in [true, false] {
        let output = ingest(&world, &["--once"])?.output()?;
        let words = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{words}");
        let lines = lines(&output.stdout)?;
        if is_first {
            assert_each_once(&world, &lines)?;
        } else {
            assert!(lines.is_empty());
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_stays_ends_with_its_reader_and_the_next_goes_on() -> Result<()> {
    let world = World::week(300).await?;
    let mut child = ingest(&world, &["--every", "1s"])?.spawn()?;
    let stdout = child.stdout.take().context("a piped standard output")?;
    let mut first = String::new();
    BufReader::with_capacity(1, stdout).read_line(&mut first)?;
    let (code, words) = last_words(&mut child)?;
    assert_eq!(code, Some(1), "{words}");
    assert!(
        words.contains("takes no more") && words.contains("run the same command again"),
        "{words}"
    );

    let output = ingest(&world, &["--once"])?.output()?;
    let lines = lines(&output.stdout)?;
    ensure!(
        lines.contains(&first.trim_end().to_owned()),
        "it was not taken whole"
    );
    assert_each_once(&world, &lines)
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_the_rounds_while_the_reader_sleeps() -> Result<()> {
    let world = World::week(2_000).await?;
    let mut child = ingest(&world, &["--every", "1s", "--grace", "1s"])?.spawn()?;
    let mut stdout = child.stdout.take().context("a piped standard output")?;
    stdout.read_exact(&mut [0])?;
    let pid = child.id().to_string();
    ensure!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()?
            .success()
    );
    let (code, words) = last_words(&mut child)?;
    assert_eq!(code, Some(0), "{words}");
    Ok(())
}
