//! The token endpoint and what becomes of tokens.

use std::time::Duration;

use auditlake_simulator::{
    Clock, ContentType, Fault, FaultPlan, FaultRule, Operation, Selector, SimulatorConfig, Source,
    TenantConfig,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use serde_json::json;

use crate::client::{Client, Result, config, hourly, now};

#[tokio::test]
async fn wrong_credentials_are_told_apart() -> Result<()> {
    let client = Client::of(config(Vec::new())).await?;
    let cases = [
        (
            ("client_secret", "wrong"),
            401,
            "AADSTS7000215",
            "invalid_client",
        ),
        (
            ("client_id", "someone"),
            400,
            "AADSTS700016",
            "unauthorized_client",
        ),
        (
            ("grant_type", "password"),
            400,
            "AADSTS70003",
            "unsupported_grant_type",
        ),
        (
            ("scope", "https://elsewhere.example/.default"),
            400,
            "AADSTS500011",
            "invalid_resource",
        ),
    ];
    for (change, status, code, error) in cases {
        let answer = client.ask_token(&[change]).await?;
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (status, &error.into()),
            "{change:?}"
        );
        let description = answer.json()["error_description"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(
            description.starts_with(&format!("{code}:")),
            "{description}"
        );
    }
    let nobody = "99999999-9999-9999-9999-999999999999/oauth2/v2.0/token";
    let answer = client
        .post_form(nobody, &[("grant_type", "client_credentials")])
        .await?;
    assert_eq!(
        (answer.status, &answer.json()["error_codes"][0]),
        (400, &90002.into())
    );
    Ok(())
}

#[tokio::test]
async fn both_versions_of_the_endpoint_answer_in_their_own_way() -> Result<()> {
    let client = Client::of(config(Vec::new())).await?;
    assert!(client.ask_token(&[]).await?.json()["expires_in"].is_number());
    let tenant = client.simulator.tenants()[0].clone();
    let origin = client.simulator.address().origin().ascii_serialization();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", tenant.client_id.as_str()),
        ("client_secret", tenant.client_secret.as_str()),
        ("resource", origin.as_str()),
    ];
    let answer = client
        .post_form(&format!("{}/oauth2/token", tenant.tenant_id), &form)
        .await?
        .json();
    assert_eq!(
        (&answer["expires_in"], &answer["resource"]),
        (&"3599".into(), &origin.into())
    );
    Ok(())
}

#[tokio::test]
async fn a_token_is_good_until_it_expires() -> Result<()> {
    let clock = Clock::fixed(now());
    let mut client = Client::of(SimulatorConfig {
        now: clock.clone(),
        ..config(Vec::new())
    })
    .await?;
    assert_eq!(client.get("subscriptions/list").await?.status, 200);
    clock.advance(SignedDuration::from_mins(61));
    assert_eq!(client.get("subscriptions/list").await?.status, 401);
    client.renew().await?;
    assert_eq!(client.get("subscriptions/list").await?.status, 200);
    client.token = "eyJ0eXAiOiJKV1QifQ.e30.foreign".into();
    assert_eq!(client.get("subscriptions/list").await?.status, 401);
    Ok(())
}

#[tokio::test]
async fn a_token_of_another_tenant_is_refused() -> Result<()> {
    let mut both = config(hourly(ContentType::General, 1));
    both.tenants
        .push(TenantConfig::new(1, Source::Blobs(Vec::new())));
    let mut client = Client::of(both).await?;
    client.tenant_id = client.simulator.tenants()[1].tenant_id.clone();
    assert_eq!(
        client.get("subscriptions/list").await?.refusal(),
        "400 AF20010"
    );
    client.tenant_id = "contoso.example".into();
    assert_eq!(
        client.get("subscriptions/list").await?.refusal(),
        "400 AF20013"
    );
    Ok(())
}

#[tokio::test]
async fn a_token_says_what_it_is_for() -> Result<()> {
    let mut config = config(Vec::new());
    config.tenants[0].dlp_permission = false;
    let client = Client::of(config).await?;
    let part = client
        .token
        .split('.')
        .nth(1)
        .unwrap_or_default()
        .to_owned();
    let claims: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part)?)?;
    assert_eq!(claims["tid"], client.tenant_id.as_str());
    assert_eq!(
        claims["aud"],
        client.simulator.address().origin().ascii_serialization()
    );
    assert_eq!(claims["roles"], json!(["ActivityFeed.Read"]));
    assert_eq!(claims["exp"].as_i64(), Some(now().as_second() + 3599));
    Ok(())
}

#[tokio::test]
async fn a_token_may_live_for_seconds() -> Result<()> {
    let clock = Clock::fixed(now());
    let short = Fault::ShortToken(Duration::from_secs(3));
    let rule = FaultRule::new(Selector::operation(Operation::Token), short);
    let client = Client::of(SimulatorConfig {
        now: clock.clone(),
        faults: FaultPlan::new([rule]),
        ..config(Vec::new())
    })
    .await?;
    assert_eq!(client.ask_token(&[]).await?.json()["expires_in"], 3);
    assert_eq!(client.get("subscriptions/list").await?.status, 200);
    clock.advance(SignedDuration::from_secs(3));
    assert_eq!(client.get("subscriptions/list").await?.status, 401);
    Ok(())
}

#[tokio::test]
async fn answers_are_dated_by_the_simulators_clock() -> Result<()> {
    let client = Client::of(config(Vec::new())).await?;
    let answer = client.get("subscriptions/list").await?;
    assert_eq!(answer.headers["date"], "Mon, 11 May 2026 12:00:00 GMT");
    let skew = SignedDuration::from_hours(1);
    let ahead = Clock::skewed(skew)
        .now()
        .duration_since(Clock::system().now());
    assert!(
        (ahead - skew).abs() < SignedDuration::from_secs(5),
        "{ahead}"
    );
    Ok(())
}
