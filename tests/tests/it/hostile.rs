//! A service on its worst day: all that could be had is there once, the rest is named.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use auditlake_pipeline::{Outcome, Report, options::DEFAULT_WINDOW};
use auditlake_simulator::{FaultPlan, SimulatorConfig, TenantConfig};

use crate::world::{World, verdict};

const SEEDS: std::ops::Range<u64> = 0..10;

async fn hostile(seed: u64) -> Result<(World, Report)> {
    let tenants = vec![TenantConfig::generated(0, seed, 600)];
    let faults = format!("hostile:{seed}").parse::<FaultPlan>()?;
    let world = World::with(SimulatorConfig {
        tenants,
        faults,
        ..SimulatorConfig::default()
    })
    .await?;
    let mut options = world.options();
    options.window = DEFAULT_WINDOW;
    // What appears late, and what follows a page that led elsewhere, can be had by listing once more.
    world.run_with(options.clone()).await?;
    let report = world.run_with(options).await?;
    Ok((world, report))
}

/// The content ids and windows that the report names.
fn named(report: &Report) -> BTreeSet<&str> {
    report
        .gaps
        .iter()
        .filter_map(|gap| gap.content_id.as_deref().or(gap.window.as_deref()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_can_be_had_is_there_and_the_rest_is_named() -> Result<()> {
    let runs: Vec<_> = SEEDS
        .map(|seed| tokio::spawn(async move { (seed, hostile(seed).await) }))
        .collect();
    for task in runs {
        let (seed, result) = task.await?;
        let (world, report) = result?;
        let verdict = verdict(world.lake(), &world.simulator.obtainable(&world.tenant()))?;
        ensure!(
            (verdict.missing, verdict.repeated, verdict.strange) == (0, 0, 0),
            "seed {seed}: {verdict:?}"
        );
        assert_eq!(report.outcome(), Outcome::Gaps, "seed {seed}");
        let named = named(&report);
        for lost in world.simulator.unobtainable(&world.tenant()) {
            let by_id = lost
                .content_id
                .as_deref()
                .is_some_and(|id| named.contains(id));
            let by_window = report.gaps.iter().any(|gap| {
                gap.content_id.is_none() && gap.content_type == lost.content_type.as_str()
            });
            ensure!(
                by_id || by_window,
                "seed {seed}: {lost:?} is not named in {:?}",
                report.gaps
            );
        }
    }
    Ok(())
}
