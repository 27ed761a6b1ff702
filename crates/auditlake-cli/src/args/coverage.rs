//! `auditlake coverage`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::content_types::ContentTypeArgs;
use super::lake_url::LakeArgs;
use super::value::{Moment, moment};

const EXAMPLES: &str = "\
Examples:
  auditlake coverage contoso --lake s3://security/audit
      every hour of the seven days that the service keeps
  auditlake coverage contoso --lake ./lake --since 30d --content-type Audit.Exchange
  auditlake coverage contoso --lake ./lake --output json | jq -r '.gaps[].command'
      what would bring each gap
  auditlake coverage contoso --lake ./lake --html coverage.html
      one page for a browser, without anything from elsewhere

It reads the ledger alone: nothing is asked of the service, no file is read, no secret is needed.

Exit codes: 0 every hour is in the lake, 4 some are not.";

/// Which hours of each content type are in the lake, by the ledger
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CoverageArgs {
    /// Name of the connection; the tenant id where it has no other
    #[arg(value_name = "CONNECTION", env = "AUDITLAKE_CONNECTION")]
    pub(crate) connection: String,
    #[command(flatten)]
    pub(crate) lake: LakeArgs,
    /// From when on, by the time content became available: `7d`, or a time such as `2026-05-04T10:00:00Z` [default: the first full hour that the service keeps]
    #[arg(long, env = "AUDITLAKE_SINCE", value_name = "TIME", value_parser = moment, help_heading = "Options")]
    pub(crate) since: Option<Moment>,
    /// Until when [default: the last full hour]
    #[arg(long, env = "AUDITLAKE_UNTIL", value_name = "TIME", value_parser = moment, help_heading = "Options")]
    pub(crate) until: Option<Moment>,
    #[command(flatten)]
    pub(crate) content_types: ContentTypeArgs,
    /// What goes to standard output
    #[arg(
        long,
        env = "AUDITLAKE_OUTPUT",
        default_value = "table",
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    pub(crate) output: TableOutput,
    /// Write a page for a browser as well
    #[arg(
        long,
        env = "AUDITLAKE_HTML",
        value_name = "FILE",
        help_heading = "Output"
    )]
    pub(crate) html: Option<PathBuf>,
}

/// What standard output is for, of a command that tells tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableOutput {
    /// Text for people
    #[value(alias = "text")]
    Table,
    /// One JSON document
    Json,
}
