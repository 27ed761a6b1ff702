//! What a table's log says of the ledger's files.

use arrow::datatypes::DataType;
use auditlake_delta::{PartitionColumn, TableDefinition};
use auditlake_parquet::{DEFAULT_PARTITION, Partition, TableSpec};

use crate::compact::partition::unescape;
use crate::tables::those_of;

/// The columns whose least and greatest values the log knows of each file: those that queries ask for and that differ
/// from file to file. Each costs bytes of the log for every file there is.
const STATISTICS: [&str; 9] = [
    "time",
    "time_dt",
    "class_uid",
    "activity_id",
    "severity_id",
    "status_id",
    "metadata.log_name",
    "actor.user.name",
    "logged_time",
];

/// The Delta table of a table of the lake.
pub(super) fn definition(spec: &TableSpec) -> TableDefinition {
    TableDefinition {
        name: spec.name.clone(),
        schema: spec.schema.clone(),
        partitions: spec.partitions.iter().filter_map(column).collect(),
        statistics: those_of(spec, &STATISTICS),
        engine: concat!("auditlake/", env!("CARGO_PKG_VERSION")).to_owned(),
    }
}

/// Directories of one's own making have no key, and so are no columns: they are only where files are.
fn column(partition: &Partition) -> Option<PartitionColumn> {
    let data_type = match partition {
        Partition::Day { .. } => DataType::Date32,
        _ => DataType::Utf8,
    };
    let name = partition.key()?.to_owned();
    Some(PartitionColumn { name, data_type })
}

/// The value of each partition column of a file, by the directories that it is in. `path` is below the table.
pub(super) fn partition_values(spec: &TableSpec, path: &str) -> Vec<(String, Option<String>)> {
    let keys = spec.partitions.iter().filter_map(Partition::key);
    let value = |key: &str| {
        let mut directories = path.split('/');
        let value = directories.find_map(|name| name.strip_prefix(key)?.strip_prefix('='))?;
        (value != DEFAULT_PARTITION).then(|| unescape(value))
    };
    keys.map(|key| (key.to_owned(), value(key))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Layout;
    use crate::tables::{EventTables, Tables};

    fn events() -> std::sync::Arc<TableSpec> {
        match Tables::new(&Layout::default(), 1).events {
            EventTables::One(spec) => spec,
            EventTables::ByClass(_) => panic!("one table"),
        }
    }

    #[test]
    fn a_table_is_partitioned_as_its_directories_are() {
        let definition = definition(&events());
        let partitions: Vec<_> = definition
            .partitions
            .iter()
            .map(|column| (column.name.as_str(), &column.data_type))
            .collect();
        assert_eq!(
            partitions,
            [
                ("class_name", &DataType::Utf8),
                ("event_day", &DataType::Date32)
            ]
        );
        assert_eq!(definition.statistics.len(), STATISTICS.len() - 1);
    }

    #[test]
    fn directories_tell_values_and_nulls() {
        let path = "class_name=A %3A b/event_day=__HIVE_DEFAULT_PARTITION__/x=1.parquet";
        let values = partition_values(&events(), path);
        let expected = [
            ("class_name".to_owned(), Some("A : b".to_owned())),
            ("event_day".to_owned(), None),
        ];
        assert_eq!(values, expected);
    }
}
