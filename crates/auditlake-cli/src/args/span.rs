//! Which span of availability: flags of the commands that ask the service for one.

use clap::Args;

use super::value::{Moment, moment};

/// Which span of availability.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct SpanArgs {
    /// From when on, by the time content became available: `7d`, or a time such as `2026-05-04T10:00:00Z` [default: all that the service lists]
    #[arg(long, env = "AUDITLAKE_SINCE", value_name = "TIME", value_parser = moment, help_heading = "Options")]
    pub(crate) since: Option<Moment>,
    /// Until when [default: now]
    #[arg(long, env = "AUDITLAKE_UNTIL", value_name = "TIME", value_parser = moment, help_heading = "Options")]
    pub(crate) until: Option<Moment>,
}
