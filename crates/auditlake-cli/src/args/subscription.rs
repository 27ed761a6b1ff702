//! `auditlake subscription …`.

use std::path::PathBuf;

use auditlake_pipeline::ContentType;
use clap::builder::FalseyValueParser;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use url::Url;

use super::connection::ConnectionArgs;
use super::output::OutputArgs;
use super::value::time;

const EXAMPLES: &str = "\
Examples:
  auditlake subscription list contoso
  auditlake subscription start contoso
  auditlake subscription stop contoso --content-type Audit.General";

const LIST_EXAMPLES: &str = "\
Examples:
  auditlake subscription list contoso
  auditlake subscription list contoso --output json | jq -r '.subscriptions[].status'";

const START_EXAMPLES: &str = "\
Examples:
  auditlake subscription start contoso
      all five content types; what is enabled already is left alone, its webhook too
  auditlake subscription start contoso --content-type Audit.Exchange --content-type DLP.All
  auditlake subscription start contoso --content-type Audit.General \\
      --webhook https://hook.contoso.example/auditlake --webhook-auth-id-file label.txt
  auditlake subscription start contoso --content-type Audit.General --remove-webhook

The service takes one start of a content type in 15 minutes; the time of the last one is remembered.";

const STOP_EXAMPLES: &str = "\
Examples:
  auditlake subscription stop contoso --content-type Audit.General
  auditlake subscription stop contoso --content-type Audit.General --yes

What becomes available while a content type is stopped is lost for good.";

/// What the service collects for a connection
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum SubscriptionCommand {
    List(SubscriptionListArgs),
    Start(SubscriptionStartArgs),
    Stop(SubscriptionStopArgs),
}

/// Each content type with its subscription and webhook
#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(crate) struct SubscriptionListArgs {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    /// Content type to tell, repeated for more [default: all]
    #[arg(
        long = "content-type",
        env = "AUDITLAKE_CONTENT_TYPE",
        value_name = "TYPE",
        value_delimiter = ',',
        help_heading = "Options"
    )]
    pub(crate) content_types: Vec<ContentType>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Start what is not enabled; with a webhook, set it
#[derive(Debug, Args)]
#[command(after_help = START_EXAMPLES)]
pub(crate) struct SubscriptionStartArgs {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    /// Content type to start, repeated for more [default: all five]
    #[arg(
        long = "content-type",
        env = "AUDITLAKE_CONTENT_TYPE",
        value_name = "TYPE",
        value_delimiter = ',',
        help_heading = "Options"
    )]
    pub(crate) content_types: Vec<ContentType>,
    #[command(flatten)]
    pub(crate) webhook: WebhookArgs,
    /// Where the times of starts are remembered [default: `auditlake` in the user's state directory]
    #[arg(
        long,
        env = "AUDITLAKE_STATE_DIR",
        value_name = "DIR",
        help_heading = "Options"
    )]
    pub(crate) state_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// What is to become of the webhook.
#[derive(Debug, Args)]
#[command(next_help_heading = "Webhook")]
pub(crate) struct WebhookArgs {
    /// Https address that the service announces new content to; it has to answer already
    #[arg(
        long,
        env = "AUDITLAKE_WEBHOOK",
        value_name = "URL",
        conflicts_with = "remove_webhook"
    )]
    pub(crate) webhook: Option<Url>,
    /// File that holds the label by which the receiver knows the service (header `Webhook-AuthID`)
    #[arg(
        long,
        env = "AUDITLAKE_WEBHOOK_AUTH_ID_FILE",
        value_name = "FILE",
        requires = "webhook"
    )]
    pub(crate) webhook_auth_id_file: Option<PathBuf>,
    /// When notifications end, such as `2027-01-01T00:00:00Z` [default: never]
    #[arg(long, env = "AUDITLAKE_WEBHOOK_EXPIRATION", value_name = "TIME", value_parser = time, requires = "webhook")]
    pub(crate) webhook_expiration: Option<Timestamp>,
    /// Remove the webhook, whoever has set it
    #[arg(long, env = "AUDITLAKE_REMOVE_WEBHOOK", value_parser = FalseyValueParser::new())]
    pub(crate) remove_webhook: bool,
}

/// Stop content types: what becomes available until the next start is lost for good
#[derive(Debug, Args)]
#[command(after_help = STOP_EXAMPLES)]
pub(crate) struct SubscriptionStopArgs {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    /// Content type to stop, repeated for more
    #[arg(
        long = "content-type",
        env = "AUDITLAKE_CONTENT_TYPE",
        value_name = "TYPE",
        value_delimiter = ',',
        required = true,
        help_heading = "Options"
    )]
    pub(crate) content_types: Vec<ContentType>,
    /// Do not ask
    #[arg(long, env = "AUDITLAKE_YES", value_parser = FalseyValueParser::new(), help_heading = "Options")]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
