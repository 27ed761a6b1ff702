//! All that is wrong with a configuration, each thing with its place and what helps.

use std::path::Path;

use auditlake_pipeline::IngestOptions;
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::environment::Environment;
use super::keys::{Key, of_connection, of_ingest};
use super::places::Places;
use super::{table, unknown_keys, unreadable};
use crate::args::connection::ConnectionSettings;
use crate::args::ingest::IngestSettings;
use crate::connect;
use crate::credential::{SECRET_VARIABLE, credential};
use crate::exit::{Usage, hint};

const FITTING: &str =
    "leave it out for the default; `auditlake config example` tells what it means";

/// What a configuration is looked at with.
#[derive(Debug)]
pub(crate) struct Check<'a> {
    /// The file, as it is told.
    pub(crate) path: &'a Path,
    /// What variables give, which goes before the file.
    pub(crate) environment: &'a Environment,
    /// Whether the environment has the secret itself.
    pub(crate) has_secret: bool,
}

impl Check<'_> {
    /// Looks at the text of the file; where it cannot be parsed, that is all that can be said.
    pub(crate) fn problems(&self, text: &str) -> Vec<Usage> {
        let document = match DeTable::parse(text) {
            Ok(document) => document.into_inner(),
            Err(error) => return vec![unreadable(&error, text, self.path)],
        };
        let places = Places::new(text, &document);
        let unknown = unknown_keys(&document);
        let mut problems: Vec<Usage> = unknown
            .iter()
            .map(|unknown| unknown.usage(text, self.path))
            .collect();
        let file = File {
            check: self,
            places,
        };
        problems.extend(file.ingest(&document));
        problems.extend(file.connections(&document));
        problems
    }
}

/// A document with the lines of its keys.
struct File<'a> {
    check: &'a Check<'a>,
    places: Places,
}

impl File<'_> {
    /// The section `[ingest]`, which need not be there.
    fn ingest(&self, document: &DeTable<'_>) -> Vec<Usage> {
        let section = ["ingest"];
        if document.contains_key("ingest") && table(document, "ingest").is_none() {
            return vec![self.no_table(&section)];
        }
        let empty = DeTable::new();
        let found = table(document, "ingest").unwrap_or(&empty);
        let read = Read::<IngestSettings>::new(found, &of_ingest());
        let mut problems = self.wrong_values(&section, &read.wrong);
        let environment = &self.check.environment.ingest;
        // One by one, so that each is told with its place.
        let every = environment.every.or(read.settings.every);
        let relist = environment.relist.or(read.settings.relist);
        let every = IngestSettings {
            every,
            ..IngestSettings::default()
        };
        let relist = IngestSettings {
            relist,
            ..IngestSettings::default()
        };
        let of = [
            ("every", every, environment.every.is_some()),
            ("relist", relist, environment.relist.is_some()),
        ];
        for (name, settings, by_variable) in of {
            if let Err(words) = fits(&settings) {
                let place = self.place(&section, name, by_variable);
                problems.push(Usage::new(format!("{place}: `{name}`: {words}")).with_hint(FITTING));
            }
        }
        problems
    }

    fn connections(&self, document: &DeTable<'_>) -> Vec<Usage> {
        let Some(connections) = table(document, "connections") else {
            let is_there = document.contains_key("connections");
            return is_there
                .then(|| self.no_table(&["connections"]))
                .into_iter()
                .collect();
        };
        let of = |(name, settings): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
            let name: &std::borrow::Cow<'_, str> = name.get_ref();
            match settings.get_ref() {
                DeValue::Table(settings) => self.connection(name, settings),
                _ => vec![self.no_table(&["connections", name])],
            }
        };
        connections.iter().flat_map(of).collect()
    }

    fn connection(&self, name: &str, found: &DeTable<'_>) -> Vec<Usage> {
        let section = ["connections", name];
        let mut read = Read::<ConnectionSettings>::new(found, &of_connection());
        if !read.wrong.is_empty() {
            // What such a value would have led to cannot be said.
            return self.wrong_values(&section, &read.wrong);
        }
        let directory = self.check.path.parent().unwrap_or(Path::new(""));
        for file in read.settings.paths_mut() {
            *file = directory.join(&*file);
        }
        let environment = &self.check.environment.connection;
        let settings = environment.clone().or(read.settings);
        let place = |key: &str| self.place(&section, key, gives(environment, key));
        OfConnection {
            name,
            settings: &settings,
            has_secret: self.check.has_secret,
            place: &place,
        }
        .problems()
    }

    fn wrong_values(&self, section: &[&str], wrong: &[Key]) -> Vec<Usage> {
        let usage = |key: &Key| {
            let place = self.place(section, &key.name, false);
            Usage::new(format!(
                "{place}: the value of `{}` cannot be used",
                key.name
            ))
            .with_hint(format!("expected {}", key.expected()))
        };
        wrong.iter().map(usage).collect()
    }

    fn no_table(&self, section: &[&str]) -> Usage {
        let name = section.join(".");
        let place = self.at(section);
        let header = match section {
            ["connections"] => "connections.NAME",
            _ => &name,
        };
        Usage::new(format!("{place}: `{name}` is no table"))
            .with_hint(format!("begin it by a line `[{header}]`"))
    }

    /// The variable that gives a setting, or else its line, or that of its section.
    fn place(&self, section: &[&str], key: &str, by_variable: bool) -> String {
        let keys = of_connection().into_iter().chain(of_ingest());
        if let Some(key) = keys.filter(|_| by_variable).find(|of| of.name == key) {
            return key.variable;
        }
        let path = [section, &[key]].concat();
        match self.places.line(&path) {
            Some(_) => self.at(&path),
            None => self.at(section),
        }
    }

    fn at(&self, path: &[&str]) -> String {
        let file = self.check.path.display();
        match self.places.line(path) {
            Some(line) => format!("{file}:{line}"),
            None => file.to_string(),
        }
    }
}

