//! The client of Microsoft Graph against a scripted service.

use auditlake_api::graph::{Announcements, AuditQuery, QueryStatus};
use auditlake_api::{ErrorKind, GraphClient, ServiceCommunications};

use crate::mock::{Answer, Mock, answer};

const STATE: &str = r##"{"@odata.type":"#microsoft.graph.security.auditLogQuery","id":"q-1","displayName":"slice 1",
    "filterStartDateTime":"2026-05-04T00:00:00Z","filterEndDateTime":"2026-05-05T00:00:00.5Z",
    "recordTypeFilters":["exchangeAdmin"],"serviceFilters":null,"status":"notStarted"}"##;

const DENIED: &str =
    r#"{"error":{"code":"Forbidden","message":"Access denied.","innerError":{"request-id":"r"}}}"#;

/// The address that was asked, its query decoded.
fn asked(mock: &Mock, number: usize) -> String {
    let uri = mock.seen()[number].uri.clone();
    let (path, query) = uri.split_once('?').unwrap_or((&uri, ""));
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let pairs: Vec<String> = pairs
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("{path}?{}", pairs.join("&"))
}

fn query() -> AuditQuery {
    let time = |text: &str| text.parse().expect("test times parse");
    AuditQuery {
        display_name: "slice 1".to_owned(),
        filter_start: time("2026-05-04T00:00:00Z"),
        filter_end: time("2026-05-05T00:00:00.5Z"),
        record_types: vec!["exchangeAdmin".to_owned()],
        services: Vec::new(),
    }
}

async fn scripted(answers: impl IntoIterator<Item = Answer>) -> (Mock, GraphClient) {
    let mock = Mock::start(answers).await;
    let client = GraphClient::new(&mock.config()).expect("the mock's configuration is valid");
    (mock, client)
}

#[tokio::test]
async fn a_search_is_created_with_the_documented_names_and_a_token_for_graph() {
    let (mock, client) = scripted([answer(201, STATE)]).await;
    let state = client.create_query(&query()).await.unwrap();
    assert_eq!(
        (state.id.as_str(), &state.status),
        ("q-1", &QueryStatus::NotStarted)
    );
    assert_eq!(state.filter_end, Some(query().filter_end));
    assert_eq!(state.record_types, query().record_types);
    let [post] = mock.seen().try_into().unwrap();
    assert_eq!(
        (post.method.as_str(), post.uri.as_str()),
        ("POST", "/graph/v1.0/security/auditLog/queries")
    );
    let sent: serde_json::Value = serde_json::from_str(&post.body).unwrap();
    let expected = serde_json::json!({
        "@odata.type": "#microsoft.graph.security.auditLogQuery", "displayName": "slice 1",
        "filterStartDateTime": "2026-05-04T00:00:00Z", "filterEndDateTime": "2026-05-05T00:00:00.5Z",
        "recordTypeFilters": ["exchangeAdmin"],
    });
    assert_eq!(sent, expected);
    let scope: String =
        url::form_urlencoded::byte_serialize(format!("{}/graph/.default", mock.address).as_bytes())
            .collect();
    let [token] = mock.token_requests().try_into().unwrap();
    assert!(token.contains(&format!("scope={scope}")), "{token}");
}

