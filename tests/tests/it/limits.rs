//! What limits a run, by its own report: the service, the quota or the store is made slow by far, and is named.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use auditlake_parquet::{Lake, Patience};
use auditlake_pipeline::report::{Limit, Stages};
use auditlake_pipeline::{
    BackfillOptions, Connection, ContentType, Outcome, Progress, Report, backfill,
};
use auditlake_simulator::{Fault, FaultRule, Operation, Selector};
use object_store::ObjectStore;
use object_store::throttle::{ThrottleConfig, ThrottledStore};
use tokio_util::sync::CancellationToken;

use crate::world::World;

/// So slow that whatever else a run does takes much less, on any machine.
const SLOW: Duration = Duration::from_millis(400);

/// A service with few records, of which one content type is read.
async fn world() -> Result<World> {
    World::week(200).await
}

fn options(world: &World) -> BackfillOptions {
    BackfillOptions {
        content_types: vec![ContentType::SharePoint],
        ..world.options()
    }
}

/// What the report says, after the run has brought something.
fn stages(report: &Report) -> Result<Stages> {
    assert_eq!(report.outcome(), Outcome::Complete, "{:?}", report.gaps);
    assert!(report.events > 0);
    let stages = report.stages.context("stages")?;
    let busy = [stages.fetch, stages.normalize, stages.encode, stages.store];
    for busy in busy {
        assert!(busy.busy_seconds <= stages.seconds, "{stages:?}");
        assert!(busy.busy_seconds.as_f64() > 0.0, "{stages:?}");
    }
    Ok(stages)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_service_limits_by_the_network() -> Result<()> {
    let world = world().await?;
    let blobs = Selector::operation(Operation::RetrieveContent);
    // There is one blob, and so one such delay.
    let slow = SLOW * 8;
    world.faults([FaultRule::new(blobs, Fault::Delay(slow))]);
    let options = BackfillOptions {
        fetches: 1,
        ..options(&world)
    };
    let report = world.run_with(options).await?;
    let stages = stages(&report)?;
    assert_eq!(stages.limited_by, Limit::Network, "{stages:?}");
    let blobs = u32::try_from(report.blobs.fetched)?;
    assert!(stages.fetch.busy_seconds >= (slow * blobs).into());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_quota_limits_by_the_quota() -> Result<()> {
    let world = world().await?;
    let mut client = world.client();
    client.requests_per_minute = 151;
    let interval = Duration::from_mins(1) / 150;
    let ended = backfill(
        Connection::new(Some("contoso".to_owned()), client)?,
        options(&world),
        Progress::default().into(),
        CancellationToken::new(),
    );
    let report = ended.await?;
    let stages = stages(&report)?;
    assert_eq!(stages.limited_by, Limit::Quota, "{stages:?}");
    let requests = u32::try_from(report.requests.total)?;
    // The first is sent at once, and the last may come a tenth of a second before its time.
    let least = interval * (requests - 2);
    assert!(stages.seconds >= least.into(), "{requests}: {stages:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_store_limits_by_the_store() -> Result<()> {
    let world = world().await?;
    let config = ThrottleConfig {
        wait_put_per_call: SLOW,
        ..ThrottleConfig::default()
    };
    let slow = |store| -> Arc<dyn ObjectStore> { Arc::new(ThrottledStore::new(store, config)) };
    let lake = Lake::open("memory:///")?;
    let options = BackfillOptions {
        opened: Some(lake.over(slow, Patience::default())),
        ..options(&world)
    };
    let stages = stages(&world.run_with(options).await?)?;
    assert_eq!(stages.limited_by, Limit::Store, "{stages:?}");
    Ok(())
}
