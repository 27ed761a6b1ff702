//! The good path: token, start, list with pages, fetch.

use std::collections::HashSet;

use auditlake_simulator::{Clock, ContentType, Operation, SimulatorConfig, TenantConfig};

use crate::client::{Client, Result, config, hourly, hours_ago, now};

#[tokio::test]
async fn a_week_is_had_whole_and_byte_for_byte() -> Result<()> {
    let client = Client::of(SimulatorConfig {
        tenants: vec![TenantConfig::generated(0, 7, 600)],
        now: Clock::fixed(now()),
        page_size: 3,
        ..SimulatorConfig::default()
    })
    .await?;
    let mut texts = HashSet::new();
    for content_type in ContentType::ALL {
        let started = client
            .post(&format!("subscriptions/start?contentType={content_type}"))
            .await?;
        assert_eq!(
            (started.status, &started.json()["status"]),
            (200, &"enabled".into())
        );
        for blob in client.list_week(content_type).await? {
            assert_eq!(blob["contentType"], content_type.as_str());
            let body = client.fetch(&blob).await?;
            assert_eq!(body.status, 200);
            let records: Vec<Box<serde_json::value::RawValue>> = serde_json::from_str(&body.text)?;
            texts.extend(records.iter().map(|record| record.get().to_owned()));
        }
    }
    let offered = client.simulator.records(&client.tenant_id);
    assert_eq!(offered.len(), 600);
    assert!(offered.iter().all(|record| texts.contains(record)));
    client.simulator.stop().await;
    Ok(())
}

#[tokio::test]
async fn pages_tile_the_listing_and_lack_the_publisher() -> Result<()> {
    let client = Client::of(SimulatorConfig {
        page_size: 4,
        ..config(hourly(ContentType::General, 10))
    })
    .await?;
    let mut answer = client.list(ContentType::General, 20).await?;
    let mut pages = Vec::new();
    loop {
        pages.push(answer.json().as_array().map_or(0, Vec::len));
        let Some(next) = answer.next_page() else {
            break;
        };
        assert!(
            next.contains("/api/v1/") && !next.contains("PublisherIdentifier"),
            "{next}"
        );
        answer = client.get_url(next).await?;
    }
    assert_eq!(pages, [4, 4, 2]);
    let ids: Vec<_> = client
        .list_week(ContentType::General)
        .await?
        .iter()
        .map(|b| b["contentId"].clone())
        .collect();
    let offered: Vec<_> = client
        .simulator
        .blobs(&client.tenant_id)
        .into_iter()
        .map(|b| b.content_id)
        .collect();
    assert_eq!(ids, offered, "in the order they became available");
    Ok(())
}

#[tokio::test]
async fn windows_are_half_open() -> Result<()> {
    let client = Client::of(config(hourly(ContentType::Exchange, 5))).await?;
    let answer = client
        .list_between(ContentType::Exchange, hours_ago(3), hours_ago(1))
        .await?;
    let created: Vec<_> = answer.json().as_array().cloned().unwrap_or_default();
    let created: Vec<_> = created
        .iter()
        .map(|blob| blob["contentCreated"].clone())
        .collect();
    assert_eq!(
        created,
        ["2026-05-11T09:00:00.000Z", "2026-05-11T10:00:00.000Z"]
    );
    Ok(())
}

#[tokio::test]
async fn a_listing_shows_what_the_documentation_shows() -> Result<()> {
    let client = Client::of(config(hourly(ContentType::SharePoint, 1))).await?;
    let blob = client.list(ContentType::SharePoint, 2).await?.json()[0].clone();
    let id = blob["contentId"].as_str().unwrap_or_default();
    assert!(id.contains('$'));
    let root = format!(
        "{}api/v1.0/{}/activity/feed/audit/",
        client.simulator.address(),
        client.tenant_id
    );
    assert_eq!(blob["contentUri"], format!("{root}{id}"));
    assert_eq!(blob["contentExpiration"], "2026-05-18T11:00:00.000Z");
    Ok(())
}

#[tokio::test]
async fn the_log_tells_who_did_not_say_who_they_are() -> Result<()> {
    let client = Client::of(config(hourly(ContentType::General, 2))).await?;
    let blob = client.list(ContentType::General, 5).await?.json()[0].clone();
    client
        .get_url(blob["contentUri"].as_str().unwrap_or_default())
        .await?;
    let log = client.simulator.requests();
    let seen: Vec<_> = log
        .iter()
        .map(|r| {
            (
                r.operation,
                r.has_publisher_identifier(),
                r.authorized,
                r.status,
            )
        })
        .collect();
    let expected = [
        (Some(Operation::Token), false, false, 200),
        (Some(Operation::ListContent), true, true, 200),
        (Some(Operation::RetrieveContent), false, true, 200),
    ];
    assert_eq!(seen, expected);
    assert_eq!(log[1].parameter("contentType"), Some("Audit.General"));
    Ok(())
}

