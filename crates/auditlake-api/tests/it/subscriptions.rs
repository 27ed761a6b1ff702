//! Starting, stopping and listing subscriptions.

use std::time::Duration;

use auditlake_api::{ContentType, ErrorKind, StartOutcome, Webhook};
use axum::http::Method;

use crate::mock::{Mock, TENANT, answer};

#[tokio::test]
async fn a_start_sends_an_empty_body_and_reads_the_subscription() {
    let mock = Mock::start([answer(
        200,
        r#"{"contentType":"DLP.All","status":"enabled","webhook":null}"#,
    )])
    .await;
    let outcome = mock
        .client()
        .start_subscription(ContentType::Dlp)
        .await
        .unwrap();
    assert!(
        matches!(outcome, StartOutcome::Started(started) if started.is_enabled() && started.webhook.is_none())
    );
    let [seen] = mock.seen().try_into().unwrap();
    let path = format!("/api/v1.0/{TENANT}/activity/feed/subscriptions/start");
    assert_eq!(
        seen.uri,
        format!("{path}?contentType=DLP.All&PublisherIdentifier={TENANT}")
    );
    assert_eq!(
        (seen.method.clone(), seen.header("content-length")),
        (Method::POST, "0")
    );
}

#[tokio::test]
async fn an_enabled_subscription_is_a_success() {
    let body = r#"{"error":{"code":"AF20024","message":"The subscription is already enabled. No property change."}}"#;
    let mock = Mock::start([answer(400, body)]).await;
    let outcome = mock
        .client()
        .start_subscription(ContentType::General)
        .await
        .unwrap();
    assert_eq!(outcome, StartOutcome::AlreadyEnabled);
}

#[tokio::test]
async fn a_start_that_comes_too_early_is_not_repeated() {
    let check = async |status, message: &str, wait| {
        let body = format!(r#"{{"error":{{"code":"429","message":"{message}"}}}}"#);
        let mock = Mock::start([answer(status, &body)]).await;
        let error = mock
            .client()
            .start_subscription(ContentType::General)
            .await
            .unwrap_err();
        assert_eq!((error.kind(), mock.seen().len()), (ErrorKind::Throttled, 1));
        assert_eq!(error.retry_after(), wait);
    };
    let words = "Too many frequent subscription start requests.";
    let long = format!("{words} Please retry again after 8m 46s.");
    check(403, &long, Some(Duration::from_secs(526))).await;
    check(429, words, None).await;
    check(
        403,
        &format!("{words} Please retry again after 0s."),
        Some(Duration::ZERO),
    )
    .await;
}

#[tokio::test]
async fn a_webhook_is_sent_with_the_names_of_the_service() {
    let mock = Mock::start([answer(200, "")]).await;
    let address = "https://collector.example/hook".to_owned();
    let webhook = Webhook {
        address,
        auth_id: Some("label".to_owned()),
        expiration: None,
    };
    mock.client()
        .start_subscription_with_webhook(ContentType::Exchange, &webhook)
        .await
        .unwrap();
    let [seen] = mock.seen().try_into().unwrap();
    assert_eq!(
        seen.body,
        r#"{"webhook":{"address":"https://collector.example/hook","authId":"label"}}"#
    );
}

#[tokio::test]
async fn a_stop_has_no_answer_to_read() {
    let mock = Mock::start([answer(200, "")]).await;
    mock.client()
        .stop_subscription(ContentType::Exchange)
        .await
        .unwrap();
    assert!(
        mock.seen()[0]
            .uri
            .contains("/subscriptions/stop?contentType=Audit.Exchange&")
    );
}

#[tokio::test]
async fn a_listing_tolerates_a_missing_status_and_odd_elements() {
    let body = r#"[{"contentType":"Audit.Exchange"},{},{"contentType":"DLP.All","status":"disabled","webhook":null}]"#;
    let mock = Mock::start([answer(200, body)]).await;
    let subscriptions = mock.client().list_subscriptions().await.unwrap();
    let read: Vec<_> = subscriptions
        .iter()
        .map(|one| (one.content_type.as_str(), one.is_enabled()))
        .collect();
    assert_eq!(read, [("Audit.Exchange", true), ("DLP.All", false)]);
}
