//! Starting and stopping.

use std::sync::{Arc, Mutex};

use auditlake_simulator::{Clock, ContentType, SimulatorConfig};
use axum::http::{HeaderMap, StatusCode};
use jiff::SignedDuration;
use serde_json::json;

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

/// A receiver that answers with `status`, and what it was sent.
async fn receiver(status: u16) -> Result<(String, Arc<Mutex<Vec<HeaderMap>>>)> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/hook", listener.local_addr()?);
    let seen = Arc::<Mutex<Vec<HeaderMap>>>::default();
    let log = Arc::clone(&seen);
    let status = StatusCode::from_u16(status)?;
    let router = axum::Router::new().fallback(move |headers: HeaderMap| async move {
        log.lock().expect("no test panics here").push(headers);
        status
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((address, seen))
}

/// Starts with a webhook; the answer's text.
async fn start_with(client: &Client, webhook: serde_json::Value) -> Result<String> {
    let address = client.simulator.address();
    let root = format!("{address}api/v1.0/{}/activity/feed", client.tenant_id);
    let request = reqwest::Client::new()
        .post(format!("{root}/{START}"))
        .bearer_auth(&client.token)
        .json(&json!({ "webhook": webhook }));
    Ok(request.send().await?.text().await?)
}

#[tokio::test]
async fn a_webhook_is_called_and_only_200_will_do() -> Result<()> {
    let (address, seen) = receiver(200).await?;
    let clock = Clock::fixed(now());
    let client = unsubscribed(&clock).await?;
    let started = start_with(&client, json!({"address": address, "authId": "label"})).await?;
    let started: serde_json::Value = serde_json::from_str(&started)?;
    assert_eq!(started["webhook"]["status"], "enabled", "{started}");
    assert_eq!(started["webhook"]["address"], address);
    let seen = seen.lock().expect("no test panics here").clone();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["Webhook-AuthID"], "label");
    assert!(!seen[0]["Webhook-ValidationCode"].is_empty());
    assert!(
        client
            .get("subscriptions/list")
            .await?
            .text
            .contains(&address)
    );
    // A start that names none removes it.
    clock.advance(SignedDuration::from_mins(16));
    assert_eq!(client.post(START).await?.status, 200);
    let listed = client.get("subscriptions/list").await?.text;
    assert!(listed.contains(r#""webhook":null"#), "{listed}");
    Ok(())
}

#[tokio::test]
async fn a_webhook_that_does_not_answer_200_starts_nothing() -> Result<()> {
    let client = unsubscribed(&Clock::fixed(now())).await?;
    let (accepted, _) = receiver(202).await?;
    for address in [accepted.as_str(), "https://collector.example/hook"] {
        let answer = start_with(&client, json!({ "address": address })).await?;
        assert!(answer.contains("AF20021"), "{answer}");
    }
    let (address, _) = receiver(200).await?;
    let past = json!({"address": address, "expiration": "2020-01-01T00:00:00"});
    assert!(start_with(&client, past).await?.contains("AF20003"));
    assert_eq!(
        client.get("subscriptions/list").await?.text,
        "[]",
        "nothing was started"
    );
    Ok(())
}
