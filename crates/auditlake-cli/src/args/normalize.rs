//! `auditlake normalize`.

use std::path::PathBuf;

use auditlake_pipeline::files::{self, FILES_CONNECTION};
use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};

use super::layout::LayoutArgs;
use super::memory::MemoryArgs;
use super::output::ReportArgs;
use crate::progress::ProgressStyle;

const EXAMPLES: &str = "\
Examples:
  auditlake normalize records.ndjson.gz --to ndjson > events.ndjson
  auditlake normalize purview-export.csv --to parquet --lake ./lake
      exports with an AuditData column, JSON arrays, NDJSON and results of Graph's audit search; plain, .gz and .zst
  auditlake normalize 'exports/**/*.json.gz' --to parquet --lake ./lake
  zcat records.gz | auditlake normalize - --no-raw-data | jq .class_name
  auditlake normalize records.ndjson.gz --ocsf-version 1.3.0 > events.ndjson
      for consumers that stop at that version, such as Amazon Security Lake; what it lacks is in unmapped.ocsf_1_8";

/// Make OCSF events of audit records that you already have in files
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct NormalizeArgs {
    /// Files to read, or patterns such as 'exports/**/*.gz'; `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// What to make: OCSF JSON on standard output, or Parquet in a lake
    #[arg(
        long,
        env = "AUDITLAKE_TO",
        default_value = "ndjson",
        value_name = "FORMAT",
        help_heading = "Options"
    )]
    pub(crate) to: Target,
    /// The OCSF version of the events that `--to ndjson` makes; a lake has what its layout says
    #[arg(
        long,
        env = "AUDITLAKE_OCSF_VERSION",
        default_value = "1.8.0",
        value_name = "VERSION",
        help_heading = "Options"
    )]
    pub(crate) ocsf_version: OcsfVersion,
    /// The lake that `--to parquet` writes to: a URL or a path
    #[arg(
        long,
        env = "AUDITLAKE_LAKE",
        value_name = "URL",
        help_heading = "Options"
    )]
    pub(crate) lake: Option<String>,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
    /// Leave the record as it came out of the events
    #[arg(long, env = "AUDITLAKE_NO_RAW_DATA", value_parser = FalseyValueParser::new(), help_heading = "Options")]
    pub(crate) no_raw_data: bool,
    #[command(flatten)]
    pub(crate) memory: MemoryArgs,
    /// Name of the connection in the ledger and in the column `auditlake.connection`
    #[arg(long, env = "AUDITLAKE_CONNECTION", value_name = "NAME", default_value = FILES_CONNECTION, help_heading = "Options")]
    pub(crate) connection: String,
    /// How to show progress
    #[arg(
        long,
        env = "AUDITLAKE_PROGRESS",
        default_value = "auto",
        value_name = "STYLE",
        help_heading = "Options"
    )]
    pub(crate) progress: ProgressStyle,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// OCSF JSON, one event a line, on standard output
    Ndjson,
    /// Parquet files in a lake
    Parquet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OcsfVersion {
    /// For consumers that stop there, such as Amazon Security Lake
    #[value(name = "1.3.0")]
    V1_3,
    /// As in the lake
    #[value(name = "1.8.0")]
    V1_8,
}

impl From<OcsfVersion> for files::OcsfVersion {
    fn from(version: OcsfVersion) -> Self {
        match version {
            OcsfVersion::V1_3 => Self::V1_3,
            OcsfVersion::V1_8 => Self::V1_8,
        }
    }
}
