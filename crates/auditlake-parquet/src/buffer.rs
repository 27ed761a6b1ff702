//! Rows on their way into files: batches as they came, and an index of who goes where.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{AsArray, Int64Array, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::compute::cast;
use arrow::datatypes::DataType;

use crate::column::{self, Column};
use crate::encode::{self, EncodedFile, Job};
use crate::partition::{PartitionPath, Partitioner};
use crate::picked::Rows;
use crate::{Error, TableSpec, table};

/// Where a row is, and what it is sorted by. `None`, for null, sorts first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowRef {
    pub(crate) key: Option<i64>,
    pub(crate) batch: u32,
    pub(crate) row: u32,
}

#[derive(Debug)]
struct PartitionRows {
    partition: PartitionPath,
    rows: Vec<RowRef>,
}

/// Collects the rows of a table until they are encoded, one file for each partition.
///
/// Pushed batches are kept as they are; the rows are only pointed at. Nothing is copied until
/// [`encode`](Self::encode), and then a few thousand rows at a time.
#[derive(Debug)]
pub struct TableBuffer {
    spec: Arc<TableSpec>,
    batches: Vec<RecordBatch>,
    // Ordered, so that the same rows give the same files in the same order.
    partitions: BTreeMap<String, PartitionRows>,
    rows: usize,
    batch_bytes: usize,
}

impl TableBuffer {
    /// An empty buffer.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownColumn`] and [`Error::ColumnType`] if a column that the table names is not
    /// there or has a type that does not fit its use; [`Error::Parquet`] if Parquet cannot hold
    /// the schema.
    pub fn new(spec: Arc<TableSpec>) -> Result<Self, Error> {
        spec.validate()?;
        Ok(Self {
            spec,
            batches: Vec::new(),
            partitions: BTreeMap::new(),
            rows: 0,
            batch_bytes: 0,
        })
    }

    /// Takes a batch, whose rows may be in any order and of any partition.
    ///
    /// # Errors
    ///
    /// [`Error::SchemaMismatch`] if the batch's fields are not the table's; the buffer is then as
    /// it was.
    pub fn push(&mut self, batch: RecordBatch) -> Result<(), Error> {
        let all = BooleanBuffer::new_set(batch.num_rows());
        self.push_some(batch, &all)
    }

    /// Takes those rows of a batch that are `wanted`, one bit a row; the others are as if they were not there, and nothing is
    /// copied to be rid of them.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn push_some(&mut self, batch: RecordBatch, wanted: &BooleanBuffer) -> Result<(), Error> {
        table::check_fields(&self.spec, batch.schema_ref())?;
        let count = wanted.count_set_bits();
        if count == 0 {
            return Ok(());
        }
        let keys = self.sort_keys(&batch)?;
        let partitioner = Partitioner::new(&self.spec, &batch)?;
        self.index(&keys, wanted, &partitioner)?;
        self.rows += count;
        self.batch_bytes += batch.get_array_memory_size();
        self.batches.push(batch);
        Ok(())
    }

    fn sort_keys(&self, batch: &RecordBatch) -> Result<Vec<Option<i64>>, Error> {
        let name = &self.spec.sort_by;
        let column =
            Column::find(batch, name).ok_or_else(|| column::unknown(&self.spec.name, name))?;
        let values =
            cast(&column.values, &DataType::Int64).map_err(Error::arrow(&self.spec.name))?;
        let values: &Int64Array = values.as_primitive();
        let key = |row| (!column.is_null(row)).then(|| values.value(row));
        Ok((0..batch.num_rows()).map(key).collect())
    }

    fn index(
        &mut self,
        keys: &[Option<i64>],
        wanted: &BooleanBuffer,
        partitioner: &Partitioner,
    ) -> Result<(), Error> {
        let batch = narrow(&self.spec, self.batches.len())?;
        narrow(&self.spec, keys.len())?;
        let rows = keys.iter().zip(0..).zip(wanted);
        let rows: Vec<RowRef> = rows
            .filter(|(_, wanted)| *wanted)
            .map(|((key, row), _)| RowRef {
                key: *key,
                batch,
                row,
            })
            .collect();
        // Rows of one partition often follow each other, and its path is dear.
        let is_same =
            |one: &RowRef, next: &RowRef| partitioner.is_same(one.row as usize, next.row as usize);
        for rows in rows.chunk_by(is_same) {
            self.add(partitioner, rows);
        }
        Ok(())
    }

    /// Adds rows of one partition.
    fn add(&mut self, partitioner: &Partitioner, rows: &[RowRef]) {
        let Some(first) = rows.first().map(|row| row.row as usize) else {
            return;
        };
        let mut path = String::new();
        partitioner.path(first, &mut path);
        let found = self.partitions.entry(path);
        let found = found.or_insert_with(|| PartitionRows {
            partition: partitioner.partition(first),
            rows: Vec::new(),
        });
        found.rows.extend_from_slice(rows);
    }

    /// The rows in the buffer.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows in the buffer.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The bytes that the buffer holds: the batches' Arrow buffers and the index.
    pub fn memory_bytes(&self) -> usize {
        let index = self
            .partitions
            .values()
            .map(|partition| partition.rows.capacity());
        self.batch_bytes + index.sum::<usize>() * size_of::<RowRef>()
    }

    /// Encodes all rows, one file for each partition, in the order of the partitions' paths, and
    /// leaves the buffer empty.
    ///
    /// `names` gives each file's name, without `.parquet`, from its partition and its number in
    /// the answer. The partitions are encoded in parallel on as many threads as there are cores,
    /// while the calling thread waits: call it where blocking is allowed.
    ///
    /// # Errors
    ///
    /// [`Error::Arrow`] or [`Error::Parquet`], which no rows that were pushed are known to cause;
    /// the buffer still has all of them then.
    pub fn encode(
        &mut self,
        names: impl Fn(&PartitionPath, usize) -> String,
    ) -> Result<Vec<EncodedFile>, Error> {
        for partition in self.partitions.values_mut() {
            // Stable: rows of the same time stay in the order they were pushed in.
            partition.rows.sort_by_key(|row| row.key);
        }
        let jobs = self
            .partitions
            .values()
            .enumerate()
            .map(|(number, found)| Job {
                number,
                name: names(&found.partition, number),
                partition: &found.partition,
                rows: &found.rows,
            });
        let files = encode::encode_all(&self.spec, &Rows::of(&self.batches), jobs.collect())?;
        self.clear();
        Ok(files)
    }

    fn clear(&mut self) {
        self.batches.clear();
        self.partitions.clear();
        self.rows = 0;
        self.batch_bytes = 0;
    }
}

/// Batches and rows are counted in 32 bits, which halves the index; no memory limit gets there.
fn narrow(spec: &TableSpec, count: usize) -> Result<u32, Error> {
    u32::try_from(count).map_err(|_| Error::Arrow {
        path: spec.name.clone(),
        source: arrow::error::ArrowError::OffsetOverflowError(count),
    })
}
