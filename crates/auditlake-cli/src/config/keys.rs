//! The keys of the configuration file: the flags of the same types, with what they mean and what they may be.

use clap::{Arg, Args, Command};

use crate::args::connection::ConnectionSettings;
use crate::args::ingest::IngestSettings;
use crate::args::receive::ReceiverSettings;

/// How a description says what holds where nothing is given.
const DEFAULT: &str = " [default: ";

/// What the flags do not say, by key: a value as the file has it, and what is expected there.
const VALUES: &[(&str, &str, &str)] = &[
    ("cloud", "\"enterprise\"", "the name of a cloud"),
    (
        "api_address",
        "\"https://manage.office.com\"",
        "a URL in quotes",
    ),
    (
        "authority",
        "\"https://login.microsoftonline.com\"",
        "a URL in quotes",
    ),
    (
        "graph_address",
        "\"https://graph.microsoft.com\"",
        "a URL in quotes",
    ),
    (
        "tenant_id",
        "\"11111111-2222-3333-4444-555555555555\"",
        "a GUID in quotes",
    ),
    (
        "client_id",
        "\"66666666-7777-8888-9999-000000000000\"",
        "a GUID in quotes",
    ),
    (
        "client_secret_file",
        "\"contoso.secret\"",
        "a path in quotes",
    ),
    ("certificate_file", "\"contoso.pfx\"", "a path in quotes"),
    (
        "certificate_password_file",
        "\"contoso.password\"",
        "a path in quotes",
    ),
    (
        "federated_token_file",
        "\"/var/run/secrets/azure/tokens/azure-identity-token\"",
        "a path in quotes",
    ),
    ("github_actions", "true", "`true` or `false`"),
    ("managed_identity", "true", "`true` or `false`"),
    (
        "publisher_identifier",
        "\"11111111-2222-3333-4444-555555555555\"",
        "a GUID in quotes",
    ),
    (
        "requests_per_minute",
        "2000",
        "a whole number from 1 to 4294967295",
    ),
    (
        "graph_requests_per_minute",
        "240",
        "a whole number from 1 to 4294967295",
    ),
    (
        "webhook_auth_id_file",
        "\"contoso.label\"",
        "a path in quotes",
    ),
    ("every", "\"5m\"", "a duration in quotes, such as `\"5m\"`"),
    (
        "relist",
        "\"24h\"",
        "a duration in quotes, such as `\"24h\"`",
    ),
    (
        "grace",
        "\"20s\"",
        "a duration in quotes, such as `\"20s\"`",
    ),
    ("concurrency", "4", "a whole number from 1 to 65535"),
    (
        "metrics_listen",
        "\"127.0.0.1:9464\"",
        "an address and a port in quotes, such as `\"127.0.0.1:9464\"`",
    ),
    (
        "listen",
        "\"0.0.0.0:8443\"",
        "an address and a port in quotes, such as `\"0.0.0.0:8443\"`",
    ),
    ("tls_certificate", "\"fullchain.pem\"", "a path in quotes"),
    ("tls_key", "\"key.pem\"", "a path in quotes"),
    (
        "tls_client_authorities",
        "\"proxy-ca.pem\"",
        "a path in quotes",
    ),
    ("gather", "\"1m\"", "a duration in quotes, such as `\"1m\"`"),
    ("rate_limit", "6000", "a whole number from 1 to 4294967295"),
    (
        "body_limit",
        "\"4MiB\"",
        "a size in quotes, such as `\"4MiB\"`",
    ),
];

/// A key of the configuration file.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    /// As the file spells it.
    pub(crate) name: String,
    /// The flag that goes before it, with its dashes.
    pub(crate) flag: String,
    /// The variable that goes before it.
    pub(crate) variable: String,
    /// What it is, in the words of `--help`.
    pub(crate) meaning: String,
    /// What holds where nothing is given, in words.
    pub(crate) default: Option<String>,
    /// All that it may be, where that is a list.
    pub(crate) choices: Vec<String>,
    /// A value as the file has it.
    pub(crate) sample: &'static str,
    expected: &'static str,
}

/// The keys of a section `[connections.NAME]`, in the order of their flags.
pub(crate) fn of_connection() -> Vec<Key> {
    of::<ConnectionSettings>()
}

/// The keys of the section `[ingest]`, in the order of their flags.
pub(crate) fn of_ingest() -> Vec<Key> {
    of::<IngestSettings>()
}

/// The keys of the section `[receive]`, in the order of their flags.
pub(crate) fn of_receiver() -> Vec<Key> {
    of::<ReceiverSettings>()
}

/// The keys of all sections. No two sections have a key of the same name.
pub(crate) fn all() -> Vec<Key> {
    [of_connection(), of_ingest(), of_receiver()].concat()
}

/// The keys of a section by their names alone, as the file spells them.
pub(crate) fn names<T: Args>() -> Vec<String> {
    let command = T::augment_args(Command::new("keys"));
    let arguments = command.get_arguments();
    arguments.map(|arg| arg.get_id().to_string()).collect()
}

