//! What is told of rounds: reports for programs, lines for people.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use auditlake_pipeline::{IngestPlan, Report, RoundEnd, Stopped};

use crate::args::output::ReportArgs;
use crate::atomic;
use crate::exit::Exit;
use crate::print::report::summary;
use crate::print::table::number;
use crate::print::{data, note};
use crate::progress::LOG_TARGET;
use crate::run::fail;

/// The reports that were asked for: a line a round on standard output, the last one of each connection in a file.
#[derive(Debug)]
pub(super) struct Reports {
    file: Option<PathBuf>,
    takes_stdout: bool,
    last: Mutex<Last>,
}

#[derive(Debug, Default)]
struct Last {
    lines: BTreeMap<String, String>,
    failed: Option<anyhow::Error>,
}

impl Reports {
    pub(super) fn new(args: &ReportArgs) -> Self {
        Self {
            file: args.file().map(Path::to_owned),
            takes_stdout: args.takes_stdout(),
            last: Mutex::default(),
        }
    }

    /// Writes the report of a round. A report that cannot be written is told, and does not stop the rounds.
    pub(super) fn write(&self, end: &RoundEnd) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.try_write(report(end), &mut last) {
            tracing::error!(connection = end.connection, "{error:#}");
            last.failed = Some(error);
        }
    }

    fn try_write(&self, report: &Report, last: &mut Last) -> anyhow::Result<()> {
        let line = serde_json::to_string(report)?;
        if self.takes_stdout {
            data(&line).context("cannot write to standard output")?;
        }
        let Some(file) = &self.file else {
            return Ok(());
        };
        last.lines.insert(report.connection.clone(), line + "\n");
        let text: String = last.lines.values().map(String::as_str).collect();
        atomic::write(file, text.as_bytes())
            .with_context(|| format!("cannot write the report `{}`", file.display()))
    }

    /// Fails when a report could not be written.
    pub(super) fn close(self) -> anyhow::Result<()> {
        let last = self.last.into_inner();
        let failed = last.unwrap_or_else(PoisonError::into_inner).failed;
        failed.map_or(Ok(()), Err)
    }
}

fn report(end: &RoundEnd) -> &Report {
    match &end.ended {
        Ok(report) => report,
        Err(stopped) => &stopped.report,
    }
}

/// Tells a person how the only round of a connection ended.
pub(super) fn tell(end: RoundEnd) -> Exit {
    let name = end.connection;
    match end.ended {
        Ok(report) => {
            note(&format!("{name}: {}", summary(&report, false)));
            report.outcome().into()
        }
        Err(Stopped { error, report }) => {
            if report.records > 0 {
                note(&format!("{name}: {}", summary(&report, false)));
            }
            fail(&anyhow::Error::new(error).context(format!("connection `{name}`")))
        }
    }
}

/// A line a round, for as long as the process stays. What failed is logged by the pipeline.
pub(super) fn log_round(end: &RoundEnd) {
    let Ok(report) = &end.ended else {
        return;
    };
    tracing::info!(
        target: LOG_TARGET,
        connection = end.connection,
        "{} new events, {} gaps, {} of {} windows listed, {} requests",
        number(report.events),
        number(report.gaps.len() as u64),
        number(report.windows.listed),
        number(report.windows.planned),
        number(report.requests.total),
    );
}

/// The configuration was read again.
pub(super) fn reloaded(old: &IngestPlan, new: &IngestPlan) {
    let names = |plan: &IngestPlan| -> Vec<String> {
        plan.connections.iter().map(|it| it.name.clone()).collect()
    };
    let (old, new) = (names(old), names(new));
    let only_in = |one: &[String], other: &[String]| -> String {
        let only: Vec<&str> = (one.iter().filter(|it| !other.contains(it)))
            .map(String::as_str)
            .collect();
        if only.is_empty() {
            "none".to_owned()
        } else {
            only.join(", ")
        }
    };
    tracing::info!(
        target: LOG_TARGET,
        "the configuration was read again; new connections: {}; gone: {}",
        only_in(&new, &old),
        only_in(&old, &new)
    );
}

/// The configuration cannot be used.
pub(super) fn not_reloaded(error: &anyhow::Error) {
    tracing::error!("the configuration cannot be used, the old one stays: {error:#}");
}
