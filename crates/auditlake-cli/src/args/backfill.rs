//! `auditlake backfill`.

use auditlake_pipeline::ContentType;
use auditlake_pipeline::options::DEFAULT_FETCHES;
use clap::Args;
use clap::builder::FalseyValueParser;
use jiff::SignedDuration;

use super::connection::ConnectionArgs;
use super::layout::LayoutArgs;
use super::output::ReportArgs;
use super::value::{Moment, duration, moment, size};
use crate::progress::ProgressStyle;

const EXAMPLES: &str = "\
Examples:
  auditlake backfill contoso --lake s3://security/audit
      all seven days that the service keeps, as `[connections.contoso]` of auditlake.toml says
  auditlake backfill contoso --lake ./lake --since 24h --content-type Audit.Exchange --content-type DLP.All
  auditlake backfill contoso --lake ./lake --dry-run
      only list, and say what would be fetched
  auditlake backfill contoso --lake ./lake --report - --progress log | jq .gaps
  auditlake backfill contoso --lake s3://aws-security-data-lake-eu-central-1-… --layout security-lake \
      --security-lake-region eu-central-1 --window 24h
  AUDITLAKE_CLIENT_SECRET=… auditlake backfill --cloud gcc --tenant-id … --client-id … --lake ./lake";

/// Bring everything that the service still offers into the lake, once
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct BackfillArgs {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    /// The lake: s3://, az://, abfss://, gs:// or file:// URL, or a path
    #[arg(
        long,
        env = "AUDITLAKE_LAKE",
        value_name = "URL",
        help_heading = "Options"
    )]
    pub(crate) lake: String,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
    /// From when on, by the time content became available: `7d`, or a time such as `2026-05-04T10:00:00Z` [default: all that there is]
    #[arg(long, env = "AUDITLAKE_SINCE", value_name = "TIME", value_parser = moment, help_heading = "Options")]
    pub(crate) since: Option<Moment>,
    /// Until when [default: now]
    #[arg(long, env = "AUDITLAKE_UNTIL", value_name = "TIME", value_parser = moment, help_heading = "Options")]
    pub(crate) until: Option<Moment>,
    /// Content type to read, repeated for more [default: all five]
    #[arg(
        long = "content-type",
        env = "AUDITLAKE_CONTENT_TYPE",
        value_name = "TYPE",
        value_delimiter = ',',
        help_heading = "Options"
    )]
    pub(crate) content_types: Vec<ContentType>,
    /// Length of a window: whole minutes that divide a day, at most 24h
    #[arg(long, env = "AUDITLAKE_WINDOW", value_name = "DURATION", default_value = "1h", value_parser = duration, help_heading = "Options")]
    pub(crate) window: SignedDuration,
    /// Only list, and say what would be fetched
    #[arg(long, env = "AUDITLAKE_DRY_RUN", value_parser = FalseyValueParser::new(), help_heading = "Options")]
    pub(crate) dry_run: bool,
    /// Leave missing subscriptions alone
    #[arg(long, env = "AUDITLAKE_NO_START", value_parser = FalseyValueParser::new(), help_heading = "Options")]
    pub(crate) no_start: bool,
    /// Do not keep the record as it came in the column `raw_data`
    #[arg(long, env = "AUDITLAKE_NO_RAW_DATA", value_parser = FalseyValueParser::new(), help_heading = "Options")]
    pub(crate) no_raw_data: bool,
    /// Memory that the process should stay under
    #[arg(long, env = "AUDITLAKE_MEMORY_LIMIT", value_name = "SIZE", default_value = "512MiB", value_parser = size, help_heading = "Options")]
    pub(crate) memory_limit: u64,
    /// Blobs to download at once
    #[arg(long, env = "AUDITLAKE_FETCHES", value_name = "N", default_value_t = fetches(), value_parser = clap::value_parser!(u16).range(1..), help_heading = "Options")]
    pub(crate) fetches: u16,
    /// How long a request that fails is tried again before its blob or window is named as a gap
    #[arg(long, env = "AUDITLAKE_RETRY_FOR", value_name = "DURATION", default_value = "5m", value_parser = duration, help_heading = "Options")]
    pub(crate) retry_for: SignedDuration,
    /// Largest blob to accept, unpacked; a larger one is named as a gap
    #[arg(long, env = "AUDITLAKE_MAX_BODY", value_name = "SIZE", default_value = "256MiB", value_parser = size, help_heading = "Options")]
    pub(crate) max_body: u64,
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

fn fetches() -> u16 {
    u16::try_from(DEFAULT_FETCHES).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use auditlake_pipeline::{BackfillOptions, ClientConfig, RetryPolicy};
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Only {
        #[command(flatten)]
        args: BackfillArgs,
    }

    #[test]
    fn the_defaults_are_the_pipelines() {
        let args = Only::parse_from(["backfill", "--lake", "l"]).args;
        let options = BackfillOptions::new("l");
        assert_eq!(args.window, options.window);
        assert_eq!(args.memory_limit, options.memory_limit);
        assert_eq!(usize::from(args.fetches), options.fetches);
        assert_eq!(args.retry_for.unsigned_abs(), RetryPolicy::PATIENT.total);
        assert_eq!(args.max_body, ClientConfig::DEFAULT_MAX_BODY_BYTES as u64);
    }
}