#[tokio::test]
async fn a_search_whose_answer_was_lost_is_not_created_twice_and_a_throttled_one_is_tried_again() {
    for lost in [answer(503, ""), answer(201, r#"{"id":"q-"#)] {
        let (mock, client) = scripted([lost, answer(201, STATE)]).await;
        client.create_query(&query()).await.unwrap_err();
        assert_eq!(mock.seen().len(), 1);
    }
    let throttled = answer(429, "{}").header("Retry-After", "0.01");
    let (mock, client) = scripted([throttled, answer(201, STATE)]).await;
    client.create_query(&query()).await.unwrap();
    assert_eq!(mock.seen().len(), 2);
    assert_eq!(client.requests().throttled, 1);
}

#[tokio::test]
async fn the_state_tells_of_the_limit_and_an_id_cannot_leave_its_place() {
    let state = r#"{"id":"q","status":"Succeeded","isRecordCountLimitExceeded":true,"recordCountLimit":5,
        "approximateReturnedRecordCount":6}"#;
    let (mock, client) = scripted([answer(500, ""), answer(200, state)]).await;
    let state = client.query("../q?x").await.unwrap();
    assert!(state.limit_exceeded && !state.status.is_pending());
    assert_eq!(
        (state.record_limit, state.approximate_records),
        (Some(5), Some(6))
    );
    let seen = mock.seen();
    assert_eq!(seen.len(), 2, "looking is tried again");
    assert_eq!(
        seen[0].uri,
        "/graph/v1.0/security/auditLog/queries/..%2Fq%3Fx"
    );
}

