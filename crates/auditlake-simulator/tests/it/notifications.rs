//! What a webhook is told, and when it is told no more.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use auditlake_simulator::{
    Blob, Clock, ContentType, NotificationConfig, SimulatorConfig, Source, TenantConfig,
};
use axum::http::{HeaderMap, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::client::{Client, Result, hours_ago, now};

const START: &str = "subscriptions/start?contentType=Audit.Exchange";
/// Nothing here takes nearly as long.
const LIMIT: Duration = Duration::from_secs(30);

/// What a receiver was sent: header and body of each request but the test.
type Seen = Arc<Mutex<Vec<(HeaderMap, Value)>>>;

/// A receiver that gives these answers to what is no test, and then 200.
async fn receiver(answers: &[u16]) -> Result<(String, Seen)> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/hook", listener.local_addr()?);
    let (seen, answers) = (Seen::default(), answers.to_vec());
    let log = Arc::clone(&seen);
    let answer = move |headers: HeaderMap, body: String| async move {
        if headers.contains_key("Webhook-ValidationCode") {
            return StatusCode::OK;
        }
        let mut log = log.lock().expect("no test panics here");
        let status = answers.get(log.len()).copied().unwrap_or(200);
        log.push((headers, serde_json::from_str(&body).unwrap_or_default()));
        StatusCode::from_u16(status).unwrap_or_default()
    };
    let router = axum::Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((address, seen))
}

