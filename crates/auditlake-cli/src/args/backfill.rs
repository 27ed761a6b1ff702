//! `auditlake backfill`.

use clap::Args;
use clap::builder::FalseyValueParser;

use super::connection::ConnectionArgs;
use super::fetch::FetchArgs;
use super::lake_url::LakeArgs;
use super::layout::LayoutArgs;
use super::output::ReportArgs;
use super::source::SourceArgs;
use super::span::SpanArgs;
use super::to::ToArgs;
use crate::progress::ProgressStyle;

const EXAMPLES: &str = "\
Examples:
  auditlake backfill contoso --lake s3://security/audit
      all seven days that the service keeps, as `[connections.contoso]` of auditlake.toml says
  auditlake backfill contoso --lake ./lake --since 24h --content-type Audit.Exchange --content-type DLP.All
  auditlake backfill contoso --lake ./lake --dry-run
      only list, and say what would be fetched
  auditlake backfill contoso --lake s3://security/audit --source audit-search --since 180d
      by Microsoft Graph's audit search: what the feed no longer has; what the lake has already is not written again
  auditlake backfill contoso --lake ./lake --report - --progress log | jq .gaps
  auditlake backfill contoso --lake s3://aws-security-data-lake-eu-central-1-… --layout security-lake \
      --security-lake-region eu-central-1 --window 24h
  auditlake backfill contoso --lake ./ledger --to ndjson | vector --config vector.toml
      to another pipeline: `./ledger` holds no files of that, and says what the reader took
  auditlake backfill contoso --lake ./lake --source service-health
      incidents with their posts, messages and the current status of Microsoft's services
  AUDITLAKE_CLIENT_SECRET=… auditlake backfill --cloud gcc --tenant-id … --client-id … --lake ./lake";

/// Bring everything that the service still offers into the lake, once
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct BackfillArgs {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) lake: LakeArgs,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
    #[command(flatten)]
    pub(crate) to: ToArgs,
    #[command(flatten)]
    pub(crate) span: SpanArgs,
    /// Only list, and say what would be fetched
    #[arg(long, env = "AUDITLAKE_DRY_RUN", value_parser = FalseyValueParser::new(), help_heading = "Options")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) fetch: FetchArgs,
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
