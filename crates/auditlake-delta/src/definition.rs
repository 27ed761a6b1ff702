//! What a table is.

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

/// After how many commits a checkpoint is written: whoever reads the table has at most so many small objects to read
/// beside it. (Delta's own default is 10; a first backfill makes a thousand commits at once.)
pub const CHECKPOINT_INTERVAL: u64 = 20;

/// A table: everything that must be known to keep its log.
#[derive(Debug, Clone)]
pub struct TableDefinition {
    /// What errors call it.
    pub name: String,
    /// The columns of its files.
    pub schema: SchemaRef,
    /// The columns that it is partitioned by, from the outermost. Their values are in the log; whether files have
    /// such a column too does not matter to readers, who do not look for it there.
    pub partitions: Vec<PartitionColumn>,
    /// Dotted paths of the columns whose least and greatest values and nulls the log knows of each file.
    pub statistics: Vec<String>,
    /// Who writes, as the table's history names it: `auditlake/0.1.0`.
    pub engine: String,
}

/// A column that a table is partitioned by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionColumn {
    /// Its name.
    pub name: String,
    /// Its type: that of the column in the files, where they have it.
    pub data_type: DataType,
}

impl TableDefinition {
    /// The columns that readers see: those of the files, then the partition columns that these lack.
    pub(crate) fn columns(&self) -> Schema {
        let in_files = self.schema.fields();
        let lacking = self.partitions.iter();
        let lacking = lacking.filter(|column| in_files.find(&column.name).is_none());
        let mut fields: Vec<_> = in_files.iter().cloned().collect();
        fields.extend(
            lacking.map(|column| Field::new(&column.name, column.data_type.clone(), true).into()),
        );
        Schema::new(fields)
    }

    pub(crate) fn partition_names(&self) -> Vec<String> {
        let names = self.partitions.iter().map(|column| column.name.clone());
        names.collect()
    }
}
