//! What goes together, and what a lake without files says of itself.

use std::process::Command;

use anyhow::Result;
use serde_json::Value;

use super::{hand_on, handing, text};
use crate::crash::command;
use crate::world::{World, binary};

fn refused(mut command: Command, words: &str) -> Result<()> {
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(words), "{said}");
    assert!(output.stdout.is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_go_together_is_refused_before_anything_is_asked_for() -> Result<()> {
    let world = World::week(100).await?;
    for (args, words) in [
        (&["--to", "ndjson", "--report", "-"][..], "standard output"),
        (&["--to", "ndjson", "--output", "json"], "standard output"),
        (&["--to", "raw", "--no-raw-data"], "--no-raw-data"),
        (&["--to", "raw", "--format", "delta"], "cannot be used with"),
        (&["--to", "raw", "--table", "events"], "cannot be used with"),
        (&["--to-socket", "reader.sock"], "--to"),
    ] {
        refused(handing(&world, args)?, words)?;
    }
    assert!(world.simulator.requests().is_empty());
    assert_eq!(std::fs::read_dir(world.lake())?.count(), 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lake_is_for_files_or_for_a_reader() -> Result<()> {
    let mut world = World::week(200).await?;
    world.run().await?;
    refused(
        handing(&world, &["--to", "raw"])?,
        "needs a lake of its own",
    )?;
    world.assert_each_once()?;
    world.lake = tempfile::tempdir()?;
    assert!(!hand_on(&world, &["--to", "raw"])?.is_empty());
    refused(command(&world)?, "files need a lake of their own")?;
    refused(
        handing(&world, &["--to", "ndjson"])?,
        "`ndjson` was asked for",
    )
}

/// A command about the world's lake: its exit code, and what it says.
fn ask(world: &World, args: &[&str]) -> Result<(Option<i32>, String)> {
    let tenant = world.simulator.tenants().swap_remove(0);
    let mut command = Command::new(binary()?);
    command.args(args).arg("--lake").arg(world.lake());
    if args[0] == "verify" {
        let address = world.simulator.address().to_string();
        command.args(["--api-address", &address, "--authority", &address]);
        command.args([
            "--tenant-id",
            &tenant.tenant_id,
            "--client-id",
            &tenant.client_id,
        ]);
        command.env("AUDITLAKE_CLIENT_SECRET", &tenant.client_secret);
    }
    let output = command.output()?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.code(), String::from_utf8(said)?))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_takes_what_was_handed_on_for_rows_of_the_lake() -> Result<()> {
    let world = World::week(300).await?;
    hand_on(&world, &["--to", "ndjson"])?;
    for args in [
        &["coverage", "contoso"][..],
        &["verify", "contoso"],
        &["lake", "check"],
        &["lake", "info"],
    ] {
        let (code, said) = ask(&world, args)?;
        assert!(matches!(code, Some(0 | 4)), "{said}");
        assert!(
            said.contains("handed on (`--to ndjson`): the lake holds no events"),
            "{args:?}: {said}"
        );
        assert!(!said.contains("in the lake"), "{args:?}: {said}");
        let (_, report) = ask(&world, &[args, &["--output", "json"]].concat())?;
        let report: Value = serde_json::from_str(&report)?;
        assert_eq!(report["handed_on"], "ndjson", "{args:?}");
    }
    let (code, said) = ask(&world, &["schema", "ddl", "duckdb"])?;
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("no table to tell of"), "{said}");
    for flag in ["--deep", "--repair"] {
        let (code, said) = ask(&world, &["verify", "contoso", flag])?;
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("none to look at"), "{said}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_bring_a_gap_is_told_with_where_it_goes() -> Result<()> {
    let world = World::week(100).await?;
    hand_on(&world, &["--to", "raw", "--since", "24h"])?;
    let (code, report) = ask(&world, &["verify", "contoso", "--output", "json"])?;
    assert_eq!(code, Some(4));
    let report: Value = serde_json::from_str(&report)?;
    let command = text(&report, "/findings/0/command");
    assert!(command.contains(" --to raw "), "{command}");
    Ok(())
}
