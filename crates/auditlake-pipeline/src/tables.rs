//! The tables of the lake: how the normalizer's columns are partitioned, sorted and encoded.

use std::sync::Arc;

use arrow::datatypes::{DataType, SchemaRef};
use auditlake_normalizer::class::{CLASSES, Class};
use auditlake_normalizer::schema::{
    EVENTS_DIRECTORY, SCHEMA_VERSION, SERVICE_HEALTH_DIRECTORY, SERVICE_HEALTH_PARTITION,
};
use auditlake_normalizer::{
    event_schema, ocsf_1_3_schema, quarantine_schema, service_health_schema,
};
use auditlake_parquet::{DATA_PAGE_BYTES, DEFAULT_ZSTD_LEVEL, Lake, Partition, TableSpec};

use crate::error::Error;
use crate::event_buffers::schema_in_milliseconds;
use crate::layout::{self, Layout, SecurityLake};

/// The table of events, unless the lake has another name for it.
pub const EVENTS: &str = EVENTS_DIRECTORY;
/// The table of what is no audit record.
pub const QUARANTINE: &str = "quarantine";
/// The table of what Microsoft announces of its services.
pub const SERVICE_HEALTH: &str = SERVICE_HEALTH_DIRECTORY;
/// The column of [`EVENTS`] that holds a record's identity, in hex.
pub const EVENT_IDENTITY: &str = "metadata.uid";
/// The column of [`QUARANTINE`] that holds an item's identity, in hex.
pub const QUARANTINE_IDENTITY: &str = "uid";
/// The column of [`SERVICE_HEALTH`] that holds a row's identity, in hex.
pub const SERVICE_HEALTH_IDENTITY: &str = "uid";

/// The tables that a run writes.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    pub(crate) events: EventTables,
    pub(crate) quarantine: Arc<TableSpec>,
    pub(crate) service_health: Arc<TableSpec>,
}

/// Where events go.
#[derive(Debug, Clone)]
pub(crate) enum EventTables {
    /// One table for all classes.
    One(Arc<TableSpec>),
    /// A custom source of Amazon Security Lake for each class.
    ByClass(ClassTables),
}

/// The tables of a lake that has one for each class.
#[derive(Debug, Clone)]
pub(crate) struct ClassTables {
    layout: Layout,
    security_lake: SecurityLake,
    zstd_level: i32,
}

impl Tables {
    pub(crate) fn new(layout: &Layout, zstd_level: i32) -> Self {
        Self {
            events: EventTables::new(layout, zstd_level),
            quarantine: Arc::new(quarantine(layout, zstd_level)),
            service_health: Arc::new(service_health(layout, zstd_level)),
        }
    }
}

impl Tables {
    /// The tables of a lake, as it says itself.
    pub(crate) async fn of_lake(lake: &Lake) -> Result<Self, Error> {
        let layout = layout::of(lake).await?;
        Ok(Self::new(&layout, DEFAULT_ZSTD_LEVEL))
    }

    /// The directories of all tables of the lake, whether there are files in them or not.
    pub(crate) fn directories(&self) -> Vec<String> {
        let mut directories = match &self.events {
            EventTables::One(spec) => vec![spec.name.clone()],
            EventTables::ByClass(tables) => tables.directories(),
        };
        directories.push(self.quarantine.name.clone());
        directories.push(self.service_health.name.clone());
        directories
    }

    /// The table of all events, in a lake that has one.
    #[cfg(feature = "delta")]
    pub(crate) fn one(&self) -> Option<Arc<TableSpec>> {
        match &self.events {
            EventTables::One(spec) => Some(Arc::clone(spec)),
            EventTables::ByClass(_) => None,
        }
    }

    /// The table that a file is in, with the column of its identities; none when it is in no table of the lake.
    pub(crate) fn of_file(
        &self,
        path: &str,
    ) -> Result<Option<(Arc<TableSpec>, &'static str)>, Error> {
        if is_below(path, &self.quarantine.name) {
            return Ok(Some((Arc::clone(&self.quarantine), QUARANTINE_IDENTITY)));
        }
        if is_below(path, &self.service_health.name) {
            let spec = Arc::clone(&self.service_health);
            return Ok(Some((spec, SERVICE_HEALTH_IDENTITY)));
        }
        let spec = match &self.events {
            EventTables::One(spec) => is_below(path, &spec.name).then(|| Arc::clone(spec)),
            EventTables::ByClass(tables) => tables.of_file(path)?,
        };
        Ok(spec.map(|spec| (spec, EVENT_IDENTITY)))
    }
}

/// Whether a path is in a directory or one below it.
pub(crate) fn is_below(path: &str, directory: &str) -> bool {
    let rest = path.strip_prefix(directory);
    rest.is_some_and(|rest| rest.starts_with('/'))
}

