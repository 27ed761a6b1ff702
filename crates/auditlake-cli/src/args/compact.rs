//! `auditlake compact`.

use auditlake_pipeline::compact::COMPACT_ZSTD_LEVEL;
use clap::Args;
use clap::builder::FalseyValueParser;
use jiff::SignedDuration;
use jiff::civil::Date;

use super::lake_url::LakeArgs;
use super::memory::MemoryArgs;
use super::output::ReportArgs;
use super::value::{duration, size};

const EXAMPLES: &str = "\
Examples:
  auditlake compact --lake s3://security/audit
      every day before yesterday that has more than one small file
  auditlake compact --lake ./lake --dry-run
      only say what would be merged
  auditlake compact --lake ./lake --until 2026-05-04 --target-size 256MiB --memory-limit 1GiB
  auditlake compact --lake ./lake --report - | jq .totals

It may be killed at any moment, run beside a backfill, and be run again: the next run settles what it finds. While the
files of a day and class are replaced, a query may count rows of it twice, or find a file gone and have to be repeated;
not so in a lake of Delta tables, whose readers see one commit.";

/// Merge the small files of closed days into large ones, each record once
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompactArgs {
    #[command(flatten)]
    pub(crate) lake: LakeArgs,
    /// Only files whose rows all came by this connection, repeated for more [default: all files]
    #[arg(
        long = "connection",
        env = "AUDITLAKE_CONNECTION",
        value_name = "NAME",
        value_delimiter = ',',
        help_heading = "Options"
    )]
    pub(crate) connections: Vec<String>,
    /// The first day to leave alone, UTC [default: yesterday, as its records still come]
    #[arg(
        long,
        env = "AUDITLAKE_UNTIL",
        value_name = "DAY",
        help_heading = "Options"
    )]
    pub(crate) until: Option<Date>,
    /// Size after which a file ends; at most three eighths of the memory limit
    #[arg(long, env = "AUDITLAKE_TARGET_SIZE", value_name = "SIZE", default_value = "192MiB", value_parser = size, help_heading = "Options")]
    pub(crate) target_size: u64,
    #[command(flatten)]
    pub(crate) memory: MemoryArgs,
    /// How long replaced files stay in a lake of Delta tables, for who reads these as they were before
    #[arg(long, env = "AUDITLAKE_KEEP_REPLACED", value_name = "DURATION", default_value = "7d", value_parser = duration, help_heading = "Options")]
    pub(crate) keep_replaced: SignedDuration,
    /// zstd level of the new files, 1 to 22
    #[arg(long, env = "AUDITLAKE_ZSTD_LEVEL", value_name = "LEVEL", default_value_t = COMPACT_ZSTD_LEVEL, value_parser = clap::value_parser!(i32).range(1..=22), help_heading = "Options")]
    pub(crate) zstd_level: i32,
    /// Only say what would be merged
    #[arg(long, env = "AUDITLAKE_DRY_RUN", value_parser = FalseyValueParser::new(), help_heading = "Options")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[cfg(test)]
mod tests {
    use auditlake_pipeline::compact::CompactOptions;
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Only {
        #[command(flatten)]
        args: CompactArgs,
    }

    #[test]
    fn the_defaults_are_the_pipelines() {
        let args = Only::parse_from(["compact", "--lake", "l"]).args;
        let options = CompactOptions::new("l");
        assert_eq!(args.target_size, options.target_size);
        assert_eq!(args.until, options.until);
        assert_eq!(args.keep_replaced, options.keep_replaced);
        assert_eq!(args.zstd_level, options.zstd_level);
    }
}
