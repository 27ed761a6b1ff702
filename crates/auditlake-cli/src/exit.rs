//! Exit codes, and which error leads to which.

use std::process::ExitCode;

use auditlake_pipeline::{Error, ErrorKind, Outcome, ServiceError};

use crate::handover::ReaderGone;

/// How the command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All that was asked is in the lake.
    Complete = 0,
    /// It failed.
    Failed = 1,
    /// Usage or configuration.
    Usage = 2,
    /// Credentials or permission.
    Credentials = 3,
    /// Finished, but something named in the report could not be had.
    Gaps = 4,
    /// Interrupted: state is safe, run it again.
    Interrupted = 130,
}

/// Something that is wrong with the arguments, the environment or the configuration file.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Usage {
    message: String,
    hint: Option<String>,
}

impl Usage {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl Exit {
    /// The code for an error.
    pub(crate) fn of_error(error: &anyhow::Error) -> Self {
        if error.downcast_ref::<Usage>().is_some() {
            return Self::Usage;
        }
        match error.downcast_ref::<Error>().map(Error::kind) {
            Some(ErrorKind::Usage) => Self::Usage,
            Some(ErrorKind::Credentials) => Self::Credentials,
            Some(ErrorKind::Cancelled) => Self::Interrupted,
            Some(ErrorKind::Failed) | None => Self::Failed,
        }
    }
}

impl Exit {
    /// Of two, the one that wants somebody's attention more: interrupted before configuration, credentials, failure,
    /// gaps.
    pub(crate) fn or_worse(self, other: Self) -> Self {
        let rank = |exit: &Self| match exit {
            Self::Complete => 0,
            Self::Gaps => 1,
            Self::Failed => 2,
            Self::Credentials => 3,
            Self::Usage => 4,
            Self::Interrupted => 5,
        };
        std::cmp::max_by_key(self, other, rank)
    }
}

impl From<Outcome> for Exit {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Complete => Self::Complete,
            Outcome::Gaps => Self::Gaps,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What a person can try.
pub(crate) fn hint(error: &anyhow::Error) -> Option<String> {
    if let Some(usage) = error.downcast_ref::<Usage>() {
        return usage.hint.clone();
    }
    if error.downcast_ref::<ReaderGone>().is_some() {
        return Some(READER.to_owned());
    }
    match error.downcast_ref::<Error>() {
        Some(Error::NotTaken { .. }) => Some(READER.to_owned()),
        Some(Error::Credentials(service) | Error::Service(service)) => {
            service_hint(service).or_else(|| Some(TEST_IT.to_owned()))
        }
        Some(Error::Permission(words)) if words.contains(READ_DLP) => {
            Some(permission_hint(READ_DLP))
        }
        Some(Error::Permission(_)) => Some(permission_hint(READ)),
        Some(Error::Unfit(unfit)) => Some(unfit.hint().to_owned()),
        Some(Error::OtherLake(_)) => Some(OTHER_LAKE.to_owned()),
        Some(Error::Lake(_) | Error::Ledger { .. }) => Some(LAKE.to_owned()),
        _ => None,
    }
}

fn permission_hint(permission: &str) -> String {
    format!(
        "the app registration needs the application permission `{permission}` of the Office 365 Management APIs, and \
         an administrator's consent"
    )
}

fn service_hint(error: &ServiceError) -> Option<String> {
    error.hint().map(str::to_owned)
}

const TEST_IT: &str = "`auditlake connection test` tries every step by itself";
const READ: &str = "ActivityFeed.Read";
const READ_DLP: &str = "ActivityFeed.ReadDlp";
const OTHER_LAKE: &str = "a lake keeps the layout of its first run, in `_auditlake/lake.json`: leave the flag out to go on as \
     it is, or choose another --lake";
const READER: &str = "what the reader took is in the ledger, and what it did not take was rolled back: start the reader and run \
     the same command again, which repeats at most the unit that was under way";
const LAKE: &str =
    "what was committed is safe; when the store is well again, run the same command again";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_follows_the_kind_of_error_through_its_context() {
        let of = |error: Error| Exit::of_error(&anyhow::Error::new(error).context("while testing"));
        assert_eq!(of(Error::Config("bad window".into())), Exit::Usage);
        assert_eq!(of(Error::Permission("no role".into())), Exit::Credentials);
        assert_eq!(of(Error::Cancelled), Exit::Interrupted);
        assert_eq!(
            of(Error::Output(std::io::Error::other("disk full"))),
            Exit::Failed
        );
        assert_eq!(Exit::of_error(&Usage::new("no lake").into()), Exit::Usage);
    }

    #[test]
    fn of_several_connections_the_worst_counts() {
        let worst = |exits: &[Exit]| exits.iter().fold(Exit::Complete, |a, b| a.or_worse(*b));
        assert_eq!(worst(&[]), Exit::Complete);
        assert_eq!(worst(&[Exit::Gaps, Exit::Complete]), Exit::Gaps);
        assert_eq!(
            worst(&[Exit::Gaps, Exit::Credentials, Exit::Failed]),
            Exit::Credentials
        );
    }

    #[test]
    fn the_permission_that_the_service_misses_is_the_one_to_add() {
        let of = |words: &str| hint(&Error::Permission(words.into()).into()).unwrap();
        assert!(of("AF10001: it lacks `ActivityFeed.ReadDlp`").contains("`ActivityFeed.ReadDlp`"));
        assert!(of("AF10001: it lacks `ActivityFeed.Read`").contains("`ActivityFeed.Read`"));
    }
}
