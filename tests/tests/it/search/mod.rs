//! Audit search beside the feed: what DuckDB then finds, and which searches the service was asked for.

mod killed;

use std::collections::BTreeMap;

use anyhow::Result;
use auditlake_pipeline::report::{ContentTypeStatus, Outcome};
use auditlake_pipeline::search::search;
use auditlake_pipeline::{
    Connection, Error, ErrorKind, GapReason, Progress, Report, SearchFilter, SearchOptions,
};
use auditlake_simulator::{
    Fault, FaultRule, Operation, SearchConfig, Selector, SimulatorConfig, Source, TenantConfig,
    Which,
};
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::proof::assert_well;
use crate::world::World;

/// What stands for a content type.
const SEARCH: &str = "AuditSearch";
/// Days that the tenants of these scenarios have records of: a week in the feed, and three before it.
const DAYS: i64 = 28;

/// A tenant with four weeks of records, the last of which the feed offers.
async fn world(config: SearchConfig) -> Result<World> {
    let source = Source::Generated {
        seed: 7,
        records: 60,
    };
    let tenant = TenantConfig {
        past_weeks: 3,
        ..TenantConfig::new(0, source)
    };
    let tenants = vec![tenant];
    World::with(SimulatorConfig {
        tenants,
        search: config,
        ..SimulatorConfig::default()
    })
    .await
}

/// A run of the search over all that there is.
async fn run(world: &World, change: impl FnOnce(&mut SearchOptions)) -> Result<Report, Error> {
    let mut client = world.client();
    client.graph_requests_per_minute = 1_000_000;
    let connection = Connection::new(Some("contoso".to_owned()), client)?;
    let mut options = SearchOptions::new(world.options());
    options.backfill.since = Some(Timestamp::now() - SignedDuration::from_hours(DAYS * 24));
    change(&mut options);
    let cancel = CancellationToken::new();
    Ok(search(connection, options, Progress::default().into(), cancel).await?)
}

