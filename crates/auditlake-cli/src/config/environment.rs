//! The settings that variables of the environment give, as every command takes them.

use clap::error::{ContextKind, ContextValue};
use clap::{Args, Command, FromArgMatches};

use super::keys::all;
use crate::args::connection::ConnectionSettings;
use crate::args::ingest::IngestSettings;
use crate::args::receive::ReceiverSettings;
use crate::exit::Usage;

/// What variables say.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    /// Goes before the settings of every connection.
    pub(crate) connection: ConnectionSettings,
    /// Goes before the section `[ingest]`.
    pub(crate) ingest: IngestSettings,
    /// Goes before the section `[receive]`.
    pub(crate) receiver: ReceiverSettings,
}

impl Environment {
    /// Reads the variables by the definitions of the flags, as if no flag were given.
    pub(crate) fn read() -> Result<Self, Usage> {
        let command = Command::new("environment").no_binary_name(true);
        let command = IngestSettings::augment_args(ConnectionSettings::augment_args(command));
        let command = ReceiverSettings::augment_args(command);
        let refused = |error: clap::Error| refused(&error);
        let none: [&str; 0] = [];
        let found = command.try_get_matches_from(none).map_err(refused)?;
        Ok(Self {
            connection: ConnectionSettings::from_arg_matches(&found).map_err(refused)?,
            ingest: IngestSettings::from_arg_matches(&found).map_err(refused)?,
            receiver: ReceiverSettings::from_arg_matches(&found).map_err(refused)?,
        })
    }
}

/// Names the variable and what is expected; not the value, which may be what nobody should see.
fn refused(error: &clap::Error) -> Usage {
    let about = |kind| match error.get(kind) {
        Some(ContextValue::String(flag)) => flag.split(' ').next().unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let (flag, other) = (about(ContextKind::InvalidArg), about(ContextKind::PriorArg));
    let keys = all();
    let of = |flag: &str| keys.iter().find(|key| key.flag == flag);
    match (of(&flag), of(&other)) {
        (Some(key), Some(other)) => Usage::new(format!(
            "{} and {} cannot be set together",
            key.variable, other.variable
        )),
        (Some(key), None) => Usage::new(format!("the value of {} cannot be used", key.variable))
            .with_hint(format!("expected {}", bare(&key.expected()))),
        _ => Usage::new("the AUDITLAKE_ variables of the environment cannot be used"),
    }
}

/// A value in the environment has no quotes.
fn bare(expected: &str) -> String {
    expected.replace(" in quotes", "").replace('"', "")
}
