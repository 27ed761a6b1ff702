//! Azure Blob Storage, as Azurite emulates it.

use anyhow::{Result, ensure};
use aws_lc_rs::hmac;
use base64::prelude::{BASE64_STANDARD, Engine};
use reqwest::Client;
use url::form_urlencoded::Serializer;

use super::place::{Place, emulator, unique_name};

/// Azurite's account and its key, which everybody knows.
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// Where Azurite is: a variable that `object_store` knows too.
const ADDRESS: &str = "AZURITE_BLOB_STORAGE_URL";

/// A container that does not exist, with what a user of Azurite would set.
pub(crate) fn missing() -> Result<Place> {
    let place = Place::new(format!("az://{}/security/lake", unique_name()));
    Ok(place
        .with("AZURE_STORAGE_USE_EMULATOR", "true")
        .with(ADDRESS, &emulator(ADDRESS)?))
}

/// An empty container.
pub(crate) async fn container() -> Result<Place> {
    let place = missing()?;
    let container = place.lake()?.url().host_str().map(str::to_owned);
    let address = format!(
        "{}/{ACCOUNT}/{}?restype=container&{}",
        emulator(ADDRESS)?,
        container.unwrap_or_default(),
        account_signature("rwdlac")?,
    );
    let made = Client::new().put(address).send().await?;
    ensure!(made.status().is_success(), "{made:?}");
    Ok(place)
}

/// The same container, with what a user of an account of their own would set.
pub(crate) fn by_account(container: Place) -> Result<Place> {
    let endpoint = format!("{}/{ACCOUNT}", emulator(ADDRESS)?);
    Ok(Place::new(container.url)
        .with("AZURE_STORAGE_ENDPOINT", &endpoint)
        .with("AZURE_ALLOW_HTTP", "true")
        .with("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT)
        .with("AZURE_STORAGE_ACCOUNT_KEY", KEY))
}

/// The same container for somebody with a shared access signature of these permissions.
pub(crate) fn shared(container: Place, permissions: &str) -> Result<Place> {
    let signature = account_signature(permissions)?;
    Ok(container.with("AZURE_STORAGE_SAS_TOKEN", &signature))
}

/// A shared access signature of the account, for containers and blobs.
fn account_signature(permissions: &str) -> Result<String> {
    const VERSION: &str = "2019-12-12";
    const EXPIRY: &str = "2100-01-01T00:00:00Z";
    let signed = [
        ACCOUNT,
        permissions,
        "b",
        "sco",
        "",
        EXPIRY,
        "",
        "",
        VERSION,
        "",
    ]
    .join("\n");
    let key = hmac::Key::new(hmac::HMAC_SHA256, &BASE64_STANDARD.decode(KEY)?);
    let signature = BASE64_STANDARD.encode(hmac::sign(&key, signed.as_bytes()));
    Ok(Serializer::new(String::new())
        .extend_pairs([("sv", VERSION), ("ss", "b"), ("srt", "sco")])
        .extend_pairs([("sp", permissions), ("se", EXPIRY), ("sig", &signature)])
        .finish())
}
