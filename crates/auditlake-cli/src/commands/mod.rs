//! One file a command.

pub(crate) mod backfill;
pub(crate) mod connection;
pub(crate) mod demo;
pub(crate) mod normalize;
pub(crate) mod schema;
pub(crate) mod simulate;
pub(crate) mod subscription;

use std::path::Path;

use anyhow::Context;
use auditlake_pipeline::Lake;
use serde::Serialize;

use crate::args::Output;
use crate::exit::Usage;
use crate::print::{json, json_file};

/// Where reports go besides the summary.
#[derive(Debug, Clone, Copy)]
struct ReportTo<'a> {
    report: Option<&'a Path>,
    output: Output,
}

impl ReportTo<'_> {
    /// Whether standard output is taken by the report.
    fn stdout(self) -> bool {
        self.output == Output::Json || self.report.is_some_and(is_stdout)
    }

    /// Writes the report once to each place that was asked for.
    fn write(self, report: &impl Serialize) -> anyhow::Result<()> {
        if let Some(path) = self.report.filter(|path| !is_stdout(path)) {
            json_file(report, path)?;
        }
        if self.stdout() { json(report) } else { Ok(()) }
    }
}

fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Refuses a lake that cannot be opened before anything is asked of the service.
///
/// The location is not repeated here: somebody may have put a credential into it.
fn check_lake(lake: &str) -> anyhow::Result<()> {
    Lake::open(lake)
        .map(drop)
        .context(Usage::new("the lake cannot be opened"))
}
