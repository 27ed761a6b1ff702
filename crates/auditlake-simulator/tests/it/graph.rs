//! Searches of the audit log in Microsoft Graph.

use auditlake_simulator::{
    Blob, ContentType, Fault, FaultPlan, FaultRule, Operation, Selector, SimulatorConfig, Source,
    TenantConfig, Times,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::client::{Answer, Client, Result, config, hours_ago, now};

/// One record a day at noon, so many days back; all but the last seven are long gone from the feed.
fn daily(days: i64) -> Vec<Blob> {
    let blob = |day: i64| {
        let time = hours_ago(day * 24);
        let record = format!(
            r#"{{"Id":"{day}", "CreationTime":"{}","RecordType":1,"Workload":"Exchange","Operation":"Op","UserType":2,"N":1.50}}"#,
            time.strftime("%Y-%m-%dT%H:%M:%S")
        );
        Blob::of_records(
            ContentType::Exchange,
            time + SignedDuration::from_hours(1),
            &[record],
        )
    };
    (1..=days).map(blob).collect()
}

fn asked(start: Timestamp, end: Timestamp) -> Value {
    json!({"displayName": "slice", "filterStartDateTime": start, "filterEndDateTime": end})
}

async fn create(client: &Client, body: &Value) -> Result<Answer> {
    client
        .post_json(&client.graph("security/auditLog/queries"), body)
        .await
}

/// The search's address.
async fn created(client: &Client, body: &Value) -> Result<String> {
    let answer = create(client, body).await?;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let id = answer.json()["id"].as_str().unwrap_or_default().to_owned();
    Ok(client.graph(&format!("security/auditLog/queries/{id}")))
}

/// Looks at a search until it is done.
async fn done(client: &Client, search: &str) -> Result<Value> {
    for _ in 0..10 {
        let state = client.get_url(search).await?.json();
        if !["notStarted", "running"].contains(&state["status"].as_str().unwrap_or_default()) {
            return Ok(state);
        }
    }
    Err("the search does not end".into())
}

async fn records(client: &Client, search: &str) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let mut next = Some(format!("{search}/records"));
    while let Some(url) = next {
        let page = client.get_url(&url).await?.json();
        all.extend(page["value"].as_array().cloned().unwrap_or_default());
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
    }
    Ok(all)
}

fn ids(records: &[Value]) -> Vec<&str> {
    let texts = records.iter().map(|record| record["id"].as_str());
    texts.map(Option::unwrap_or_default).collect()
}

#[tokio::test]
async fn a_search_starts_runs_and_finds_what_the_feed_has_no_more() -> Result<()> {
    let client = Client::of_graph(config(daily(180))).await?;
    let search = created(&client, &asked(hours_ago(180 * 24), hours_ago(178 * 24))).await?;
    assert!(records(&client, &search).await?.is_empty(), "not yet");
    assert_eq!(client.get_url(&search).await?.json()["status"], "running");
    assert_eq!(client.get_url(&search).await?.json()["status"], "succeeded");
    let found = records(&client, &search).await?;
    assert_eq!(ids(&found), ["180", "179"], "the end is not in");
    assert_eq!(found[0]["auditLogRecordType"], "exchangeAdmin");
    assert_eq!(found[0]["userType"], "admin");
    let state = &client.simulator.searches(&client.tenant_id)[0];
    assert_eq!(
        (state.display_name.as_str(), state.status),
        ("slice", "succeeded")
    );
    Ok(())
}

