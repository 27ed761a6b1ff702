//! To another pipeline: flags of the commands that can hand records on.

use std::path::PathBuf;

use auditlake_pipeline::handover::Form;
use clap::{Args, ValueEnum};

use super::fetch::FetchArgs;
use super::output::ReportArgs;
use crate::exit::Usage;

/// Records for another pipeline instead of files.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "To another pipeline")]
pub(crate) struct ToArgs {
    /// Hand records on instead of writing files, one a line on standard output; the lake then holds the ledger alone
    #[arg(
        long,
        env = "AUDITLAKE_TO",
        value_name = "FORMAT",
        conflicts_with = "LayoutArgs"
    )]
    pub(crate) to: Option<To>,
    /// Hand them on over this Unix socket, on which the reader listens, instead of standard output
    #[arg(
        long,
        env = "AUDITLAKE_TO_SOCKET",
        value_name = "PATH",
        requires = "to"
    )]
    pub(crate) to_socket: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum To {
    /// OCSF JSON, one event a line, as `auditlake normalize` prints it
    Ndjson,
    /// The records as they came, one a line
    Raw,
}

impl ToArgs {
    /// In what form records are handed on, if they are.
    pub(crate) fn form(&self) -> Option<Form> {
        self.to.map(|to| match to {
            To::Ndjson => Form::Ndjson,
            To::Raw => Form::Raw,
        })
    }

    /// Refuses what cannot go together.
    pub(crate) fn check(&self, report: &ReportArgs, fetch: &FetchArgs) -> Result<(), Usage> {
        if self.to.is_some() && self.to_socket.is_none() && report.takes_stdout() {
            return Err(
                Usage::new("the records and the report both want standard output").with_hint(
                    "give the report a file: --report FILE --output text, or the records a socket: --to-socket PATH",
                ),
            );
        }
        if self.to == Some(To::Raw) && fetch.no_raw_data {
            return Err(Usage::new(
                "`--to raw` is the record as it came, which `--no-raw-data` leaves out",
            ));
        }
        if cfg!(not(unix)) && self.to_socket.is_some() {
            return Err(Usage::new("there are no Unix sockets on this system"));
        }
        Ok(())
    }
}
