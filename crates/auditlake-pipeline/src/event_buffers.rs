//! Events on their way into files: of one table, or of one for each class.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch, StructArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, FieldRef, Fields, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use auditlake_normalizer::class::Class;
use auditlake_normalizer::ocsf_1_3;
use auditlake_parquet::{EncodedFile, TableBuffer};

use crate::dedup::Kept;
use crate::error::Error;
use crate::tables::{ClassTables, EventTables};

/// Collects events until they are encoded.
#[derive(Debug)]
pub(crate) enum EventBuffers {
    One(TableBuffer),
    ByClass(ClassBuffers),
}

/// Collects the events of a lake that has a table for each class, by the class's uid.
#[derive(Debug)]
pub(crate) struct ClassBuffers {
    tables: ClassTables,
    buffers: BTreeMap<u16, (&'static Class, TableBuffer)>,
}

impl EventBuffers {
    pub(crate) fn new(tables: &EventTables) -> Result<Self, Error> {
        Ok(match tables {
            EventTables::One(spec) => Self::One(TableBuffer::new(Arc::clone(spec))?),
            EventTables::ByClass(tables) => Self::ByClass(ClassBuffers {
                tables: tables.clone(),
                buffers: BTreeMap::new(),
            }),
        })
    }

    /// Takes the new events of a batch, which are of the normalizer's schema.
    pub(crate) fn push(&mut self, kept: &Kept) -> Result<(), Error> {
        match self {
            Self::One(buffer) => Ok(buffer.push_some(kept.judged.clone(), &kept.is_new)?),
            Self::ByClass(buffers) => buffers.push(&kept.events()?),
        }
    }

    /// How many events there are by class, if they may be of another than they were.
    pub(crate) fn by_class(&self) -> Option<BTreeMap<String, u64>> {
        let Self::ByClass(ClassBuffers { buffers, .. }) = self else {
            return None;
        };
        let count = |(class, buffer): &(&'static Class, TableBuffer)| {
            (class.caption.to_owned(), buffer.rows() as u64)
        };
        Some(buffers.values().map(count).collect())
    }

    /// Encodes everything, each file of that name in its own directory.
    pub(crate) fn encode(self, name: &str) -> Result<Vec<EncodedFile>, Error> {
        let buffers = match self {
            Self::One(buffer) => vec![buffer],
            Self::ByClass(ClassBuffers { buffers, .. }) => {
                buffers.into_values().map(|(_, buffer)| buffer).collect()
            }
        };
        let mut files = Vec::new();
        for mut buffer in buffers {
            files.extend(buffer.encode(|_, _| name.to_owned())?);
        }
        Ok(files)
    }
}

impl ClassBuffers {
    fn push(&mut self, events: &RecordBatch) -> Result<(), Error> {
        for (class, events) in ocsf_1_3(events).map_err(Error::Rows)? {
            let events = in_milliseconds(&events).map_err(Error::Rows)?;
            if !self.buffers.contains_key(&class.uid) {
                let buffer = TableBuffer::new(self.tables.of(class, events.schema()))?;
                self.buffers.insert(class.uid, (class, buffer));
            }
            if let Some((_, buffer)) = self.buffers.get_mut(&class.uid) {
                buffer.push(events)?;
            }
        }
        Ok(())
    }
}

/// The events with times as Amazon's own files have them: timestamps in milliseconds, and a `time` that is never null.
fn in_milliseconds(events: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = schema_in_milliseconds(&events.schema());
    let whole = StructArray::from(events.clone());
    let columns = cast(&whole, &DataType::Struct(schema.fields().clone()))?;
    RecordBatch::try_new(schema, columns.as_struct().columns().to_vec())
}

/// The columns that [`in_milliseconds`] makes of these.
pub(crate) fn schema_in_milliseconds(schema: &Schema) -> SchemaRef {
    let fields: Fields = schema
        .fields()
        .iter()
        .map(|field| match field.name().as_str() {
            "time" => Arc::new(field.as_ref().clone().with_nullable(false)),
            _ => field_in_milliseconds(field),
        })
        .collect();
    Schema::new_with_metadata(fields, schema.metadata().clone()).into()
}

fn field_in_milliseconds(field: &FieldRef) -> FieldRef {
    let changed = match field.data_type() {
        DataType::Timestamp(_, zone) => DataType::Timestamp(TimeUnit::Millisecond, zone.clone()),
        DataType::Struct(inner) => {
            DataType::Struct(inner.iter().map(field_in_milliseconds).collect())
        }
        DataType::List(item) => DataType::List(field_in_milliseconds(item)),
        _ => return Arc::clone(field),
    };
    Arc::new(field.as_ref().clone().with_data_type(changed))
}