#[tokio::test]
async fn audit_data_is_the_record_with_types_and_a_zone() -> Result<()> {
    let client = Client::of_graph(config(daily(1))).await?;
    let search = created(&client, &asked(hours_ago(48), now())).await?;
    done(&client, &search).await?;
    let text = client.get_url(&format!("{search}/records")).await?.text;
    let time = hours_ago(24).strftime("%Y-%m-%dT%H:%M:%SZ");
    let expected = format!(
        r##"{{"@odata.type":"#microsoft.graph.security.defaultAuditData","Id":"1","CreationTime":"{time}","RecordType@odata.type":"#Int64","RecordType":1,"##
    );
    assert!(text.contains(&expected), "{text}");
    assert!(text.contains(r#""N":1.50}"#), "{text}");
    Ok(())
}

#[tokio::test]
async fn pages_are_followed_and_a_limit_is_told() -> Result<()> {
    let mut small = config(daily(10));
    small.search.page_size = 2;
    small.search.record_limit = 5;
    let client = Client::of_graph(small).await?;
    let search = created(&client, &asked(hours_ago(24 * 11), now())).await?;
    let state = done(&client, &search).await?;
    assert_eq!(state["status"], "succeeded");
    assert_eq!(state["isRecordCountLimitExceeded"], true);
    assert_eq!(records(&client, &search).await?.len(), 5);
    let narrow = created(&client, &asked(hours_ago(24 * 5), now())).await?;
    let state = done(&client, &narrow).await?;
    assert_eq!(state["isRecordCountLimitExceeded"], false);
    Ok(())
}

#[tokio::test]
async fn filters_narrow_and_wrong_ones_are_refused() -> Result<()> {
    let client = Client::of_graph(config(daily(3))).await?;
    let found = async |filter: &str, value: Value| -> Result<usize> {
        let mut body = asked(hours_ago(24 * 4), now());
        body[filter] = value;
        let search = created(&client, &body).await?;
        done(&client, &search).await?;
        Ok(records(&client, &search).await?.len())
    };
    assert_eq!(
        found("recordTypeFilters", json!(["exchangeAdmin"])).await?,
        3
    );
    assert_eq!(found("recordTypeFilters", json!(["sharePoint"])).await?, 0);
    assert_eq!(found("serviceFilters", json!(["Exchange"])).await?, 3);
    assert_eq!(found("serviceFilters", json!(["Yammer"])).await?, 0);
    for (filter, value) in [
        ("recordTypeFilters", json!(["noSuchType"])),
        ("filterStartDateTime", json!("2026-05-04T00:00:00")),
        ("filterEndDateTime", json!(hours_ago(24 * 9))),
    ] {
        let mut body = asked(hours_ago(24 * 4), now());
        body[filter] = value;
        assert_eq!(
            create(&client, &body).await?.refusal(),
            "400 BadRequest",
            "{filter}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn graph_wants_its_own_audience_and_a_role() -> Result<()> {
    let mut without = config(daily(1));
    without.tenants[0].graph_roles = vec!["ServiceHealth.Read.All".to_owned()];
    let client = Client::of_graph(without).await?;
    let body = asked(hours_ago(48), now());
    assert_eq!(create(&client, &body).await?.refusal(), "403 Forbidden");
    assert_eq!(client.get("subscriptions/list").await?.status, 401);
    let feed = Client::of(config(daily(1))).await?;
    assert_eq!(
        create(&feed, &body).await?.refusal(),
        "401 InvalidAuthenticationToken"
    );
    Ok(())
}

#[tokio::test]
async fn a_role_of_one_service_finds_that_service_alone() -> Result<()> {
    let other = Blob::of_records(
        ContentType::SharePoint,
        hours_ago(2),
        &[r#"{"Id":"s","CreationTime":"2026-05-11T09:00:00","Workload":"SharePoint"}"#],
    );
    let mut narrow = config([daily(1), vec![other]].concat());
    narrow.tenants[0].graph_roles = vec!["AuditLogsQuery-SharePoint.Read.All".to_owned()];
    let client = Client::of_graph(narrow).await?;
    let search = created(&client, &asked(hours_ago(48), now())).await?;
    done(&client, &search).await?;
    assert_eq!(ids(&records(&client, &search).await?), ["s"]);
    Ok(())
}

#[tokio::test]
async fn too_many_searches_at_once_are_throttled_with_a_wait() -> Result<()> {
    let mut narrow = config(daily(1));
    narrow.search.at_once = 1;
    let client = Client::of_graph(narrow).await?;
    let body = asked(hours_ago(48), now());
    let search = created(&client, &body).await?;
    let throttled = create(&client, &body).await?;
    assert_eq!(throttled.refusal(), "429 TooManyRequests");
    assert!(throttled.headers.contains_key("retry-after"));
    done(&client, &search).await?;
    assert_eq!(create(&client, &body).await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn a_search_can_fail_and_its_answer_can_get_lost() -> Result<()> {
    let rule = |fault| {
        let selector = Selector::operation(Operation::CreateAuditQuery);
        FaultRule::new(selector, fault).times(Times::AtMost(1))
    };
    let mut faulty = config(daily(1));
    faulty.faults = FaultPlan::new([rule(Fault::FailedQuery), rule(Fault::Reset)]);
    let client = Client::of_graph(faulty).await?;
    let body = asked(hours_ago(48), now());
    let search = created(&client, &body).await?;
    assert_eq!(done(&client, &search).await?["status"], "failed");
    assert!(records(&client, &search).await?.is_empty());
    assert!(create(&client, &body).await.is_err(), "no answer");
    let listed = client
        .get_url(&client.graph("security/auditLog/queries"))
        .await?;
    assert_eq!(
        listed.json()["value"].as_array().map(Vec::len),
        Some(2),
        "but it is there"
    );
    let posts = client.simulator.requests();
    let posts = posts
        .iter()
        .filter(|one| one.operation == Some(Operation::CreateAuditQuery));
    assert_eq!(posts.count(), 2);
    Ok(())
}

#[tokio::test]
async fn a_next_page_can_lead_elsewhere() -> Result<()> {
    let elsewhere = "http://elsewhere.invalid";
    let selector = Selector::operation(Operation::ListAuditRecords);
    let mut faulty = config(daily(3));
    faulty.search.page_size = 1;
    faulty.faults = FaultPlan::new([FaultRule::new(
        selector,
        Fault::ForeignNextPage(elsewhere.to_owned()),
    )]);
    let client = Client::of_graph(faulty).await?;
    let search = created(&client, &asked(hours_ago(24 * 5), now())).await?;
    done(&client, &search).await?;
    let page = client.get_url(&format!("{search}/records")).await?.json();
    let next = page["@odata.nextLink"].as_str().unwrap_or_default();
    assert!(
        next.starts_with("http://elsewhere.invalid/graph/v1.0/"),
        "{next}"
    );
    Ok(())
}

#[tokio::test]
async fn a_generated_tenant_has_as_many_weeks_as_it_is_given() -> Result<()> {
    let mut tenant = TenantConfig::generated(0, 7, 200);
    tenant.past_weeks = 3;
    let client = Client::of_graph(SimulatorConfig {
        tenants: vec![tenant],
        ..config(Vec::new())
    })
    .await?;
    let search = created(&client, &asked(hours_ago(24 * 28), hours_ago(24 * 21))).await?;
    done(&client, &search).await?;
    let found = records(&client, &search).await?.len();
    assert!((100..=300).contains(&found), "{found}");
    let plain = TenantConfig::new(
        0,
        Source::Generated {
            seed: 7,
            records: 200,
        },
    );
    let week = Client::of(SimulatorConfig {
        tenants: vec![plain],
        ..config(Vec::new())
    })
    .await?;
    let obtainable = client.simulator.obtainable(&client.tenant_id);
    assert_eq!(
        obtainable,
        week.simulator.obtainable(&week.tenant_id),
        "the feed is the same"
    );
    Ok(())
}