/// What could be read of a table, and the keys whose values could not.
struct Read<T> {
    settings: T,
    wrong: Vec<Key>,
}

impl<T: DeserializeOwned + Default> Read<T> {
    fn new(table: &DeTable<'_>, keys: &[Key]) -> Self {
        let value = |key: &Key| Some((key.clone(), table.get(key.name.as_str())?.clone()));
        let given = keys.iter().filter_map(value);
        let (good, wrong): (Vec<_>, Vec<_>) =
            given.partition(|given| read::<T>(std::slice::from_ref(given)).is_ok());
        Self {
            settings: read(&good).unwrap_or_default(),
            wrong: wrong.into_iter().map(|(key, _)| key).collect(),
        }
    }
}

/// Reads a table of these keys and values, as the whole file is read.
fn read<T: DeserializeOwned>(given: &[(Key, Spanned<DeValue<'_>>)]) -> Result<T, toml::de::Error> {
    let entries = given
        .iter()
        .map(|(key, value)| (key.name.as_str(), ValueDeserializer::from(value.clone())));
    T::deserialize(MapDeserializer::new(entries))
}

/// What a run would refuse.
fn fits(settings: &IngestSettings) -> Result<(), String> {
    let mut options = IngestOptions::new("");
    settings.or(&IngestSettings::default()).apply(&mut options);
    options.check().map_err(|error| error.to_string())
}

/// Whether variables give this setting of a connection.
fn gives(environment: &ConnectionSettings, key: &str) -> bool {
    let entries = super::edit::entries(environment, Path::new("")).unwrap_or_default();
    entries
        .iter()
        .any(|(name, value)| *name == key && value.is_some())
}

/// One connection, with what variables make of it.
pub(crate) struct OfConnection<'a> {
    pub(crate) name: &'a str,
    pub(crate) settings: &'a ConnectionSettings,
    pub(crate) has_secret: bool,
    /// Where a setting stands; of one that is not given, where its connection does.
    pub(crate) place: &'a dyn Fn(&str) -> String,
}

impl OfConnection<'_> {
    pub(crate) fn problems(&self) -> Vec<Usage> {
        let mut problems = self.credential();
        let missing = self.missing();
        if missing.is_empty() && self.settings.check_credentials().is_ok() {
            problems.extend(self.unfit());
        }
        problems.extend(missing);
        problems
    }

    fn usage(&self, key: &str, words: &str) -> Usage {
        Usage::new(format!(
            "{}: connection `{}`: {words}",
            (self.place)(key),
            self.name
        ))
    }

    /// What tells the tenant and the application.
    fn missing(&self) -> Vec<Usage> {
        let settings = self.settings;
        let needs_client = settings.client_id.is_none() && !settings.managed_identity;
        let missing = [
            ("tenant_id", settings.tenant_id.is_none()),
            ("client_id", needs_client),
        ];
        let missing = missing.into_iter().filter(|(_, missing)| *missing);
        let usage = |(key, _): (&str, bool)| {
            let variable = key.to_uppercase();
            self.usage(key, &format!("there is no `{key}`"))
                .with_hint(format!(
                    "add a line `{key} = \"…\"`, or set AUDITLAKE_{variable}"
                ))
        };
        missing.map(usage).collect()
    }

    /// One credential that is there and that nobody else can read.
    fn credential(&self) -> Vec<Usage> {
        match self.settings.credentials().as_slice() {
            [] if self.has_secret => Vec::new(),
            [] => vec![self.none()],
            [key] => self.one(key),
            [first, second, ..] => {
                let words = format!("it has one credential, not `{first}` and `{second}`");
                vec![
                    self.usage(second, &words)
                        .with_hint("keep the one that is meant"),
                ]
            }
        }
    }

    fn none(&self) -> Usage {
        self.usage("", "it has no credential").with_hint(format!(
            "add a line `client_secret_file = \"FILE\"` or another credential, or set {SECRET_VARIABLE}"
        ))
    }

    fn one(&self, key: &str) -> Vec<Usage> {
        if let Err(error) = credential(self.settings, None) {
            let usage = self.usage(key, &chain(&error));
            return vec![usage.with_hint(hint(&error).unwrap_or_else(|| {
                "write it to a file that this user alone can read, or name another".to_owned()
            }))];
        }
        // The mode of a federated token is for the platform to choose, which writes it again every hour.
        let secrets = [
            ("client_secret_file", &self.settings.client_secret_file),
            ("certificate_file", &self.settings.certificate_file),
            (
                "certificate_password_file",
                &self.settings.certificate_password_file,
            ),
        ];
        let given = secrets
            .into_iter()
            .filter_map(|(key, file)| Some((key, file.as_deref()?)));
        given
            .filter(|(_, file)| others_can_read(file))
            .map(|(key, file)| self.readable(key, file))
            .collect()
    }

    fn readable(&self, key: &str, file: &Path) -> Usage {
        let file = file.display();
        self.usage(key, &format!("every user can read the file `{file}`"))
            .with_hint(format!(
                "`chmod o= {file}`; of a mounted secret, set its mode to 0440 or less"
            ))
    }

    /// What the client refuses of the rest: addresses and ids.
    fn unfit(&self) -> Option<Usage> {
        let error = connect::check(self.name, self.settings.clone()).err()?;
        let words = chain(&error);
        let keys = of_connection();
        let about = keys
            .iter()
            .find(|key| words.contains(&key.name.replace('_', " ")));
        let usage = self.usage(about.map_or("", |key| &key.name), &words);
        Some(match hint(&error) {
            Some(hint) => usage.with_hint(hint),
            None => usage,
        })
    }
}

/// An error with its causes in one line.
fn chain(error: &anyhow::Error) -> String {
    let words: Vec<String> = error.chain().map(ToString::to_string).collect();
    words.join(": ")
}

#[cfg(unix)]
fn others_can_read(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|found| found.permissions().mode() & 0o004 != 0)
}

/// Who may read a file is not in its mode there.
#[cfg(not(unix))]
fn others_can_read(_file: &Path) -> bool {
    false
}