fn of<T: Args>() -> Vec<Key> {
    let command = T::augment_args(Command::new("keys"));
    let mut keys: Vec<Key> = command.get_arguments().filter_map(Key::new).collect();
    let names: Vec<(String, String)> = keys
        .iter()
        .map(|key| (key.flag.clone(), format!("`{}`", key.name)))
        .collect();
    for key in &mut keys {
        key.meaning = in_words_of_the_file(&key.meaning, &names);
    }
    keys
}

/// A description that speaks of a flag speaks of its key in the file.
fn in_words_of_the_file(meaning: &str, names: &[(String, String)]) -> String {
    let words = meaning.split(' ');
    let words = words.map(|word| {
        let known = names.iter().find(|(flag, _)| flag == word);
        known.map_or(word, |(_, name)| name)
    });
    words.collect::<Vec<_>>().join(" ")
}

impl Key {
    /// Nothing for an argument that lacks its values here, which a test looks for.
    fn new(arg: &Arg) -> Option<Self> {
        let name = arg.get_id().as_str();
        let (_, sample, expected) = VALUES.iter().find(|(key, ..)| *key == name)?;
        let help = arg.get_help()?.to_string();
        let (meaning, default) = match help.split_once(DEFAULT) {
            Some((meaning, default)) => (meaning, Some(default.trim_end_matches(']').to_owned())),
            // A flag without a value is off until it is given.
            None if !arg.get_action().takes_values() => (help.as_str(), Some("false".to_owned())),
            None => (help.as_str(), None),
        };
        Some(Self {
            name: name.to_owned(),
            flag: format!("--{}", arg.get_long()?),
            variable: arg.get_env()?.to_str()?.to_owned(),
            meaning: meaning.to_owned(),
            default,
            choices: choices(arg),
            sample,
            expected,
        })
    }

    /// What the file may say there.
    pub(crate) fn expected(&self) -> String {
        if self.choices.is_empty() {
            return self.expected.to_owned();
        }
        let choices: Vec<String> = self
            .choices
            .iter()
            .map(|choice| format!("`\"{choice}\"`"))
            .collect();
        format!("one of {}", choices.join(", "))
    }
}

/// The values of a list; `true` and `false` are no list.
fn choices(arg: &Arg) -> Vec<String> {
    if !arg.get_action().takes_values() {
        return Vec::new();
    }
    let values = arg.get_possible_values();
    values
        .iter()
        .map(|value| value.get_name().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use auditlake_pipeline::ClientConfig;

    use super::*;

    #[test]
    fn every_key_of_the_types_has_its_values_and_nothing_else_has() {
        let of_connection = names::<ConnectionSettings>();
        assert!(of_connection.contains(&"client_secret_file".to_owned()));
        assert!(!of_connection.contains(&"client_secret".to_owned()));
        let fields = [
            of_connection,
            names::<IngestSettings>(),
            names::<ReceiverSettings>(),
        ]
        .concat();
        let keys: Vec<String> = all().into_iter().map(|key| key.name).collect();
        assert_eq!(keys, fields);
        let values: Vec<&str> = VALUES.iter().map(|(key, ..)| *key).collect();
        assert_eq!(values, fields);
    }

    #[test]
    fn every_key_has_a_flag_and_a_variable_of_its_name() {
        for key in all() {
            assert_eq!(key.flag, format!("--{}", key.name.replace('_', "-")));
            assert_eq!(
                key.variable,
                format!("AUDITLAKE_{}", key.name.to_uppercase())
            );
        }
    }

    #[test]
    fn the_defaults_that_are_told_are_those_that_hold() {
        let default = |name: &str| {
            let keys = all();
            let key = keys.iter().find(|key| key.name == name).expect("a key");
            key.default.clone().expect("a default")
        };
        let schedule = IngestSettings::default().or(&IngestSettings::default());
        let duration = |name| crate::args::value::duration(&default(name));
        assert_eq!(duration("every"), Ok(schedule.every));
        assert_eq!(duration("relist"), Ok(schedule.relist));
        assert_eq!(duration("grace"), Ok(schedule.grace));
        assert_eq!(default("concurrency"), schedule.concurrency.to_string());
        let receiver = ReceiverSettings::default().or(&ReceiverSettings::default());
        assert_eq!(duration("gather"), Ok(receiver.gather));
        assert_eq!(default("rate_limit"), receiver.rate_limit.to_string());
        let size = crate::args::value::size(&default("body_limit"));
        assert_eq!(size, Ok(receiver.body_limit));
        let limit = ClientConfig::DEFAULT_REQUESTS_PER_MINUTE.to_string();
        assert_eq!(default("requests_per_minute"), limit);
        assert_eq!(default("cloud"), "enterprise");
        assert_eq!(default("managed_identity"), "false");
    }

    #[test]
    fn meanings_speak_of_keys() {
        let keys = of_connection();
        let client = keys.iter().find(|key| key.name == "client_id").expect("it");
        assert_eq!(
            client.meaning,
            "Application (client) id; with `managed_identity` that of a user-assigned identity"
        );
        assert!(all().iter().all(|key| !key.meaning.contains("--")));
    }
}
