//! What can end a run, by what a caller can do about it.

use std::path::PathBuf;

use crate::failure::describe;
use crate::report::Report;

/// A run that could not go on: why, and what it had done until then.
#[derive(Debug, thiserror::Error)]
#[error("the run stopped before its end")]
pub struct Stopped {
    /// Why.
    #[source]
    pub error: Error,
    /// What is in the lake all the same. No content type is `complete` in it.
    pub report: Box<Report>,
}

/// Why a run could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting that cannot work.
    #[error("{0}")]
    Config(String),
    /// The lake is not what was asked for, or not what this build can write.
    #[error("the lake is another than was asked for: {0}")]
    OtherLake(String),
    /// The token could not be had, or the service refuses it.
    #[error("the service does not accept the credentials")]
    Credentials(#[source] Box<auditlake_api::Error>),
    /// No content type may be read with this token. The service's words.
    #[error("no content type may be read: {0}")]
    Permission(String),
    /// The service could not be used at all.
    #[error("the service failed")]
    Service(#[source] Box<auditlake_api::Error>),
    /// The lake was asked whether it can be used, and it cannot.
    #[error(transparent)]
    Unfit(#[from] auditlake_parquet::Unfit),
    /// The lake could not be opened, read or written.
    #[error("the lake failed")]
    Lake(#[from] auditlake_parquet::Error),
    /// A Delta table of the lake could not be read or changed. What the ledger has committed is registered by the next
    /// run.
    #[cfg(feature = "delta")]
    #[error("a Delta table of the lake failed")]
    Delta(#[from] auditlake_delta::Error),
    /// An object of the ledger could not be read or written.
    #[error("the ledger failed at `{path}`")]
    Ledger {
        /// Object path in the lake.
        path: String,
        /// The store's error.
        #[source]
        source: object_store::Error,
    },
    /// An object of the ledger is not what this version can read.
    #[error("the ledger record `{path}` cannot be read")]
    Record {
        /// Object path in the lake.
        path: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// An object of the ledger was written by a later version of auditlake, which alone knows what it means.
    #[error(
        "the ledger record `{path}` has version {version}, this auditlake reads versions up to {}: use a newer auditlake with this lake",
        crate::ledger::NEWEST_VERSION
    )]
    LaterRecord {
        /// Object path in the lake.
        path: String,
        /// The record's version.
        version: u32,
    },
    /// Arrow refused to take rows out of a batch, or to put them in another form.
    #[error("rows cannot be filtered or converted")]
    Rows(#[source] arrow::error::ArrowError),
    /// An input file could not be read.
    #[error("the input `{}` cannot be read", path.display())]
    Input {
        /// The file, `-` for standard input.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
    /// The output could not be written.
    #[error("the output cannot be written")]
    Output(#[source] std::io::Error),
    /// The reader that records are handed on to did not take a unit, which is rolled back. What it took before is
    /// committed.
    #[error("the reader did not take the unit `{content_type}` `{window}`, which is rolled back")]
    NotTaken {
        /// Content type of the unit.
        content_type: String,
        /// Its window.
        window: String,
        /// Why, if it said so.
        #[source]
        source: Option<std::io::Error>,
    },
    /// A worker thread ended unexpectedly.
    #[error("a worker ended unexpectedly")]
    Worker(#[from] tokio::task::JoinError),
    /// Interrupted. What was committed stays, the rest is fetched by the next run.
    #[error("interrupted; what was committed is safe, run it again for the rest")]
    Cancelled,
}

/// What kind of [`Error`] it is: the exit codes of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Usage or configuration: exit code 2.
    Usage,
    /// Credentials or permission: exit code 3.
    Credentials,
    /// Anything else that failed: exit code 1.
    Failed,
    /// Interrupted: exit code 130.
    Cancelled,
}

impl Stopped {
    /// Notes in the report that the run stopped: what it had not come to is not complete.
    pub(crate) fn new(error: Error, mut report: Report) -> Self {
        let words = describe(&error);
        report.not_complete(&format!("the run stopped: {words}"));
        report.error = Some(words);
        Self {
            error,
            report: Box::new(report),
        }
    }
}

impl From<Stopped> for Error {
    fn from(stopped: Stopped) -> Self {
        stopped.error
    }
}

impl Error {
    /// The kind, which the command line maps to its exit code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Config(_) | Self::OtherLake(_) => ErrorKind::Usage,
            // What only somebody's hand can put right is configuration; what may pass by itself is not.
            Self::Unfit(unfit) if !unfit.is_unreachable() => ErrorKind::Usage,
            Self::Credentials(_) | Self::Permission(_) => ErrorKind::Credentials,
            Self::Cancelled => ErrorKind::Cancelled,
            _ => ErrorKind::Failed,
        }
    }
}
