//! Listing and fetching.

use std::time::Duration;

use auditlake_api::{Client, ContentType, Error, ErrorKind};

use crate::mock::{Answer, Mock, TENANT, answer, blob_at, window};

const THROTTLED: &str =
    r#"{"error":{"code":"AF429","message":"Too many requests. Method=GetBlob"}}"#;

fn listing(id: &str) -> Answer {
    let body = format!(r#"[{{"contentId":"{id}","contentUri":"{{address}}/audit/{id}"}}]"#);
    answer(200, &body)
}

async fn listed(client: &Client) -> Result<Vec<String>, Error> {
    let mut pages = client.list_content(ContentType::Exchange, window());
    let mut ids = Vec::new();
    while let Some(page) = pages.next_page().await? {
        ids.extend(page.blobs.into_iter().map(|blob| blob.content_id));
    }
    Ok(ids)
}

#[tokio::test]
async fn every_page_is_followed_as_given_and_carries_the_publisher() {
    let mock = Mock::start([
        listing("a").header("nextpageuri", "{address}/api/v1/next?nextPage=2%2B$x"),
        listing("b").header(
            "NextPageUrl",
            "{address}/next?nextPage=3&PublisherIdentifier=given",
        ),
        listing("c"),
    ])
    .await;
    assert_eq!(listed(&mock.client()).await.unwrap(), ["a", "b", "c"]);
    let uris: Vec<_> = mock.seen().into_iter().map(|seen| seen.uri).collect();
    let times = "startTime=2026-05-04T10:00:00&endTime=2026-05-04T11:00:00";
    let first = format!(
        "/api/v1.0/{TENANT}/activity/feed/subscriptions/content?contentType=Audit.Exchange&{times}&PublisherIdentifier={TENANT}"
    );
    let second = format!("/api/v1/next?nextPage=2%2B$x&PublisherIdentifier={TENANT}");
    assert_eq!(
        uris,
        [
            first,
            second,
            "/next?nextPage=3&PublisherIdentifier=given".to_owned()
        ]
    );
}

#[tokio::test]
async fn pages_that_go_in_a_circle_are_an_error_after_the_pages_that_were_read() {
    let next = |id| listing(id).header("NextPageUri", "{address}/next?nextPage=2");
    let mock = Mock::start([next("a"), next("b"), next("c")]).await;
    let mut pages = mock.client().list_content(ContentType::Exchange, window());
    assert!(pages.next_page().await.unwrap().is_some());
    assert!(pages.next_page().await.unwrap().is_some());
    assert_eq!(
        pages.next_page().await.unwrap_err().kind(),
        ErrorKind::Malformed
    );
    assert_eq!(mock.seen().len(), 2);
}

#[tokio::test]
async fn a_failed_page_can_be_asked_for_again() {
    let mock = Mock::start([
        listing("a").header("NextPageUri", "{address}/next?nextPage=2"),
        answer(
            400,
            r#"{"error":{"code":"AF20031","message":"invalid nextPage"}}"#,
        ),
        listing("b"),
    ])
    .await;
    let mut pages = mock.client().list_content(ContentType::Dlp, window());
    assert!(pages.next_page().await.unwrap().is_some());
    let error = pages.next_page().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::BadRequest, Some("AF20031"))
    );
    assert_eq!(
        (error.content_type(), error.window()),
        (Some("DLP.All"), Some(window()))
    );
    assert_eq!(
        pages.next_page().await.unwrap().unwrap().blobs[0].content_id,
        "b"
    );
    assert_eq!(pages.next_page().await.unwrap(), None);
}

#[tokio::test]
async fn a_listing_that_is_no_array_is_asked_for_again_and_never_taken_for_empty() {
    let mock = Mock::start([answer(200, ""), listing("a")]).await;
    assert_eq!(listed(&mock.client()).await.unwrap(), ["a"]);
    let mock = Mock::start([answer(200, ""), answer(200, "{}"), answer(200, "[{]")]).await;
    assert_eq!(
        listed(&mock.client()).await.unwrap_err().kind(),
        ErrorKind::Malformed
    );
}

