//! `auditlake lake …`.

use clap::builder::FalseyValueParser;
use clap::{Args, Subcommand};

use super::lake_url::LakeArgs;
use super::output::OutputArgs;

const EXAMPLES: &str = "\
Examples:
  auditlake lake info --lake s3://security/audit
  auditlake lake check --lake s3://security/audit --deep";

const INFO_EXAMPLES: &str = "\
Examples:
  auditlake lake info --lake ./lake
  auditlake lake info --lake ./lake --output json | jq '.tables.events.classes[\"Authentication\"]'";

const CHECK_EXAMPLES: &str = "\
Examples:
  auditlake lake check --lake ./lake
      which files there are, their sizes and rows
  auditlake lake check --lake ./lake --deep
      the SHA-256 of each file as well; reads every byte
  auditlake lake check --lake ./lake --output json | jq -r '.findings[].path'

Exit codes: 0 nothing is wrong, 4 something is.";

/// What a lake holds, and whether it is as its ledger says
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum LakeCommand {
    Info(LakeInfoArgs),
    Check(LakeCheckArgs),
}

/// Tables and classes with their days, files, rows and bytes
#[derive(Debug, Args)]
#[command(after_help = INFO_EXAMPLES)]
pub(crate) struct LakeInfoArgs {
    #[command(flatten)]
    pub(crate) lake: LakeArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Compare the files with the ledger: missing, foreign or changed ones
#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct LakeCheckArgs {
    #[command(flatten)]
    pub(crate) lake: LakeArgs,
    /// Compare the SHA-256 of each file, too: reads all of the lake
    #[arg(long, env = "AUDITLAKE_DEEP", value_parser = FalseyValueParser::new(), help_heading = "Options")]
    pub(crate) deep: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
