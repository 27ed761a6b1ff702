//! The connection that flags, environment and configuration file make together.

use std::path::Path;

use auditlake_pipeline::{ClientConfig, Cloud as Preset, Connection, Credential, Secret};
use url::Url;

use crate::args::connection::{Cloud, ConnectionArgs, ConnectionSettings};
use crate::config::{Config, DEFAULT_FILE};
use crate::credential::{self, credential, variable};
use crate::exit::Usage;

/// The connection that was asked for, and its secret. Flags win over the environment, that over the file.
pub(crate) fn connection(
    args: &ConnectionArgs,
    config: Option<&Path>,
) -> anyhow::Result<Connection> {
    let config = Config::load(config)?;
    let variable = variable();
    let settings = settle(config, args, variable.is_some())?;
    Ok(Connection::new(
        args.name.clone(),
        client(settings, variable)?,
    )?)
}

/// The label of the connection's webhook, if it has one.
pub(crate) fn auth_id(
    args: &ConnectionArgs,
    config: Option<&Path>,
) -> anyhow::Result<Option<Secret>> {
    let settings = Config::load(config)?.settle(args)?;
    credential::auth_id(&settings, credential::auth_id_variable().as_deref())
}

/// The settings; the variable with the secret goes before a credential that only the configuration names.
fn settle(
    config: Config,
    args: &ConnectionArgs,
    has_variable: bool,
) -> Result<ConnectionSettings, Usage> {
    args.settings.check_credentials()?;
    let settings = config.settle(args)?;
    if has_variable && !args.settings.has_credential() {
        return Ok(settings.without_credential());
    }
    Ok(settings)
}

/// How the service is reached by these settings, and the secret of the environment if there is one.
pub(crate) fn client(
    settings: ConnectionSettings,
    variable: Option<String>,
) -> anyhow::Result<ClientConfig> {
    let needed = client_ids(&settings)?;
    let credential = credential(&settings, variable)?;
    Ok(client_of(settings, needed, credential))
}

/// Checks all that can be checked without the credential.
pub(crate) fn check(name: &str, settings: ConnectionSettings) -> anyhow::Result<()> {
    settings.check_credentials()?;
    let ids = client_ids(&settings)?;
    let credential = if settings.managed_identity {
        credential(&settings, None)?
    } else {
        Secret::new("checked later".to_owned()).into()
    };
    let client = client_of(settings, ids, credential);
    let connection = Connection::new(Some(name.to_owned()), client)?;
    Ok(connection
        .client
        .validate()
        .map_err(auditlake_pipeline::Error::from)?)
}

/// Tenant id and client id, the latter empty for the identity of a machine itself.
fn client_ids(settings: &ConnectionSettings) -> Result<(String, String), Usage> {
    let tenant_id = settings.tenant_id.clone();
    let tenant_id = tenant_id.ok_or_else(|| missing("tenant id", "--tenant-id"))?;
    match &settings.client_id {
        Some(client_id) => Ok((tenant_id, client_id.clone())),
        None if settings.managed_identity => Ok((tenant_id, String::new())),
        None => Err(missing("client id", "--client-id")),
    }
}

fn client_of(
    settings: ConnectionSettings,
    (tenant_id, client_id): (String, String),
    credential: Credential,
) -> ClientConfig {
    let (api_address, authority) = addresses(&settings);
    let mut client = ClientConfig::new(api_address, authority, tenant_id, client_id, credential);
    client.publisher_identifier = settings.publisher_identifier;
    client.graph_address = settings.graph_address;
    let graph_requests = settings.graph_requests_per_minute;
    client.graph_requests_per_minute =
        graph_requests.unwrap_or(ClientConfig::DEFAULT_GRAPH_REQUESTS_PER_MINUTE);
    let requests_per_minute = settings.requests_per_minute;
    client.requests_per_minute =
        requests_per_minute.unwrap_or(ClientConfig::DEFAULT_REQUESTS_PER_MINUTE);
    client
}

fn missing(what: &str, flag: &str) -> Usage {
    Usage::new(format!("the connection has no {what}")).with_hint(format!(
        "name a connection of `{DEFAULT_FILE}`, or give {flag}"
    ))
}

/// API address and authority: as given, or those of the cloud.
pub(crate) fn addresses(settings: &ConnectionSettings) -> (Url, Url) {
    let of_address = settings.api_address.as_ref().and_then(Preset::of);
    let preset = settings.cloud.map(Cloud::preset).or(of_address);
    let preset = preset.unwrap_or_default();
    let api_address = settings.api_address.clone();
    let authority = settings.authority.clone();
    (
        api_address.unwrap_or_else(|| preset.api_address()),
        authority.unwrap_or_else(|| preset.authority()),
    )
}

/// The address of Graph: as given, or what the API address leads to.
pub(crate) fn graph_address(settings: &ConnectionSettings) -> Url {
    let (api_address, authority) = addresses(settings);
    let nobody = Secret::new(String::new());
    let mut client = ClientConfig::new(api_address, authority, "", "", nobody);
    client.graph_address.clone_from(&settings.graph_address);
    client.graph_address()
}

/// An address without what somebody may have put before its host.
pub(crate) fn told(address: &Url) -> String {
    let mut address = address.clone();
    // Neither fails for an address with a host, and others hold neither.
    address.set_username("").unwrap_or_default();
    address.set_password(None).unwrap_or_default();
    address.as_str().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_with_the_secret_goes_before_the_file_that_the_configuration_names() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("auditlake.toml");
        std::fs::write(&file, "[connections.a]\nclient_secret_file = \"s\"\n").unwrap();
        let secret_file = |args: &ConnectionArgs, has_variable| {
            let config = Config::load(Some(&file)).unwrap();
            settle(config, args, has_variable)
                .unwrap()
                .client_secret_file
        };
        let mut args = ConnectionArgs {
            name: Some("a".to_owned()),
            ..ConnectionArgs::default()
        };
        assert_eq!(secret_file(&args, false), Some(directory.path().join("s")));
        assert_eq!(secret_file(&args, true), None);
        args.settings.client_secret_file = Some("flag".into());
        assert_eq!(secret_file(&args, true), Some("flag".into()));
    }

    #[test]
    fn a_cloud_brings_both_addresses() {
        let settings = ConnectionSettings {
            cloud: Some(Cloud::GccHigh),
            ..ConnectionSettings::default()
        };
        let (api_address, authority) = addresses(&settings);
        assert_eq!(api_address.as_str(), "https://manage.office365.us/");
        assert_eq!(authority.as_str(), "https://login.microsoftonline.us/");
    }

    #[test]
    fn an_address_of_a_known_cloud_brings_its_authority() {
        let settings = ConnectionSettings {
            api_address: Some("https://manage.office365.us".parse().unwrap()),
            ..ConnectionSettings::default()
        };
        assert_eq!(
            addresses(&settings).1.as_str(),
            "https://login.microsoftonline.us/"
        );
    }
}
