//! Starting without harm.

use auditlake_api::{ContentType, Error, ErrorKind, StartOutcome, Webhook, WebhookChange};

use crate::mock::{Mock, answer};

const HOOK: &str = r#"{"status":"enabled","address":"https://collector.example/hook?code=k3y","authId":"label","expiration":null}"#;

fn listed(status: &str, webhook: &str) -> String {
    format!(r#"[{{"contentType":"DLP.All","status":"{status}","webhook":{webhook}}}]"#)
}

fn webhook() -> Webhook {
    Webhook {
        address: "https://collector.example/hook?code=k3y".to_owned(),
        auth_id: Some("label".to_owned()),
        expiration: None,
    }
}

/// What comes of it, and the body of the start request if there was one.
async fn ensure(
    subscriptions: &str,
    change: WebhookChange,
) -> (Result<StartOutcome, Error>, Option<String>) {
    let mock = Mock::start([answer(200, subscriptions), answer(200, "")]).await;
    let outcome = mock
        .client()
        .ensure_subscription(ContentType::Dlp, &change)
        .await;
    let start = mock.seen().into_iter().nth(1);
    assert!(start.as_ref().is_none_or(|seen| {
        seen.uri
            .contains("/subscriptions/start?contentType=DLP.All&")
            && seen.method == "POST"
    }));
    (outcome, start.map(|seen| seen.body))
}

#[tokio::test]
async fn what_is_as_asked_is_left_alone() {
    for (webhook_listed, change) in [
        ("null", WebhookChange::Keep),
        (HOOK, WebhookChange::Keep),
        ("null", WebhookChange::Remove),
        (HOOK, WebhookChange::Set(webhook())),
    ] {
        let (outcome, start) = ensure(&listed("enabled", webhook_listed), change).await;
        assert_eq!(
            (outcome.unwrap(), start),
            (StartOutcome::AlreadyEnabled, None)
        );
    }
}

#[tokio::test]
async fn what_is_missing_or_otherwise_is_started() {
    let with_hook =
        r#"{"webhook":{"address":"https://collector.example/hook?code=k3y","authId":"label"}}"#;
    let expired = HOOK.replace("enabled", "expired");
    let set = || WebhookChange::Set(webhook());
    for (subscriptions, change, body) in [
        ("[]".to_owned(), WebhookChange::Keep, ""),
        (listed("disabled", "null"), WebhookChange::Keep, ""),
        (listed("enabled", HOOK), WebhookChange::Remove, ""),
        (listed("disabled", HOOK), WebhookChange::Remove, ""),
        ("[]".to_owned(), set(), with_hook),
        (listed("enabled", "null"), set(), with_hook),
        (listed("enabled", &expired), set(), with_hook),
        (listed("disabled", HOOK), set(), with_hook),
    ] {
        let (outcome, start) = ensure(&subscriptions, change).await;
        assert!(
            matches!(outcome.unwrap(), StartOutcome::Started(_)),
            "{subscriptions}"
        );
        assert_eq!(start.as_deref(), Some(body), "{subscriptions}");
    }
}

#[tokio::test]
async fn a_webhook_is_not_removed_by_accident() {
    let (outcome, start) = ensure(&listed("disabled", HOOK), WebhookChange::Keep).await;
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), start), (ErrorKind::BadRequest, None));
    assert!(
        error.to_string().contains("`https://collector.example`"),
        "{error}"
    );
    let shown = format!("{error} {error:?} {:?}", webhook());
    assert!(
        !error.to_string().contains("k3y") && !shown.contains("label"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_start_that_comes_too_early_is_counted_as_throttled() {
    let early = r#"{"error":{"code":"429","message":"Please retry again after 8m 46s."}}"#;
    let mock = Mock::start([answer(200, "[]"), answer(403, early)]).await;
    let client = mock.client();
    let change = WebhookChange::Keep;
    let error = client
        .ensure_subscription(ContentType::Dlp, &change)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(526));
    let counts = client.requests();
    assert_eq!((counts.total, counts.throttled, counts.retried), (2, 1, 0));
}
