//! Every kind of fault, once.

use std::time::Duration;

use auditlake_simulator::{
    Blob, ContentType, Fault, FaultPlan, FaultRule, Operation, Selector, Times, Which,
};
use serde_json::Value;

use crate::client::{Client, Result, hourly, hours_ago, now};

const GENERAL: ContentType = ContentType::General;

/// A client of three blobs, with this fault on every request for `operation`.
async fn always(operation: Operation, fault: Fault) -> Result<Client> {
    let plan = FaultPlan::new([FaultRule::new(Selector::operation(operation), fault)]);
    Client::with_faults(hourly(GENERAL, 3), plan).await
}

#[tokio::test]
async fn a_status_and_a_body() -> Result<()> {
    let client = always(
        Operation::RetrieveContent,
        Fault::Status(502, "<html></html>".into()),
    )
    .await?;
    let answer = client.fetch_first().await?;
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (502, "<html></html>")
    );
    assert_eq!(
        client.list(GENERAL, 5).await?.status,
        200,
        "others are spared"
    );
    Ok(())
}

#[tokio::test]
async fn a_transient_error_goes_away() -> Result<()> {
    let rule = FaultRule::new(Selector::default(), Fault::Status(500, "{}".into()))
        .times(Times::AtMost(2));
    let client = Client::with_faults(hourly(GENERAL, 1), FaultPlan::none()).await?;
    client.simulator.set_faults(FaultPlan::new([rule]));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(client.fetch_first().await?.status);
    }
    assert_eq!(statuses, [500, 500, 200, 200]);
    Ok(())
}

#[tokio::test]
async fn throttling_in_both_shapes() -> Result<()> {
    let client = always(Operation::RetrieveContent, Fault::Throttle403).await?;
    let answer = client.fetch_first().await?;
    assert_eq!(answer.status, 403);
    assert!(
        answer.text.starts_with("{'error':{'code':'AF429'"),
        "{}",
        answer.text
    );
    let client = always(
        Operation::RetrieveContent,
        Fault::Throttle429 {
            retry_after: Some(7),
        },
    )
    .await?;
    let answer = client.fetch_first().await?;
    assert_eq!(answer.refusal(), "429 AF429");
    assert_eq!(answer.headers["retry-after"], "7");
    Ok(())
}

#[tokio::test]
async fn a_throttled_start_says_how_long_in_its_text_alone() -> Result<()> {
    let fault = Fault::ThrottleStart {
        wait: Duration::from_secs(526),
    };
    let client = always(Operation::Start, fault).await?;
    let answer = client
        .post("subscriptions/start?contentType=Audit.General")
        .await?;
    assert_eq!(answer.refusal(), "403 429");
    assert!(answer.text.contains("after 8m 46s."), "{}", answer.text);
    assert!(!answer.headers.contains_key("retry-after"));
    Ok(())
}

#[tokio::test]
async fn throttling_without_retry_after() -> Result<()> {
    let fault = Fault::Throttle429 { retry_after: None };
    let client = always(Operation::ListContent, fault).await?;
    let answer = client.list(GENERAL, 5).await?;
    assert_eq!(answer.refusal(), "429 AF429");
    assert!(!answer.headers.contains_key("retry-after"));
    Ok(())
}

#[tokio::test]
async fn a_gateway_answers_in_html() -> Result<()> {
    let client = always(Operation::ListContent, Fault::service_unavailable()).await?;
    let answer = client.list(GENERAL, 5).await?;
    assert_eq!(
        (answer.status, &answer.headers["content-type"]),
        (503, &"text/html".parse()?)
    );
    assert!(answer.text.starts_with("<html>"));
    Ok(())
}

