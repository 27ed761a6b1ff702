//! What the ledger alone says.

use anyhow::{Context, Result, bail};
use auditlake_pipeline::coverage::{CoverageGap, CoverageOptions, HourState, coverage};
use auditlake_pipeline::{Connection, ContentType, GapReason, Progress, Secret, backfill};
use auditlake_simulator::{
    Fault, FaultRule, Operation, Selector, SimulatorConfig, Source, TenantConfig,
};
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use super::{asked, some_commit, told};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_week_that_arrived_is_covered_hour_by_hour_and_adds_up() -> Result<()> {
    let world = World::at_half_past(TenantConfig::generated(0, 7, 2_000)).await?;
    let run = world.run().await?;
    let asked_of_service = world.simulator.requests().len();

    let week = told(&world).await?;
    assert!(week.complete && week.gaps.is_empty(), "{:?}", week.gaps);
    assert_eq!(
        (week.hours.committed, week.hours.total()),
        (5 * 167, 5 * 167)
    );
    let hours_with_blobs = |covered: &&auditlake_pipeline::coverage::TypeCoverage| {
        covered
            .by_hour
            .iter()
            .filter(|hour| hour.counts.blobs > 0)
            .count()
    };
    let spread = week
        .content_types
        .iter()
        .map(|it| hours_with_blobs(&it))
        .sum::<usize>();
    assert!(spread > 30, "blobs are told in their hours: {spread}");

    // The hours at both ends are not full ones: the run has their blobs, and coverage does not tell them.
    let all = CoverageOptions {
        since: Some(world.clock().now() - SignedDuration::from_hours(8 * 24)),
        until: Some(world.clock().now()),
        ..asked(&world)
    };
    let all = coverage(&all).await?;
    let counts = all.counts;
    assert_eq!(
        (counts.blobs, counts.records),
        (run.blobs.fetched, run.records)
    );
    assert_eq!(
        (counts.events, counts.duplicates),
        (run.events, run.duplicates)
    );
    assert_eq!(
        (counts.quarantined, all.files),
        (run.quarantined, run.files)
    );
    assert_eq!(
        (counts.bytes, all.bytes_written),
        (run.bytes.downloaded, run.bytes.written)
    );
    assert_eq!(
        (all.by_class, all.by_record_type),
        (run.by_class, run.by_record_type)
    );
    let delays = all.delays.event_to_available.context("delays")?;
    assert!(delays.p50 > 0 && delays.p50 <= delays.p90 && delays.p90 <= delays.max);
    assert_eq!(
        all.delays.available_to_committed.context("delays")?.count,
        counts.blobs
    );
    assert_eq!(all.runs[0].counts.events, run.events);

    let requests = world.simulator.requests().len();
    assert_eq!(
        requests, asked_of_service,
        "nothing was asked of the service"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_refused_before_it_begins_is_told_and_harms_no_hour() -> Result<()> {
    let world = World::week(300).await?;
    let refused = async || {
        let mut client = world.client();
        client.credential = Secret::new("none of ours".to_owned()).into();
        let connection = Connection::new(Some("contoso".to_owned()), client)?;
        let (progress, cancel) = (Progress::default().into(), CancellationToken::new());
        let ended = backfill(connection, world.options(), progress, cancel).await;
        ended.err().context("its secret is wrong")
    };
    refused().await?;
    let nothing = told(&world).await?;
    assert_eq!(nothing.runs.len(), 1);
    assert_eq!(nothing.hours.unknown, nothing.hours.total());

    world.run().await?;
    let before = told(&world).await?;
    assert!(before.complete, "{:?}", before.gaps);
    let stopped = refused().await?;
    let after = told(&world).await?;
    assert!(after.complete, "{:?}", after.gaps);
    assert_eq!((after.hours, after.counts), (before.hours, before.counts));
    let errors: Vec<_> = after
        .runs
        .iter()
        .filter_map(|run| run.error.as_deref())
        .collect();
    assert_eq!((after.runs.len(), errors.len()), (3, 2));
    let [.., last] = errors.as_slice() else {
        bail!("no error")
    };
    assert!(
        last.contains("AADSTS7000215"),
        "{last} of {}",
        stopped.error
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_without_a_record_is_covered_too() -> Result<()> {
    let world = World::of(Source::Records(Vec::new())).await?;
    world.run().await?;
    let week = told(&world).await?;
    assert!(week.complete, "{:?}", week.gaps);
    assert_eq!(week.counts.blobs, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_run_has_listed_is_unknown_and_after_seven_days_expired() -> Result<()> {
    let clock = auditlake_simulator::Clock::fixed("2026-05-11T10:30:00Z".parse()?);
    let world = World::with(SimulatorConfig {
        tenants: vec![TenantConfig::generated(0, 5, 300)],
        now: clock.clone(),
        ..SimulatorConfig::default()
    })
    .await?;
    let mut options = world.options();
    options.until = Some("2026-05-09T00:00:00Z".parse()?);
    world.run_with(options).await?;

    let asked = CoverageOptions {
        content_types: vec![ContentType::SharePoint],
        ..asked(&world)
    };
    let now = coverage(&asked).await?;
    assert_eq!(
        (now.hours.committed, now.hours.unknown),
        (4 * 24 + 13, 2 * 24 + 10)
    );
    let gap: &CoverageGap = &now.gaps[0];
    assert_eq!(gap.since, "2026-05-09T00:00:00Z".parse()?);
    assert!(
        gap.command
            .as_deref()
            .is_some_and(|it| it.contains("--since 2026-05-09T00:00:00Z"))
    );

    clock.advance(SignedDuration::from_hours(6 * 24));
    let later = CoverageOptions {
        since: Some(now.since),
        until: Some(now.until),
        ..asked
    };
    let later = coverage(&later).await?;
    assert_eq!((later.hours.expired, later.hours.unknown), (24 + 10, 24));
    assert_eq!(later.hours.committed, now.hours.committed);
    assert_eq!(later.gaps[0].command, None, "nothing brings it back");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_content_type_without_permission_is_failed_in_the_services_words() -> Result<()> {
    let mut tenant = TenantConfig::generated(0, 7, 300);
    tenant.dlp_permission = false;
    let world = World::at_half_past(tenant).await?;
    world.run().await?;
    let report = told(&world).await?;
    assert_eq!(
        (report.hours.committed, report.hours.failed),
        (4 * 167, 167)
    );
    let [gap] = report.gaps.as_slice() else {
        anyhow::bail!("{:?}", report.gaps)
    };
    assert_eq!((gap.content_type.as_str(), gap.hours), ("DLP.All", 167));
    assert_eq!(
        (gap.state, gap.reason),
        (HourState::Failed, Some(GapReason::Permission))
    );
    assert!(
        gap.detail.contains("ActivityFeed.ReadDlp"),
        "{}",
        gap.detail
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_that_could_not_be_had_is_named_in_its_hour_until_it_is() -> Result<()> {
    let world = World::week(600).await?;
    let blobs = world.simulator.blobs(&world.tenant());
    let blob = blobs.get(blobs.len() / 2).context("blobs are offered")?;
    let selector = Selector::blob(blob.content_id.clone());
    world.faults([FaultRule::new(selector, Fault::Status(500, String::new()))]);
    world.run().await?;
    let report = told(&world).await?;
    let [gap] = report.gaps.as_slice() else {
        anyhow::bail!("{:?}", report.gaps)
    };
    assert_eq!((gap.state, gap.hours), (HourState::Failed, 1));
    assert!(gap.since <= blob.created && blob.created < gap.until);
    assert_eq!(gap.content_ids, std::slice::from_ref(&blob.content_id));

    world.faults([]);
    world.run().await?;
    assert!(told(&world).await?.complete);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_was_removed_by_hand_is_missed() -> Result<()> {
    let world = World::week(600).await?;
    world.run().await?;
    assert!(told(&world).await?.complete);
    std::fs::remove_file(some_commit(&world, "Audit.SharePoint")?)?;
    let report = told(&world).await?;
    assert!(report.hours.listed > 0, "{:?}", report.hours);
    let mut gaps = report.gaps.iter();
    assert!(gaps.all(|gap| gap.content_type == "Audit.SharePoint" && !gap.content_ids.is_empty()));

    world.run().await?;
    assert!(told(&world).await?.complete);
    world.assert_each_once()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_that_is_listed_late_makes_its_hour_late() -> Result<()> {
    let world = World::at_half_past(TenantConfig::generated(0, 7, 600)).await?;
    let blobs = world.simulator.blobs(&world.tenant());
    let blob = blobs.get(blobs.len() / 2).context("blobs are offered")?;
    let selector = Selector {
        content_id: Some(blob.content_id.clone()),
        ..Selector::operation(Operation::ListContent)
    };
    world.faults([FaultRule::new(selector, Fault::LateBlob)]);
    world.run().await?;
    assert_eq!(
        told(&world).await?.hours.committed,
        5 * 167,
        "nobody can know of it"
    );

    world.faults([]);
    world.run().await?;
    let report = told(&world).await?;
    assert_eq!(
        (report.hours.late, report.hours.committed),
        (1, 5 * 167 - 1)
    );
    assert!(report.complete);
    world.assert_each_once()?;
    Ok(())
}
