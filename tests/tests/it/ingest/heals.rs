//! What one round could not have, a later one has, however old it is by then.

use anyhow::{Context, Result};
use auditlake_pipeline::{Outcome, Report};
use auditlake_simulator::{Fault, FaultPlan, FaultRule, OfferedBlob, Operation, Selector, Times};
use jiff::SignedDuration;

use super::service::Tenants;
use crate::world::verdict;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The only tenant's oldest blob: more than a day old, so that it is not listed in each round.
fn oldest(tenants: &Tenants) -> Result<OfferedBlob> {
    let tenant = tenants.simulator.tenants().swap_remove(0).tenant_id;
    let blobs = tenants.simulator.blobs(&tenant);
    blobs.into_iter().next().context("a blob")
}

async fn round(tenants: &Tenants) -> Result<Report> {
    let mut reports = tenants.good_round().await?;
    reports.pop().context("a report")
}

fn missing(tenants: &Tenants) -> Result<u64> {
    let all = tenants.records_without(&[]);
    let found = verdict(tenants.lake.path(), &all)?;
    assert_eq!((found.repeated, found.strange), (0, 0));
    Ok(found.missing)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_that_failed_is_asked_for_in_each_round_until_it_is_had() -> Result<()> {
    let tenants = Tenants::new(&[1]).await?;
    let blob = Selector::blob(oldest(&tenants)?.content_id);
    let fails = FaultRule::new(blob, Fault::internal_error());
    tenants.simulator.set_faults(FaultPlan::new([fails]));
    for _ in 0..2 {
        let report = round(&tenants).await?;
        assert_eq!((report.gaps.len(), report.blobs.failed), (1, 1));
        assert_eq!(missing(&tenants)?, 1);
        tenants.clock.advance(HOUR);
    }
    tenants.simulator.set_faults(FaultPlan::none());
    let report = round(&tenants).await?;
    assert_eq!(report.outcome(), Outcome::Complete, "{:?}", report.gaps);
    assert_eq!(missing(&tenants)?, 0);
    // It is settled: its window is listed once a day again.
    let last_day = 2 * 5;
    assert_eq!(round(&tenants).await?.windows.planned, last_day);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_that_comes_late_to_an_old_window_is_found_within_a_day() -> Result<()> {
    let tenants = Tenants::new(&[1]).await?;
    let blob = Selector {
        operation: Some(Operation::ListContent),
        content_id: Some(oldest(&tenants)?.content_id),
        ..Selector::default()
    };
    let late = FaultRule::new(blob, Fault::LateBlob).times(Times::PerTarget(1));
    tenants.simulator.set_faults(FaultPlan::new([late]));
    round(&tenants).await?;
    tenants.clock.advance(HOUR);
    round(&tenants).await?;
    assert_eq!(missing(&tenants)?, 1);
    tenants.clock.advance(23 * HOUR);
    round(&tenants).await?;
    assert_eq!(missing(&tenants)?, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_absence_of_days_heals_with_the_first_round() -> Result<()> {
    let tenants = Tenants::new(&[1]).await?;
    round(&tenants).await?;
    tenants.clock.advance(100 * HOUR);
    let report = round(&tenants).await?;
    assert_eq!(report.outcome(), Outcome::Complete, "{:?}", report.gaps);
    assert!(report.events > 50, "{}", report.events);
    assert_eq!(missing(&tenants)?, 0);
    Ok(())
}
