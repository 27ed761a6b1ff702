//! What the tables of a lake are, beside their Parquet files.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Layout;
use crate::error::Error;

/// What a table is to its readers. A lake keeps the format of its first run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LakeFormat {
    /// The Parquet files in its directory.
    #[default]
    Parquet,
    /// What the log of a Delta Lake table says of them.
    Delta,
}

impl LakeFormat {
    /// Whether it is the one that is not mentioned.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks in this form")]
    pub(super) fn is_parquet(&self) -> bool {
        *self == Self::Parquet
    }

    /// Refuses a layout that has no tables of this format, and a format that this build cannot write.
    pub(super) fn check(self, layout: &Layout) -> Result<(), Error> {
        if self == Self::Parquet {
            return Ok(());
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

impl fmt::Display for LakeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parquet => "parquet",
            Self::Delta => "delta",
        })
    }
}
