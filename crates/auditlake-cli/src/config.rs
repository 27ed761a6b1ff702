//! The configuration file, and the connection that it, the environment and the flags make together.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;
use auditlake_pipeline::{ClientConfig, Connection, Secret};
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use url::Url;

use crate::args::connection::{Cloud, ConnectionArgs, ConnectionSettings};
use crate::exit::Usage;

/// The file that is read when none is named.
const DEFAULT_FILE: &str = "auditlake.toml";
/// The variable that holds the secret itself.
const SECRET_VARIABLE: &str = "AUDITLAKE_CLIENT_SECRET";
/// How alike a name must be to be suggested, of 1.
const LIKENESS: f64 = 0.6;

/// The configuration file.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    #[serde(default)]
    connections: BTreeMap<String, ConnectionSettings>,
}

/// The connection that was asked for, and its secret. Flags win over the environment, that over the file.
pub(crate) fn connection(
    args: &ConnectionArgs,
    config: Option<&Path>,
) -> anyhow::Result<Connection> {
    let config = Config::load(config)?;
    let settings = config.settle(args)?;
    let client = client(settings)?;
    Ok(Connection::new(args.name.clone(), client)?)
}

impl Config {
    /// The file that was named, or the one in the working directory if there is one.
    pub(crate) fn load(named: Option<&Path>) -> anyhow::Result<Self> {
        let path = named.unwrap_or(Path::new(DEFAULT_FILE));
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => {
                return Ok(Self::default());
            }
            text => text.with_context(|| {
                Usage::new(format!(
                    "cannot read the configuration `{}`",
                    path.display()
                ))
            })?,
        };
        Self::parse(&text, path)
    }

    fn parse(text: &str, path: &Path) -> anyhow::Result<Self> {
        let invalid = |error: toml::de::Error| {
            Usage::new(format!(
                "`{}`: {}",
                path.display(),
                error.to_string().trim_end()
            ))
        };
        let document = DeTable::parse(text).map_err(invalid)?;
        if let Some(unknown) = unknown_key(document.get_ref()) {
            return Err(unknown.usage(text, path).into());
        }
        let mut config: Self = toml::from_str(text).map_err(invalid)?;
        config.resolve_paths(path.parent().unwrap_or(Path::new("")));
        Ok(config)
    }

    /// Paths in the file are relative to the file.
    fn resolve_paths(&mut self, directory: &Path) {
        for settings in self.connections.values_mut() {
            if let Some(file) = &mut settings.client_secret_file {
                *file = directory.join(&*file);
            }
        }
    }

    /// Flags and environment over the named connection of the file.
    fn settle(mut self, args: &ConnectionArgs) -> Result<ConnectionSettings, Usage> {
        let flags = args.settings.clone();
        let Some(name) = &args.name else {
            return if flags.tenant_id.is_none() {
                self.refuse_nameless().map(|()| flags)
            } else {
                Ok(flags)
            };
        };
        match self.connections.remove(name) {
            Some(file) => Ok(flags.or(file)),
            // A name for a connection that is given whole by flags.
            None if flags.tenant_id.is_some() => Ok(flags),
            None => Err(self.unknown_connection(name)),
        }
    }

    /// Nothing is guessed, even where there is only one connection.
    fn refuse_nameless(&self) -> Result<(), Usage> {
        if self.connections.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = self
            .connections
            .keys()
            .map(|name| format!("`{name}`"))
            .collect();
        Err(Usage::new("no connection was named")
            .with_hint(format!("the configuration has {}", names.join(", "))))
    }

    fn unknown_connection(&self, name: &str) -> Usage {
        let usage = Usage::new(format!("the configuration has no connection `{name}`"));
        match nearest(name, self.connections.keys()) {
            Some(known) => usage.with_hint(format!("did you mean `{known}`?")),
            None => usage.with_hint(format!(
                "add `[connections.{name}]` to `{DEFAULT_FILE}`, or give --tenant-id, --client-id and a secret"
            )),
        }
    }
}

/// A key that means nothing.
#[derive(Debug)]
struct UnknownKey {
    key: String,
    /// Where it starts, in bytes.
    at: usize,
    known: Vec<String>,
}

/// The first key of the document that means nothing. What is no table is left to the deserializer.
fn unknown_key(document: &DeTable<'_>) -> Option<UnknownKey> {
    let sections = ["connections".to_owned()];
    check_keys(document, &sections).or_else(|| {
        let DeValue::Table(connections) = document.get("connections")?.get_ref() else {
            return None;
        };
        let keys = ConnectionSettings::keys();
        connections
            .values()
            .find_map(|settings| match settings.get_ref() {
                DeValue::Table(settings) => check_keys(settings, &keys),
                _ => None,
            })
    })
}

fn check_keys(table: &DeTable<'_>, known: &[String]) -> Option<UnknownKey> {
    let unknown = |key: &&Spanned<std::borrow::Cow<'_, str>>| {
        !known.iter().any(|known| known == key.get_ref())
    };
    let key = table.keys().find(unknown)?;
    Some(UnknownKey {
        key: key.get_ref().to_string(),
        at: key.span().start,
        known: known.to_vec(),
    })
}

