//! A connection by flags, environment and configuration file, each of the same keys.

use std::path::PathBuf;

use auditlake_pipeline::Cloud as Preset;
use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};
use serde::Deserialize;
use url::Url;

use crate::exit::Usage;

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
/// The secret itself is in none of them: it comes from a file or from `AUDITLAKE_CLIENT_SECRET`. There is one
/// credential: a secret, a certificate, a federated token or a managed identity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Deserialize)]
#[command(next_help_heading = "Connection")]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectionSettings {
    /// Cloud of the tenant, which gives the API address and the authority [default: enterprise]
    #[arg(long, env = "AUDITLAKE_CLOUD", conflicts_with = "api_address")]
    pub(crate) cloud: Option<Cloud>,
    /// Root of the API, such as `https://manage.office.com` [default: that of the cloud]
    #[arg(long, env = "AUDITLAKE_API_ADDRESS", value_name = "URL")]
    pub(crate) api_address: Option<Url>,
    /// Root of the token authority: tokens come from `<authority>/<tenant>/oauth2/v2.0/token` [default: that of the cloud]
    #[arg(long, env = "AUDITLAKE_AUTHORITY", value_name = "URL")]
    pub(crate) authority: Option<Url>,
    /// Root of Microsoft Graph without its version, such as `https://graph.microsoft.com` [default: that of the cloud; for
    /// an API address of one's own `<api_address>/graph`]
    #[arg(long, env = "AUDITLAKE_GRAPH_ADDRESS", value_name = "URL")]
    pub(crate) graph_address: Option<Url>,
    /// Directory (tenant) id, a GUID
    #[arg(long, env = "AUDITLAKE_TENANT_ID", value_name = "GUID")]
    pub(crate) tenant_id: Option<String>,
    /// Application (client) id; with --managed-identity that of a user-assigned identity
    #[arg(long, env = "AUDITLAKE_CLIENT_ID", value_name = "GUID")]
    pub(crate) client_id: Option<String>,
    /// File that holds the client secret; or set `AUDITLAKE_CLIENT_SECRET` to the secret itself
    #[arg(long, env = "AUDITLAKE_CLIENT_SECRET_FILE", value_name = "FILE")]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// Certificate that is registered with the application, and its RSA key: one PEM file, or .pfx/.p12
    #[arg(long, env = "AUDITLAKE_CERTIFICATE_FILE", value_name = "FILE")]
    pub(crate) certificate_file: Option<PathBuf>,
    /// File that holds the password of a .pfx or .p12 certificate
    #[arg(long, env = "AUDITLAKE_CERTIFICATE_PASSWORD_FILE", value_name = "FILE")]
    pub(crate) certificate_password_file: Option<PathBuf>,
    /// File with a token of an issuer that the application trusts (workload identity federation)
    #[arg(long, env = "AUDITLAKE_FEDERATED_TOKEN_FILE", value_name = "FILE")]
    pub(crate) federated_token_file: Option<PathBuf>,
    /// Use the token of this GitHub Actions job, which needs the permission `id-token: write`
    #[arg(long, env = "AUDITLAKE_GITHUB_ACTIONS", value_parser = FalseyValueParser::new())]
    #[serde(default)]
    pub(crate) github_actions: bool,
    /// Use the identity that Azure gives to this machine or app
    #[arg(long, env = "AUDITLAKE_MANAGED_IDENTITY", value_parser = FalseyValueParser::new())]
    #[serde(default)]
    pub(crate) managed_identity: bool,
    /// GUID of the tenant that wrote the client, sent with every request [default: the tenant id]
    #[arg(long, env = "AUDITLAKE_PUBLISHER_IDENTIFIER", value_name = "GUID")]
    pub(crate) publisher_identifier: Option<String>,
    /// Most API requests in any minute [default: 2000]
    #[arg(long, env = "AUDITLAKE_REQUESTS_PER_MINUTE", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) requests_per_minute: Option<u32>,
    /// Most requests to Microsoft Graph in any minute [default: 240]
    #[arg(long, env = "AUDITLAKE_GRAPH_REQUESTS_PER_MINUTE", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) graph_requests_per_minute: Option<u32>,
    /// File that holds the label by which a webhook's receiver knows the service (header `Webhook-AuthID`); or set
    /// `AUDITLAKE_WEBHOOK_AUTH_ID` to the label itself
    #[arg(long, env = "AUDITLAKE_WEBHOOK_AUTH_ID_FILE", value_name = "FILE")]
    pub(crate) webhook_auth_id_file: Option<PathBuf>,
}

