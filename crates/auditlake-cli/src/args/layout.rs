//! How a lake's files lie: flags of all commands that write to one.

use auditlake_pipeline::{LakeFormat, LayoutChoice, LayoutName, SecurityLakeChoice};
use clap::{Args, ValueEnum};

/// A lake keeps the layout of its first run. What is left out is as the lake has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Layout of the lake")]
pub(crate) struct LayoutArgs {
    /// How the files of events lie; a lake keeps what its first run chose [default of a new lake: hive]
    #[arg(
        long,
        env = "AUDITLAKE_LAYOUT",
        value_name = "LAYOUT",
        conflicts_with = "path_template"
    )]
    pub(crate) layout: Option<Layout>,
    /// Directories of your own, such as `{table}/{class_uid}/dt={event_day}/`
    #[arg(long, env = "AUDITLAKE_PATH_TEMPLATE", value_name = "TEMPLATE")]
    pub(crate) path_template: Option<String>,
    /// Directory of the events [default of a new lake: events]
    #[arg(long, env = "AUDITLAKE_TABLE", value_name = "NAME")]
    pub(crate) table: Option<String>,
    /// What the tables are; a lake keeps what its first run chose [default of a new lake: parquet]
    #[arg(long, env = "AUDITLAKE_FORMAT", value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// AWS region of the data lake, for a new lake of the layout `security-lake`
    #[arg(long, env = "AUDITLAKE_SECURITY_LAKE_REGION", value_name = "REGION")]
    pub(crate) security_lake_region: Option<String>,
    /// Account that the records are about: twelve digits, `external` or `external_<id>` [default: `external_{tenant_uid}`, the tenant of each record]
    #[arg(long, env = "AUDITLAKE_SECURITY_LAKE_ACCOUNT", value_name = "ACCOUNT")]
    pub(crate) security_lake_account: Option<String>,
    /// Names of the custom sources, one for each class, 20 characters at most [default: `auditlake-{class_uid}`]
    #[arg(long, env = "AUDITLAKE_SECURITY_LAKE_SOURCE", value_name = "NAME")]
    pub(crate) security_lake_source: Option<String>,
    /// Version that the custom sources were made with, if any
    #[arg(
        long,
        env = "AUDITLAKE_SECURITY_LAKE_SOURCE_VERSION",
        value_name = "VERSION"
    )]
    pub(crate) security_lake_source_version: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Layout {
    /// `<table>/class_name=<class>/event_day=<YYYY-MM-DD>/`
    Hive,
    /// `<table>/`
    Flat,
    /// Custom sources of Amazon Security Lake: OCSF 1.3.0, a source for each class
    SecurityLake,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Parquet files in directories
    Parquet,
    /// Delta Lake tables: what is in them is in their logs
    Delta,
}

impl LayoutArgs {
    /// What the pipeline is asked for.
    pub(crate) fn choice(&self) -> LayoutChoice {
        LayoutChoice {
            layout: self.layout.map(LayoutName::from),
            path_template: self.path_template.clone(),
            table: self.table.clone(),
            format: self.format.map(LakeFormat::from),
            security_lake: SecurityLakeChoice {
                region: self.security_lake_region.clone(),
                account: self.security_lake_account.clone(),
                source: self.security_lake_source.clone(),
                source_version: self.security_lake_source_version.clone(),
            },
        }
    }
}

impl From<Layout> for LayoutName {
    fn from(layout: Layout) -> Self {
        match layout {
            Layout::Hive => Self::Hive,
            Layout::Flat => Self::Flat,
            Layout::SecurityLake => Self::SecurityLake,
        }
    }
}

impl From<Format> for LakeFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Parquet => Self::Parquet,
            Format::Delta => Self::Delta,
        }
    }
}
