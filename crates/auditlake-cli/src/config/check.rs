//! All that is wrong with a configuration, each thing with its place and what helps.

mod connection;

use std::path::{Path, PathBuf};

use auditlake_pipeline::IngestOptions;
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::environment::Environment;
use super::keys::{Key, all, of_connection, of_ingest, of_receiver};
use super::places::Places;
use super::{table, unknown_keys, unreadable};
use crate::args::connection::ConnectionSettings;
use crate::args::ingest::IngestSettings;
use crate::args::receive::ReceiverSettings;
use crate::exit::{Usage, hint};
use crate::receive::Certificate;

pub(crate) use self::connection::OfConnection;
use self::connection::chain;

const FITTING: &str =
    "leave it out for the default; `auditlake config example` tells what it means";

/// What helps where a certificate cannot be used.
const TLS: &str =
    "name PEM files that can be read: the whole chain, and the key of its first certificate";

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
        problems.extend(file.receiver(&document));
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
        let read = match self.read::<IngestSettings>(document, "ingest", &of_ingest()) {
            Ok(read) => read,
            Err(problem) => return vec![problem],
        };
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

    /// The section `[receive]`, which need not be there, nor say where to listen: flags can.
    fn receiver(&self, document: &DeTable<'_>) -> Vec<Usage> {
        let section = ["receive"];
        let mut read = match self.read::<ReceiverSettings>(document, "receive", &of_receiver()) {
            Ok(read) => read,
            Err(problem) => return vec![problem],
        };
        if !read.wrong.is_empty() {
            return self.wrong_values(&section, &read.wrong);
        }
        self.resolve(read.settings.paths_mut());
        let environment = &self.check.environment.receiver;
        let Err(error) = Certificate::of(&environment.or(&read.settings)) else {
            return Vec::new();
        };
        let by_variable = environment.tls_certificate.is_some();
        let place = self.place(&section, "tls_certificate", by_variable);
        let usage = Usage::new(format!("{place}: {}", chain(&error)));
        vec![usage.with_hint(hint(&error).unwrap_or_else(|| TLS.to_owned()))]
    }

    /// A section that need not be there.
    fn read<T: DeserializeOwned + Default>(
        &self,
        document: &DeTable<'_>,
        section: &str,
        keys: &[Key],
    ) -> Result<Read<T>, Usage> {
        let found = table(document, section);
        if document.contains_key(section) && found.is_none() {
            return Err(self.no_table(&[section]));
        }
        Ok(Read::new(found.unwrap_or(&DeTable::new()), keys))
    }

    /// Paths in the file are relative to the file.
    fn resolve<'p>(&self, paths: impl Iterator<Item = &'p mut PathBuf>) {
        let directory = self.check.path.parent().unwrap_or(Path::new(""));
        for path in paths {
            *path = directory.join(&*path);
        }
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
        self.resolve(read.settings.paths_mut());
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
        let keys = all().into_iter();
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

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: &str = "tenant_id = \"11111111-2222-3333-4444-555555555555\"\n\
                       client_id = \"66666666-7777-8888-9999-000000000000\"\n";

    #[track_caller]
    fn check(text: &str, environment: &Environment, expected: &[&str]) {
        let check = Check {
            path: Path::new("dir/a.toml"),
            environment,
            has_secret: true,
        };
        let problems = check.problems(text);
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn nothing_is_wrong_with_nothing_and_with_what_is_whole() {
        let environment = Environment::default();
        check("", &environment, &[]);
        check(&format!("[connections.a]\n{IDS}"), &environment, &[]);
    }

    #[test]
    fn each_wrong_value_is_told_with_its_line() {
        let text = "[connections.a]\nrequests_per_minute = -1\nmanaged_identity = \"yes\"\n\
                    [ingest]\nconcurrency = 0\nevery = 5\ngrace = \"-1s\"\n";
        let expected = [
            "dir/a.toml:6: the value of `every` cannot be used",
            "dir/a.toml:7: the value of `grace` cannot be used",
            "dir/a.toml:5: the value of `concurrency` cannot be used",
            "dir/a.toml:3: the value of `managed_identity` cannot be used",
            "dir/a.toml:2: the value of `requests_per_minute` cannot be used",
        ];
        check(text, &Environment::default(), &expected);
    }

    #[test]
    fn numbers_are_taken_up_to_the_limit_that_is_told() {
        let environment = Environment::default();
        check("[ingest]\nconcurrency = 65535\n", &environment, &[]);
        let refused = "dir/a.toml:2: the value of `concurrency` cannot be used";
        check("[ingest]\nconcurrency = 65536\n", &environment, &[refused]);
        let connection =
            |limit: u64| format!("[connections.a]\n{IDS}requests_per_minute = {limit}\n");
        check(&connection(4_294_967_295), &environment, &[]);
        let refused = "dir/a.toml:4: the value of `requests_per_minute` cannot be used";
        check(&connection(4_294_967_296), &environment, &[refused]);
    }

    #[test]
    fn what_no_run_would_take_is_told_with_its_line() {
        let text =
            format!("[connections.a]\n{IDS}requests_per_minute = 0\n[ingest]\nevery = \"0s\"\n");
        let expected = [
            "dir/a.toml:6: `every`: there must be some time from round to round",
            "dir/a.toml:4: connection `a`: cannot use the configuration: requests per minute must be at least `1`",
        ];
        check(&text, &Environment::default(), &expected);
    }

    #[test]
    fn variables_go_before_the_file() {
        let mut environment = Environment::default();
        environment.ingest.every = Some(jiff::SignedDuration::from_mins(1));
        environment.connection.requests_per_minute = Some(7);
        let text =
            format!("[connections.a]\n{IDS}requests_per_minute = 0\n[ingest]\nevery = \"0s\"\n");
        check(&text, &environment, &[]);
        environment.ingest.every = Some(jiff::SignedDuration::ZERO);
        let expected = "AUDITLAKE_EVERY: `every`: there must be some time from round to round";
        check(&text, &environment, &[expected]);
    }

    #[test]
    fn what_should_be_a_table_is_told() {
        let environment = Environment::default();
        check(
            "ingest = 1\n",
            &environment,
            &["dir/a.toml:1: `ingest` is no table"],
        );
        check(
            "\nconnections = 1\n",
            &environment,
            &["dir/a.toml:2: `connections` is no table"],
        );
        let one = "[connections]\na = 1\n";
        check(
            one,
            &environment,
            &["dir/a.toml:2: `connections.a` is no table"],
        );
    }

    #[test]
    fn a_text_that_cannot_be_parsed_is_told_by_its_line() {
        let path = Path::new("a.toml");
        let environment = &Environment::default();
        let check = Check {
            path,
            environment,
            has_secret: false,
        };
        let told = check.problems("[ingest]\nevery = \"s3cr3t\n");
        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        assert!(
            told.len() == 1 && told[0].starts_with("a.toml:2: "),
            "{told:?}"
        );
        assert!(!told[0].contains("s3cr3t"), "{told:?}");
    }
}