/// How often the service was asked for each span, by its start.
fn asked(world: &World) -> BTreeMap<Timestamp, usize> {
    let mut asked = BTreeMap::new();
    for search in world.simulator.searches(&world.tenant()) {
        *asked
            .entry(search.filter_start.unwrap_or_default())
            .or_default() += 1;
    }
    asked
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_feed_has_brought_the_search_adds_to_and_does_not_repeat() -> Result<()> {
    let world = world(SearchConfig::default()).await?;
    let feed = world.run().await?;
    assert!(
        world.verdict()?.missing > 0,
        "the feed has one week of four"
    );
    let found = run(&world, |_| {}).await?;
    assert_eq!(found.outcome(), Outcome::Complete, "{:?}", found.gaps);
    assert_eq!(
        found.content_types[SEARCH].status,
        ContentTypeStatus::Complete
    );
    assert_eq!(
        found.duplicates, feed.events,
        "all of the feed is found again"
    );
    assert!(found.events > feed.events, "{found:?}");
    world.assert_each_once()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_search_has_brought_the_feed_does_not_repeat() -> Result<()> {
    let world = world(SearchConfig::default()).await?;
    run(&world, |_| {}).await?;
    world.assert_each_once()?;
    let feed = world.run().await?;
    assert_eq!((feed.events, feed.outcome()), (0, Outcome::Complete));
    assert!(feed.duplicates > 0);
    // Coverage is of the feed, and a deep verification finds its records where the search has put them.
    assert_well(&world).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_searched_once_its_time_had_settled_is_not_searched_again() -> Result<()> {
    let world = world(SearchConfig::default()).await?;
    run(&world, |_| {}).await?;
    let first = asked(&world);
    assert!(first.values().all(|times| *times == 1), "{first:?}");
    let again = run(&world, |_| {}).await?;
    assert_eq!(
        asked(&world),
        first,
        "searches of the last hour are gone on with"
    );
    assert_eq!((again.events, again.blobs.fetched), (0, 0), "{again:?}");
    world.assert_each_once()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_found_too_much_is_halved_until_nothing_is_left_out() -> Result<()> {
    let world = world(SearchConfig {
        record_limit: 12,
        page_size: 5,
        ..SearchConfig::default()
    })
    .await?;
    let found = run(&world, |_| {}).await?;
    assert_eq!(found.outcome(), Outcome::Complete, "{:?}", found.gaps);
    let searches = world.simulator.searches(&world.tenant()).len();
    assert!(searches > 29, "{searches} searches");
    world.assert_each_once()?;
    let again = run(&world, |_| {}).await?;
    assert_eq!(world.simulator.searches(&world.tenant()).len(), searches);
    assert_eq!((again.events, again.blobs.fetched), (0, 0), "{again:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_and_lost_answers_cost_time_and_no_second_search() -> Result<()> {
    let world = world(SearchConfig {
        at_once: 3,
        ..SearchConfig::default()
    })
    .await?;
    let of = |operation, which| Selector::operation(operation).which(which);
    let throttled = Fault::Throttle429 {
        retry_after: Some(1),
    };
    world.faults([
        FaultRule::new(
            of(Operation::CreateAuditQuery, Which::Nth(2)),
            throttled.clone(),
        ),
        FaultRule::new(
            of(Operation::ReadAuditQuery, Which::EveryNth(5)),
            throttled.clone(),
        ),
        FaultRule::new(
            of(Operation::ListAuditRecords, Which::EveryNth(5)),
            throttled,
        ),
        FaultRule::new(
            of(Operation::CreateAuditQuery, Which::EveryNth(4)),
            Fault::Reset,
        ),
        FaultRule::new(
            of(Operation::CreateAuditQuery, Which::EveryNth(7)),
            Fault::CutBody,
        ),
    ]);
    let found = run(&world, |options| options.searches = 3).await?;
    assert_eq!(found.outcome(), Outcome::Complete, "{:?}", found.gaps);
    let asked = asked(&world);
    assert!(asked.values().all(|times| *times == 1), "{asked:?}");
    assert!(found.requests.throttled > 0);
    world.assert_each_once()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_fails_is_a_gap_and_the_next_run_asks_for_another() -> Result<()> {
    let world = world(SearchConfig::default()).await?;
    let failing = Selector::operation(Operation::CreateAuditQuery).which(Which::Nth(4));
    world.faults([FaultRule::new(failing, Fault::FailedQuery)]);
    let found = run(&world, |_| {}).await?;
    assert_eq!(found.outcome(), Outcome::Gaps);
    let [gap] = found.gaps.as_slice() else {
        panic!("{:?}", found.gaps)
    };
    assert_eq!(
        (gap.content_type.as_str(), gap.reason),
        (SEARCH, GapReason::Failed)
    );
    assert!(gap.detail.contains("ended as `failed`"), "{}", gap.detail);
    assert_eq!(
        found.content_types[SEARCH].status,
        ContentTypeStatus::Incomplete
    );
    world.faults([]);
    let again = run(&world, |_| {}).await?;
    assert_eq!(again.outcome(), Outcome::Complete, "{:?}", again.gaps);
    assert_eq!(
        asked(&world).values().filter(|times| **times == 2).count(),
        1
    );
    world.assert_each_once()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_cannot_be_read_to_the_end_are_a_gap_and_are_read_by_the_next_run()
-> Result<()> {
    let world = world(SearchConfig {
        page_size: 2,
        ..SearchConfig::default()
    })
    .await?;
    let pages = Selector::operation(Operation::ListAuditRecords).which(Which::Probability(0.1));
    world.faults([FaultRule::new(pages, Fault::internal_error())]);
    let found = run(&world, |_| {}).await?;
    assert_eq!(found.outcome(), Outcome::Gaps);
    world.faults([]);
    let asked_before = asked(&world);
    let again = run(&world, |_| {}).await?;
    assert_eq!(again.outcome(), Outcome::Complete, "{:?}", again.gaps);
    assert_eq!(
        asked(&world),
        asked_before,
        "the searches are there already"
    );
    world.assert_each_once()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_permission_the_run_names_it() -> Result<()> {
    let mut tenant = TenantConfig::new(
        0,
        Source::Generated {
            seed: 7,
            records: 20,
        },
    );
    tenant.graph_roles = vec!["ServiceHealth.Read.All".to_owned()];
    let world = World::with(SimulatorConfig {
        tenants: vec![tenant],
        ..SimulatorConfig::default()
    })
    .await?;
    let error = run(&world, |_| {}).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(
        error.to_string().contains("AuditLogsQuery.Read.All"),
        "{error}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_service_is_a_feed_of_its_own_and_together_they_repeat_nothing() -> Result<()> {
    let world = world(SearchConfig::default()).await?;
    let only = |names: &[&str]| {
        let names = names.iter().map(ToString::to_string).collect();
        move |options: &mut SearchOptions| options.filter = SearchFilter::Services(names)
    };
    let found = run(&world, only(&["Exchange", "SharePoint"])).await?;
    let feeds: Vec<&str> = found.content_types.keys().map(String::as_str).collect();
    assert_eq!(feeds, ["AuditSearch.Exchange", "AuditSearch.SharePoint"]);
    let before = world.verdict()?;
    assert!(before.missing > 0 && found.events > 0);
    let rest = run(&world, |_| {}).await?;
    assert_eq!(rest.duplicates, found.events);
    world.assert_each_once()?;
    Ok(())
}