#[tokio::test]
async fn an_impossible_window_is_refused_without_a_request() {
    let mock = Mock::start([]).await;
    for hours in [0, -1, 25] {
        let mut window = window();
        window.end = window.start + jiff::SignedDuration::from_hours(hours);
        let error = mock
            .client()
            .list_content(ContentType::General, window)
            .next_page()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadRequest);
    }
    assert!(mock.seen().is_empty() && mock.token_requests().is_empty());
}

#[tokio::test]
async fn what_passes_is_waited_out() {
    for failure in [
        answer(403, THROTTLED),
        answer(403, &THROTTLED.replace('"', "'")),
        answer(429, "").header("retry-after", "0"),
        answer(
            500,
            r#"{"error":{"code":"AF50000","message":"An internal error."}}"#,
        ),
        answer(503, "<html>gateway</html>"),
        answer(408, ""),
        answer(200, "[{\"Id\":1},"),
    ] {
        let mock = Mock::start([
            failure.clone(),
            failure.clone(),
            answer(200, "\u{feff}[{}]\r\n"),
        ])
        .await;
        let client = mock.client();
        assert_eq!(
            client.fetch_blob(&mock.blob()).await.unwrap(),
            "[{}]",
            "{failure:?}"
        );
        let counts = client.requests();
        assert_eq!((counts.total, counts.retried), (3, 2), "{failure:?}");
        for seen in mock.seen() {
            let path = format!("/api/v1.0/{TENANT}/activity/feed/audit/1$audit$na");
            assert_eq!(seen.uri, format!("{path}?PublisherIdentifier={TENANT}"));
        }
    }
}

#[tokio::test]
async fn retries_end() {
    let check = async |failure: Answer, kind| {
        let mock = Mock::start(vec![failure; 9]).await;
        let client = mock.client();
        let error = client.fetch_blob(&mock.blob()).await.unwrap_err();
        assert_eq!((error.kind(), mock.seen().len()), (kind, 3));
        assert_eq!(error.content_id(), Some("1$audit$na"));
        (error, client.requests())
    };
    let (error, counts) = check(
        answer(403, THROTTLED).header("request-id", "r-7"),
        ErrorKind::Throttled,
    )
    .await;
    assert_eq!((error.request_id(), counts.throttled), (Some("r-7"), 3));
    check(answer(502, ""), ErrorKind::Unavailable).await;
    check(answer(200, "<html>"), ErrorKind::Malformed).await;
}

