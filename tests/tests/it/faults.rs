//! Days on which the service misbehaves: what can be had is had, the rest is named, and one thing does not stop the others.

use std::time::Duration;

use anyhow::{Context, Result};
use auditlake_pipeline::report::ContentTypeStatus;
use auditlake_pipeline::{
    Connection, ContentType, ErrorKind, GapReason, Outcome, Progress, backfill,
};
use auditlake_simulator::{
    ContentType as Feed, Fault, FaultPlan, FaultRule, OfferedBlob, Operation, Selector,
    SimulatorConfig, TenantConfig, Times, Which,
};
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_flaky_service_loses_nothing() -> Result<()> {
    let world = World::week(2_000).await?;
    world.simulator.set_faults(FaultPlan::flaky());
    let report = world.run().await?;
    assert_eq!(report.outcome(), Outcome::Complete, "{:?}", report.gaps);
    assert!(
        report.requests.throttled > 0 && report.requests.retried > report.requests.throttled,
        "{:?}",
        report.requests
    );
    assert!(report.duplicates > 0);
    world.assert_each_once()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_fails_for_good_is_named_and_the_others_arrive() -> Result<()> {
    let world = World::week(1_000).await?;
    let lost = world
        .simulator
        .blobs(&world.tenant())
        .into_iter()
        .find(|b| b.content_type == Feed::SharePoint)
        .context("a blob")?;
    let window = Selector::window(
        Feed::SharePoint,
        lost.created,
        lost.created + SignedDuration::from_secs(1),
    );
    world.faults([FaultRule::new(window, Fault::Status(500, String::new()))]);

    let report = world.run().await?;
    assert_eq!(report.outcome(), Outcome::Gaps);
    assert!(
        report.gaps.iter().all(|gap| gap.reason == GapReason::Failed
            && gap.content_type == "Audit.SharePoint"
            && gap.window.is_some()),
        "{:?}",
        report.gaps
    );
    assert_eq!(
        report.content_types["Audit.SharePoint"].status,
        ContentTypeStatus::Incomplete
    );
    assert_eq!(
        report.content_types["Audit.Exchange"].status,
        ContentTypeStatus::Complete
    );
    let verdict = world.verdict()?;
    assert!(
        verdict.missing > 0 && verdict.missing < verdict.offered / 2,
        "{verdict:?}"
    );

    world.faults([]);
    assert_eq!(world.run().await?.outcome(), Outcome::Complete);
    world.assert_each_once()?;
    Ok(())
}

/// One blob that cannot be had, for each reason that a gap can have; then it can.
async fn one_bad_blob(fault: Fault, reason: GapReason, comes_back: bool) -> Result<()> {
    let world = World::week(600).await?;
    let blob = some_blob(&world)?;
    world.faults([FaultRule::new(
        Selector::blob(blob.content_id.clone()),
        fault,
    )]);
    let report = world.run().await?;
    assert_eq!(report.gaps.len(), 1, "{:?}", report.gaps);
    assert_eq!(
        (report.gaps[0].reason, report.gaps[0].content_id.as_deref()),
        (reason, Some(blob.content_id.as_str()))
    );
    assert_eq!(report.outcome(), Outcome::Gaps);
    if comes_back {
        world.faults([]);
        assert_eq!(world.run().await?.outcome(), Outcome::Complete);
        world.assert_each_once()?;
    }
    Ok(())
}

fn some_blob(world: &World) -> Result<OfferedBlob> {
    let blobs = world.simulator.blobs(&world.tenant());
    blobs
        .into_iter()
        .find(|blob| blob.content_type == Feed::Exchange)
        .context("blobs are offered")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_that_fails_for_good_does_not_stop_the_others() -> Result<()> {
    one_bad_blob(
        Fault::Status(503, "<html>busy</html>".to_owned()),
        GapReason::Failed,
        true,
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_that_is_always_cut_off_is_tried_again_next_time() -> Result<()> {
    one_bad_blob(Fault::CutBody, GapReason::Failed, true).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_that_is_no_array_is_malformed() -> Result<()> {
    one_bad_blob(
        Fault::Body("{\"Message\":\"odd\"}".to_owned()),
        GapReason::Malformed,
        true,
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_without_end_is_named() -> Result<()> {
    one_bad_blob(Fault::Throttle403, GapReason::Throttled, true).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_that_no_token_opens_does_not_stop_the_others() -> Result<()> {
    let denied = "{\"Message\":\"Authorization has been denied for this request.\"}".to_owned();
    one_bad_blob(Fault::Status(401, denied), GapReason::Permission, true).await
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_content_is_named() -> Result<()> {
    one_bad_blob(Fault::Expired, GapReason::Expired, false).await
}

#[tokio::test(flavor = "multi_thread")]
async fn content_that_does_not_exist_is_named() -> Result<()> {
    one_bad_blob(Fault::NotFound, GapReason::NotFound, false).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_content_type_without_permission_does_not_stop_the_others() -> Result<()> {
    // Found when it is started, and when it is listed.
    without_permission(Vec::new()).await?;
    without_permission(Feed::ALL.to_vec()).await
}

async fn without_permission(subscriptions: Vec<Feed>) -> Result<()> {
    let tenant = TenantConfig {
        dlp_permission: false,
        subscriptions,
        ..TenantConfig::generated(0, 7, 800)
    };
    let world = World::with(SimulatorConfig {
        tenants: vec![tenant],
        ..SimulatorConfig::default()
    })
    .await?;
    let report = world.run().await?;
    let dlp = &report.content_types["DLP.All"];
    assert_eq!(dlp.status, ContentTypeStatus::Unavailable);
    assert!(
        dlp.reason
            .as_deref()
            .unwrap_or_default()
            .contains("ActivityFeed.ReadDlp"),
        "{dlp:?}"
    );
    assert!(
        report
            .gaps
            .iter()
            .any(|gap| gap.content_type == "DLP.All" && gap.reason == GapReason::Permission)
    );
    assert_eq!(report.outcome(), Outcome::Gaps);
    assert_eq!(
        report.content_types["Audit.Exchange"].status,
        ContentTypeStatus::Complete
    );
    assert!(report.events > 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_never_goes_elsewhere() -> Result<()> {
    let elsewhere = std::net::TcpListener::bind("127.0.0.1:0")?;
    elsewhere.set_nonblocking(true)?;
    let world = World::week(300).await?;
    let selector = Selector {
        content_type: Some(Feed::Exchange),
        ..Selector::operation(Operation::ListContent)
    };
    let address = format!("http://{}", elsewhere.local_addr()?);
    world.faults([FaultRule::new(selector, Fault::ForeignContentUri(address))]);
    let report = world.run().await?;
    let refused: Vec<_> = report
        .gaps
        .iter()
        .filter(|gap| gap.reason == GapReason::RefusedUri)
        .collect();
    assert!(
        !refused.is_empty()
            && refused
                .iter()
                .all(|gap| gap.content_type == "Audit.Exchange"),
        "{:?}",
        report.gaps
    );
    assert!(elsewhere.accept().is_err(), "nobody called");
    assert_eq!(
        report.content_types["Audit.SharePoint"].status,
        ContentTypeStatus::Complete
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_went_stale_is_renewed_once() -> Result<()> {
    let world = World::week(300).await?;
    let third = Selector::operation(Operation::RetrieveContent).which(Which::Nth(3));
    world.faults([FaultRule::new(third, Fault::StaleToken).times(Times::AtMost(1))]);
    assert_eq!(world.run().await?.outcome(), Outcome::Complete);
    let tokens = world
        .simulator
        .requests()
        .iter()
        .filter(|r| r.operation == Some(Operation::Token))
        .count();
    assert_eq!(tokens, 2);
    world.assert_each_once()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_a_matter_of_credentials() -> Result<()> {
    let world = World::week(10).await?;
    let mut client = world.client();
    client.credential = auditlake_pipeline::Secret::new("wrong-and-private".to_owned()).into();
    let connection = Connection::new(None, client)?;
    let run = backfill(
        connection,
        world.options(),
        Progress::default().into(),
        CancellationToken::new(),
    );
    let stopped = run.await.err().context("a wrong secret cannot work")?;
    assert_eq!(stopped.error.kind(), ErrorKind::Credentials);
    let said = format!("{:#}", anyhow::Error::from(stopped));
    assert!(
        said.contains("AADSTS7000215") && !said.contains("wrong-and-private"),
        "{said}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_stops_tells_what_it_had_done() -> Result<()> {
    let world = World::week(600).await?;
    let stale = Selector::operation(Operation::RetrieveContent).which(Which::Nth(5));
    let expired = r#"{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired."}"#;
    let second = Selector::operation(Operation::Token).which(Which::Nth(2));
    world.faults([
        FaultRule::new(stale, Fault::StaleToken),
        FaultRule::new(second, Fault::Status(401, expired.to_owned())),
    ]);
    let connection = Connection::new(Some("contoso".to_owned()), world.client())?;
    let run = backfill(
        connection,
        world.options(),
        Progress::default().into(),
        CancellationToken::new(),
    );
    let stopped = run
        .await
        .err()
        .context("a run without a token cannot go on")?;
    assert_eq!(stopped.error.kind(), ErrorKind::Credentials);
    let report = stopped.report;
    let words = report.error.clone().unwrap_or_default();
    assert!(words.contains("AADSTS7000222"), "{words}");
    assert!(report.events > 0, "earlier units are in the lake");
    let verdict = world.verdict()?;
    assert_eq!(
        verdict.offered - verdict.missing,
        report.events,
        "{verdict:?}"
    );
    let statuses = report.content_types.values().map(|told| told.status);
    assert!(
        statuses
            .clone()
            .all(|status| status == ContentTypeStatus::Incomplete),
        "{:?}",
        report.content_types
    );
    world.faults([]);
    assert_eq!(world.run().await?.outcome(), Outcome::Complete);
    world.assert_each_once()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_day_is_not_asked_for_too_late() -> Result<()> {
    let clock = auditlake_simulator::Clock::fixed("2026-05-11T10:00:00Z".parse()?);
    let now = clock.clone();
    let tenants = vec![TenantConfig::generated(0, 5, 500)];
    let world = World::with(SimulatorConfig {
        tenants,
        now: clock.clone(),
        ..SimulatorConfig::default()
    })
    .await?;
    let mut options = world.options();
    options.content_types = vec![ContentType::Exchange];
    // One window, from the edge to the end of its day.
    options.until = Some("2026-05-05T00:00:00Z".parse()?);
    // Time passes while the run works: each look at the clock is three minutes later, so that what was planned is too
    // old by the time that it is asked for.
    options.clock = auditlake_pipeline::Clock::from_fn(move || {
        now.advance(SignedDuration::from_mins(3));
        now.now()
    });
    let report = world.run_with(options).await?;
    let refused = world
        .simulator
        .requests()
        .into_iter()
        .filter(|request| request.status == 400)
        .count();
    assert_eq!(
        refused, 0,
        "no window was older than seven days when it was asked for"
    );
    assert_eq!(report.windows.listed, 1);
    let reasons: Vec<_> = report.gaps.iter().map(|gap| gap.reason).collect();
    assert_eq!(reasons, [GapReason::Expired], "what passed by is named");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_blob_does_not_hold_up_the_others() -> Result<()> {
    let world = World::week(300).await?;
    let blob = some_blob(&world)?;
    world.faults([FaultRule::new(
        Selector::blob(blob.content_id),
        Fault::Delay(Duration::from_millis(500)),
    )]);
    assert_eq!(world.run().await?.outcome(), Outcome::Complete);
    world.assert_each_once()?;
    Ok(())
}
