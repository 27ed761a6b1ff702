use arrow::array::{Array, AsArray};
use arrow::datatypes::TimestampMicrosecondType;

use super::*;

const ISSUE: &str = r#"{"id":"EX1","title":"Mail is slow","service":"Exchange Online","status":"ServiceDegradation",
    "startDateTime":"2026-05-04T08:00:00Z","endDateTime":null,"lastModifiedDateTime":"2026-05-04T09:30:12.4Z",
    "classification":"advisory","origin":"microsoft","feature":"Mail","featureGroup":"Mail","isResolved":false,
    "impactDescription":"Users wait.","details":[{"name":"a","value":"b"}],
    "posts":[{"createdDateTime":"2026-05-04T08:30:00Z","postType":"regular", "description":{"contentType":"html","content":"We look."}},
             {"createdDateTime":"2026-05-04T09:30:12.4Z","postType":"Quick","description":{"contentType":"text","content":"Found."}}]}"#;

fn at(time: &str) -> HealthOrigin<'static> {
    HealthOrigin {
        connection: "contoso",
        tenant_uid: "T",
        fetched: time.parse().expect("test times parse"),
    }
}

fn made(elements: &[(HealthElement, &str)], origin: &HealthOrigin<'_>) -> HealthBatch {
    let mut normalizer = HealthNormalizer::new(true);
    for (element, json) in elements {
        normalizer.push(*element, json, origin);
    }
    normalizer.finish().expect("columns have their types")
}

fn identities(element: HealthElement, json: &str, origin: &HealthOrigin<'_>) -> Vec<u128> {
    made(&[(element, json)], origin).identities
}

fn texts(batch: &HealthBatch, column: &str) -> Vec<Option<String>> {
    let column = batch.rows.column_by_name(column).expect("a column");
    let column = column.as_string::<i32>();
    column.iter().map(|text| text.map(str::to_owned)).collect()
}

fn times(batch: &HealthBatch, column: &str) -> Vec<Option<String>> {
    let column = batch.rows.column_by_name(column).expect("a column");
    let column = column.as_primitive::<TimestampMicrosecondType>();
    let shown = |micros| Timestamp::from_microsecond(micros).map(|time| time.to_string());
    column.iter().map(|micros| shown(micros?).ok()).collect()
}

fn some(texts: &[&str]) -> Vec<Option<String>> {
    texts.iter().map(|text| Some((*text).to_owned())).collect()
}

#[test]
fn an_issue_is_a_row_and_each_of_its_posts_is_one() {
    let batch = made(
        &[(HealthElement::Issue, ISSUE)],
        &at("2026-05-04T10:00:00Z"),
    );
    assert_eq!(texts(&batch, "kind"), some(&["issue", "post", "post"]));
    assert_eq!(texts(&batch, "id"), some(&["EX1", "EX1", "EX1"]));
    let expected = [
        "2026-05-04T09:30:12.4Z",
        "2026-05-04T08:30:00Z",
        "2026-05-04T09:30:12.4Z",
    ];
    assert_eq!(times(&batch, "time"), some(&expected));
    assert_eq!(
        texts(&batch, "status")[0].as_deref(),
        Some("serviceDegradation")
    );
    assert_eq!(texts(&batch, "content")[1..], some(&["We look.", "Found."]));
    assert_eq!(texts(&batch, "post_type")[1..], some(&["regular", "quick"]));
    assert_eq!(texts(&batch, "raw_data")[0].as_deref(), Some(ISSUE));
    let post = r#"{"createdDateTime":"2026-05-04T08:30:00Z","postType":"regular", "description":{"contentType":"html","content":"We look."}}"#;
    assert_eq!(
        texts(&batch, "raw_data")[1].as_deref(),
        Some(post),
        "byte for byte"
    );
    let shown: Vec<_> = batch
        .identities
        .iter()
        .map(|it| Some(format!("{it:032x}")))
        .collect();
    assert_eq!(texts(&batch, "uid"), shown);
}

