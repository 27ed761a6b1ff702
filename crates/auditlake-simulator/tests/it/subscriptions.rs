//! Starting and stopping.

use auditlake_simulator::{Clock, ContentType, SimulatorConfig};
use jiff::SignedDuration;

use crate::client::{Client, Result, config, hourly, now};

const START: &str = "subscriptions/start?contentType=Audit.General";
const STOP: &str = "subscriptions/stop?contentType=Audit.General";

async fn unsubscribed(clock: &Clock) -> Result<Client> {
    let mut config = SimulatorConfig {
        now: clock.clone(),
        ..config(hourly(ContentType::General, 2))
    };
    config.tenants[0].subscriptions.clear();
    Client::of(config).await
}

#[tokio::test]
async fn content_needs_an_enabled_subscription() -> Result<()> {
    let client = unsubscribed(&Clock::fixed(now())).await?;
    assert_eq!(client.get("subscriptions/list").await?.text, "[]");
    assert_eq!(
        client.list(ContentType::General, 5).await?.refusal(),
        "400 AF20022"
    );
    assert_eq!(client.fetch_first().await?.refusal(), "400 AF20022");
    assert_eq!(client.post(STOP).await?.refusal(), "400 AF20022");
    assert_eq!(client.post(START).await?.status, 200);
    assert_eq!(client.list(ContentType::General, 5).await?.status, 200);
    let stopped = client.post(STOP).await?;
    assert_eq!((stopped.status, stopped.text.as_str()), (200, ""));
    assert_eq!(
        client.list(ContentType::General, 5).await?.refusal(),
        "400 AF20023"
    );
    assert_eq!(
        client.get("subscriptions/list").await?.json()[0]["status"],
        "disabled"
    );
    Ok(())
}

#[tokio::test]
async fn starting_again_is_refused_while_enabled_and_for_fifteen_minutes() -> Result<()> {
    let clock = Clock::fixed(now());
    let client = unsubscribed(&clock).await?;
    client.post(START).await?;
    assert_eq!(client.post(START).await?.refusal(), "400 AF20024");
    client.post(STOP).await?;
    clock.advance(SignedDuration::from_secs(6 * 60 + 14));
    let throttled = client.post(START).await?;
    assert_eq!(throttled.refusal(), "403 429");
    assert!(
        throttled.text.contains("Please retry again after 8m 46s."),
        "{}",
        throttled.text
    );
    clock.advance(SignedDuration::from_mins(9));
    assert_eq!(client.post(START).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn a_webhook_cannot_be_validated() -> Result<()> {
    let client = unsubscribed(&Clock::fixed(now())).await?;
    let root = format!(
        "{}api/v1.0/{}/activity/feed",
        client.simulator.address(),
        client.tenant_id
    );
    let body = serde_json::json!({"webhook": {"address": "https://collector.example/hook"}});
    let request = reqwest::Client::new()
        .post(format!("{root}/{START}"))
        .bearer_auth(&client.token)
        .json(&body);
    let answer = request.send().await?.text().await?;
    assert!(answer.contains("AF20021"), "{answer}");
    assert_eq!(
        client.get("subscriptions/list").await?.text,
        "[]",
        "nothing was started"
    );
    Ok(())
}