impl ConnectionSettings {
    /// These settings, and those of `file` where there are none. A cloud replaces the file's addresses as well.
    pub(crate) fn or(self, file: Self) -> Self {
        // A credential is one thing, not to be mixed of two.
        let credential = if self.has_credential() {
            self.clone()
        } else {
            file.clone()
        };
        // An address of Graph belongs to the cloud or address that it was given with.
        let is_elsewhere = self.cloud.is_some() || self.api_address.is_some();
        let graph_of_file = file.graph_address.filter(|_| !is_elsewhere);
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
            graph_address: self.graph_address.or(graph_of_file),
            tenant_id: self.tenant_id.or(file.tenant_id),
            client_id: self.client_id.or(file.client_id),
            client_secret_file: credential.client_secret_file,
            certificate_file: credential.certificate_file,
            certificate_password_file: self
                .certificate_password_file
                .or(credential.certificate_password_file),
            federated_token_file: credential.federated_token_file,
            github_actions: credential.github_actions,
            managed_identity: credential.managed_identity,
            publisher_identifier: self.publisher_identifier.or(file.publisher_identifier),
            requests_per_minute: self.requests_per_minute.or(file.requests_per_minute),
            graph_requests_per_minute: self
                .graph_requests_per_minute
                .or(file.graph_requests_per_minute),
            webhook_auth_id_file: self.webhook_auth_id_file.or(file.webhook_auth_id_file),
        }
    }

    /// The keys of the credentials that are given; more than one is a mistake.
    pub(crate) fn credentials(&self) -> Vec<&'static str> {
        let given = [
            ("client_secret_file", self.client_secret_file.is_some()),
            ("certificate_file", self.certificate_file.is_some()),
            ("federated_token_file", self.federated_token_file.is_some()),
            ("github_actions", self.github_actions),
            ("managed_identity", self.managed_identity),
        ];
        let given = given.into_iter().filter(|(_, given)| *given);
        given.map(|(key, _)| key).collect()
    }

    /// Whether there is a credential besides the variable with the secret.
    pub(crate) fn has_credential(&self) -> bool {
        !self.credentials().is_empty()
    }

    /// The same without a credential.
    pub(crate) fn without_credential(self) -> Self {
        Self {
            client_secret_file: None,
            certificate_file: None,
            certificate_password_file: None,
            federated_token_file: None,
            github_actions: false,
            managed_identity: false,
            ..self
        }
    }

    /// Refuses two credentials: which of them is meant cannot be known.
    pub(crate) fn check_credentials(&self) -> Result<(), Usage> {
        match self.credentials().as_slice() {
            given @ [_, _, ..] => Err(Usage::new(format!(
                "a connection has one credential, not `{}`",
                given.join("` and `")
            ))),
            _ => Ok(()),
        }
    }

    /// The files that are named.
    pub(crate) fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let paths = [
            &mut self.client_secret_file,
            &mut self.certificate_file,
            &mut self.certificate_password_file,
            &mut self.federated_token_file,
            &mut self.webhook_auth_id_file,
        ];
        paths.into_iter().flatten()
    }
}

/// The clouds whose addresses are known.
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
    /// The addresses.
    pub(crate) const fn preset(self) -> Preset {
        match self {
            Self::Enterprise => Preset::Enterprise,
            Self::Gcc => Preset::Gcc,
            Self::GccHigh => Preset::GccHigh,
            Self::Dod => Preset::Dod,
        }
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
            graph_address: Some(url.clone()),
            authority: Some(url),
            ..Default::default()
        };
        let merged = flags.or(file);
        assert_eq!(
            (merged.cloud, merged.api_address, merged.authority),
            (Some(Cloud::Dod), None, None)
        );
        assert_eq!(merged.graph_address, None);
    }

    #[test]
    fn a_credential_by_flag_drops_that_of_the_file() {
        let flags = ConnectionSettings {
            managed_identity: true,
            ..Default::default()
        };
        let file = ConnectionSettings {
            client_secret_file: Some("secret".into()),
            ..Default::default()
        };
        assert_eq!(
            flags.clone().or(file.clone()).credentials(),
            ["managed_identity"]
        );
        assert_eq!(
            ConnectionSettings::default().or(file.clone()).credentials(),
            ["client_secret_file"]
        );
        let both = ConnectionSettings {
            client_secret_file: file.client_secret_file,
            ..flags
        };
        assert!(both.check_credentials().is_err());
        assert!(both.without_credential().check_credentials().is_ok());
    }

    #[test]
    fn every_cloud_of_the_client_can_be_asked_for() {
        let presets: Vec<Preset> = Cloud::value_variants()
            .iter()
            .map(|cloud| cloud.preset())
            .collect();
        assert_eq!(presets, Preset::ALL);
        for cloud in Cloud::value_variants() {
            let name = cloud.to_possible_value().expect("no cloud is hidden");
            assert_eq!(name.get_name(), cloud.preset().as_str());
        }
    }
}
