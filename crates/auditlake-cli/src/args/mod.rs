//! What can be asked on the command line. Every flag has an `AUDITLAKE_…` variable.

pub(crate) mod backfill;
pub(crate) mod compact;
pub(crate) mod config;
pub(crate) mod connection;
pub(crate) mod connections;
pub(crate) mod content_types;
pub(crate) mod coverage;
pub(crate) mod demo;
pub(crate) mod fetch;
pub(crate) mod ingest;
pub(crate) mod lake;
pub(crate) mod lake_url;
pub(crate) mod layout;
pub(crate) mod memory;
pub(crate) mod normalize;
pub(crate) mod output;
pub(crate) mod receive;
pub(crate) mod schema;
pub(crate) mod search;
pub(crate) mod simulate;
pub(crate) mod simulate_webhooks;
pub(crate) mod source;
pub(crate) mod span;
pub(crate) mod subscription;
pub(crate) mod to;
pub(crate) mod value;
pub(crate) mod verify;

use std::path::PathBuf;

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};

use self::backfill::BackfillArgs;
use self::compact::CompactArgs;
use self::config::ConfigCommand;
use self::connections::ConnectionCommand;
use self::coverage::CoverageArgs;
use self::demo::DemoArgs;
use self::ingest::IngestArgs;
use self::lake::LakeCommand;
use self::normalize::NormalizeArgs;
use self::receive::ReceiveArgs;
use self::schema::SchemaCommand;
use self::simulate::SimulateArgs;
use self::subscription::SubscriptionCommand;
use self::verify::VerifyArgs;

/// The whole command with all subcommands, for whoever documents it.
pub fn command() -> clap::Command {
    Cli::command()
}

const EXAMPLES: &str = "\
Examples:
  auditlake demo
      simulator, backfill and a few queries: no account needed
  auditlake connection add contoso --tenant-id … --client-id … --client-secret-file secret.txt
  auditlake connection test contoso
  auditlake backfill contoso --lake s3://security/audit
  auditlake ingest --lake s3://security/audit
  auditlake normalize export.csv --to ndjson

Exit codes: 0 all that was asked is in the lake, 1 failed, 2 usage or configuration, 3 credentials or permission,
4 finished, but something named in the report could not be had, 130 interrupted (run it again).";

/// Every Microsoft 365 audit record in your own lake, exactly once, as OCSF events in Parquet
#[derive(Debug, Parser)]
#[command(name = "auditlake", version, max_term_width = 110, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Configuration file; `auditlake.toml` in the working directory unless told otherwise
    #[arg(
        long,
        global = true,
        env = "AUDITLAKE_CONFIG",
        value_name = "FILE",
        help_heading = "Global options"
    )]
    pub(crate) config: Option<PathBuf>,
    /// Log more to stderr: -v info, -vv debug, -vvv trace; `RUST_LOG` overrides it
    #[arg(short, long, global = true, env = "AUDITLAKE_VERBOSE", action = ArgAction::Count, help_heading = "Global options")]
    pub(crate) verbose: u8,
    /// How log lines look
    #[arg(
        long,
        global = true,
        env = "AUDITLAKE_LOG_FORMAT",
        default_value = "text",
        value_name = "FORMAT",
        help_heading = "Global options"
    )]
    pub(crate) log_format: LogFormat,
    /// When to colour what goes to a terminal
    #[arg(
        long,
        global = true,
        env = "AUDITLAKE_COLOR",
        default_value = "auto",
        value_name = "WHEN",
        help_heading = "Global options"
    )]
    pub(crate) color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people
    Text,
    /// One JSON object a line
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Backfill(BackfillArgs),
    Ingest(IngestArgs),
    Receive(ReceiveArgs),
    Normalize(NormalizeArgs),
    Coverage(CoverageArgs),
    Verify(VerifyArgs),
    Compact(CompactArgs),
    #[command(subcommand)]
    Lake(LakeCommand),
    #[command(subcommand)]
    Config(ConfigCommand),
    #[command(subcommand)]
    Connection(ConnectionCommand),
    #[command(subcommand)]
    Subscription(SubscriptionCommand),
    #[command(subcommand)]
    Schema(SchemaCommand),
    Simulate(SimulateArgs),
    Demo(DemoArgs),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(command: &clap::Command, visit: &mut impl FnMut(&clap::Command)) {
        visit(command);
        command.get_subcommands().for_each(|sub| walk(sub, visit));
    }

    #[test]
    fn clap_finds_the_definition_sound() {
        command().debug_assert();
    }

    #[test]
    fn every_command_has_examples() {
        walk(&command(), &mut |command| {
            let after = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(
                after.contains("Examples:\n  auditlake "),
                "{}",
                command.get_name()
            );
        });
    }

    #[test]
    fn every_flag_has_a_variable_of_its_own_name() {
        walk(&command(), &mut |command| {
            for arg in command.get_arguments() {
                let Some(long) = arg
                    .get_long()
                    .filter(|long| !["help", "version"].contains(long))
                else {
                    continue;
                };
                let env = arg
                    .get_env()
                    .and_then(std::ffi::OsStr::to_str)
                    .unwrap_or_default();
                let tail = long.to_uppercase().replace('-', "_");
                assert!(
                    env.starts_with("AUDITLAKE_") && env.ends_with(&tail),
                    "{} --{long}: `{env}`",
                    command.get_name()
                );
            }
        });
    }

    #[test]
    fn no_flag_takes_a_secret() {
        walk(&command(), &mut |command| {
            let takes = command
                .get_arguments()
                .find(|arg| arg.get_long() == Some("client-secret"));
            assert!(takes.is_none(), "{}", command.get_name());
        });
    }
}
