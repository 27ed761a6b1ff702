//! What a ledger of records that were handed on need not keep.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use auditlake_simulator::{Clock, SimulatorConfig, TenantConfig};
use jiff::{SignedDuration, Timestamp};

use super::lines;
use super::stays::ingest;
use crate::crash::lake::files;
use crate::world::World;

/// What is handed on at the service's time.
fn hand_on_at(world: &World, now: Timestamp) -> Result<Vec<String>> {
    let mut command = ingest(world, &["--once"])?;
    command.env("AUDITLAKE_TEST_NOW", now.to_string());
    let output = command.output()?;
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.code() == Some(0), "{words}");
    lines(&output.stdout)
}

/// The lists of identities, in the order of their names, which begin with a time.
fn lists(world: &World) -> Result<Vec<PathBuf>> {
    let mut found = files(&world.lake().join("_auditlake/identities"))?;
    found.sort_by_key(|path| path.file_name().map(ToOwned::to_owned));
    Ok(found)
}

fn begins_before(list: &std::path::Path, time: Timestamp) -> bool {
    let name = list.file_name().unwrap_or_default().to_string_lossy();
    *name < *time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_identities_are_kept_for_ten_days_and_nothing_is_handed_on_again() -> Result<()> {
    let clock = Clock::fixed("2026-05-11T10:30:00Z".parse()?);
    let world = World::with(SimulatorConfig {
        tenants: vec![TenantConfig::generated(0, 5, 300)],
        now: clock.clone(),
        ..SimulatorConfig::default()
    })
    .await?;
    let mut taken = hand_on_at(&world, clock.now())?;
    let first = lists(&world)?;
    ensure!(first.len() > 5, "{first:?}");

    clock.advance(SignedDuration::from_hours(5 * 24));
    let kept_from = clock.now() - SignedDuration::from_hours(10 * 24);
    // As if a run had been killed while it removed them.
    std::fs::remove_file(&first[0])?;
    taken.extend(hand_on_at(&world, clock.now())?);
    let left = lists(&world)?;
    let (old, kept): (Vec<_>, Vec<_>) = first
        .into_iter()
        .partition(|list| begins_before(list, kept_from));
    ensure!(old.len() > 1 && !kept.is_empty(), "{old:?} {kept:?}");
    assert!(old.iter().all(|list| !left.contains(list)), "{left:?}");
    assert!(kept.iter().all(|list| left.contains(list)), "{left:?}");

    taken.extend(hand_on_at(&world, clock.now())?);
    assert_eq!(lists(&world)?, left, "one look a day");
    let distinct = super::count(&taken);
    assert!(distinct.values().all(|times| *times == 1));
    Ok(())
}