#[tokio::test]
async fn a_trickled_body_is_the_right_one_in_pieces() -> Result<()> {
    let fault = Fault::Trickle(Duration::from_millis(160));
    let client = always(Operation::RetrieveContent, fault).await?;
    let start = std::time::Instant::now();
    let answer = client.fetch_first().await?;
    assert_eq!(answer.text, r#"[{"Id":"3","Operation":"Op"}]"#);
    assert!(start.elapsed() >= Duration::from_millis(140));
    assert_eq!(
        answer.headers["content-length"],
        answer.text.len().to_string().as_str()
    );
    Ok(())
}

#[tokio::test]
async fn refusals_by_an_administrator() -> Result<()> {
    let client = always(Operation::ListContent, Fault::SubscriptionDisabled).await?;
    assert_eq!(client.list(GENERAL, 5).await?.refusal(), "400 AF20023");
    let client = always(Operation::ListContent, Fault::MissingPermission).await?;
    let answer = client.list(GENERAL, 5).await?;
    assert_eq!(answer.refusal(), "401 AF10001");
    assert!(answer.text.contains("ActivityFeed.ReadDlp"));
    Ok(())
}

#[tokio::test]
async fn a_subscription_is_disabled_until_it_is_started_again() -> Result<()> {
    let client = Client::with_faults(hourly(GENERAL, 1), FaultPlan::none()).await?;
    client.simulator.disable(&client.tenant_id, GENERAL);
    assert_eq!(client.list(GENERAL, 5).await?.refusal(), "400 AF20023");
    assert_eq!(client.fetch_first().await?.refusal(), "400 AF20023");
    assert_eq!(client.list(ContentType::Dlp, 5).await?.status, 200);
    client
        .post("subscriptions/start?contentType=Audit.General")
        .await?;
    assert_eq!(client.list(GENERAL, 5).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn records_are_repeated_within_a_blob_in_another_order() -> Result<()> {
    let records = [r#"{"Id":"1","Operation":"Op"}"#, r#"{"Id":"2"}"#];
    let blobs = vec![Blob::of_records(GENERAL, hours_ago(1), &records)];
    let selector = Selector::operation(Operation::RetrieveContent);
    let rule = FaultRule::new(selector, Fault::RepeatWithin(1));
    let client = Client::with_faults(blobs, FaultPlan::new([rule])).await?;
    assert_eq!(
        client.fetch_first().await?.text,
        r#"[{"Id":"1","Operation":"Op"},{"Id":"2"},{"Operation":"Op","Id":"1"}]"#
    );
    Ok(())
}

#[tokio::test]
async fn a_blob_can_have_fifty_megabytes() -> Result<()> {
    let large = Blob::of_size(GENERAL, hours_ago(2), 50_000_000);
    let mut config = crate::client::config(hourly(GENERAL, 1));
    config.tenants[0].more_blobs = vec![large];
    let client = Client::of(config).await?;
    let answer = client.fetch_first().await?;
    assert!(answer.text.len() >= 50_000_000, "{}", answer.text.len());
    let records: Vec<&serde_json::value::RawValue> = serde_json::from_str(&answer.text)?;
    assert_eq!(records.len(), 50_000);
    assert_eq!(
        client.simulator.records(&client.tenant_id).len(),
        50_001,
        "all are distinct"
    );
    Ok(())
}

#[tokio::test]
async fn a_cut_body_has_begun() -> Result<()> {
    let client = always(Operation::RetrieveContent, Fault::CutBody).await?;
    let blob = client.list(GENERAL, 5).await?.json()[0].clone();
    let uri = blob["contentUri"].as_str().unwrap_or_default();
    let mut response = reqwest::Client::new()
        .get(uri)
        .bearer_auth(&client.token)
        .send()
        .await?;
    assert_eq!(response.status(), 200);
    let promised = response.content_length().unwrap_or_default();
    let mut received = 0;
    let end = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => received += chunk.len() as u64,
            end => break end,
        }
    };
    assert!(end.is_err());
    assert_eq!(received, promised / 2);
    Ok(())
}

#[tokio::test]
async fn a_reset_connection_has_no_answer() -> Result<()> {
    let client = always(Operation::RetrieveContent, Fault::Reset).await?;
    let uri = client.list(GENERAL, 5).await?.json()[0]["contentUri"].clone();
    let request = reqwest::Client::new()
        .get(uri.as_str().unwrap_or_default())
        .bearer_auth(&client.token);
    assert!(request.send().await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_delayed_answer_is_the_right_one() -> Result<()> {
    let client = always(
        Operation::RetrieveContent,
        Fault::Delay(Duration::from_millis(30)),
    )
    .await?;
    let start = std::time::Instant::now();
    assert_eq!(client.fetch_first().await?.status, 200);
    assert!(start.elapsed() >= Duration::from_millis(30));
    Ok(())
}

#[tokio::test]
async fn a_stale_token_is_refused_though_it_is_good() -> Result<()> {
    let client = always(Operation::ListContent, Fault::StaleToken).await?;
    assert_eq!(client.list(GENERAL, 5).await?.status, 401);
    assert_eq!(client.get("subscriptions/list").await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn foreign_addresses_are_only_in_the_listing() -> Result<()> {
    let client = always(
        Operation::ListContent,
        Fault::ForeignContentUri("http://evil.example:99".into()),
    )
    .await?;
    let listing = client.list(GENERAL, 5).await?.json();
    let uris: Vec<_> = listing
        .as_array()
        .into_iter()
        .flatten()
        .map(|blob| blob["contentUri"].as_str())
        .collect();
    assert_eq!(uris.len(), 3);
    assert!(
        uris.iter()
            .all(|uri| uri.is_some_and(|uri| uri.starts_with("http://evil.example:99/api/v1.0/")))
    );
    Ok(())
}

#[tokio::test]
async fn a_foreign_next_page() -> Result<()> {
    let fault = Fault::ForeignNextPage("http://evil.example".into());
    let plan = FaultPlan::new([FaultRule::new(
        Selector::operation(Operation::ListContent),
        fault,
    )]);
    let config = crate::client::config(hourly(GENERAL, 3));
    let config = auditlake_simulator::SimulatorConfig {
        page_size: 1,
        faults: plan,
        ..config
    };
    let client = Client::of(config).await?;
    let answer = client.list(GENERAL, 5).await?;
    assert!(
        answer
            .next_page()
            .is_some_and(|next| next.starts_with("http://evil.example/api/v1/"))
    );
    Ok(())
}

#[tokio::test]
async fn content_that_is_gone() -> Result<()> {
    let client = always(Operation::RetrieveContent, Fault::NotFound).await?;
    assert_eq!(client.fetch_first().await?.refusal(), "400 AF20050");
    client.simulator.set_faults(FaultPlan::new([FaultRule::new(
        Selector::default(),
        Fault::Expired,
    )]));
    assert_eq!(client.fetch_first().await?.refusal(), "400 AF20051");
    Ok(())
}

#[tokio::test]
async fn a_blob_listed_twice() -> Result<()> {
    let client = always(Operation::ListContent, Fault::DuplicateBlob).await?;
    let listing = client.list(GENERAL, 5).await?.json();
    let ids: Vec<&Value> = listing
        .as_array()
        .into_iter()
        .flatten()
        .map(|blob| &blob["contentId"])
        .collect();
    assert_eq!(ids.len(), 6);
    assert!(ids.chunks(2).all(|pair| pair[0] == pair[1]));
    Ok(())
}

#[tokio::test]
async fn another_body() -> Result<()> {
    let client = always(Operation::RetrieveContent, Fault::Body("[{]".into())).await?;
    let answer = client.fetch_first().await?;
    assert_eq!((answer.status, answer.text.as_str()), (200, "[{]"));
    Ok(())
}

#[tokio::test]
async fn records_are_repeated_in_a_later_blob_in_another_order() -> Result<()> {
    let records = [r#"{"Id":"1","Nested":{"b":1,"a":2}}"#, r#"{"Id":"2"}"#];
    let blobs = vec![
        Blob::of_records(GENERAL, hours_ago(3), &records),
        Blob::of_records(ContentType::Exchange, hours_ago(2), &[r#"{"Id":"x"}"#]),
        Blob::of_records(GENERAL, hours_ago(1), &[r#"{"Id":"3"}"#]),
    ];
    let rule = FaultRule::new(
        Selector::operation(Operation::RetrieveContent),
        Fault::RepeatRecords(1),
    );
    let client = Client::with_faults(blobs, FaultPlan::new([rule])).await?;
    let offered = client.simulator.blobs(&client.tenant_id);
    let first = client
        .get(&format!("audit/{}", offered[0].content_id))
        .await?;
    assert_eq!(
        first.text,
        format!("[{},{}]", records[0], records[1]),
        "nothing comes before the first"
    );
    let last = client
        .get(&format!("audit/{}", offered[2].content_id))
        .await?;
    assert_eq!(
        last.text,
        r#"[{"Id":"3"},{"Nested":{"b":1,"a":2},"Id":"1"}]"#
    );
    Ok(())
}

#[tokio::test]
async fn one_windows_listing_fails_for_good_and_the_others_do_not() -> Result<()> {
    let selector = Selector::window(GENERAL, hours_ago(3), hours_ago(2));
    let plan = FaultPlan::new([FaultRule::new(selector, Fault::Status(500, String::new()))]);
    let client = Client::with_faults(hourly(GENERAL, 5), plan).await?;
    for _ in 0..3 {
        assert_eq!(
            client
                .list_between(GENERAL, hours_ago(3), hours_ago(2))
                .await?
                .status,
            500
        );
    }
    assert_eq!(
        client
            .list_between(GENERAL, hours_ago(4), hours_ago(3))
            .await?
            .status,
        200
    );
    assert_eq!(
        client
            .list_between(GENERAL, hours_ago(2), now())
            .await?
            .status,
        200
    );
    assert_eq!(
        client
            .list_between(ContentType::Exchange, hours_ago(3), hours_ago(2))
            .await?
            .status,
        200
    );
    Ok(())
}

#[tokio::test]
async fn one_blob_fails_for_good_and_the_others_do_not() -> Result<()> {
    let client = Client::with_faults(hourly(GENERAL, 3), FaultPlan::none()).await?;
    let offered = client.simulator.blobs(&client.tenant_id);
    let rule = FaultRule::new(
        Selector::blob(&offered[1].content_id),
        Fault::Status(500, String::new()),
    );
    client.simulator.set_faults(FaultPlan::new([rule]));
    let mut statuses = Vec::new();
    for blob in offered.iter().chain(&offered) {
        statuses.push(
            client
                .get(&format!("audit/{}", blob.content_id))
                .await?
                .status,
        );
    }
    assert_eq!(statuses, [200, 500, 200, 200, 500, 200]);
    Ok(())
}

#[tokio::test]
async fn only_the_nth_request_is_met() -> Result<()> {
    let selector = Selector::operation(Operation::RetrieveContent).which(Which::Nth(2));
    let plan = FaultPlan::new([FaultRule::new(selector, Fault::StaleToken)]);
    let client = Client::with_faults(hourly(GENERAL, 1), plan).await?;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(client.fetch_first().await?.status);
    }
    assert_eq!(statuses, [200, 401, 200]);
    Ok(())
}

#[tokio::test]
async fn the_flaky_profile_is_flaky_and_lets_the_patient_through() -> Result<()> {
    let client = Client::with_faults(hourly(GENERAL, 120), FaultPlan::flaky()).await?;
    let mut failures = 0;
    for blob in client.simulator.blobs(&client.tenant_id) {
        let path = format!("audit/{}", blob.content_id);
        for attempt in 0.. {
            assert!(attempt < 12, "{path} cannot be had");
            match client.get(&path).await {
                Ok(answer) if answer.status == 200 => break,
                _ => failures += 1,
            }
        }
    }
    assert!(failures > 5, "{failures}");
    Ok(())
}
