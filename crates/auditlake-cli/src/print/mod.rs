//! What is written for people (standard error) and for programs (standard output).

pub(crate) mod coverage;
pub(crate) mod heat_map;
pub(crate) mod lake;
pub(crate) mod report;
mod stages;
pub(crate) mod table;
pub(crate) mod verify;

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use anyhow::Context;
use auditlake_pipeline::Error;
use auditlake_pipeline::handover::Form;
use serde::Serialize;

/// Where records are that the ledger has.
pub(crate) fn there(handed_on: Option<Form>) -> &'static str {
    match handed_on {
        None => "in the lake",
        Some(_) => "handed on",
    }
}

/// Says of a lake whose records were handed on that it has none.
pub(crate) fn not_in_the_lake(handed_on: Option<Form>) -> Option<String> {
    handed_on.map(|form| {
        format!(
            "handed on (`--to {form}`): the lake holds no events, and its ledger says what the reader took"
        )
    })
}

/// Writes a line for people. A terminal that is gone is nothing to fail for.
pub(crate) fn note(text: &str) {
    writeln!(io::stderr().lock(), "{text}").ok();
}

/// Writes a line for programs. A reader that is gone has what it wanted.
pub(crate) fn data(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Writes a JSON document for programs.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    data(&serde_json::to_string_pretty(value)?).context("cannot write to standard output")
}

/// Writes a JSON document to a file.
pub(crate) fn json_file(value: &impl Serialize, path: &Path) -> anyhow::Result<()> {
    let failed = || format!("cannot write the report `{}`", path.display());
    let mut file = File::create(path).with_context(failed)?;
    serde_json::to_writer_pretty(&mut file, value).with_context(failed)?;
    writeln!(file).with_context(failed)
}

/// Whether standard output's reader has gone away.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(Error::Output(source)) if source.kind() == ErrorKind::BrokenPipe)
}
