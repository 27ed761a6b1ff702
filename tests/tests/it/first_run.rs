//! Days on which nothing goes wrong.

use anyhow::{Result, ensure};
use auditlake_pipeline::{ContentType, Outcome};
use auditlake_simulator::{SimulatorConfig, Source, TenantConfig};

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_week_arrives_once_and_a_second_run_adds_nothing() -> Result<()> {
    let world = World::week(3_000).await?;

    let first = world.run().await?;
    assert_eq!(first.outcome(), Outcome::Complete, "{:?}", first.gaps);
    assert_eq!(
        first.records,
        first.events + first.duplicates + first.quarantined
    );
    assert!(first.duplicates > 0, "the service repeats records");
    let verdict = world.assert_each_once()?;
    assert_eq!(verdict.by_class, first.by_class);
    assert!(
        verdict.by_class.len() >= 8,
        "all workloads are there: {:?}",
        verdict.by_class
    );

    let second = world.run().await?;
    assert_eq!(
        (second.events, second.files, second.blobs.fetched),
        (0, 0, 0)
    );
    assert_eq!(second.blobs.already_committed, first.blobs.fetched);
    assert_eq!(second.outcome(), Outcome::Complete);
    assert_eq!(world.assert_each_once()?, verdict);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_says_who_asks_and_no_window_is_refused() -> Result<()> {
    let world = World::week(500).await?;
    world.run().await?;
    let requests = world.simulator.requests();
    let feed: Vec<_> = requests
        .iter()
        .filter(|request| request.path.contains("/activity/feed/"))
        .collect();
    assert!(
        feed.iter().any(|request| request.path.contains("/audit/")),
        "blobs were fetched"
    );
    for request in feed {
        assert!(
            request.has_publisher_identifier(),
            "{} {}",
            request.method,
            request.path
        );
        assert_eq!(request.status, 200, "{} {:?}", request.path, request.query);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn listings_of_many_pages_are_followed_to_the_end() -> Result<()> {
    let tenants = vec![TenantConfig::generated(0, 3, 2_000)];
    let world = World::with(SimulatorConfig {
        tenants,
        page_size: 1,
        ..SimulatorConfig::default()
    })
    .await?;
    world.run().await?;
    world.assert_each_once()?;
    let later_pages = world
        .simulator
        .requests()
        .iter()
        .filter(|r| r.parameter("nextPage").is_some())
        .count();
    assert!(later_pages >= 5, "{later_pages} later pages");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_make_the_same_lake_as_days() -> Result<()> {
    let world = World::week(300).await?;
    let mut options = world.options();
    options.window = auditlake_pipeline::options::DEFAULT_WINDOW;
    options.content_types = vec![ContentType::Exchange, ContentType::General];
    let by_hour = world.run_with(options.clone()).await?;
    assert!(by_hour.windows.planned >= 2 * 168, "{:?}", by_hour.windows);
    options.content_types = ContentType::ALL.to_vec();
    world.run_with(options).await?;
    world.assert_each_once()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_available_later_is_fetched_later() -> Result<()> {
    let clock = auditlake_simulator::Clock::fixed("2026-05-11T10:00:00Z".parse()?);
    let tenants = vec![TenantConfig::generated(0, 5, 1_000)];
    let world = World::with(SimulatorConfig {
        tenants,
        now: clock.clone(),
        ..SimulatorConfig::default()
    })
    .await?;

    let first = world.run().await?;
    clock.advance(jiff::SignedDuration::from_hours(30));
    let second = world.run().await?;
    ensure!(
        second.events > 0 && second.events < first.events,
        "{} then {}",
        first.events,
        second.events
    );
    assert!(second.blobs.already_committed > 0);
    let verdict = world.verdict()?;
    assert_eq!(
        (verdict.missing, verdict.repeated, verdict.strange),
        (0, 0, 0),
        "{verdict:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_ones_own_come_through_byte_for_byte() -> Result<()> {
    let odd = r#"{ "RecordType":15 , "Id":"1","Operation":"UserLoggedIn","CreationTime":"2026-05-04T10:12:33","Workload":"AzureActiveDirectory","UserId":"al\u0065x@contoso.example","n":1.50 }"#;
    let world = World::of(Source::Records(vec![odd.to_owned()])).await?;
    let report = world.run().await?;
    assert_eq!((report.events, report.outcome()), (1, Outcome::Complete));
    world.assert_each_once()?;
    Ok(())
}
