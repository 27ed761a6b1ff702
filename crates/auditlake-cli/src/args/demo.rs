//! `auditlake demo`. Its variables have a prefix of their own: a demo never lands in a real lake.

use std::path::PathBuf;

use clap::Args;
use clap::builder::FalseyValueParser;

use crate::progress::ProgressStyle;

const EXAMPLES: &str = "\
Examples:
  auditlake demo
  auditlake demo --lake ./demo-lake
      keep the lake, to look further with your own engine; a second run adds nothing
  auditlake demo --records 200000 --keep";

/// See it work: simulator, backfill and the first questions of a hunt; no account needed
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DemoArgs {
    /// Directory of the lake [default: a temporary one]
    #[arg(long, env = "AUDITLAKE_DEMO_LAKE", value_name = "DIR")]
    pub(crate) lake: Option<PathBuf>,
    /// Distinct records in the made-up week
    #[arg(
        long,
        env = "AUDITLAKE_DEMO_RECORDS",
        value_name = "N",
        default_value_t = 20_000
    )]
    pub(crate) records: usize,
    /// Keep the temporary lake
    #[arg(long, env = "AUDITLAKE_DEMO_KEEP", value_parser = FalseyValueParser::new())]
    pub(crate) keep: bool,
    /// How to show progress
    #[arg(
        long,
        env = "AUDITLAKE_DEMO_PROGRESS",
        default_value = "auto",
        value_name = "STYLE"
    )]
    pub(crate) progress: ProgressStyle,
}
