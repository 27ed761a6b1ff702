//! What holds of the configuration, and where each value comes from.

mod sections;

use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};
use serde_json::Value;
use url::Url;

use super::Config;
use super::edit::entries;
use super::environment::Environment;
use super::keys::{Key, of_connection, of_ingest, of_receiver};
use super::places::Places;
use crate::args::connection::{Cloud, ConnectionSettings};
use crate::connect;
use crate::credential::SECRET_VARIABLE;
use crate::exit::Usage;

use self::sections::Section;

/// The key under which the secret of the environment is told of.
const SECRET: &str = "client_secret";

/// A configuration as it holds.
#[derive(Debug, Serialize)]
pub(crate) struct Effective {
    /// The file, if there is one.
    pub(crate) config: Option<PathBuf>,
    /// By name; without one, it is that of the environment alone.
    pub(crate) connections: Vec<EffectiveConnection>,
    /// The section `[ingest]`.
    pub(crate) ingest: Settings,
    /// The section `[receive]`.
    pub(crate) receive: Settings,
}

/// A connection as it holds.
#[derive(Debug, Serialize)]
pub(crate) struct EffectiveConnection {
    /// `None` for one that variables give whole.
    pub(crate) name: Option<String>,
    /// Every key.
    pub(crate) settings: Settings,
    /// Whether the secret of the environment goes before a credential of the file.
    #[serde(skip)]
    pub(crate) hides_credential: bool,
}

/// Settings in the order of their flags; for programs, by key.
#[derive(Debug)]
pub(crate) struct Settings(pub(crate) Vec<Setting>);

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|setting| (&setting.key, setting)))
    }
}

/// A value and where it comes from.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Setting {
    /// As the file spells it.
    #[serde(skip)]
    pub(crate) key: String,
    /// `None` for what is not set, and for the secret.
    pub(crate) value: Option<Value>,
    /// Where it comes from.
    #[serde(flatten)]
    pub(crate) source: Source,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub(crate) enum Source {
    /// Nothing gives it, and nothing holds then.
    Unset,
    /// Nothing gives it, or another setting leads to it.
    Default,
    /// The configuration file.
    File {
        /// From 1.
        line: Option<usize>,
    },
    /// The environment.
    Variable {
        /// Its name.
        variable: String,
    },
}

/// What values are looked for in, those that go first first.
pub(crate) struct Sources<'a> {
    /// Variables of the environment.
    pub(crate) environment: &'a Environment,
    /// Whether the environment has the secret itself.
    pub(crate) has_secret: bool,
    /// The file.
    pub(crate) config: &'a Config,
    /// Where the file has them.
    pub(crate) places: &'a Places,
}

impl Sources<'_> {
    /// What holds.
    pub(crate) fn effective(&self, config: Option<PathBuf>) -> Result<Effective, Usage> {
        let file = self.config.connections().iter();
        let mut connections = file
            .map(|(name, file)| self.connection(Some(name), file))
            .collect::<Result<Vec<_>, _>>()?;
        // Without a connection in the file, variables can give one whole.
        if connections.is_empty() && self.environment.connection.tenant_id.is_some() {
            connections.push(self.connection(None, &ConnectionSettings::default())?);
        }
        let given = self.environment;
        let ingest = sections::ingest(&given.ingest, self.config.ingest());
        let receive = sections::receive(&given.receiver, self.config.receiver());
        Ok(Effective {
            config,
            connections,
            ingest: self.section("ingest", &of_ingest(), &ingest),
            receive: self.section("receive", &of_receiver(), &receive),
        })
    }

    fn connection(
        &self,
        name: Option<&String>,
        file: &ConnectionSettings,
    ) -> Result<EffectiveConnection, Usage> {
        let given = &self.environment.connection;
        // As a command for this connection alone takes it.
        let uses_secret = self.has_secret && !given.has_credential();
        let mut settings = given.clone().or(file.clone());
        if uses_secret {
            settings = settings.without_credential();
        }
        let section = name.map(|name| ["connections", name.as_str()]);
        let (values, given) = (values(&settings)?, values(given)?);
        let keys = of_connection();
        let setting = |key: &Key| {
            let by_variable = value(&given, &key.name).is_some();
            let found = value(&values, &key.name);
            let section = section.as_ref().map(<[_; 2]>::as_slice);
            self.setting(
                key,
                found,
                by_variable,
                section,
                default(&settings, &key.name),
            )
        };
        let mut found: Vec<Setting> = keys.iter().map(setting).collect();
        if uses_secret {
            found.push(secret());
        }
        Ok(EffectiveConnection {
            name: name.cloned(),
            settings: Settings(found),
            hides_credential: uses_secret && file.has_credential(),
        })
    }

    fn section(&self, section: &str, keys: &[Key], held: &Section) -> Settings {
        let setting = |key: &Key| {
            let name = key.name.as_str();
            let holds = value(&held.values, name);
            let by_variable = held.by_variables.contains(&name);
            let (found, default) = if by_variable || held.by_file.contains(&name) {
                (holds, None)
            } else {
                (None, holds)
            };
            self.setting(key, found, by_variable, Some(&[section]), default)
        };
        Settings(keys.iter().map(setting).collect())
    }

    fn setting(
        &self,
        key: &Key,
        found: Option<Value>,
        by_variable: bool,
        section: Option<&[&str]>,
        default: Option<Value>,
    ) -> Setting {
        let line = || self.places.line(&[section?, &[&key.name]].concat());
        let source = match (&found, &default) {
            (Some(_), _) if by_variable => Source::Variable {
                variable: key.variable.clone(),
            },
            (Some(_), _) => Source::File { line: line() },
            (None, Some(_)) => Source::Default,
            (None, None) => Source::Unset,
        };
        Setting {
            key: key.name.clone(),
            value: found.or(default),
            source,
        }
    }
}

