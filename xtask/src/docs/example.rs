//! A record of a workload and the event that it becomes.

#[path = "../../../crates/auditlake-normalizer/tests/it/pretty.rs"]
mod pretty;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use auditlake_normalizer::workloads::{Decided, Workload};
use auditlake_normalizer::{Batch, Normalizer, Options, Origin, write_ndjson};
use serde_json::Value;

/// A record and its event, as indented JSON.
#[derive(Debug)]
pub(super) struct Example {
    pub(super) record: String,
    pub(super) event: String,
}

/// The fixture whose operation stands first in the workload's table and whose class could be filled; of several the
/// first by name.
pub(super) fn of_workload(root: &Path, workload: &Workload) -> Result<Example> {
    let directory = root.join("crates/auditlake-normalizer/fixtures");
    let records = records(&directory.join(workload.slug))?;
    let best = records
        .into_iter()
        .min_by_key(|record| rank(record, workload));
    let record = best.with_context(|| format!("`{}` has no fixture", workload.slug))?;
    Ok(Example {
        event: event(&record)?,
        record,
    })
}

/// Place of a record's operation in the table; last for what is no plain example.
fn rank(record: &str, workload: &Workload) -> usize {
    let batch = normalize(record);
    let mut rows = batch.rows.iter();
    if !rows.any(|row| row.decided == Decided::Named && row.refused.is_none()) {
        return usize::MAX;
    }
    let record: Value = serde_json::from_str(record).unwrap_or_default();
    let operation = record["Operation"].as_str().unwrap_or_default();
    let operation = operation.trim_end_matches('.');
    let mut names = workload.operations.iter().flat_map(|known| known.names);
    let place = names.position(|name| name.eq_ignore_ascii_case(operation));
    place.unwrap_or(usize::MAX)
}

fn records(directory: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(directory).with_context(|| directory.display().to_string())?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    paths.retain(|path| path.extension() == Some("json".as_ref()));
    paths.sort();
    let read = |path: &PathBuf| Ok(fs::read_to_string(path)?.trim_end().to_owned());
    paths.iter().map(read).collect()
}

fn normalize(record: &str) -> Batch {
    let mut normalizer = Normalizer::new(Options { raw_data: false });
    normalizer.push(record.as_bytes(), &Origin::default());
    normalizer.finish()
}

fn event(record: &str) -> Result<String> {
    let mut json = Vec::new();
    write_ndjson(&normalize(record).events, &mut json)?;
    Ok(pretty::pretty(String::from_utf8(json)?.trim_end()))
}