/// A service that has one blob before now and four in the hour after.
async fn service(clock: &Clock, notifications: NotificationConfig) -> Result<Client> {
    let blob = |minutes: i64| {
        let created = now() + SignedDuration::from_mins(minutes);
        let record = format!(r#"{{"Id":"{minutes}","Operation":"Op"}}"#);
        Blob::of_records(ContentType::Exchange, created, &[record])
    };
    let blobs = [-30, 10, 20, 30, 40].map(blob).to_vec();
    Client::of(SimulatorConfig {
        tenants: vec![TenantConfig::new(0, Source::Blobs(blobs))],
        now: clock.clone(),
        notifications: NotificationConfig {
            first_retry: Duration::from_millis(5),
            ..notifications
        },
        ..SimulatorConfig::default()
    })
    .await
}

async fn start_with(client: &Client, address: &str) -> Result<()> {
    let api = client.simulator.address();
    let root = format!("{api}api/v1.0/{}/activity/feed", client.tenant_id);
    let request = reqwest::Client::new()
        .post(format!("{root}/{START}"))
        .bearer_auth(&client.token)
        .json(&json!({"webhook": {"address": address, "authId": "label"}}));
    let answer = request.send().await?;
    assert_eq!(answer.status().as_u16(), 200, "{}", answer.text().await?);
    Ok(())
}

/// Waits until the receiver has so many requests.
async fn until(seen: &Seen, count: usize) -> Result<Vec<(HeaderMap, Value)>> {
    let limit = Instant::now() + LIMIT;
    loop {
        let found = seen.lock().expect("no test panics here").clone();
        if found.len() >= count {
            return Ok(found);
        }
        assert!(Instant::now() < limit, "{found:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// How so many attempts went, as the service lists them.
async fn attempts(client: &Client, count: usize) -> Result<Vec<String>> {
    let end = (now() + SignedDuration::from_hours(1)).strftime("%Y-%m-%dT%H:%M:%S");
    let start = hours_ago(2).strftime("%Y-%m-%dT%H:%M:%S");
    let path = format!(
        "subscriptions/notifications?contentType=Audit.Exchange&startTime={start}&endTime={end}"
    );
    let limit = Instant::now() + LIMIT;
    loop {
        let listed = client.get(&path).await?.json();
        let all = listed.as_array().cloned().unwrap_or_default();
        // An attempt is in the list once it was answered.
        if all.len() >= count {
            let status = |it: &Value| {
                it["notificationStatus"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            };
            return Ok(all.iter().map(status).collect());
        }
        assert!(Instant::now() < limit, "{listed}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The minutes of the blobs that a request tells of.
fn created(body: &Value) -> Vec<String> {
    let elements = body.as_array().cloned().unwrap_or_default();
    let minute = |it: &Value| Some(it["contentCreated"].as_str()?.split(':').nth(1)?.to_owned());
    elements.iter().filter_map(minute).collect()
}

#[tokio::test]
async fn a_webhook_is_told_of_what_becomes_available_after_it_is_set() -> Result<()> {
    let clock = Clock::fixed(now());
    let client = service(&clock, NotificationConfig::default()).await?;
    let (address, seen) = receiver(&[]).await?;
    start_with(&client, &address).await?;
    clock.advance(SignedDuration::from_mins(25));
    let told = until(&seen, 1).await?;
    let (headers, body) = &told[0];
    assert_eq!(headers["Webhook-AuthID"], "label");
    assert_eq!(headers["content-type"], "application/json; charset=utf-8");
    assert_eq!(created(body), ["10", "20"]);
    let element = &body[0];
    let tenant = client.simulator.tenants().swap_remove(0);
    assert_eq!(element["tenantId"], tenant.tenant_id);
    assert_eq!(element["clientId"], tenant.client_id);
    assert_eq!(element["contentType"], "Audit.Exchange");
    let blob = &client.simulator.blobs(&tenant.tenant_id)[1];
    assert_eq!(element["contentId"], blob.content_id);
    let uri = element["contentUri"].as_str().unwrap_or_default();
    assert!(uri.ends_with(&blob.content_id), "{uri}");
    assert_eq!(attempts(&client, 2).await?, ["success", "success"]);
    // Nothing is told twice.
    clock.advance(SignedDuration::from_mins(10));
    assert_eq!(created(&until(&seen, 2).await?[1].1), ["30"]);
    Ok(())
}

#[tokio::test]
async fn what_is_not_heard_is_told_again() -> Result<()> {
    let clock = Clock::fixed(now());
    let client = service(&clock, NotificationConfig::default()).await?;
    let (address, seen) = receiver(&[503, 202]).await?;
    start_with(&client, &address).await?;
    clock.advance(SignedDuration::from_mins(15));
    let told = until(&seen, 3).await?;
    assert_eq!(told[0].1, told[2].1);
    clock.advance(SignedDuration::from_mins(10));
    assert_eq!(created(&until(&seen, 4).await?[3].1), ["20"]);
    let statuses = attempts(&client, 4).await?;
    assert_eq!(statuses, ["failure", "failure", "success", "success"]);
    Ok(())
}

#[tokio::test]
async fn a_webhook_that_does_not_hear_is_disabled_until_it_is_set_again() -> Result<()> {
    let clock = Clock::fixed(now());
    let few = NotificationConfig {
        attempts: 3,
        ..NotificationConfig::default()
    };
    let client = service(&clock, few).await?;
    let (address, seen) = receiver(&[500, 500, 500]).await?;
    start_with(&client, &address).await?;
    clock.advance(SignedDuration::from_mins(16));
    until(&seen, 3).await?;
    let status = async || {
        let listed = client.get("subscriptions/list").await?.json();
        Ok::<_, Box<dyn std::error::Error>>(listed[0]["webhook"]["status"].clone())
    };
    let limit = Instant::now() + LIMIT;
    while status().await? != "disabled" {
        assert!(Instant::now() < limit);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    start_with(&client, &address).await?;
    assert_eq!(status().await?, "enabled");
    clock.advance(SignedDuration::from_mins(5));
    assert_eq!(created(&until(&seen, 4).await?[3].1), ["20"]);
    Ok(())
}

#[tokio::test]
async fn a_webhook_is_told_in_parts_backwards_twice_and_not_of_all_if_wanted() -> Result<()> {
    let clock = Clock::fixed(now());
    let odd = NotificationConfig {
        batch: 2,
        repeats: 2,
        backwards: true,
        skip_every: 4,
        ..NotificationConfig::default()
    };
    let client = service(&clock, odd).await?;
    let (address, seen) = receiver(&[]).await?;
    start_with(&client, &address).await?;
    clock.advance(SignedDuration::from_mins(50));
    let told = until(&seen, 4).await?;
    let told: Vec<Vec<String>> = told.iter().map(|(_, body)| created(body)).collect();
    // The fourth blob is the one of the 30th minute.
    assert_eq!(
        told,
        [vec!["40", "20"], vec!["40", "20"], vec!["10"], vec!["10"]]
    );
    Ok(())
}
