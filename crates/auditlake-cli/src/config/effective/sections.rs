//! What holds of the sections that all connections share.

use std::path::Path;

use bytesize::{KIB, MIB};
use jiff::SignedDuration;
use serde_json::Value;

use super::Values;
use crate::args::ingest::IngestSettings;
use crate::args::receive::ReceiverSettings;

/// A section as it holds, by its keys.
pub(super) struct Section {
    /// What holds, whoever gives it.
    pub(super) values: Values,
    /// What variables give.
    pub(super) by_variables: Vec<&'static str>,
    /// What the file gives.
    pub(super) by_file: Vec<&'static str>,
}

/// The section `[ingest]`.
pub(super) fn ingest(given: &IngestSettings, file: &IngestSettings) -> Section {
    let schedule = given.or(file);
    Section {
        values: vec![
            ("every", Some(duration(schedule.every))),
            ("relist", Some(duration(schedule.relist))),
            ("grace", Some(duration(schedule.grace))),
            ("concurrency", Some(schedule.concurrency.into())),
            ("metrics_listen", schedule.metrics_listen.map(text)),
        ],
        by_variables: set_of_ingest(given),
        by_file: set_of_ingest(file),
    }
}

/// The section `[receive]`.
pub(super) fn receive(given: &ReceiverSettings, file: &ReceiverSettings) -> Section {
    let receiver = given.or(file);
    Section {
        values: vec![
            ("listen", receiver.listen.map(text)),
            ("tls_certificate", path(receiver.tls_certificate.as_deref())),
            ("tls_key", path(receiver.tls_key.as_deref())),
            (
                "tls_client_authorities",
                path(receiver.tls_client_authorities.as_deref()),
            ),
            ("gather", Some(duration(receiver.gather))),
            ("rate_limit", Some(receiver.rate_limit.into())),
            ("body_limit", size(receiver.body_limit)),
        ],
        by_variables: set_of_receiver(given),
        by_file: set_of_receiver(file),
    }
}

fn set_of_ingest(settings: &IngestSettings) -> Vec<&'static str> {
    set([
        ("every", settings.every.is_some()),
        ("relist", settings.relist.is_some()),
        ("grace", settings.grace.is_some()),
        ("concurrency", settings.concurrency.is_some()),
        ("metrics_listen", settings.metrics_listen.is_some()),
    ])
}

fn set_of_receiver(settings: &ReceiverSettings) -> Vec<&'static str> {
    set([
        ("listen", settings.listen.is_some()),
        ("tls_certificate", settings.tls_certificate.is_some()),
        ("tls_key", settings.tls_key.is_some()),
        (
            "tls_client_authorities",
            settings.tls_client_authorities.is_some(),
        ),
        ("gather", settings.gather.is_some()),
        ("rate_limit", settings.rate_limit.is_some()),
        ("body_limit", settings.body_limit.is_some()),
    ])
}

fn set<const N: usize>(keys: [(&'static str, bool); N]) -> Vec<&'static str> {
    let set = keys.into_iter().filter(|(_, is_set)| *is_set);
    set.map(|(key, _)| key).collect()
}

fn duration(duration: SignedDuration) -> Value {
    format!("{duration:#}").into()
}

#[expect(clippy::needless_pass_by_value, reason = "as a step of `map`")]
fn text(value: impl ToString) -> Value {
    value.to_string().into()
}

fn path(path: Option<&Path>) -> Option<Value> {
    path.map(|path| path.display().to_string().into())
}

/// As the file would have it, and exactly: rounded, it would be another limit.
fn size(bytes: u64) -> Option<Value> {
    let units = [("MiB", MIB), ("KiB", KIB), ("B", 1)];
    let (unit, of) = units
        .into_iter()
        .find(|(_, of)| bytes.is_multiple_of(*of))?;
    Some(format!("{}{unit}", bytes / of).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_as_they_are_written() {
        for text in ["4MiB", "100KiB", "1500B"] {
            let bytes = crate::args::value::size(text).unwrap();
            assert_eq!(size(bytes), Some(text.into()));
        }
    }
}
