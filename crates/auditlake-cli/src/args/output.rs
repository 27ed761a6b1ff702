//! What goes where: flags that many commands share.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::exit::Usage;
use crate::print::{json, json_file};

/// What standard output is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// Text for people
    Text,
    /// One JSON document on standard output
    Json,
}

/// A command that tells something.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// What goes to standard output
    #[arg(
        long,
        env = "AUDITLAKE_OUTPUT",
        default_value = "text",
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    pub(crate) output: Output,
}

/// A command that makes a report.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Write the report (JSON) to a file, `-` for standard output
    #[arg(
        long,
        env = "AUDITLAKE_REPORT",
        value_name = "FILE",
        help_heading = "Output"
    )]
    report: Option<PathBuf>,
    /// What goes to standard output; `json` is the report
    #[arg(
        long,
        env = "AUDITLAKE_OUTPUT",
        default_value = "text",
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    output: Output,
}

impl ReportArgs {
    /// Whether standard output is taken by the report.
    pub(crate) fn takes_stdout(&self) -> bool {
        self.output == Output::Json || self.report.as_deref().is_some_and(is_stdout)
    }

    /// Refuses a report that could not be written, before the work that it is to tell of.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let Some(path) = self.file() else {
            return Ok(());
        };
        let opened = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(path);
        opened.map(drop).with_context(|| {
            Usage::new(format!("the report `{}` cannot be written", path.display()))
                .with_hint("`--report` takes a file in a directory that exists, or `-`")
        })
    }

    /// Writes the report once to each place that was asked for.
    pub(crate) fn write(&self, report: &impl Serialize) -> anyhow::Result<()> {
        if let Some(path) = self.file() {
            json_file(report, path)?;
        }
        if self.takes_stdout() {
            json(report)
        } else {
            Ok(())
        }
    }

    /// The file that was asked for, if it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.report.as_deref().filter(|path| !is_stdout(path))
    }
}

fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}
