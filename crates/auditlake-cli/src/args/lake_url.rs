//! Which lake: a flag of all commands that work on one.

use clap::Args;

/// Which lake.
#[derive(Debug, Clone, Args)]
pub(crate) struct LakeArgs {
    /// The lake: s3://, az://, abfss://, gs:// or file:// URL, or a path
    #[arg(
        long = "lake",
        env = "AUDITLAKE_LAKE",
        value_name = "URL",
        help_heading = "Options"
    )]
    pub(crate) url: String,
}
