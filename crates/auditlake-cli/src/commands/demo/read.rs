//! Reading the demo's lake back: a few columns of all Parquet files.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context;
use arrow::array::RecordBatch;
use arrow::json::ArrayWriter;
use jiff::Timestamp;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::Deserialize;

/// The columns that the queries need, and no others.
const COLUMNS: [&str; 9] = [
    "class_name",
    "time",
    "status_id",
    "metadata.event_code",
    "src_endpoint.ip",
    "actor.user.name",
    "user.name",
    "privileges",
    "resources",
];

/// What the queries see of an event.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Event {
    pub(super) class_name: String,
    /// Milliseconds since 1970, UTC.
    pub(super) time: i64,
    pub(super) status_id: Option<i32>,
    pub(super) metadata: Metadata,
    pub(super) src_endpoint: Option<Endpoint>,
    pub(super) actor: Option<Actor>,
    pub(super) user: Option<Named>,
    pub(super) privileges: Option<Vec<String>>,
    pub(super) resources: Option<Vec<Resource>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Metadata {
    pub(super) event_code: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Endpoint {
    pub(super) ip: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Actor {
    pub(super) user: Option<Named>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Named {
    pub(super) name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Resource {
    pub(super) name: Option<String>,
    /// JSON.
    pub(super) data: Option<String>,
}

impl Event {
    pub(super) fn timestamp(&self) -> Timestamp {
        Timestamp::from_millisecond(self.time).unwrap_or_default()
    }

    pub(super) fn operation(&self) -> &str {
        self.metadata.event_code.as_deref().unwrap_or_default()
    }

    pub(super) fn actor_name(&self) -> &str {
        let user = self.actor.as_ref().and_then(|actor| actor.user.as_ref());
        user.and_then(|user| user.name.as_deref())
            .unwrap_or_default()
    }

    /// Who was signed in, changed or given something.
    pub(super) fn user_name(&self) -> &str {
        self.user
            .as_ref()
            .and_then(|user| user.name.as_deref())
            .unwrap_or_default()
    }

    pub(super) fn ip(&self) -> Option<&str> {
        self.src_endpoint.as_ref()?.ip.as_deref()
    }
}

/// Rows of all event files, by their footers.
pub(super) fn count(lake: &Path) -> anyhow::Result<u64> {
    let mut rows = 0;
    for file in files(lake)? {
        let builder = open(&file)?;
        rows += u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or_default();
    }
    Ok(rows)
}

/// All events of the lake.
pub(super) fn events(lake: &Path) -> anyhow::Result<Vec<Event>> {
    let mut events = Vec::new();
    for file in files(lake)? {
        let builder = open(&file)?;
        let columns = ProjectionMask::columns(builder.parquet_schema(), COLUMNS);
        for batch in builder.with_projection(columns).build()? {
            events.extend(
                decode(&batch?).with_context(|| format!("cannot read `{}`", file.display()))?,
            );
        }
    }
    Ok(events)
}

fn open(file: &Path) -> anyhow::Result<ParquetRecordBatchReaderBuilder<File>> {
    let failed = || format!("cannot read `{}`", file.display());
    ParquetRecordBatchReaderBuilder::try_new(File::open(file).with_context(failed)?)
        .with_context(failed)
}

/// By way of JSON, which knows how to walk structs and lists.
fn decode(batch: &RecordBatch) -> anyhow::Result<Vec<Event>> {
    let mut json = ArrayWriter::new(Vec::new());
    json.write(batch)?;
    json.finish()?;
    Ok(serde_json::from_slice(&json.into_inner())?)
}

/// The Parquet files of the table `events`, in the order of their paths.
fn files(lake: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut directories = vec![lake.join("events")];
    while let Some(directory) = directories.pop() {
        if !directory.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&directory)
            .with_context(|| format!("cannot list `{}`", directory.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                directories.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "parquet")
            {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use auditlake_pipeline::event_schema;

    use super::*;

    #[test]
    fn the_columns_are_in_the_schema() {
        let schema = event_schema();
        for column in COLUMNS {
            let root = column.split('.').next().unwrap_or_default();
            assert!(schema.field_with_name(root).is_ok(), "{column}");
        }
    }

    #[test]
    fn a_lake_without_events_has_none() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(count(directory.path()).unwrap(), 0);
        assert!(events(directory.path()).unwrap().is_empty());
    }
}
