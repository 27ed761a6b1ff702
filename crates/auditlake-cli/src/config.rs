//! The configuration file `auditlake.toml`: reading it here, changing it in `edit`, what is wrong with it in `check`, what
//! holds in `effective`, an example in `example`.

pub(crate) mod check;
pub(crate) mod edit;
pub(crate) mod effective;
pub(crate) mod environment;
pub(crate) mod example;
mod keys;
mod places;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use self::keys::names;
use crate::args::connection::{ConnectionArgs, ConnectionSettings};
use crate::args::ingest::IngestSettings;
use crate::args::receive::ReceiverSettings;
use crate::exit::Usage;

/// The file that is read when none is named.
pub(crate) const DEFAULT_FILE: &str = "auditlake.toml";
/// How alike a name must be to be suggested, of 1.
const LIKENESS: f64 = 0.6;

/// The configuration file.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    #[serde(default)]
    connections: BTreeMap<String, ConnectionSettings>,
    #[serde(default)]
    ingest: IngestSettings,
    #[serde(default)]
    receive: ReceiverSettings,
}

impl Config {
    /// The file that was named, or the one in the working directory if there is one.
    pub(crate) fn load(named: Option<&Path>) -> anyhow::Result<Self> {
        match text(named)? {
            Some(text) => Self::parse(&text, path(named)),
            None => Ok(Self::default()),
        }
    }

    /// Reads the text of the file at `path`.
    fn parse(text: &str, path: &Path) -> anyhow::Result<Self> {
        let invalid = |error: toml::de::Error| unreadable(&error, text, path);
        let document = DeTable::parse(text).map_err(invalid)?;
        if let Some(unknown) = unknown_keys(document.get_ref()).into_iter().next() {
            return Err(unknown.usage(text, path).into());
        }
        let mut config: Self = toml::from_str(text).map_err(invalid)?;
        config.check_credentials(path)?;
        config.resolve_paths(path.parent().unwrap_or(Path::new("")));
        Ok(config)
    }

    /// Paths in the file are relative to the file.
    fn resolve_paths(&mut self, directory: &Path) {
        let of_connections = self.connections.values_mut();
        let files = of_connections.flat_map(ConnectionSettings::paths_mut);
        for file in files.chain(self.receive.paths_mut()) {
            *file = directory.join(&*file);
        }
    }

    fn check_credentials(&self, path: &Path) -> Result<(), Usage> {
        for (name, settings) in &self.connections {
            let place = || format!("{}: `{name}`", path.display());
            settings
                .check_credentials()
                .map_err(|error| Usage::new(format!("{}: {error}", place())))?;
        }
        Ok(())
    }

    /// The section `[ingest]`.
    pub(crate) fn ingest(&self) -> &IngestSettings {
        &self.ingest
    }

    /// The section `[receive]`, paths resolved.
    pub(crate) fn receiver(&self) -> &ReceiverSettings {
        &self.receive
    }

    /// All connections by name, paths resolved.
    pub(crate) fn connections(&self) -> &BTreeMap<String, ConnectionSettings> {
        &self.connections
    }

    /// The connection of this name.
    pub(crate) fn connection(&self, name: &str) -> Result<&ConnectionSettings, Usage> {
        self.connections
            .get(name)
            .ok_or_else(|| self.unknown_connection(name))
    }

    /// Flags and environment over the named connection of the file.
    pub(crate) fn settle(mut self, args: &ConnectionArgs) -> Result<ConnectionSettings, Usage> {
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
                "add it by `auditlake connection add {name}`, or give --tenant-id, --client-id and a secret"
            )),
        }
    }
}

/// The file that is read.
pub(crate) fn path(named: Option<&Path>) -> &Path {
    named.unwrap_or(Path::new(DEFAULT_FILE))
}

/// The text of the file; nothing where none was named and there is none in the working directory.
pub(crate) fn text(named: Option<&Path>) -> anyhow::Result<Option<String>> {
    let path = path(named);
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => Ok(None),
        text => text.map(Some).with_context(|| {
            Usage::new(format!(
                "cannot read the configuration `{}`",
                path.display()
            ))
        }),
    }
}

/// Where the keys of a text stand; nowhere in one that cannot be parsed.
pub(crate) fn places(text: &str) -> places::Places {
    DeTable::parse(text).map_or_else(
        |_| places::Places::default(),
        |document| places::Places::new(text, document.get_ref()),
    )
}

/// The place and what is wrong there; not the line itself, which may hold what nobody should see.
fn unreadable(error: &toml::de::Error, text: &str, path: &Path) -> Usage {
    let line = error.span().map_or(1, |span| line_at(text, span.start));
    Usage::new(format!("{}:{line}: {}", path.display(), error.message()))
}

