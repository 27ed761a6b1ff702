//! Notifications and sensitive types.

use auditlake_api::{ContentType, ErrorKind, Operation};

use crate::mock::{Mock, TENANT, answer, window};

#[tokio::test]
async fn notifications_are_listed_page_by_page() {
    let first = r#"[{"contentType":"DLP.All","contentId":"1$a","contentUri":"https://a.example/1",
        "contentCreated":"2026-05-04T10:30:00.5Z","contentExpiration":"2026-05-11T10:30:00Z",
        "notificationSent":"2026-05-04T10:31:00.000Z","notificationStatus":"success"}, 7, {}]"#;
    let mock = Mock::start([
        answer(200, first).header("NextPageUri", "{address}/next?nextPage=2"),
        answer(200, "[]"),
    ])
    .await;
    let mut pages = mock.client().list_notifications(ContentType::Dlp, window());
    let [one, bare] = pages
        .next_page()
        .await
        .unwrap()
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(one.content_id.as_deref(), Some("1$a"));
    assert_eq!(
        one.notification_sent,
        Some("2026-05-04T10:31:00Z".parse().unwrap())
    );
    assert_eq!(one.notification_status.as_deref(), Some("success"));
    assert_eq!(bare.notification_status, None);
    assert_eq!(pages.next_page().await.unwrap(), Some(Vec::new()));
    assert_eq!(pages.next_page().await.unwrap(), None);
    let path = format!("/api/v1.0/{TENANT}/activity/feed/subscriptions/notifications");
    let times = "startTime=2026-05-04T10:00:00&endTime=2026-05-04T11:00:00";
    assert_eq!(
        mock.seen()[0].uri,
        format!("{path}?contentType=DLP.All&{times}&PublisherIdentifier={TENANT}")
    );
}

#[tokio::test]
async fn a_failed_listing_of_notifications_says_so() {
    let body = r#"{"error":{"code":"AF20023","message":"disabled"}}"#;
    let mock = Mock::start([answer(400, body)]).await;
    let mut pages = mock.client().list_notifications(ContentType::Dlp, window());
    let error = pages.next_page().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Disabled, Operation::ListNotifications)
    );
}

#[tokio::test]
async fn sensitive_types_are_named_in_the_language_asked_for() {
    let body = r#"[{"id":"50842eb7","name":"Kreditkartennummer"},{"id":"x"},{"name":"y"},{},null]"#;
    let mock = Mock::start([answer(200, body), answer(200, "[]")]).await;
    let client = mock.client();
    let [only] = client
        .sensitive_types(Some("de-DE"))
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(
        (only.id.as_str(), only.name.as_str()),
        ("50842eb7", "Kreditkartennummer")
    );
    assert!(client.sensitive_types(None).await.unwrap().is_empty());
    let seen = mock.seen();
    let path = format!("/api/v1.0/{TENANT}/activity/feed/resources/dlpSensitiveTypes");
    assert_eq!(seen[0].uri, format!("{path}?PublisherIdentifier={TENANT}"));
    let languages = seen.iter().map(|seen| seen.header("accept-language"));
    assert_eq!(languages.collect::<Vec<_>>(), ["de-DE", ""]);
}

#[tokio::test]
async fn more_than_one_language_is_refused_without_a_request() {
    let mock = Mock::start([]).await;
    for bad in ["de, en", "", "de-", "d\r\ne"] {
        let error = mock.client().sensitive_types(Some(bad)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadRequest, "{bad}");
    }
    assert!(mock.seen().is_empty());
}