#[test]
fn the_same_issue_is_the_same_rows_and_an_edit_adds_one() {
    let (now, later) = (at("2026-05-04T10:00:00Z"), at("2026-05-09T10:00:00Z"));
    let before = identities(HealthElement::Issue, ISSUE, &now);
    assert_eq!(before, identities(HealthElement::Issue, ISSUE, &later));
    let edited = ISSUE.replace(
        r#""lastModifiedDateTime":"2026-05-04T09:30:12.4Z""#,
        r#""lastModifiedDateTime":"2026-05-05T00:00:00Z""#,
    );
    let after = identities(HealthElement::Issue, &edited, &later);
    assert_ne!(before[0], after[0], "another version of the issue");
    assert_eq!(before[1..], after[1..], "the same posts");
    let reworded = identities(
        HealthElement::Issue,
        &ISSUE.replace("Found.", "Fixed."),
        &later,
    );
    assert_eq!((before[0], before[1]), (reworded[0], reworded[1]));
    assert_ne!(before[2], reworded[2], "what a post says counts");
    let other = HealthOrigin {
        tenant_uid: "U",
        ..now
    };
    assert_ne!(
        before[0],
        identities(HealthElement::Issue, ISSUE, &other)[0]
    );
}

#[test]
fn a_status_is_a_row_an_hour_and_at_once_when_it_is_another() {
    let good = r#"{"id":"Exchange","service":"Exchange Online","status":"serviceOperational"}"#;
    let bad = good.replace("serviceOperational", "serviceDegradation");
    let identity = |json: &str, time| identities(HealthElement::Overview, json, &at(time))[0];
    let first = identity(good, "2026-05-04T10:00:00Z");
    assert_eq!(first, identity(good, "2026-05-04T10:59:59Z"));
    assert_ne!(first, identity(good, "2026-05-04T11:00:00Z"));
    assert_ne!(first, identity(&bad, "2026-05-04T10:30:00Z"));
    let current = r#"{"Workload":"Exchange","WorkloadDisplayName":"Exchange Online","Status":"ServiceOperational","StatusTime":"2026-05-03T10:00:00Z"}"#;
    let legacy = identities(
        HealthElement::CurrentStatus,
        current,
        &at("2026-05-04T10:10:00Z"),
    );
    assert_eq!(
        first, legacy[0],
        "the same status, whichever API tells of it"
    );
}

#[test]
fn a_message_has_its_services_tags_and_text() {
    let message = r#"{"id":"MC1","title":"New","services":["Exchange Online","Teams"],"tags":["Admin impact"],
        "lastModifiedDateTime":"2026-05-04T09:00:00Z","body":{"contentType":"Html","content":"<p>x</p>"},
        "category":"StayInformed","severity":"Normal","isMajorChange":true,"actionRequiredByDateTime":"2026-06-01T00:00:00Z"}"#;
    let batch = made(
        &[(HealthElement::Message, message)],
        &at("2026-05-04T10:00:00Z"),
    );
    assert_eq!(texts(&batch, "kind"), some(&["message"]));
    assert_eq!(texts(&batch, "service"), [None]);
    assert_eq!(texts(&batch, "category"), some(&["stayInformed"]));
    assert_eq!(texts(&batch, "content_type"), some(&["html"]));
    assert_eq!(
        times(&batch, "action_required_by_time"),
        some(&["2026-06-01T00:00:00Z"])
    );
    let services = batch
        .rows
        .column_by_name("services")
        .unwrap()
        .as_list::<i32>()
        .value(0);
    assert_eq!(services.as_string::<i32>().value(1), "Teams");
    let major = batch.rows.column_by_name("is_major_change").unwrap();
    assert!(major.as_boolean().value(0));
}

