//! The tables of the lake: how the normalizer's columns are partitioned, sorted and encoded.

use std::sync::Arc;

use auditlake_normalizer::schema::{CLASS_PARTITION, DAY_PARTITION, EVENTS_DIRECTORY};
use auditlake_normalizer::{event_schema, quarantine_schema};
use auditlake_parquet::{Partition, TableSpec};

/// The table of events.
pub const EVENTS: &str = EVENTS_DIRECTORY;
/// The table of what is no audit record.
pub const QUARANTINE: &str = "quarantine";
/// The column of [`EVENTS`] that holds a record's identity, in hex.
pub const EVENT_IDENTITY: &str = "metadata.uid";
/// The column of [`QUARANTINE`] that holds an item's identity, in hex.
pub const QUARANTINE_IDENTITY: &str = "uid";

/// The tables that a run writes.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    pub(crate) events: Arc<TableSpec>,
    pub(crate) quarantine: Arc<TableSpec>,
}

impl Tables {
    pub(crate) fn new(zstd_level: i32) -> Self {
        Self {
            events: Arc::new(events(zstd_level)),
            quarantine: Arc::new(quarantine(zstd_level)),
        }
    }
}

fn events(zstd_level: i32) -> TableSpec {
    let mut spec = TableSpec::new(EVENTS, event_schema(), "time_dt");
    spec.partitions = vec![
        Partition::Value {
            key: CLASS_PARTITION.to_owned(),
            column: CLASS_PARTITION.to_owned(),
        },
        Partition::Day {
            key: DAY_PARTITION.to_owned(),
            column: "time_dt".to_owned(),
        },
    ];
    spec.bloom_filters = names(&[
        EVENT_IDENTITY,
        "actor.user.uid",
        "actor.user.name",
        "src_endpoint.ip",
    ]);
    spec.plain = names(&[
        "raw_data",
        "unmapped",
        EVENT_IDENTITY,
        "metadata.original_event_uid",
    ]);
    spec.zstd_level = zstd_level;
    spec
}

fn quarantine(zstd_level: i32) -> TableSpec {
    let mut spec = TableSpec::new(QUARANTINE, quarantine_schema(), "logged_time");
    spec.partitions = vec![Partition::Day {
        key: "logged_day".to_owned(),
        column: "logged_time".to_owned(),
    }];
    spec.zstd_level = zstd_level;
    spec
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use auditlake_parquet::TableBuffer;

    use super::*;

    #[test]
    fn every_named_column_is_in_the_schemas() {
        let tables = Tables::new(1);
        for spec in [tables.events, tables.quarantine] {
            assert!(TableBuffer::new(spec).is_ok());
        }
    }
}
