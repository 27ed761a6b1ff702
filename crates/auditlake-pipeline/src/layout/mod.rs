//! How a lake's files lie: chosen by its first run, remembered in the lake, the same from then on.
//!
//! | layout | files |
//! | --- | --- |
//! | `hive` | `<table>/class_name=<class>/event_day=<YYYY-MM-DD>/` |
//! | `flat` | `<table>/` |
//! | a path template | what it says |
//! | `security-lake` | `ext/<source>/region=…/accountId=…/eventDay=<YYYYMMDD>/`, a source for each class |
//!
//! Modules, in reading order: `choice` (what a run asks for), `template`, `security_lake`, `format` (what a table is
//! beside its files), `record` (`lake.json`), `engines` (the tables as engines see them).

mod choice;
mod engines;
mod format;
mod record;
pub(crate) mod security_lake;
mod template;

use std::fmt;

use auditlake_normalizer::schema::{
    CLASS_PARTITION, DAY_PARTITION, EVENTS_DIRECTORY, OCSF_VERSION, OLDER_OCSF_VERSION,
};
use auditlake_parquet::Partition;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

pub use choice::{LayoutChoice, LayoutName, SecurityLakeChoice};
pub use engines::tables_of;
pub use format::LakeFormat;
pub use record::{LAKE_RECORD_PATH, LAKE_RECORD_VERSION, LakeRecord};
pub(crate) use record::{format_of, of, settle};
pub use security_lake::SecurityLake;
pub use template::PathTemplate;

use crate::error::Error;

/// Where the files of events are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "layout", rename_all = "kebab-case")]
pub enum Layout {
    /// Directories of class and day, as Hive has them.
    Hive {
        /// Directory of the events.
        table: String,
    },
    /// No directories below the table's.
    Flat {
        /// Directory of the events.
        table: String,
    },
    /// Directories by a template.
    Template {
        /// Directory of the events, which the template begins with.
        table: String,
        /// The directories.
        path_template: PathTemplate,
    },
    /// Custom sources of Amazon Security Lake: OCSF 1.3.0, a source for each class.
    SecurityLake {
        /// What the paths say beside the class and the day.
        security_lake: SecurityLake,
    },
}

impl Default for Layout {
    fn default() -> Self {
        Self::Hive {
            table: EVENTS_DIRECTORY.to_owned(),
        }
    }
}

impl Layout {
    /// The OCSF version that the files of events are in.
    pub fn ocsf_version(&self) -> &'static str {
        match self {
            Self::SecurityLake { .. } => OLDER_OCSF_VERSION,
            _ => OCSF_VERSION,
        }
    }

    /// The directories below the table, of a lake whose events are one table.
    pub(crate) fn partitions(&self) -> Vec<Partition> {
        match self {
            Self::Hive { .. } => hive(),
            Self::Flat { .. } => Vec::new(),
            Self::Template { path_template, .. } => path_template.partitions(),
            Self::SecurityLake { security_lake } => security_lake.partitions(),
        }
    }

    /// Whether directories say when rows are of.
    pub(crate) fn is_flat(&self) -> bool {
        matches!(self, Self::Flat { .. })
    }

    /// Refuses windows that the layout's readers could not keep up with.
    pub(crate) fn check_window(&self, window: SignedDuration) -> Result<(), Error> {
        match self {
            Self::SecurityLake { .. } if window < security_lake::SHORTEST_RHYTHM => {
                Err(Error::Config(
                    "Amazon Security Lake wants no objects more often than every five minutes: \
                     the window must be at least that long"
                        .to_owned(),
                ))
            }
            _ => Ok(()),
        }
    }

    /// The most bytes of records that may become one file, of what the memory limit allows. Files are smaller than
    /// their records.
    pub(crate) fn generation_bytes(&self, allowed: u64) -> u64 {
        match self {
            Self::SecurityLake { .. } => allowed.min(security_lake::LARGEST_OBJECT),
            _ => allowed,
        }
    }

    /// Names and values of all settings, as they are asked for.
    fn settings(&self) -> Vec<(Setting, String)> {
        match self {
            Self::Hive { table } => vec![
                (Setting::Layout, LayoutName::Hive.to_string()),
                (Setting::Table, table.clone()),
            ],
            Self::Flat { table } => vec![
                (Setting::Layout, LayoutName::Flat.to_string()),
                (Setting::Table, table.clone()),
            ],
            Self::Template {
                table,
                path_template,
            } => vec![
                (Setting::Layout, path_template.to_string()),
                (Setting::Table, table.clone()),
            ],
            Self::SecurityLake { security_lake } => security_lake.settings(),
        }
    }
}

fn hive() -> Vec<Partition> {
    vec![
        Partition::Value {
            key: CLASS_PARTITION.to_owned(),
            column: CLASS_PARTITION.to_owned(),
        },
        Partition::Day {
            key: DAY_PARTITION.to_owned(),
            column: "time_dt".to_owned(),
        },
    ]
}

/// Something about a layout that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting {
    /// The name or the template.
    Layout,
    Format,
    Table,
    Region,
    Account,
    Source,
    SourceVersion,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Layout => "layout",
            Self::Format => "format",
            Self::Table => "table",
            Self::Region => "region",
            Self::Account => "account",
            Self::Source => "source",
            Self::SourceVersion => "source version",
        })
    }
}