#[test]
fn the_retired_api_fills_the_same_columns() {
    let incident = r#"{"Id":"EX1","Title":"Mail is slow","MessageType":"Service Incident","StartTime":"2026-05-04T08:00:00Z",
        "Status":"ServiceDegradation","LastUpdatedTime":"2026-05-04T09:30:12.4Z","WorkloadDisplayName":"Exchange Online",
        "Messages":[{"PublishedTime":"2026-05-04T08:30:00Z","MessageText":"We look."}]}"#;
    let center = r#"{"Id":"MC1","Name":"New","MessageType":"MessageCenter","LastUpdatedTime":"2026-05-04T09:00:00Z",
        "Messages":[{"MessageText":"Something changes."}]}"#;
    let day = r#"{"Id":"Exchange","WorkloadDisplayName":"Exchange Online","Status":"ServiceRestored","StatusDate":"2026-05-03T07:00:00Z"}"#;
    let elements = [
        (HealthElement::Communication, incident),
        (HealthElement::Communication, center),
        (HealthElement::HistoricalStatus, day),
        (
            HealthElement::Service,
            r#"{"Id":"Exchange","DisplayName":"Exchange Online"}"#,
        ),
    ];
    let origin = at("2026-05-04T10:00:00Z");
    let batch = made(&elements, &origin);
    assert_eq!(
        texts(&batch, "kind"),
        some(&["issue", "post", "message", "status", "service"])
    );
    assert_eq!(
        texts(&batch, "title")[..3],
        some(&["Mail is slow", "Mail is slow", "New"])
    );
    assert_eq!(
        texts(&batch, "status")[3].as_deref(),
        Some("serviceRestored")
    );
    assert_eq!(
        texts(&batch, "content")[2].as_deref(),
        Some("Something changes.")
    );
    let graph = identities(HealthElement::Issue, ISSUE, &origin);
    assert_eq!(
        batch.identities[..2],
        graph[..2],
        "the same issue and post, whichever API tells of it"
    );
    let same_day = day.replace("07:00:00", "19:00:00");
    let again = identities(HealthElement::HistoricalStatus, &same_day, &origin);
    assert_eq!(batch.identities[3], again[0]);
}

#[test]
fn what_is_no_object_or_lacks_everything_is_a_row_all_the_same() {
    let origin = at("2026-05-04T10:00:00Z");
    for element in [
        HealthElement::Overview,
        HealthElement::Issue,
        HealthElement::Message,
        HealthElement::Service,
        HealthElement::CurrentStatus,
        HealthElement::HistoricalStatus,
        HealthElement::Communication,
    ] {
        let odd = ["7", "{}", r#"{"id":5,"posts":{},"Messages":null}"#];
        let batch = made(&odd.map(|json| (element, json)), &origin);
        assert_eq!(texts(&batch, "raw_data"), some(&odd), "{element:?}");
        assert_eq!(times(&batch, "time"), some(&["2026-05-04T10:00:00Z"; 3]));
        let distinct: std::collections::BTreeSet<u128> = batch.identities.iter().copied().collect();
        assert_eq!(distinct.len(), 3, "{element:?}");
    }
}

#[test]
fn every_column_takes_what_it_is_for() {
    let message = r#"{"id":"MC1","title":"t","services":["s"],"tags":["g"],"lastModifiedDateTime":"2026-05-04T09:00:00Z",
        "startDateTime":"2026-05-04T09:00:00Z","endDateTime":"2026-05-05T09:00:00Z","details":[{"name":"n"}],
        "body":{"contentType":"text","content":"c"},"category":"stayInformed","severity":"high","isMajorChange":false,
        "actionRequiredByDateTime":"2026-06-01T00:00:00Z"}"#;
    let closed = ISSUE.replace("null", r#""2026-05-04T12:00:00Z""#);
    let elements = [
        (HealthElement::Issue, closed.as_str()),
        (HealthElement::Message, message),
    ];
    let batch = made(&elements, &at("2026-05-04T10:00:00Z"));
    for column in crate::schema::SERVICE_HEALTH {
        let array = batch.rows.column_by_name(column.name).unwrap();
        assert!(
            array.null_count() < array.len(),
            "{} is always null",
            column.name
        );
    }
}

#[test]
fn raw_data_can_be_left_out() {
    let mut normalizer = HealthNormalizer::new(false);
    normalizer.push(HealthElement::Issue, ISSUE, &at("2026-05-04T10:00:00Z"));
    let batch = normalizer.finish().unwrap();
    assert_eq!(texts(&batch, "raw_data"), [None, None, None]);
    assert_eq!(
        batch.identities,
        identities(HealthElement::Issue, ISSUE, &at("2026-05-04T10:00:00Z"))
    );
}
