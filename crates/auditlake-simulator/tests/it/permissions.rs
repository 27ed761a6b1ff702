//! Permissions and quota.

use auditlake_simulator::{ContentType, SimulatorConfig};

use crate::client::{Client, Result, config, hourly};

#[tokio::test]
async fn dlp_needs_its_own_permission_and_the_rest_does_not() -> Result<()> {
    let mut without =
        config([hourly(ContentType::Dlp, 1), hourly(ContentType::General, 1)].concat());
    without.tenants[0].dlp_permission = false;
    let client = Client::of(without).await?;
    let refused = client.list(ContentType::Dlp, 5).await?;
    assert_eq!(refused.refusal(), "401 AF10001");
    assert!(
        refused.text.contains("ActivityFeed.ReadDlp"),
        "{}",
        refused.text
    );
    assert_eq!(
        client
            .post("subscriptions/start?contentType=DLP.All")
            .await?
            .refusal(),
        "401 AF10001"
    );
    assert_eq!(client.list(ContentType::General, 5).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn the_quota_is_throttled_in_the_documented_form() -> Result<()> {
    let client = Client::of(SimulatorConfig {
        requests_per_minute: Some(2),
        ..config(Vec::new())
    })
    .await?;
    assert_eq!(client.list(ContentType::General, 1).await?.status, 200);
    assert_eq!(client.list(ContentType::General, 1).await?.status, 200);
    let throttled = client.list(ContentType::General, 1).await?;
    assert_eq!(throttled.status, 403);
    let expected = format!(
        "{{'error':{{'code':'AF429','message':'Too many requests. Method=GetContents, PublisherId={}'}}}}",
        client.tenant_id
    );
    assert_eq!(throttled.text, expected);
    Ok(())
}

#[tokio::test]
async fn callers_without_a_publisher_share_one_quota() -> Result<()> {
    let client = Client::of(SimulatorConfig {
        requests_per_minute: Some(1),
        ..config(Vec::new())
    })
    .await?;
    let root = format!(
        "{}api/v1.0/{}/activity/feed",
        client.simulator.address(),
        client.tenant_id
    );
    let url = format!("{root}/subscriptions/list");
    assert_eq!(client.get_url(&url).await?.status, 200);
    let throttled = client.get_url(&url).await?;
    assert!(
        throttled
            .text
            .contains("PublisherId=00000000-0000-0000-0000-000000000000"),
        "{}",
        throttled.text
    );
    assert_eq!(
        client.get("subscriptions/list").await?.status,
        200,
        "those with one have their own"
    );
    Ok(())
}
