//! Tokens of a managed identity.

use auditlake_simulator::config::IDENTITY_HEADER;
use auditlake_simulator::{Error, SimulatorConfig, Source, TenantConfig, start};

use crate::client::{Answer, Client, Result, config, now};

const METADATA: &str = "metadata/identity/oauth2/token";
const APP_SERVICE: &str = "msi/token";

async fn ask(client: &Client, path: &str, query: &str, header: (&str, &str)) -> Result<Answer> {
    let resource = client.simulator.address().origin().ascii_serialization();
    let query = query.replace("RESOURCE", &resource);
    client
        .get_plain(&format!("{path}?{query}"), &[header])
        .await
}

#[tokio::test]
async fn a_machine_asks_its_metadata_service() -> Result<()> {
    let mut client = Client::of(config(Vec::new())).await?;
    let query = "api-version=2018-02-01&resource=RESOURCE";
    let answer = ask(&client, METADATA, query, ("Metadata", "true"))
        .await?
        .json();
    assert_eq!(answer["expires_in"], "3599", "numbers are strings here");
    assert_eq!(answer["expires_on"], (now().as_second() + 3599).to_string());
    assert_eq!(answer["token_type"], "Bearer");
    client.token = answer["access_token"].as_str().unwrap_or_default().into();
    assert_eq!(client.get("subscriptions/list").await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn an_app_service_asks_its_own_endpoint() -> Result<()> {
    let mut client = Client::of(config(Vec::new())).await?;
    let query = "api-version=2019-08-01&resource=RESOURCE";
    let header = ("X-IDENTITY-HEADER", IDENTITY_HEADER);
    let answer = ask(&client, APP_SERVICE, query, header).await?.json();
    assert_eq!(answer["client_id"], client.simulator.tenants()[0].client_id);
    assert!(answer.get("expires_in").is_none());
    client.token = answer["access_token"].as_str().unwrap_or_default().into();
    assert_eq!(client.get("subscriptions/list").await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn wrong_questions_are_refused() -> Result<()> {
    let client = Client::of(config(Vec::new())).await?;
    let good = ("Metadata", "true");
    let cases = [
        (
            METADATA,
            "api-version=2018-02-01&resource=RESOURCE",
            ("X-Other", "true"),
            400,
        ),
        (
            METADATA,
            "api-version=2017-01-01&resource=RESOURCE",
            good,
            400,
        ),
        (METADATA, "api-version=2018-02-01", good, 400),
        (
            METADATA,
            "api-version=2018-02-01&resource=https://elsewhere.example",
            good,
            400,
        ),
        (
            METADATA,
            "api-version=2018-02-01&resource=RESOURCE&client_id=other",
            good,
            400,
        ),
        (
            APP_SERVICE,
            "api-version=2019-08-01&resource=RESOURCE",
            ("X-IDENTITY-HEADER", "x"),
            401,
        ),
    ];
    for (path, query, header, status) in cases {
        let answer = ask(&client, path, query, header).await?;
        assert_eq!(answer.status, status, "{path} {query} {header:?}");
        assert!(!answer.text.contains("access_token"));
    }
    let post = client.post_form(&format!("{METADATA}?x=1"), &[]).await?;
    assert_eq!(post.status, 405);
    Ok(())
}

#[tokio::test]
async fn the_identity_is_of_the_tenant_that_is_configured() -> Result<()> {
    let mut both = config(Vec::new());
    both.tenants
        .push(TenantConfig::new(1, Source::Blobs(Vec::new())));
    let second = both.tenants[1].clone();
    both.managed_identity = Some(second.tenant_id.clone());
    let client = Client::of(both.clone()).await?;
    let query = "api-version=2018-02-01&resource=RESOURCE";
    let answer = ask(&client, METADATA, query, ("Metadata", "true"))
        .await?
        .json();
    assert_eq!(answer["client_id"], second.client_id);

    let nobody = SimulatorConfig {
        managed_identity: Some("nobody".into()),
        ..both
    };
    assert!(matches!(start(nobody).await, Err(Error::UnknownTenant(_))));
    Ok(())
}
