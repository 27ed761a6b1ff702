//! What the tables of a lake are, beside their Parquet files.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Layout;
use crate::error::Error;
use crate::handover::Form;

/// What a table is to its readers. A lake keeps the format of its first run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LakeFormat {
    /// The Parquet files in its directory.
    #[default]
    Parquet,
    /// What the log of a Delta Lake table says of them.
    Delta,
    /// No events at all: they were handed on as OCSF events. See [`crate::handover`].
    Ndjson,
    /// No events at all: their records were handed on as they came.
    Raw,
}

impl LakeFormat {
    /// Whether it is the one that is not mentioned.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks in this form")]
    pub(super) fn is_parquet(&self) -> bool {
        *self == Self::Parquet
    }

    /// In what form records are handed on, if they are.
    pub fn handed_on(self) -> Option<Form> {
        match self {
            Self::Parquet | Self::Delta => None,
            Self::Ndjson => Some(Form::Ndjson),
            Self::Raw => Some(Form::Raw),
        }
    }

    /// The version of a lake's record that has it: builds that do not know the format must not write to the lake.
    pub(super) fn record_version(self) -> u32 {
        match self {
            Self::Parquet => 1,
            Self::Delta => 2,
            Self::Ndjson | Self::Raw => 3,
        }
    }

    /// Refuses files in a lake whose records were handed on, and the other way round.
    pub(super) fn check_asked(self, asked: Option<Self>) -> Result<(), Error> {
        let asked = asked.and_then(Self::handed_on);
        match (self.handed_on(), asked) {
            (Some(form), None) => Err(Error::OtherLake(format!(
                "its ledger tells what `--to {form}` handed on, and it holds no files of that: files need a lake of \
                 their own"
            ))),
            (None, Some(form)) => Err(Error::OtherLake(format!(
                "it holds files, and its ledger says so: what `--to {form}` hands on needs a lake of its own"
            ))),
            _ => Ok(()),
        }
    }

    /// Refuses a layout that has no tables of this format, and a format that this build cannot write.
    pub(super) fn check(self, layout: &Layout) -> Result<(), Error> {
        if self == Self::Parquet {
            return Ok(());
        }
        if let Some(form) = self.handed_on() {
            return match layout {
                layout if *layout == Layout::default() => Ok(()),
                _ => Err(Error::Config(format!(
                    "`--to {form}` writes no files of events, so they have neither a layout nor a table"
                ))),
            };
        }
        if matches!(layout, Layout::SecurityLake { .. }) {
            return Err(Error::Config(
                "the layout `security-lake` has no tables of the format `delta`: Amazon Security Lake reads the Parquet \
                 files of a custom source and registers them itself"
                    .to_owned(),
            ));
        }
        if cfg!(feature = "delta") {
            Ok(())
        } else {
            Err(Error::Config(
                "the format `delta` is not in this build: it needs the cargo feature `delta`"
                    .to_owned(),
            ))
        }
    }
}

impl From<Form> for LakeFormat {
    fn from(form: Form) -> Self {
        match form {
            Form::Ndjson => Self::Ndjson,
            Form::Raw => Self::Raw,
        }
    }
}

impl fmt::Display for LakeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parquet => "parquet",
            Self::Delta => "delta",
            Self::Ndjson => "ndjson",
            Self::Raw => "raw",
        })
    }
}
