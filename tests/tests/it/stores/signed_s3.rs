//! S3 whose server checks signatures, as s3s-fs does. Of many creators at once it lets several win, so that nothing about
//! races is asked of it.

use std::path::PathBuf;

use anyhow::Result;

use super::place::{Place, emulator, unique_name};

/// What `cargo xtask test` starts the server with.
const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "a-secret-of-nothing"),
];

/// An empty bucket: a directory of the server's.
pub(crate) fn bucket() -> Result<Place> {
    let (name, root) = (unique_name(), emulator("AUDITLAKE_TEST_SIGNED_S3_ROOT")?);
    std::fs::create_dir(PathBuf::from(root).join(&name))?;
    let endpoint = emulator("AUDITLAKE_TEST_SIGNED_S3")?;
    let place = Place::new(format!("s3://{name}/security/lake"))
        .with("AWS_ENDPOINT_URL", &endpoint)
        .with("AWS_ALLOW_HTTP", "true")
        .with("AWS_REGION", "eu-central-1");
    Ok(KEYS
        .into_iter()
        .fold(place, |place, (name, value)| place.with(name, value)))
}