#[tokio::test]
async fn all_searches_are_listed_page_by_page_and_an_unreadable_one_costs_no_other() {
    let next = "{address}/graph/v1.0/security/auditLog/queries?$skiptoken=2";
    let first = format!(r#"{{"value":[{STATE},{{"x":1}}],"@odata.nextLink":"{next}"}}"#);
    let last = r#"{"value":[{"id":"q-2","status":"running"}]}"#;
    let (mock, client) = scripted([answer(200, &first), answer(200, last)]).await;
    let queries = client.queries().await.unwrap();
    let ids: Vec<&str> = queries.iter().map(|query| query.id.as_str()).collect();
    assert_eq!(ids, ["q-1", "q-2"]);
    assert!(mock.seen()[1].uri.ends_with("queries?$skiptoken=2"));
}

#[tokio::test]
async fn records_are_whole_and_byte_for_byte_and_their_pages_are_followed() {
    let first =
        r#"{"value":[{"id":"r", "auditData":{"n":1.50}}],"@odata.nextLink":"{address}/graph/n"}"#;
    let (mock, client) = scripted([answer(200, first), answer(200, r#"{"value":[]}"#)]).await;
    let page = client.records("q-1", None).await.unwrap();
    assert_eq!(
        page.records[0].get(),
        r#"{"id":"r", "auditData":{"n":1.50}}"#
    );
    let last = client.records("q-1", page.next.as_deref()).await.unwrap();
    assert!(last.records.is_empty() && last.next.is_none());
    let uris: Vec<String> = mock.seen().into_iter().map(|seen| seen.uri).collect();
    assert_eq!(
        uris,
        [
            "/graph/v1.0/security/auditLog/queries/q-1/records",
            "/graph/n"
        ]
    );
}

#[tokio::test]
async fn a_next_page_elsewhere_never_sees_the_token() {
    let elsewhere = Mock::start([answer(200, r#"{"value":[]}"#)]).await;
    let next = format!("{}/graph/v1.0/next", elsewhere.address);
    let first = format!(r#"{{"value":[],"@odata.nextLink":"{next}"}}"#);
    let (_mock, client) = scripted([answer(200, &first)]).await;
    let refused = client.queries().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::RefusedUri);
    let refused = client.records("q", Some(&next)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::RefusedUri);
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_page_that_names_itself_ends_with_an_error() {
    let next = "{address}/graph/v1.0/again";
    let page = format!(r#"{{"value":[],"@odata.nextLink":"{next}"}}"#);
    let (_mock, client) = scripted([answer(200, &page), answer(200, &page)]).await;
    let error = client.queries().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    let (_mock, client) = scripted([answer(403, DENIED)]).await;
    let error = client.records("q", None).await.unwrap_err();
    assert_eq!(error.missing_permission(), Some("AuditLogsQuery.Read.All"));
    assert_eq!(error.code(), Some("Forbidden"));
}

#[tokio::test]
async fn neither_secret_nor_token_is_shown() {
    let echo = answer(400, "{echo}").header("request-id", "{echo}");
    let (mock, client) = scripted([echo]).await;
    let error = client.query("q").await.unwrap_err();
    let shown = format!("{client:?} {error} {error:?}");
    for hidden in [crate::mock::CLIENT_SECRET, "token-1"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    assert_eq!(mock.seen().len(), 1);
}

#[tokio::test]
async fn announcements_are_asked_for_since_their_change_and_by_large_pages() {
    let issue = r#"{"id":"EX1", "posts":[{}]}"#;
    let next = r#""@odata.nextLink":"{address}/graph/v1.0/next""#;
    let (mock, client) = scripted([
        answer(200, &format!(r#"{{"value":[{issue}],{next}}}"#)),
        answer(200, r#"{"value":[]}"#),
        answer(200, r#"{"value":[]}"#),
    ])
    .await;
    let since = Some("2026-05-04T00:00:00Z".parse().unwrap());
    let read = |what, next: Option<String>| {
        let client = client.clone();
        async move {
            client
                .announcements(what, since, next.as_deref())
                .await
                .unwrap()
        }
    };
    let page = read(Announcements::Issues, None).await;
    assert_eq!(page.elements[0].get(), issue);
    assert!(
        read(Announcements::Messages, page.next)
            .await
            .next
            .is_none()
    );
    read(Announcements::HealthOverviews, None).await;
    let root = "/graph/v1.0/admin/serviceAnnouncement";
    assert_eq!(
        asked(&mock, 0),
        format!("{root}/issues?$filter=lastModifiedDateTime ge 2026-05-04T00:00:00Z")
    );
    assert_eq!(asked(&mock, 1), "/graph/v1.0/next?");
    assert_eq!(mock.seen()[1].header("prefer"), "odata.maxpagesize=1000");
    assert_eq!(asked(&mock, 2), format!("{root}/healthOverviews?"));
}

#[tokio::test]
async fn each_collection_names_its_own_permission() {
    for (what, permission) in [
        (Announcements::Issues, "ServiceHealth.Read.All"),
        (Announcements::HealthOverviews, "ServiceHealth.Read.All"),
        (Announcements::Messages, "ServiceMessage.Read.All"),
    ] {
        let (_mock, client) = scripted([answer(403, DENIED)]).await;
        let error = client.announcements(what, None, None).await.unwrap_err();
        assert_eq!(error.missing_permission(), Some(permission));
        assert!(error.hint().is_some_and(|hint| hint.contains(permission)));
    }
}

#[tokio::test]
async fn the_retired_api_is_read_to_its_last_message() {
    let full = format!(
        r#"{{"value":[{}]}}"#,
        vec![r#"{"Id":"MO1"}"#; 100].join(",")
    );
    let last = r#"{"value":[{"Id":"MO101"}]}"#;
    let status = r#"{"value":[{"Workload":"Exchange"}]}"#;
    let mock = Mock::start([answer(200, &full), answer(200, last), answer(200, status)]).await;
    let client = mock.client();
    let since = Some("2026-05-04T00:00:00Z".parse().unwrap());
    let messages = client.service_communications(ServiceCommunications::Messages, since);
    assert_eq!(messages.await.unwrap().len(), 101);
    let status = client.service_communications(ServiceCommunications::CurrentStatus, since);
    assert_eq!(status.await.unwrap()[0].get(), r#"{"Workload":"Exchange"}"#);
    let tenant = crate::mock::TENANT;
    let root = format!("/api/v1.0/{tenant}/ServiceComms");
    let filter = "$filter=StartTime ge 2026-05-04T00:00:00Z";
    let publisher = format!("PublisherIdentifier={tenant}");
    assert_eq!(
        asked(&mock, 0),
        format!("{root}/Messages?{filter}&{publisher}")
    );
    assert_eq!(
        asked(&mock, 1),
        format!("{root}/Messages?{filter}&$skip=100&{publisher}")
    );
    assert_eq!(asked(&mock, 2), format!("{root}/CurrentStatus?{publisher}"));
}