impl EventTables {
    fn new(layout: &Layout, zstd_level: i32) -> Self {
        let table = match layout {
            Layout::Hive { table } | Layout::Flat { table } | Layout::Template { table, .. } => {
                table
            }
            Layout::SecurityLake { security_lake } => {
                return Self::ByClass(ClassTables {
                    layout: layout.clone(),
                    security_lake: security_lake.clone(),
                    zstd_level,
                });
            }
        };
        let spec = TableSpec::new(table, event_schema(), "time_dt");
        Self::One(Arc::new(events(spec, layout, zstd_level)))
    }
}

impl ClassTables {
    /// The table of a class, whose columns are always these.
    pub(crate) fn of(&self, class: &Class, schema: SchemaRef) -> Arc<TableSpec> {
        let directory = self.security_lake.directory(class);
        let mut spec = TableSpec::new(directory, schema, "time");
        spec.plain_page_bytes = DATA_PAGE_BYTES;
        Arc::new(events(spec, &self.layout, self.zstd_level))
    }

    fn directories(&self) -> Vec<String> {
        let directory = |class: &&Class| self.security_lake.directory(class);
        CLASSES.iter().map(directory).collect()
    }

    fn of_file(&self, path: &str) -> Result<Option<Arc<TableSpec>>, Error> {
        let is_its = |class: &&&Class| is_below(path, &self.security_lake.directory(class));
        let Some(class) = CLASSES.iter().find(is_its) else {
            return Ok(None);
        };
        let schema = ocsf_1_3_schema(class).map_err(Error::Rows)?;
        Ok(schema.map(|schema| self.of(class, schema_in_milliseconds(&schema))))
    }
}

fn events(mut spec: TableSpec, layout: &Layout, zstd_level: i32) -> TableSpec {
    spec.partitions = layout.partitions();
    spec.bloom_filters = those_of(
        &spec,
        &[
            EVENT_IDENTITY,
            "actor.user.uid",
            "actor.user.name",
            "src_endpoint.ip",
        ],
    );
    spec.plain = those_of(
        &spec,
        &[
            "raw_data",
            "unmapped",
            EVENT_IDENTITY,
            "metadata.original_event_uid",
        ],
    );
    spec.ascending = those_of(&spec, &["time", "time_dt", "metadata.original_time"]);
    spec.zstd_level = zstd_level;
    spec.key_value_metadata = vec![
        ("ocsf.version".to_owned(), layout.ocsf_version().to_owned()),
        schema_version(),
    ];
    spec
}

fn quarantine(layout: &Layout, zstd_level: i32) -> TableSpec {
    let mut spec = TableSpec::new(QUARANTINE, quarantine_schema(), "logged_time");
    if !layout.is_flat() {
        spec.partitions = vec![Partition::Day {
            key: "logged_day".to_owned(),
            column: "logged_time".to_owned(),
        }];
    }
    spec.plain = those_of(&spec, &["raw_data"]);
    spec.zstd_level = zstd_level;
    spec.key_value_metadata = vec![schema_version()];
    spec
}

fn service_health(layout: &Layout, zstd_level: i32) -> TableSpec {
    let mut spec = TableSpec::new(SERVICE_HEALTH, service_health_schema(), "time");
    if !layout.is_flat() {
        spec.partitions = vec![Partition::Day {
            key: SERVICE_HEALTH_PARTITION.to_owned(),
            column: "time".to_owned(),
        }];
    }
    spec.plain = those_of(&spec, &["uid", "content", "raw_data"]);
    spec.zstd_level = zstd_level;
    spec.key_value_metadata = vec![schema_version()];
    spec
}

/// What files say of their columns, so that a lake of many years explains itself.
fn schema_version() -> (String, String) {
    let key = "auditlake.schema_version".to_owned();
    (key, SCHEMA_VERSION.to_string())
}

/// Those of the columns that the table has: a class lacks some.
pub(crate) fn those_of(spec: &TableSpec, columns: &[&str]) -> Vec<String> {
    let has = |column: &&&str| {
        let mut fields = spec.schema.fields();
        column.split('.').all(|name| match fields.find(name) {
            Some((_, field)) => {
                if let DataType::Struct(inner) = field.data_type() {
                    fields = inner;
                }
                true
            }
            None => false,
        })
    };
    columns
        .iter()
        .filter(has)
        .map(ToString::to_string)
        .collect()
}

#[cfg(test)]
mod tests {
    use auditlake_parquet::TableBuffer;

    use super::*;

    #[test]
    fn every_named_column_is_in_the_schemas() {
        let tables = Tables::new(&Layout::default(), 1);
        let EventTables::One(events) = tables.events else {
            panic!("one table")
        };
        assert_eq!((events.bloom_filters.len(), events.plain.len()), (4, 4));
        assert_eq!(events.ascending.len(), 3);
        assert_eq!(tables.quarantine.plain.len(), 1);
        assert_eq!(tables.service_health.plain.len(), 3);
        for spec in [events, tables.quarantine, tables.service_health] {
            assert!(TableBuffer::new(spec).is_ok());
        }
    }
}