/// That there is a secret, and where; never the secret.
fn secret() -> Setting {
    Setting {
        key: SECRET.to_owned(),
        value: None,
        source: Source::Variable {
            variable: SECRET_VARIABLE.to_owned(),
        },
    }
}

type Values = Vec<(&'static str, Option<Value>)>;

fn value(values: &Values, key: &str) -> Option<Value> {
    let (_, value) = values.iter().find(|(name, _)| *name == key)?;
    value.clone()
}

/// The settings that are given, as programs read them.
fn values(settings: &ConnectionSettings) -> Result<Values, Usage> {
    let entries = entries(settings, Path::new(""))?;
    let shown = |(key, value): (&'static str, Option<toml_edit::Value>)| {
        (key, value.map(|value| shown(key, &value)))
    };
    Ok(entries.into_iter().map(shown).collect())
}

fn shown(key: &str, value: &toml_edit::Value) -> Value {
    let is_address = ["api_address", "authority", "graph_address"].contains(&key);
    let address = value.as_str().filter(|_| is_address);
    if let Some(address) = address.and_then(|address| address.parse::<Url>().ok()) {
        return connect::told(&address).into();
    }
    let text = value.as_str().map(Value::from);
    let number = || value.as_integer().map(Value::from);
    let truth = || value.as_bool().map(Value::from);
    text.or_else(number).or_else(truth).unwrap_or_default()
}

/// What holds where nothing is given.
fn default(settings: &ConnectionSettings, key: &str) -> Option<Value> {
    let (api_address, authority) = connect::addresses(settings);
    match key {
        "cloud" if settings.api_address.is_none() => {
            Some(Cloud::default().preset().as_str().into())
        }
        "api_address" => Some(connect::told(&api_address).into()),
        "authority" => Some(connect::told(&authority).into()),
        "graph_address" => Some(connect::told(&connect::graph_address(settings)).into()),
        "github_actions" | "managed_identity" => Some(false.into()),
        "publisher_identifier" => settings.tenant_id.clone().map(Value::from),
        "requests_per_minute" => {
            Some(auditlake_pipeline::ClientConfig::DEFAULT_REQUESTS_PER_MINUTE.into())
        }
        "graph_requests_per_minute" => {
            Some(auditlake_pipeline::ClientConfig::DEFAULT_GRAPH_REQUESTS_PER_MINUTE.into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys::names;
    use super::*;
    use crate::args::ingest::IngestSettings;
    use crate::args::receive::ReceiverSettings;

    fn effective(text: &str, environment: &Environment, has_secret: bool) -> Effective {
        let sources = Sources {
            environment,
            has_secret,
            config: &Config::parse(text, Path::new("a.toml")).expect("a configuration"),
            places: &super::super::places(text),
        };
        sources.effective(None).expect("values")
    }

    fn source(settings: &Settings, key: &str) -> Source {
        let setting = settings.0.iter().find(|setting| setting.key == key);
        setting.expect("a setting").source.clone()
    }

    #[test]
    fn every_key_is_told_of() {
        let found = effective("[connections.a]\n", &Environment::default(), false);
        let keys = |settings: &Settings| -> Vec<String> {
            settings.0.iter().map(|it| it.key.clone()).collect()
        };
        assert_eq!(
            keys(&found.connections[0].settings),
            names::<ConnectionSettings>()
        );
        assert_eq!(keys(&found.ingest), names::<IngestSettings>());
        assert_eq!(keys(&found.receive), names::<ReceiverSettings>());
        for setting in found.ingest.0.iter().chain(&found.receive.0) {
            let expected = match setting.key.as_str() {
                "metrics_listen" | "listen" => Source::Unset,
                key if key.starts_with("tls_") => Source::Unset,
                _ => Source::Default,
            };
            assert_eq!(setting.source, expected, "{}", setting.key);
        }
    }

    #[test]
    fn the_secret_of_the_environment_goes_before_the_files_credential() {
        let text = "[connections.a]\nclient_secret_file = \"s\"\n";
        let environment = Environment::default();
        let file = Source::File { line: Some(2) };
        let settings = |has_secret| {
            effective(text, &environment, has_secret)
                .connections
                .remove(0)
        };
        assert_eq!(
            source(&settings(false).settings, "client_secret_file"),
            file
        );
        let found = settings(true);
        assert!(found.hides_credential);
        assert_eq!(source(&found.settings, "client_secret_file"), Source::Unset);
        assert_eq!(found.settings.0.last(), Some(&secret()));
    }

    #[test]
    fn variables_alone_make_a_connection() {
        let mut environment = Environment::default();
        assert!(effective("", &environment, true).connections.is_empty());
        environment.connection.tenant_id = Some("t".to_owned());
        let found = effective("", &environment, true).connections.remove(0);
        assert_eq!(found.name, None);
        let variable = "AUDITLAKE_TENANT_ID".to_owned();
        assert_eq!(
            source(&found.settings, "tenant_id"),
            Source::Variable { variable }
        );
    }
}