#[tokio::test]
async fn blobs_appear_as_the_clock_moves_and_expire_after_seven_days() -> Result<()> {
    let clock = Clock::fixed(hours_ago(30));
    let client = Client::of(SimulatorConfig {
        now: clock.clone(),
        ..config(hourly(ContentType::General, 10))
    })
    .await?;
    assert!(client.simulator.blobs(&client.tenant_id).is_empty());
    clock.set(hours_ago(8));
    assert_eq!(client.simulator.blobs(&client.tenant_id).len(), 3);
    clock.set(hours_ago(-24 * 7));
    let mut client = client;
    client.renew().await?;
    assert_eq!(client.fetch_first().await?.refusal(), "400 AF20051");
    Ok(())
}

#[tokio::test]
async fn odd_paths_and_methods_are_refused() -> Result<()> {
    let client = Client::of(config(hourly(ContentType::General, 1))).await?;
    assert_eq!(
        client
            .get("subscriptions/start?contentType=DLP.All")
            .await?
            .status,
        405
    );
    assert_eq!(client.get("subscriptions").await?.status, 404);
    assert_eq!(
        client.get("audit/20260101$none").await?.refusal(),
        "400 AF20050"
    );
    assert_eq!(
        client.get("audit/20260101%24none").await?.refusal(),
        "400 AF20052"
    );
    assert_eq!(
        client.get("subscriptions/content").await?.refusal(),
        "400 AF20001"
    );
    assert_eq!(
        client
            .get("subscriptions/content?contentType=Audit.Sharepoint")
            .await?
            .refusal(),
        "400 AF20020"
    );
    let page = "subscriptions/content?contentType=Audit.General&nextPage=0123456789abcdef00000001";
    assert_eq!(client.get(page).await?.refusal(), "400 AF20031");
    assert_eq!(
        client
            .get("resources/dlpSensitiveTypes")
            .await?
            .json()
            .as_array()
            .map(Vec::len),
        Some(4)
    );
    assert_eq!(
        client
            .get("subscriptions/notifications?contentType=DLP.All")
            .await?
            .text,
        "[]"
    );
    Ok(())
}

#[tokio::test]
async fn one_end_of_a_window_is_refused() -> Result<()> {
    let client = Client::of(config(hourly(ContentType::General, 1))).await?;
    let one = "subscriptions/content?contentType=Audit.General&startTime=2026-05-11T10:00:00";
    assert_eq!(client.get(one).await?.refusal(), "400 AF20030");
    let old = client
        .list_between(ContentType::General, hours_ago(169), hours_ago(168))
        .await?;
    assert_eq!(old.refusal(), "400 AF20055");
    Ok(())
}

#[tokio::test]
async fn a_public_address_is_where_listings_lead() -> Result<()> {
    let mut config = config(hourly(ContentType::General, 2));
    config.public_address = Some("http://simulator.example:8080/".parse()?);
    let client = Client::of(config).await?;
    assert_eq!(
        client.simulator.address().as_str(),
        "http://simulator.example:8080/"
    );
    let blob = client.list(ContentType::General, 5).await?.json()[0].clone();
    let uri = blob["contentUri"].as_str().unwrap_or_default();
    assert!(
        uri.starts_with("http://simulator.example:8080/api/v1.0/"),
        "{uri}"
    );
    Ok(())
}

#[tokio::test]
async fn two_tenants_of_one_id_cannot_be_told_apart() {
    let mut config = config(Vec::new());
    config.tenants.push(config.tenants[0].clone());
    let error = auditlake_simulator::start(config)
        .await
        .map(|_| ())
        .unwrap_err();
    assert!(
        matches!(error, auditlake_simulator::Error::DuplicateTenant(_)),
        "{error}"
    );
}

#[tokio::test]
async fn an_address_in_use_is_an_error() -> Result<()> {
    let first = auditlake_simulator::start(config(Vec::new())).await?;
    let port = first.address().port().unwrap_or_default();
    let mut second = config(Vec::new());
    second.listen.set_port(port);
    let error = auditlake_simulator::start(second)
        .await
        .map(|_| ())
        .unwrap_err();
    assert!(
        matches!(error, auditlake_simulator::Error::Listen { .. }),
        "{error}"
    );
    first.stop().await;
    Ok(())
}
