//! Records in files that users already have.

pub mod coverage;
mod csv;
mod detect;
mod lake;
mod ndjson;
mod records;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::error::Error;
use crate::layout::LayoutChoice;
use crate::options::{DEFAULT_MEMORY_LIMIT, DEFAULT_ZSTD_LEVEL};
use crate::progress::Progress;
use crate::report::Outcome;
pub use lake::normalize_to_lake;
pub use ndjson::{NdjsonOptions, OcsfVersion, normalize_to_ndjson};

/// Where records are read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file: NDJSON, JSON array, JSON object or CSV with an `AuditData` column; plain, gzip or zstd.
    File(PathBuf),
    /// Standard input, in any of those forms.
    Stdin,
}

impl Input {
    /// The input that an argument names: `-` is standard input.
    pub fn from_arg(argument: impl Into<PathBuf>) -> Self {
        let path = argument.into();
        if path.as_os_str() == "-" {
            Self::Stdin
        } else {
            Self::File(path)
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Stdin => Path::new("-"),
        }
    }

    /// The name that events say they came from: the file's own, without directories.
    fn name(&self) -> String {
        let path = self.path();
        path.file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned()
    }

    fn unread(&self, error: &io::Error) -> UnreadInput {
        UnreadInput {
            input: self.path().to_string_lossy().into_owned(),
            reason: error.to_string(),
        }
    }

    fn error(&self, source: io::Error) -> Error {
        Error::Input {
            path: self.path().to_owned(),
            source,
        }
    }
}

/// Looks at all inputs before the first is read: one that is not there is an error, and their sizes are counted.
fn announce(inputs: &[Input], progress: &Progress) -> Result<(), Error> {
    for input in inputs {
        if let Input::File(path) = input {
            let file = File::open(path).and_then(|file| file.metadata());
            let file = file.map_err(|source| input.error(source))?;
            if file.is_dir() {
                return Err(input.error(io::ErrorKind::IsADirectory.into()));
            }
            progress.input_bytes.add(file.len());
        }
    }
    Ok(())
}

/// Name of the connection that files get in a lake unless told otherwise.
pub const FILES_CONNECTION: &str = "files";

/// What may be chosen about bringing files into a lake.
#[derive(Debug, Clone)]
pub struct LakeOptions {
    /// The lake: a URL or a bare path.
    pub lake: String,
    /// How its files are to lie; a lake keeps the layout of its first run.
    pub layout: LayoutChoice,
    /// Name of the connection in the ledger and in `auditlake.connection`.
    pub connection: String,
    /// Keep the record's own bytes in `raw_data`.
    pub raw_data: bool,
    /// Bytes of memory the whole process should stay under.
    pub memory_limit: u64,
    /// zstd level of the Parquet files.
    pub zstd_level: i32,
    /// The time now.
    pub clock: Clock,
}

impl LakeOptions {
    /// Everything as it is unless told otherwise.
    pub fn new(lake: impl Into<String>) -> Self {
        Self {
            lake: lake.into(),
            layout: LayoutChoice::default(),
            connection: FILES_CONNECTION.to_owned(),
            raw_data: true,
            memory_limit: DEFAULT_MEMORY_LIMIT,
            zstd_level: DEFAULT_ZSTD_LEVEL,
            clock: Clock::system(),
        }
    }
}

/// What normalizing files to NDJSON did. `records = events + duplicates + quarantined`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesReport {
    /// Inputs read to the end.
    pub inputs: u64,
    /// Inputs that could not be read to the end.
    pub unread: Vec<UnreadInput>,
    /// Records read.
    pub records: u64,
    /// Events written.
    pub events: u64,
    /// Records dropped because they came before.
    pub duplicates: u64,
    /// Items that are no audit records: not written, named in `quarantine`.
    pub quarantined: u64,
    /// Events by OCSF class.
    pub by_class: BTreeMap<String, u64>,
    /// Events by `RecordType`, as sent, as text.
    pub by_record_type: BTreeMap<String, u64>,
    /// Events by `RecordType` that the table of known ones does not have.
    pub unknown_record_types: BTreeMap<String, u64>,
    /// The first quarantined items: input and reason.
    pub quarantine: Vec<QuarantinedItem>,
}

impl FilesReport {
    /// Whether everything that the inputs hold became an event.
    pub fn outcome(&self) -> Outcome {
        if self.unread.is_empty() && self.quarantined == 0 {
            Outcome::Complete
        } else {
            Outcome::Gaps
        }
    }
}

/// An input that could not be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadInput {
    /// The input, `-` for standard input.
    pub input: String,
    /// The system's words.
    pub reason: String,
}

/// One item that is no audit record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantinedItem {
    /// The input, `-` for standard input.
    pub input: String,
    /// Why, in the normalizer's words, with the line.
    pub reason: String,
}
