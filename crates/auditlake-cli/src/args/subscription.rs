//! `auditlake subscription …`.

use std::path::PathBuf;

use auditlake_pipeline::ContentType;
use clap::builder::FalseyValueParser;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use url::Url;

use super::connection::ConnectionArgs;
use super::content_types::ContentTypeArgs;
use super::output::OutputArgs;
use super::value::{Moment, moment, time};

const EXAMPLES: &str = "\
Examples:
  auditlake subscription list contoso
  auditlake subscription start contoso
  auditlake subscription notifications contoso
  auditlake subscription stop contoso --content-type Audit.General";

const NOTIFICATIONS_EXAMPLES: &str = "\
Examples:
  auditlake subscription notifications contoso
      of content of the last 24 hours
  auditlake subscription notifications contoso --since 7d --content-type Audit.Exchange
  auditlake subscription notifications contoso --output json | jq '.content_types[].notifications[]'";

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
      the receiver (`auditlake receive`) has to answer already
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
    Notifications(SubscriptionNotificationsArgs),
    Stop(SubscriptionStopArgs),
}

/// What the service tried to tell the webhook, attempt by attempt
#[derive(Debug, Args)]
#[command(after_help = NOTIFICATIONS_EXAMPLES)]
pub(crate) struct SubscriptionNotificationsArgs {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    #[command(flatten)]
    pub(crate) content_types: ContentTypeArgs,
    /// Of content that became available since then: `2d`, or a time; seven days at most
    #[arg(long, env = "AUDITLAKE_SINCE", value_name = "TIME", default_value = "24h", value_parser = moment, help_heading = "Options")]
    pub(crate) since: Moment,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Each content type with its subscription and webhook
#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(crate) struct SubscriptionListArgs {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    #[command(flatten)]
    pub(crate) content_types: ContentTypeArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Start what is not enabled; with a webhook, set it
#[derive(Debug, Args)]
#[command(after_help = START_EXAMPLES)]
pub(crate) struct SubscriptionStartArgs {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    #[command(flatten)]
    pub(crate) content_types: ContentTypeArgs,
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
