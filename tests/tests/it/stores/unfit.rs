//! Lakes that cannot be used: what is missing is said by name, and no secret with it.

use anyhow::{Context, Result, ensure};
use auditlake_parquet::{Access, Lack, Unfit};

use super::google::{Denied, Google};
use super::place::Place;
use super::{azure, s3, signed_s3};

async fn probe(place: &Place) -> Result<Unfit> {
    let lake = place.lake()?;
    let probed = lake.probe("_auditlake/probe/mine").await;
    let unfit = probed.err().context("the lake cannot be used")?;
    let said = format!("{unfit} {unfit:?} {}", unfit.hint());
    ensure!(
        !place.secrets().any(|secret| said.contains(secret)),
        "a secret: {said}"
    );
    ensure!(!unfit.to_string().contains('\n'), "one line: {said}");
    Ok(unfit)
}

async fn check(place: &Place, lack: Lack) -> Result<Unfit> {
    let unfit = probe(place).await?;
    ensure!(unfit.lack == lack, "{unfit}");
    ensure!(unfit.is_unreachable() == (lack == Lack::Reach), "{unfit}");
    Ok(unfit)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_bucket_or_container_is_said() -> Result<()> {
    let unfit = check(&s3::missing()?, Lack::Bucket).await?;
    ensure!(unfit.to_string().contains("NoSuchBucket"), "{unfit}");
    let unfit = check(&azure::missing()?, Lack::Bucket).await?;
    ensure!(unfit.to_string().contains("ContainerNotFound"), "{unfit}");
    let google = Google::start().await?;
    let unfit = check(&google.place.clone().at("gs://another"), Lack::Bucket).await?;
    ensure!(
        unfit.to_string()
            == "the lake `gs://another` cannot be used: its bucket or container does not exist \
                (404 Not Found, NoSuchBucket, NoSuchBucket, says the stand-in)",
        "{unfit}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_said() -> Result<()> {
    let wrong = "d3JvbmcgZm9yIHN1cmUgYW5kIGxvbmcgZW5vdWdoIHRvIGJlIGEgc2VjcmV0";
    let container = azure::by_account(azure::container().await?)?;
    let place = container.with("AZURE_STORAGE_ACCOUNT_KEY", wrong);
    check(&place, Lack::ValidCredentials).await?;
    let place = signed_s3::bucket()?.with("AWS_SECRET_ACCESS_KEY", wrong);
    check(&place, Lack::ValidCredentials).await?;
    let google = Google::start().await?;
    let place = google.place.clone().with("GOOGLE_BEARER_TOKEN", wrong);
    check(&place, Lack::ValidCredentials).await?;
    Ok(())
}

/// Not that of deletion: Azurite fails at every deletion by a shared access signature.
#[tokio::test(flavor = "multi_thread")]
async fn on_azure_each_permission_that_lacks_is_said() -> Result<()> {
    let container = azure::container().await?;
    for (permissions, access) in [
        ("rdl", Access::Create),
        ("wcdl", Access::Read),
        ("rwcd", Access::List),
    ] {
        let place = azure::shared(container.clone(), permissions)?;
        check(&place, Lack::Permission(access))
            .await
            .with_context(|| format!("with {permissions}"))?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn on_google_each_permission_that_lacks_is_said() -> Result<()> {
    for (denied, access) in [
        (Denied::Create, Access::Create),
        (Denied::Read, Access::Read),
        (Denied::List, Access::List),
        (Denied::Delete, Access::Delete),
    ] {
        let google = Google::denying(denied).await?;
        check(&google.place, Lack::Permission(access)).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_lets_an_object_be_created_twice_is_no_lake() -> Result<()> {
    let google = Google::denying(Denied::Preconditions).await?;
    check(&google.place, Lack::ConditionalPut).await?;
    let place = s3::bucket().await?.with("AWS_CONDITIONAL_PUT", "disabled");
    check(&place, Lack::ConditionalPut).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_not_there_is_said_within_half_a_minute() -> Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let gone = format!("http://{}", listener.local_addr()?);
    drop(listener);
    let place = s3::missing()?.with("AWS_ENDPOINT_URL", &gone);
    let limit = std::time::Duration::from_secs(30);
    let unfit = tokio::time::timeout(limit, check(&place, Lack::Reach)).await??;
    ensure!(unfit.to_string().contains("refused"), "{unfit}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_that_is_not_allowed_is_said() -> Result<()> {
    let place = s3::bucket().await?.without("AWS_ALLOW_HTTP");
    let unfit = check(&place, Lack::Encryption).await?;
    ensure!(
        unfit.hint().contains("AWS_ALLOW_HTTP=true"),
        "{}",
        unfit.hint()
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_credentials_are_said() -> Result<()> {
    // Where a machine of Amazon's would give it a role, there is nobody.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let gone = format!("http://{}", listener.local_addr()?);
    drop(listener);
    let place = s3::bucket()
        .await?
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
        .with("AWS_METADATA_ENDPOINT", &gone);
    let unfit = check(&place, Lack::Credentials).await?;
    ensure!(
        unfit.hint().contains("AWS_ACCESS_KEY_ID"),
        "{}",
        unfit.hint()
    );
    let place = azure::by_account(azure::container().await?)?
        .without("AZURE_STORAGE_ACCOUNT_KEY")
        .with(
            "AZURE_MSI_ENDPOINT",
            &format!("{gone}/metadata/identity/oauth2/token"),
        );
    check(&place, Lack::Credentials).await?;
    Ok(())
}
