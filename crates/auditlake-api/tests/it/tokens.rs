//! Acquiring, renewing and losing tokens.

use std::time::Duration;

use auditlake_api::{Client, ErrorKind, Operation, RetryPolicy};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::mock::{Mock, answer};

const DENIED: &str = r#"{"Message":"Authorization has been denied for this request."}"#;

#[tokio::test]
async fn a_token_is_asked_for_once_by_all_clones() {
    let mock = Mock::start(vec![answer(200, "[]"); 8]).await;
    let client = mock.client();
    let blob = mock.blob();
    let fetches = (0..8).map(|_| {
        let (client, blob) = (client.clone(), blob.clone());
        async move { client.fetch_blob(&blob).await }
    });
    assert!(
        futures::future::join_all(fetches)
            .await
            .iter()
            .all(Result::is_ok)
    );
    let [form] = mock.token_requests().try_into().unwrap();
    assert!(
        form.contains("grant_type=client_credentials") && form.contains("client_id=mock-client"),
        "{form}"
    );
    let scope: String = url::form_urlencoded::byte_serialize(mock.address.as_bytes()).collect();
    assert!(
        form.contains(&format!("scope={scope}%2F.default")),
        "{form}"
    );
    assert!(
        mock.seen()
            .iter()
            .all(|seen| seen.header("authorization") == "Bearer token-1")
    );
}

#[tokio::test]
async fn a_token_without_life_left_is_renewed() {
    let mock = Mock::start(vec![answer(200, "[]"); 2]).await;
    mock.script_tokens([answer(200, r#"{"access_token":"short","expires_in":"0"}"#)]);
    let client = mock.client();
    for _ in 0..2 {
        client.fetch_blob(&mock.blob()).await.unwrap();
    }
    let bearers: Vec<_> = mock
        .seen()
        .iter()
        .map(|seen| seen.header("authorization").to_owned())
        .collect();
    assert_eq!(bearers, ["Bearer short", "Bearer token-2"]);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let mock = Mock::start([answer(401, DENIED), answer(200, "[]")]).await;
    let client = mock.client();
    assert_eq!(client.clock_offset(), None);
    client.fetch_blob(&mock.blob()).await.unwrap();
    assert!(
        client
            .clock_offset()
            .is_some_and(|offset| offset.as_secs().abs() < 60)
    );
    let bearers: Vec<_> = mock
        .seen()
        .iter()
        .map(|seen| seen.header("authorization").to_owned())
        .collect();
    assert_eq!(bearers, ["Bearer token-1", "Bearer token-2"]);
    assert_eq!((client.requests().total, client.requests().retried), (2, 1));
}

#[tokio::test]
async fn a_token_refused_twice_is_an_error() {
    let mock = Mock::start(vec![answer(401, DENIED); 5]).await;
    let error = mock.client().list_subscriptions().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Credentials, Some(401))
    );
    assert_eq!((mock.seen().len(), mock.token_requests().len()), (2, 2));
}

#[tokio::test]
async fn a_wrong_secret_is_told_with_its_code_and_not_tried_again() {
    let body = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1"}"#;
    let mock = Mock::start([]).await;
    mock.script_tokens([answer(401, body)]);
    let error = mock.client().list_subscriptions().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Credentials, Operation::AcquireToken)
    );
    assert_eq!(error.code(), Some("AADSTS7000215"));
    assert!(error.hint().is_some_and(|hint| hint.contains("secret")));
    assert_eq!((mock.seen().len(), mock.token_requests().len()), (0, 1));
}

#[tokio::test]
async fn an_outage_of_the_authority_is_waited_out() {
    let mock = Mock::start([answer(200, "[]")]).await;
    mock.script_tokens([
        answer(503, "<html>"),
        answer(429, "").header("retry-after", "0"),
    ]);
    mock.client().list_subscriptions().await.unwrap();
    assert_eq!(mock.token_requests().len(), 3);
}

#[tokio::test]
async fn those_who_waited_for_a_token_share_the_failure() {
    let mock = Mock::start([]).await;
    mock.script_tokens(vec![answer(503, "<html>"); 8]);
    let mut config = mock.config();
    config.retry = RetryPolicy::NONE;
    let client = Client::new(config).unwrap();
    let roles = (0..8).map(|_| client.token_roles());
    for answer in futures::future::join_all(roles).await {
        assert_eq!(answer.unwrap_err().kind(), ErrorKind::Unavailable);
    }
    assert_eq!(mock.token_requests().len(), 1);
}

#[tokio::test]
async fn an_authority_that_is_gone_is_a_network_error() {
    let mut config = Mock::start([]).await.config();
    // Port 9 (discard) of the loopback host: nothing listens there.
    config.authority = "http://127.0.0.1:9".parse().unwrap();
    config.connect_timeout = Duration::from_secs(1);
    let error = Client::new(config)
        .unwrap()
        .list_subscriptions()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn roles_are_read_from_the_token() {
    let claims = URL_SAFE_NO_PAD
        .encode(r#"{"roles":["ActivityFeed.Read"],"tid":"t","aud":"a","appid":"c"}"#);
    let mock = Mock::start([]).await;
    mock.script_tokens([answer(
        200,
        &format!(r#"{{"access_token":"e30.{claims}.x","expires_in":3599}}"#),
    )]);
    let client = mock.client();
    assert_eq!(client.token_roles().await.unwrap(), ["ActivityFeed.Read"]);
    assert_eq!(
        client.token_claims().await.unwrap().tenant_id.as_deref(),
        Some("t")
    );
    assert_eq!(mock.token_requests().len(), 1);
}
