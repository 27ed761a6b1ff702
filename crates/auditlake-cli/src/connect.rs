//! The connection that flags, environment and configuration file make together.

use std::path::{Path, PathBuf};

use anyhow::Context;
use auditlake_pipeline::{ClientConfig, Connection, Secret};
use url::Url;

use crate::args::connection::{Cloud, ConnectionArgs, ConnectionSettings};
use crate::config::{Config, DEFAULT_FILE};
use crate::exit::Usage;

/// The variable that holds the secret itself.
const SECRET_VARIABLE: &str = "AUDITLAKE_CLIENT_SECRET";

/// The connection that was asked for, and its secret. Flags win over the environment, that over the file.
pub(crate) fn connection(
    args: &ConnectionArgs,
    config: Option<&Path>,
) -> anyhow::Result<Connection> {
    let config = Config::load(config)?;
    let variable = std::env::var(SECRET_VARIABLE)
        .ok()
        .filter(|secret| !secret.is_empty());
    let settings = settle(config, args, variable.is_some())?;
    Ok(Connection::new(
        args.name.clone(),
        client(settings, variable)?,
    )?)
}

/// The settings; the variable with the secret goes before a file that only the configuration names.
fn settle(
    config: Config,
    args: &ConnectionArgs,
    has_variable: bool,
) -> Result<ConnectionSettings, Usage> {
    let mut settings = config.settle(args)?;
    if has_variable {
        settings
            .client_secret_file
            .clone_from(&args.settings.client_secret_file);
    }
    Ok(settings)
}

fn client(settings: ConnectionSettings, variable: Option<String>) -> anyhow::Result<ClientConfig> {
    let (api_address, authority) = addresses(&settings)?;
    let tenant_id = settings
        .tenant_id
        .ok_or_else(|| missing("tenant id", "--tenant-id"))?;
    let client_id = settings
        .client_id
        .ok_or_else(|| missing("client id", "--client-id"))?;
    let secret = secret(settings.client_secret_file, variable)?;
    let mut client = ClientConfig::new(api_address, authority, tenant_id, client_id, secret);
    client.publisher_identifier = settings.publisher_identifier;
    let requests_per_minute = settings.requests_per_minute;
    client.requests_per_minute =
        requests_per_minute.unwrap_or(ClientConfig::DEFAULT_REQUESTS_PER_MINUTE);
    Ok(client)
}

fn missing(what: &str, flag: &str) -> Usage {
    Usage::new(format!("the connection has no {what}")).with_hint(format!(
        "name a connection of `{DEFAULT_FILE}`, or give {flag}"
    ))
}

/// API address and authority: as given, or those of the cloud.
fn addresses(settings: &ConnectionSettings) -> Result<(Url, Url), url::ParseError> {
    let of_address = settings.api_address.as_ref().and_then(Cloud::of);
    let (api_address, authority) = settings
        .cloud
        .or(of_address)
        .unwrap_or_default()
        .addresses();
    let given =
        |given: &Option<Url>, preset: &str| given.clone().map_or_else(|| preset.parse(), Ok);
    Ok((
        given(&settings.api_address, api_address)?,
        given(&settings.authority, authority)?,
    ))
}

/// The secret. A line break at its end is the editor's.
fn secret(file: Option<PathBuf>, variable: Option<String>) -> anyhow::Result<Secret> {
    let text = match file {
        Some(file) => read_secret(&file)?,
        None => variable.unwrap_or_default(),
    };
    let text = text.trim_end_matches(['\r', '\n']).to_owned();
    if text.is_empty() {
        let hint = format!("give --client-secret-file FILE, or set {SECRET_VARIABLE}");
        return Err(Usage::new("there is no client secret")
            .with_hint(hint)
            .into());
    }
    Ok(Secret::new(text))
}

fn read_secret(file: &Path) -> anyhow::Result<String> {
    let failed = || {
        Usage::new(format!(
            "cannot read the client secret file `{}`",
            file.display()
        ))
    };
    std::fs::read_to_string(file).with_context(failed)
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
    fn the_secret_is_the_files_or_else_the_variables() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("secret");
        std::fs::write(&file, "from file\r\n").unwrap();
        let variable = || Some("from variable".to_owned());
        assert_eq!(
            secret(Some(file), variable()).unwrap().expose(),
            "from file"
        );
        assert_eq!(secret(None, variable()).unwrap().expose(), "from variable");
        assert!(secret(None, Some("\n".to_owned())).is_err());
    }

    #[test]
    fn a_cloud_brings_both_addresses() {
        let settings = ConnectionSettings {
            cloud: Some(Cloud::GccHigh),
            ..ConnectionSettings::default()
        };
        let (api_address, authority) = addresses(&settings).unwrap();
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
            addresses(&settings).unwrap().1.as_str(),
            "https://login.microsoftonline.us/"
        );
    }
}
