//! Cloud stores by their URL, from the variables that the users of each platform know.

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path;
use object_store::{BackoffConfig, ObjectStore, ObjectStoreScheme, RetryConfig};
use url::Url;

use crate::Error;

/// What serves a lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Platform {
    /// A disk or memory.
    Local,
    /// Amazon S3 and its like.
    S3,
    /// Azure Blob Storage and Data Lake Storage.
    Azure,
    /// Google Cloud Storage.
    Google,
}

/// A store, twice, and the lake's root in it.
pub(crate) struct Opened {
    /// For work: it is patient with a store that has a bad moment.
    pub(crate) store: Arc<dyn ObjectStore>,
    /// For a question: who waits for the answer wants it within half a minute.
    pub(crate) prompt: Arc<dyn ObjectStore>,
    pub(crate) root: Path,
}

impl Platform {
    /// # Errors
    ///
    /// [`Error::UnsupportedScheme`], or [`Error::Location`] if the URL lacks a bucket.
    pub(crate) fn of(url: &Url) -> Result<Self, Error> {
        let scheme = url.scheme();
        match (ObjectStoreScheme::parse(url), scheme) {
            (Ok((ObjectStoreScheme::AmazonS3, _)), _) => Ok(Self::S3),
            (Ok((ObjectStoreScheme::MicrosoftAzure, _)), _) => Ok(Self::Azure),
            (Ok((ObjectStoreScheme::GoogleCloudStorage, _)), _) => Ok(Self::Google),
            (Ok((ObjectStoreScheme::Local | ObjectStoreScheme::Memory, _)), _) => Ok(Self::Local),
            (Err(_), "s3" | "s3a" | "gs" | "az" | "adl" | "azure" | "abfs" | "abfss") => {
                let reason = format!("`{scheme}://` needs a bucket or container, and a plain path");
                Err(Error::Location { reason })
            }
            _ => Err(Error::UnsupportedScheme {
                scheme: scheme.to_owned(),
            }),
        }
    }

    /// Whether a variable is one of the platform's. The prefix matters: the builders would also
    /// take `TOKEN` or `REGION`, which any other program may have set for itself.
    fn knows(self, variable: &str) -> bool {
        match self {
            Self::Local => false,
            Self::S3 => variable.starts_with("AWS_"),
            Self::Azure => variable.starts_with("AZURE_") || variable == "IDENTITY_ENDPOINT",
            Self::Google => variable.starts_with("GOOGLE_") || variable == "SERVICE_ACCOUNT",
        }
    }

    /// The platform's variables among all variables.
    fn chosen(
        self,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Vec<(String, String)> {
        variables
            .into_iter()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| self.knows(name))
            .collect()
    }
}

/// Opens the store of a URL, without a request.
///
/// # Errors
///
/// Those of [`Platform::of`], [`Error::Open`] if the configuration is wanting.
pub(crate) fn open(
    url: &Url,
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Opened, Error> {
    let failed = |source| Error::Open {
        scheme: url.scheme().to_owned(),
        source,
    };
    let options = Platform::of(url)?.chosen(variables);
    let (scheme, root) = ObjectStoreScheme::parse(url)
        .map_err(object_store::Error::from)
        .map_err(failed)?;
    let build = |retry| build(&scheme, url, &options, retry).map_err(failed);
    Ok(Opened {
        store: build(RetryConfig::default())?,
        prompt: build(prompt_retry())?,
        root,
    })
}

/// Six tries in about six seconds, beside the time that they take themselves.
fn prompt_retry() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: 5,
        retry_timeout: Duration::from_secs(30),
    }
}

/// Gives a builder what it understands of the options; the platforms' own tools have more.
macro_rules! configured {
    ($builder:ty, $url:expr, $options:expr, $retry:expr) => {{
        let builder = <$builder>::new().with_url($url.as_str()).with_retry($retry);
        let known = |(name, value): &(String, String)| {
            Some((name.to_ascii_lowercase().parse().ok()?, value.clone()))
        };
        let options = $options.iter().filter_map(known);
        let builder = options.fold(builder, |builder, (key, value)| {
            builder.with_config(key, value)
        });
        Ok(Arc::new(builder.build()?))
    }};
}

fn build(
    scheme: &ObjectStoreScheme,
    url: &Url,
    options: &[(String, String)],
    retry: RetryConfig,
) -> Result<Arc<dyn ObjectStore>, object_store::Error> {
    match scheme {
        ObjectStoreScheme::MicrosoftAzure => {
            configured!(MicrosoftAzureBuilder, url, options, retry)
        }
        ObjectStoreScheme::GoogleCloudStorage => {
            configured!(GoogleCloudStorageBuilder, url, options, retry)
        }
        _ => configured!(AmazonS3Builder, url, options, retry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_chosen(platform: Platform, expected: &[&str]) {
        let names = [
            "AWS_REGION",
            "REGION",
            "TOKEN",
            "AZURE_CLIENT_ID",
            "IDENTITY_ENDPOINT",
        ];
        let variables = names.iter().map(|name| ((*name).into(), "value".into()));
        let chosen = platform.chosen(variables);
        let chosen: Vec<&str> = chosen.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(chosen, expected);
    }

    #[test]
    fn a_store_is_given_its_own_variables_alone() {
        check_chosen(Platform::S3, &["AWS_REGION"]);
        check_chosen(Platform::Azure, &["AZURE_CLIENT_ID", "IDENTITY_ENDPOINT"]);
        check_chosen(Platform::Google, &[]);
    }
}