#[tokio::test]
async fn a_wait_longer_than_the_policy_is_handed_to_the_caller() {
    let mock = Mock::start([answer(429, "").header("retry-after", "3600")]).await;
    let error = mock.client().fetch_blob(&mock.blob()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert_eq!(error.retry_after(), Some(Duration::from_hours(1)));
}

#[tokio::test]
async fn what_does_not_pass_is_asked_for_once() {
    let coded = |code: &str| format!(r#"{{"error":{{"code":"{code}","message":"words"}}}}"#);
    for (status, body, kind) in [
        (400, coded("AF20051"), ErrorKind::Expired),
        (400, coded("AF20050"), ErrorKind::NotFound),
        (400, coded("AF20023"), ErrorKind::Disabled),
        (403, coded("AF10001"), ErrorKind::Permission),
        (
            403,
            r#"{"Message":"denied"}"#.to_owned(),
            ErrorKind::Permission,
        ),
        (404, String::new(), ErrorKind::NotFound),
        (302, String::new(), ErrorKind::RefusedUri),
    ] {
        let mock =
            Mock::start([answer(status, &body).header("location", "{address}/elsewhere")]).await;
        assert_eq!(
            mock.client()
                .fetch_blob(&mock.blob())
                .await
                .unwrap_err()
                .kind(),
            kind,
            "{body}"
        );
        assert_eq!(mock.seen().len(), 1, "{body}");
    }
}

#[tokio::test]
async fn a_missing_permission_is_told_in_the_services_words() {
    let words = "The permission set () sent in the request does not include ActivityFeed.ReadDlp.";
    let body = format!(r#"{{"error":{{"code":"AF10001","message":"{words}"}}}}"#);
    let mock = Mock::start([answer(403, &body)]).await;
    let error = mock
        .client()
        .list_content(ContentType::Dlp, window())
        .next_page()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Permission);
    assert!(
        error
            .to_string()
            .contains("does not include ActivityFeed.ReadDlp"),
        "{error}"
    );
    assert!(
        error
            .hint()
            .is_some_and(|hint| hint.contains("ActivityFeed.ReadDlp"))
    );
}

#[tokio::test]
async fn a_foreign_address_is_never_fetched() {
    let (mock, foreign) = (Mock::start([]).await, Mock::start([]).await);
    let own = mock.address.clone();
    let with_user = own.replace("http://", "http://user:pass-w0rd@");
    let other_scheme = own.replace("http://", "https://");
    let like_ours = format!("{own}.evil.example/audit/1");
    for uri in [
        foreign.address.as_str(),
        &with_user,
        &other_scheme,
        &like_ours,
        "audit/1",
        "file:///etc/passwd",
        "",
    ] {
        let error = mock.client().fetch_blob(&blob_at(uri)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RefusedUri, "{uri}");
        assert!(
            !format!("{error} {error:?}").contains("pass-w0rd"),
            "{error:?}"
        );
    }
    assert!(mock.seen().is_empty() && foreign.seen().is_empty());
}

#[tokio::test]
async fn a_foreign_next_page_is_never_fetched() {
    let foreign = Mock::start([]).await;
    let mock = Mock::start([listing("a").header("NextPageUri", &foreign.address)]).await;
    let mut pages = mock.client().list_content(ContentType::Exchange, window());
    assert!(pages.next_page().await.unwrap().is_some());
    assert_eq!(
        pages.next_page().await.unwrap_err().kind(),
        ErrorKind::RefusedUri
    );
    assert!(foreign.seen().is_empty());
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_token() {
    let foreign = Mock::start([]).await;
    for status in [301, 302, 307, 308] {
        let redirect = answer(status, "").header("location", &foreign.address);
        let mock = Mock::start([redirect.clone(), redirect]).await;
        let client = mock.client();
        let fetched = client.fetch_blob(&mock.blob()).await.unwrap_err();
        let started = client
            .start_subscription(ContentType::Dlp)
            .await
            .unwrap_err();
        assert_eq!(
            (fetched.kind(), started.kind()),
            (ErrorKind::RefusedUri, ErrorKind::RefusedUri)
        );
    }
    assert!(foreign.seen().is_empty() && foreign.token_requests().is_empty());
}

#[tokio::test]
async fn a_body_over_the_limit_is_an_error_and_one_at_the_limit_is_not() {
    let body = format!("[\"{}\"]", "x".repeat(96));
    let mock = Mock::start([answer(200, &body), answer(200, &body)]).await;
    let fetch = async |limit| {
        let mut config = mock.config();
        config.max_body_bytes = limit;
        Client::new(config).unwrap().fetch_blob(&mock.blob()).await
    };
    assert_eq!(fetch(100).await.unwrap().len(), 100);
    assert_eq!(fetch(99).await.unwrap_err().kind(), ErrorKind::TooLarge);
    assert_eq!(mock.seen().len(), 2);
}

#[tokio::test]
async fn a_body_that_trickles_is_given_up_and_asked_for_again() {
    // Whole after seconds, if anybody waited; never silent for as long as the limit.
    let slow = format!("[1{}]", " ".repeat(200));
    let pause = Duration::from_millis(20);
    let mock = Mock::start([answer(200, &slow).trickling(pause), answer(200, "[2]")]).await;
    let mut config = mock.config();
    config.request_timeout = Duration::from_millis(200);
    let client = Client::new(config).unwrap();
    assert_eq!(client.fetch_blob(&mock.blob()).await.unwrap(), "[2]");
    assert_eq!(client.requests().retried, 1);
}