/// The number of the line that holds a byte, from 1.
fn line_at(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// A key that means nothing.
#[derive(Debug)]
struct UnknownKey {
    key: String,
    /// Where it starts, in bytes.
    at: usize,
    known: Vec<String>,
}

/// The keys of the document that mean nothing. What is no table is left to the deserializer.
fn unknown_keys(document: &DeTable<'_>) -> Vec<UnknownKey> {
    let sections = ["connections", "ingest", "receive"].map(str::to_owned);
    let mut unknown = check_keys(document, &sections);
    if let Some(ingest) = table(document, "ingest") {
        unknown.extend(check_keys(ingest, &names::<IngestSettings>()));
    }
    if let Some(receive) = table(document, "receive") {
        unknown.extend(check_keys(receive, &names::<ReceiverSettings>()));
    }
    let keys = names::<ConnectionSettings>();
    let connections = table(document, "connections").into_iter().flatten();
    for (_, settings) in connections {
        if let DeValue::Table(settings) = settings.get_ref() {
            unknown.extend(check_keys(settings, &keys));
        }
    }
    unknown
}

/// The table of this name, if it is one.
fn table<'a, 'i>(document: &'a DeTable<'i>, name: &str) -> Option<&'a DeTable<'i>> {
    match document.get(name)?.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

fn check_keys(table: &DeTable<'_>, known: &[String]) -> Vec<UnknownKey> {
    let unknown = |key: &&Spanned<Cow<'_, str>>| !known.iter().any(|known| known == key.get_ref());
    let unknown = table.keys().filter(unknown).map(|key| UnknownKey {
        key: key.get_ref().to_string(),
        at: key.span().start,
        known: known.to_vec(),
    });
    unknown.collect()
}

impl UnknownKey {
    fn usage(&self, text: &str, path: &Path) -> Usage {
        let line = line_at(text, self.at);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::connection::Cloud;
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
        assert_eq!(settings.cloud, Some(Cloud::GccHigh));
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
            "[ingest]\nevry = \"5m\"\n",
            "dir/auditlake.toml:2: unknown key `evry`",
            "did you mean `every`?",
        );
        check_refused(
            "[connections.a]\nclient_secret = \"x\"\n",
            "dir/auditlake.toml:2: unknown key `client_secret`",
            "did you mean `client_secret_file`?",
        );
    }

    #[test]
    fn the_section_of_ingest_has_durations_as_text() {
        let config = parse("[ingest]\nevery = \"10m\"\nconcurrency = 8\n").unwrap();
        assert_eq!(
            config.ingest().every,
            Some(jiff::SignedDuration::from_mins(10))
        );
        assert_eq!(config.ingest().concurrency, Some(8));
        assert_eq!(config.ingest().relist, None);
        let error = parse("[ingest]\nevery = \"often\"\n")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("dir/auditlake.toml:2: expected a duration"),
            "{error}"
        );
        assert!(parse("[ingest]\nconcurrency = 0\n").is_err());
        let config = parse("[ingest]\nmetrics_listen = \"127.0.0.1:9464\"\n").unwrap();
        let address = "127.0.0.1:9464".parse().unwrap();
        assert_eq!(config.ingest().metrics_listen, Some(address));
    }

    #[test]
    fn the_section_of_receive_has_sizes_as_text_and_paths_beside_the_file() {
        let text =
            "[receive]\nlisten = \"0.0.0.0:8443\"\ntls_key = \"key.pem\"\nbody_limit = \"1MiB\"\n";
        let config = parse(text).unwrap();
        let receiver = config.receiver();
        assert_eq!(receiver.listen, "0.0.0.0:8443".parse().ok());
        assert_eq!(receiver.tls_key.as_deref(), Some(Path::new("dir/key.pem")));
        assert_eq!(receiver.body_limit, Some(1 << 20));
        assert!(parse("[receive]\nrate_limit = 0\n").is_err());
        check_refused(
            "[receive]\nlisten_at = \"0.0.0.0:8443\"\n",
            "dir/auditlake.toml:2: unknown key `listen_at`",
            "did you mean `listen`?",
        );
    }

    #[test]
    fn a_value_of_another_type_is_told_with_its_place() {
        let error = parse("[connections.a]\nrequests_per_minute = \"many\"\n")
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("dir/auditlake.toml:2: "), "{error}");
    }

    #[test]
    fn a_broken_line_is_told_by_its_number_alone() {
        let error = parse("[connections.a]\nclient_secret = \"s3cr3t-value\n")
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("dir/auditlake.toml:2: "), "{error}");
        assert!(!error.contains("s3cr3t-value"), "{error}");
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
}