impl UnknownKey {
    fn usage(&self, text: &str, path: &Path) -> Usage {
        let line = text
            .bytes()
            .take(self.at)
            .filter(|byte| *byte == b'\n')
            .count()
            + 1;
        let usage = Usage::new(format!(
            "{}:{line}: unknown key `{}`",
            path.display(),
            self.key
        ));
        match nearest(&self.key, &self.known) {
            Some(known) => usage.with_hint(format!("did you mean `{known}`?")),
            None => usage.with_hint(format!("known keys are `{}`", self.known.join("`, `"))),
        }
    }
}

/// The name that is most like `name`, if any is like it at all.
fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a String>) -> Option<&'a String> {
    let likeness = |known: &String| strsim::jaro_winkler(name, known);
    let alike = known
        .into_iter()
        .map(|known| (likeness(known), known))
        .filter(|(likeness, _)| *likeness > LIKENESS);
    alike
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

fn client(settings: ConnectionSettings) -> anyhow::Result<ClientConfig> {
    let (api_address, authority) = addresses(&settings)?;
    let tenant_id = settings
        .tenant_id
        .ok_or_else(|| missing("tenant id", "--tenant-id"))?;
    let client_id = settings
        .client_id
        .ok_or_else(|| missing("client id", "--client-id"))?;
    let secret = secret(
        settings.client_secret_file,
        std::env::var(SECRET_VARIABLE).ok(),
    )?;
    let mut client = ClientConfig::new(api_address, authority, tenant_id, client_id, secret);
    client.publisher_identifier = settings.publisher_identifier;
    client.requests_per_minute = settings
        .requests_per_minute
        .unwrap_or(ClientConfig::DEFAULT_REQUESTS_PER_MINUTE);
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

/// The secret, from the file or else from the variable. A line break at its end is the editor's.
fn secret(file: Option<PathBuf>, variable: Option<String>) -> anyhow::Result<Secret> {
    let text = match file {
        Some(file) => std::fs::read_to_string(&file).with_context(|| {
            Usage::new(format!(
                "cannot read the client secret file `{}`",
                file.display()
            ))
        })?,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::hint;

    const FILE: &str = "[connections.contoso]\ntenant_id = \"t\"\nclient_secret_file = \"s.txt\"\ncloud = \"gcc-high\"\n";

    fn parse(text: &str) -> anyhow::Result<Config> {
        Config::parse(text, Path::new("dir/auditlake.toml"))
    }

    fn named(name: &str) -> ConnectionArgs {
        ConnectionArgs {
            name: Some(name.to_owned()),
            ..ConnectionArgs::default()
        }
    }

    #[track_caller]
    fn check_refused(text: &str, message: &str, expected_hint: &str) {
        let error = parse(text).expect_err("an unknown key");
        assert_eq!(error.to_string(), message);
        assert_eq!(hint(&error).as_deref(), Some(expected_hint));
    }

    #[test]
    fn a_connection_is_read_with_its_cloud_and_paths() {
        let settings = parse(FILE)
            .and_then(|config| Ok(config.settle(&named("contoso"))?))
            .unwrap();
        assert_eq!(
            settings.client_secret_file.as_deref(),
            Some(Path::new("dir/s.txt"))
        );
        let (api_address, authority) = addresses(&settings).unwrap();
        assert_eq!(api_address.as_str(), "https://manage.office365.us/");
        assert_eq!(authority.as_str(), "https://login.microsoftonline.us/");
    }

    #[test]
    fn an_unknown_key_is_told_with_its_place_and_the_nearest_one() {
        check_refused(
            "\n[connections.contoso]\ntenantid = \"t\"\n",
            "dir/auditlake.toml:3: unknown key `tenantid`",
            "did you mean `tenant_id`?",
        );
        check_refused(
            "[conections.contoso]\n",
            "dir/auditlake.toml:1: unknown key `conections`",
            "did you mean `connections`?",
        );
        check_refused(
            "[connections.a]\nclient_secret = \"x\"\n",
            "dir/auditlake.toml:2: unknown key `client_secret`",
            "did you mean `client_secret_file`?",
        );
    }

    #[test]
    fn a_value_of_another_type_is_told_with_its_place() {
        let error = parse("[connections.a]\nrequests_per_minute = \"many\"\n")
            .unwrap_err()
            .to_string();
        assert!(error.contains("line 2"), "{error}");
    }

    #[test]
    fn an_unknown_connection_is_told_with_the_nearest_one() {
        let error = parse(FILE).unwrap().settle(&named("contso")).unwrap_err();
        assert_eq!(
            hint(&error.into()).as_deref(),
            Some("did you mean `contoso`?")
        );
    }

    #[test]
    fn without_a_name_the_known_ones_are_told() {
        let error = parse(FILE)
            .unwrap()
            .settle(&ConnectionArgs::default())
            .unwrap_err();
        assert_eq!(
            hint(&error.into()).as_deref(),
            Some("the configuration has `contoso`")
        );
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
