//! `auditlake verify`.

use clap::Args;
use clap::builder::FalseyValueParser;
use jiff::SignedDuration;

use super::connection::ConnectionArgs;
use super::content_types::ContentTypeArgs;
use super::coverage::TableOutput;
use super::lake_url::LakeArgs;
use super::span::SpanArgs;
use super::value::duration;

const EXAMPLES: &str = "\
Examples:
  auditlake verify contoso --lake s3://security/audit
      what the service lists now, against the ledger and the files
  auditlake verify contoso --lake ./lake --deep
      each record, fetched again and looked up by its identity; each file byte for byte
  auditlake verify contoso --lake ./lake --repair
      brings what is missing, and verifies again
  auditlake verify contoso --lake ./lake --output json | jq -r '.findings[].command'

Exit codes: 0 nothing is missing, 1 failed, 3 credentials or permission, 4 something is missing.";

/// Compare what the service lists now with the lake: blobs, files, records
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    #[command(flatten)]
    pub(crate) lake: LakeArgs,
    #[command(flatten)]
    pub(crate) span: SpanArgs,
    #[command(flatten)]
    pub(crate) content_types: ContentTypeArgs,
    /// Fetch each blob again and look for each record; read each file byte for byte
    #[arg(long, env = "AUDITLAKE_DEEP", value_parser = FalseyValueParser::new(), help_heading = "Options")]
    pub(crate) deep: bool,
    /// Bring what is missing and can be had, and verify again
    #[arg(long, env = "AUDITLAKE_REPAIR", value_parser = FalseyValueParser::new(), help_heading = "Options")]
    pub(crate) repair: bool,
    /// How long a new blob may be on its way before it is missing
    #[arg(long, env = "AUDITLAKE_GRACE", value_name = "DURATION", default_value = "1h", value_parser = duration, help_heading = "Options")]
    pub(crate) grace: SignedDuration,
    /// Do not keep the record as it came in what a repair brings
    #[arg(long, env = "AUDITLAKE_NO_RAW_DATA", value_parser = FalseyValueParser::new(), help_heading = "Options")]
    pub(crate) no_raw_data: bool,
    /// What goes to standard output
    #[arg(
        long,
        env = "AUDITLAKE_OUTPUT",
        default_value = "table",
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    pub(crate) output: TableOutput,
}

#[cfg(test)]
mod tests {
    use auditlake_pipeline::verify::VerifyOptions;
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Only {
        #[command(flatten)]
        args: VerifyArgs,
    }

    #[test]
    fn the_defaults_are_the_pipelines() {
        let args = Only::parse_from(["verify", "--lake", "l"]).args;
        let options = VerifyOptions::new("l");
        assert_eq!(args.grace, options.grace);
        assert_eq!((args.deep, args.repair), (options.deep, options.repair));
        assert_eq!(!args.no_raw_data, options.raw_data);
    }
}
