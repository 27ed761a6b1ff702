//! `auditlake connection …`.

use clap::builder::FalseyValueParser;
use clap::{Args, Subcommand};

use super::connection::{ConnectionArgs, ConnectionSettings};
use super::output::OutputArgs;

const EXAMPLES: &str = "\
Examples:
  auditlake connection add contoso --tenant-id 11111111-2222-3333-4444-555555555555 \\
      --client-id 66666666-7777-8888-9999-000000000000 --client-secret-file secret.txt
  auditlake connection test contoso
  auditlake connection list
  auditlake connection remove contoso";

const ADD_EXAMPLES: &str = "\
Examples:
  auditlake connection add contoso --tenant-id 11111111-2222-3333-4444-555555555555 \\
      --client-id 66666666-7777-8888-9999-000000000000 --client-secret-file secret.txt
  auditlake connection add agency --cloud gcc-high --tenant-id … --client-id … \\
      --certificate-file collector.pfx --certificate-password-file password.txt
  auditlake connection add contoso --tenant-id … --managed-identity --replace

The secret itself is never written to the configuration: it stays in its file or in AUDITLAKE_CLIENT_SECRET.";

const LIST_EXAMPLES: &str = "\
Examples:
  auditlake connection list
  auditlake connection list --output json | jq -r '.connections[].name'";

const SHOW_EXAMPLES: &str = "\
Examples:
  auditlake connection show contoso
  auditlake connection show contoso --output json | jq .credential";

const REMOVE_EXAMPLES: &str = "\
Examples:
  auditlake connection remove contoso
  auditlake connection remove contoso --config /etc/auditlake/auditlake.toml";

const TEST_EXAMPLES: &str = "\
Examples:
  auditlake connection test contoso
  auditlake connection test contoso --output json | jq .permissions
  auditlake connection test --tenant-id 11111111-2222-3333-4444-555555555555 \\
      --client-id 66666666-7777-8888-9999-000000000000 --client-secret-file secret.txt";

/// Ways into tenants
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum ConnectionCommand {
    Add(ConnectionAddArgs),
    List(ConnectionListArgs),
    Show(ConnectionShowArgs),
    Test(ConnectionTestArgs),
    Remove(ConnectionRemoveArgs),
}

/// Write a connection to the configuration file
#[derive(Debug, Args)]
#[command(after_help = ADD_EXAMPLES)]
pub(crate) struct ConnectionAddArgs {
    /// Name of the connection: letters, digits, `.`, `_` and `-`
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) settings: ConnectionSettings,
    /// Replace a connection of this name: it gets these settings and no others
    #[arg(long, env = "AUDITLAKE_REPLACE", value_parser = FalseyValueParser::new(), help_heading = "Options")]
    pub(crate) replace: bool,
}

/// The connections of the configuration file
#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(crate) struct ConnectionListArgs {
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// One connection of the configuration file, with what its settings lead to
#[derive(Debug, Args)]
#[command(after_help = SHOW_EXAMPLES)]
pub(crate) struct ConnectionShowArgs {
    /// Name of the connection
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Remove a connection from the configuration file; nothing changes at the service or in a lake
#[derive(Debug, Args)]
#[command(after_help = REMOVE_EXAMPLES)]
pub(crate) struct ConnectionRemoveArgs {
    /// Name of the connection
    pub(crate) name: String,
}

/// Try a connection: permissions, content types, clock; changes nothing at the service
#[derive(Debug, Args)]
#[command(after_help = TEST_EXAMPLES)]
pub(crate) struct ConnectionTestArgs {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
