//! S3, as moto emulates it.

use anyhow::{Result, ensure};
use reqwest::Client;

use super::place::{Place, emulator, unique_name};

/// A bucket that does not exist, with what a user of a store like S3 would set.
pub(crate) fn missing() -> Result<Place> {
    let endpoint = emulator("AUDITLAKE_TEST_S3")?;
    let place = Place::new(format!("s3://{}/security/lake", unique_name()));
    Ok(place
        .with("AWS_ENDPOINT_URL", &endpoint)
        .with("AWS_ALLOW_HTTP", "true")
        .with("AWS_REGION", "eu-central-1")
        .with("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .with("AWS_SECRET_ACCESS_KEY", "a-secret-of-nothing"))
}

/// An empty bucket.
pub(crate) async fn bucket() -> Result<Place> {
    let place = missing()?;
    let bucket = place.lake()?.url().host_str().map(str::to_owned);
    let address = format!(
        "{}/{}",
        emulator("AUDITLAKE_TEST_S3")?,
        bucket.unwrap_or_default()
    );
    let made = Client::new().put(address).send().await?;
    ensure!(made.status().is_success(), "{made:?}");
    Ok(place)
}
