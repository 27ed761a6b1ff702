//! What can be had, told beforehand, in-process and over HTTP.

use std::collections::BTreeSet;

use auditlake_simulator::{
    Blob, Clock, ContentType, Fault, FaultPlan, FaultRule, Operation, Reason, Selector,
    SimulatorConfig, Times, Which,
};
use jiff::SignedDuration;

use crate::client::{Client, Result, config, hourly, hours_ago, now};

const GENERAL: ContentType = ContentType::General;

async fn client(rules: impl IntoIterator<Item = FaultRule>) -> Result<Client> {
    Client::with_faults(hourly(GENERAL, 6), FaultPlan::new(rules)).await
}

fn blobs_of(client: &Client, reason: Reason) -> usize {
    let lost = client.simulator.unobtainable(&client.tenant_id);
    lost.iter()
        .filter(|item| item.reason == reason && item.content_id.is_some())
        .count()
}

#[tokio::test]
async fn faults_that_pass_take_nothing_and_those_that_last_do() -> Result<()> {
    let retrieve = || Selector::operation(Operation::RetrieveContent);
    let cases = [
        (
            FaultRule::new(retrieve(), Fault::CutBody).times(Times::PerTarget(3)),
            None,
        ),
        (
            FaultRule::new(retrieve(), Fault::CutBody).times(Times::AtMost(9)),
            None,
        ),
        (
            FaultRule::new(retrieve().which(Which::EveryNth(2)), Fault::Reset),
            None,
        ),
        (FaultRule::new(retrieve(), Fault::RepeatWithin(2)), None),
        (
            FaultRule::new(retrieve(), Fault::Throttle403),
            Some(Reason::Throttled),
        ),
        (
            FaultRule::new(retrieve(), Fault::Body("{}".into())),
            Some(Reason::Malformed),
        ),
        (
            FaultRule::new(Selector::operation(Operation::Token), Fault::Reset),
            Some(Reason::Failed),
        ),
        (
            FaultRule::new(Selector::operation(Operation::ListContent), Fault::LateBlob),
            Some(Reason::NotListed),
        ),
        (
            FaultRule::new(
                Selector::operation(Operation::ListContent),
                Fault::SubscriptionDisabled,
            ),
            Some(Reason::Disabled),
        ),
    ];
    let client = client([]).await?;
    for (rule, reason) in cases {
        let name = rule.fault.name();
        client.simulator.set_faults(FaultPlan::new([rule]));
        let expected = if reason.is_some() { 0 } else { 6 };
        assert_eq!(
            client.simulator.obtainable(&client.tenant_id).len(),
            expected,
            "{name}"
        );
        let lost = reason.map_or(0, |reason| blobs_of(&client, reason));
        assert_eq!(lost, 6 - expected, "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn the_first_rule_that_lasts_decides() -> Result<()> {
    let retrieve = || Selector::operation(Operation::RetrieveContent);
    let client = client([
        FaultRule::new(retrieve(), Fault::Delay(std::time::Duration::ZERO)),
        FaultRule::new(retrieve(), Fault::NotFound),
    ])
    .await?;
    assert_eq!(client.fetch_first().await?.status, 200);
    assert_eq!(client.simulator.obtainable(&client.tenant_id).len(), 6);
    Ok(())
}

#[tokio::test]
async fn a_window_is_named_with_its_blobs() -> Result<()> {
    let selector = Selector::window(GENERAL, hours_ago(4), hours_ago(2));
    let client = client([FaultRule::new(selector, Fault::internal_error())]).await?;
    let lost = client.simulator.unobtainable(&client.tenant_id);
    assert_eq!(lost.len(), 3, "the window and two blobs: {lost:?}");
    assert!(
        lost.iter()
            .all(|item| item.window == Some((hours_ago(4), hours_ago(2))))
    );
    assert_eq!(lost[0].content_id, None);
    assert_eq!(client.simulator.obtainable(&client.tenant_id).len(), 4);
    Ok(())
}

#[tokio::test]
async fn permissions_age_and_bad_bodies_count_too() -> Result<()> {
    let blobs = vec![
        Blob::of_records(ContentType::Dlp, hours_ago(1), &[r#"{"Id":"dlp"}"#]),
        Blob::of_records(GENERAL, hours_ago(8 * 24), &[r#"{"Id":"old"}"#]),
        Blob {
            content_type: GENERAL,
            created: hours_ago(2),
            body: b"[{".to_vec(),
        },
        Blob::of_records(GENERAL, hours_ago(3), &[r#"{"Id":"good"}"#]),
    ];
    let mut config = config(blobs);
    config.tenants[0].dlp_permission = false;
    let client = Client::of(config).await?;
    assert_eq!(
        client.simulator.obtainable(&client.tenant_id),
        [r#"{"Id":"good"}"#]
    );
    let lost = client.simulator.unobtainable(&client.tenant_id);
    let reasons: BTreeSet<Reason> = lost.iter().map(|item| item.reason).collect();
    assert_eq!(
        reasons,
        [Reason::Expired, Reason::Permission, Reason::Malformed].into()
    );
    Ok(())
}

#[tokio::test]
async fn what_expires_later_could_have_been_had() -> Result<()> {
    let clock = Clock::fixed(now());
    let client = Client::of(SimulatorConfig {
        now: clock.clone(),
        ..config(hourly(GENERAL, 6))
    })
    .await?;
    clock.advance(SignedDuration::from_hours(9 * 24));
    assert_eq!(client.simulator.obtainable(&client.tenant_id).len(), 6);
    Ok(())
}

#[tokio::test]
async fn repetitions_do_not_give_away_what_cannot_be_had() -> Result<()> {
    let blobs = hourly(GENERAL, 3);
    let client = Client::with_faults(blobs, FaultPlan::none()).await?;
    let offered = client.simulator.blobs(&client.tenant_id);
    client.simulator.set_faults(FaultPlan::new([
        FaultRule::new(Selector::blob(&offered[0].content_id), Fault::NotFound),
        FaultRule::new(
            Selector::operation(Operation::RetrieveContent),
            Fault::RepeatRecords(1),
        ),
    ]));
    let second = client
        .get(&format!("audit/{}", offered[1].content_id))
        .await?;
    assert_eq!(second.text, r#"[{"Id":"2","Operation":"Op"}]"#);
    let third = client
        .get(&format!("audit/{}", offered[2].content_id))
        .await?;
    assert_eq!(
        third.text,
        r#"[{"Id":"1","Operation":"Op"},{"Operation":"Op","Id":"2"}]"#
    );
    Ok(())
}

#[tokio::test]
async fn all_of_it_over_http_without_a_token_and_whatever_fails() -> Result<()> {
    let one = Selector::operation(Operation::RetrieveContent).which(Which::Blobs(1));
    let client = client([
        FaultRule::new(one, Fault::Expired),
        FaultRule::new(Selector::default(), Fault::internal_error()).times(Times::AtMost(1)),
    ])
    .await?;
    let root = format!("_simulator/{}", client.tenant_id);
    let before = client.simulator.requests().len();
    let expected = client.get_plain(&format!("{root}/expected"), &[]).await?;
    assert_eq!(expected.headers["content-type"], "application/x-ndjson");
    let lines: Vec<&str> = expected.text.lines().collect();
    assert_eq!(lines, client.simulator.obtainable(&client.tenant_id));
    assert_eq!(lines.len(), 5);
    let lost = client
        .get_plain(&format!("{root}/unobtainable"), &[])
        .await?
        .json();
    assert_eq!(lost["reason"], "expired");
    let counts = client
        .get_plain(&format!("{root}/faults"), &[])
        .await?
        .json();
    assert_eq!(
        counts,
        serde_json::json!({"status_500": 1}),
        "the token request"
    );
    assert_eq!(
        client
            .get_plain("_simulator/nobody/faults", &[])
            .await?
            .status,
        404
    );
    assert_eq!(
        client
            .get_plain(&format!("{root}/other"), &[])
            .await?
            .status,
        404
    );
    assert_eq!(
        client.simulator.requests().len(),
        before,
        "none of it is logged"
    );
    Ok(())
}
