//! `auditlake config …`.

use clap::{Args, Subcommand, ValueEnum};

const EXAMPLES: &str = "\
Examples:
  auditlake config example > auditlake.toml
  auditlake config check
  auditlake config show --output json | jq .ingest";

const CHECK_EXAMPLES: &str = "\
Examples:
  auditlake config check
  auditlake config check --config /etc/auditlake/auditlake.toml && systemctl reload auditlake

Exit codes: 0 the configuration can be used, 2 something is wrong; each thing is told with its line and what helps.
Nothing is asked of the service: `auditlake connection test` does that.";

const SHOW_EXAMPLES: &str = "\
Examples:
  auditlake config show
  auditlake config show --output json | jq .ingest.every";

const EXAMPLE_EXAMPLES: &str = "\
Examples:
  auditlake config example
  auditlake config example > auditlake.toml";

/// The configuration file: what is wrong with it, what holds, an example
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum ConfigCommand {
    Check(ConfigCheckArgs),
    Show(ConfigShowArgs),
    Example(ConfigExampleArgs),
}

/// Read the configuration as the other commands do, and say all that is wrong with it
#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct ConfigCheckArgs {}

/// What holds for each connection and for ingest, and where it comes from; never a secret
#[derive(Debug, Args)]
#[command(after_help = SHOW_EXAMPLES)]
pub(crate) struct ConfigShowArgs {
    /// What goes to standard output
    #[arg(
        long,
        env = "AUDITLAKE_OUTPUT",
        default_value = "table",
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    pub(crate) output: ConfigOutput,
}

/// An example of the configuration file, with every key, what it means and its default
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE_EXAMPLES)]
pub(crate) struct ConfigExampleArgs {}

/// How the configuration is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConfigOutput {
    /// A table for people
    #[value(alias = "text")]
    Table,
    /// One JSON document
    Json,
}
