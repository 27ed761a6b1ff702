//! A connection by flags, environment and configuration file, each of the same keys.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Deserialize;
use url::Url;

/// One connection, by name or by flags.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConnectionArgs {
    /// Name of the connection in the configuration file; the tenant id unless told otherwise
    #[arg(value_name = "CONNECTION", env = "AUDITLAKE_CONNECTION")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) settings: ConnectionSettings,
}

/// What a connection consists of: flags here, keys of `[connections.NAME]` in the configuration file.
///
/// The secret itself is in none of them: it comes from a file or from `AUDITLAKE_CLIENT_SECRET`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Deserialize)]
#[command(next_help_heading = "Connection")]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectionSettings {
    /// Cloud of the tenant, which gives the API address and the authority [default: enterprise]
    #[arg(long, env = "AUDITLAKE_CLOUD", conflicts_with = "api_address")]
    pub(crate) cloud: Option<Cloud>,
    /// Root of the API, such as `https://manage.office.com`
    #[arg(long, env = "AUDITLAKE_API_ADDRESS", value_name = "URL")]
    pub(crate) api_address: Option<Url>,
    /// Root of the token authority: tokens come from `<authority>/<tenant>/oauth2/v2.0/token`
    #[arg(long, env = "AUDITLAKE_AUTHORITY", value_name = "URL")]
    pub(crate) authority: Option<Url>,
    /// Directory (tenant) id, a GUID
    #[arg(long, env = "AUDITLAKE_TENANT_ID", value_name = "GUID")]
    pub(crate) tenant_id: Option<String>,
    /// Application (client) id
    #[arg(long, env = "AUDITLAKE_CLIENT_ID", value_name = "GUID")]
    pub(crate) client_id: Option<String>,
    /// File that holds the client secret; or set `AUDITLAKE_CLIENT_SECRET` to the secret itself
    #[arg(long, env = "AUDITLAKE_CLIENT_SECRET_FILE", value_name = "FILE")]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// GUID of the tenant that wrote the client, sent with every request [default: the tenant id]
    #[arg(long, env = "AUDITLAKE_PUBLISHER_IDENTIFIER", value_name = "GUID")]
    pub(crate) publisher_identifier: Option<String>,
    /// Most API requests in any minute [default: 2000]
    #[arg(long, env = "AUDITLAKE_REQUESTS_PER_MINUTE", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) requests_per_minute: Option<u32>,
}

impl ConnectionSettings {
    /// These settings, and those of `file` where there are none. A cloud replaces the file's addresses as well.
    pub(crate) fn or(self, file: Self) -> Self {
        let (cloud, api_address, authority) = match (self.cloud, self.api_address) {
            (Some(cloud), _) => (Some(cloud), None, self.authority),
            (None, Some(address)) => (None, Some(address), self.authority.or(file.authority)),
            (None, None) => (
                file.cloud,
                file.api_address,
                self.authority.or(file.authority),
            ),
        };
        Self {
            cloud,
            api_address,
            authority,
            tenant_id: self.tenant_id.or(file.tenant_id),
            client_id: self.client_id.or(file.client_id),
            client_secret_file: self.client_secret_file.or(file.client_secret_file),
            publisher_identifier: self.publisher_identifier.or(file.publisher_identifier),
            requests_per_minute: self.requests_per_minute.or(file.requests_per_minute),
        }
    }

    /// The keys, as the configuration file spells them.
    pub(crate) fn keys() -> Vec<String> {
        let command = Self::augment_args(clap::Command::new("keys"));
        command
            .get_arguments()
            .map(|arg| arg.get_id().to_string())
            .collect()
    }
}

/// The clouds whose addresses are known.
///
/// API addresses: Microsoft, Office 365 Management Activity API reference, section "Activity API operations".
/// Authorities: Microsoft Entra authentication endpoints of the national clouds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Cloud {
    /// Worldwide
    #[default]
    Enterprise,
    /// US Government Community Cloud
    Gcc,
    /// US Government Community Cloud High
    GccHigh,
    /// US Department of Defense
    Dod,
}

impl Cloud {
    /// API address and authority.
    pub(crate) const fn addresses(self) -> (&'static str, &'static str) {
        match self {
            Self::Enterprise => (
                "https://manage.office.com",
                "https://login.microsoftonline.com",
            ),
            Self::Gcc => (
                "https://manage-gcc.office.com",
                "https://login.microsoftonline.com",
            ),
            Self::GccHigh => (
                "https://manage.office365.us",
                "https://login.microsoftonline.us",
            ),
            Self::Dod => (
                "https://manage.protection.apps.mil",
                "https://login.microsoftonline.us",
            ),
        }
    }

    /// The cloud that an API address belongs to.
    pub(crate) fn of(api_address: &Url) -> Option<Self> {
        let clouds = Self::value_variants().iter().copied();
        clouds
            .into_iter()
            .find(|cloud| api_address.as_str().trim_end_matches('/') == cloud.addresses().0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file() {
        let flags = ConnectionSettings {
            client_id: Some("flag".into()),
            ..Default::default()
        };
        let file = ConnectionSettings {
            client_id: Some("file".into()),
            tenant_id: Some("tenant".into()),
            ..Default::default()
        };
        let merged = flags.or(file);
        assert_eq!(merged.client_id.as_deref(), Some("flag"));
        assert_eq!(merged.tenant_id.as_deref(), Some("tenant"));
    }

    #[test]
    fn a_cloud_by_flag_drops_the_addresses_of_the_file() {
        let url: Url = "https://api.example".parse().expect("a URL");
        let flags = ConnectionSettings {
            cloud: Some(Cloud::Dod),
            ..Default::default()
        };
        let file = ConnectionSettings {
            api_address: Some(url.clone()),
            authority: Some(url),
            ..Default::default()
        };
        let merged = flags.or(file);
        assert_eq!(
            (merged.cloud, merged.api_address, merged.authority),
            (Some(Cloud::Dod), None, None)
        );
    }

    #[test]
    fn keys_are_the_flags_in_snake_case() {
        let keys = ConnectionSettings::keys();
        assert!(keys.contains(&"client_secret_file".to_owned()), "{keys:?}");
        assert!(!keys.contains(&"client_secret".to_owned()), "{keys:?}");
    }
}
