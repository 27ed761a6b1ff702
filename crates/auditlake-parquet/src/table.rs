//! What a table is: its columns, how it is partitioned, sorted and encoded.

use arrow::datatypes::{DataType, FieldRef, Fields, Schema, SchemaRef};

use crate::properties::{DEFAULT_ZSTD_LEVEL, LONG_PAGE_BYTES};
use crate::{Error, Partition, column};

/// A table of the lake: everything that must be known to write a file of it.
///
/// Columns are named by dotted paths through structs and lists (`actor.user.name`,
/// `observables.value`): the field names alone, without the name of a list's inner field.
#[derive(Debug, Clone)]
pub struct TableSpec {
    /// The directory below the lake's root, such as `events`. May have several segments.
    pub name: String,
    /// The columns, the same in every file of the table.
    pub schema: SchemaRef,
    /// The directories below the table, from the outermost; empty for a table without.
    pub partitions: Vec<Partition>,
    /// The column that rows are sorted by within a file, ascending: a timestamp or an integer,
    /// not inside a list.
    pub sort_by: String,
    /// The columns with a bloom filter: many distinct values, looked up by equality.
    pub bloom_filters: Vec<String>,
    /// The columns that get no dictionary and no page statistics: long or always distinct text,
    /// for which both cost much and help nobody.
    pub plain: Vec<String>,
    /// Uncompressed bytes after which a data page of the [`plain`](Self::plain) columns is closed.
    pub plain_page_bytes: usize,
    /// The columns that grow with [`sort_by`](Self::sort_by), itself among them: they get no dictionary. Each value is
    /// near the one before it, which the compressor sees and a dictionary's numbers hide.
    pub ascending: Vec<String>,
    /// The zstd level, 1 to 22.
    pub zstd_level: i32,
    /// What to say in each file's footer, as keys and values.
    pub key_value_metadata: Vec<(String, String)>,
}

impl TableSpec {
    /// A table without partitions, and without columns that are encoded in their own way, at the default zstd level.
    pub fn new(name: impl Into<String>, schema: SchemaRef, sort_by: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            schema,
            partitions: Vec::new(),
            sort_by: sort_by.into(),
            bloom_filters: Vec::new(),
            plain: Vec::new(),
            plain_page_bytes: LONG_PAGE_BYTES,
            ascending: Vec::new(),
            zstd_level: DEFAULT_ZSTD_LEVEL,
            key_value_metadata: Vec::new(),
        }
    }

    fn columns_named(&self) -> impl Iterator<Item = &String> {
        let named = self.bloom_filters.iter().chain(&self.plain);
        named.chain(&self.ascending)
    }

    /// Checks that every named column is there and has a type that fits its use.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let leaves = column::leaves(self)?;
        for name in self.columns_named() {
            column::leaf(self, &leaves, name)?;
        }
        column::check_type(
            self,
            &self.sort_by,
            column::is_sortable,
            "an integer or a timestamp",
        )?;
        self.partitions
            .iter()
            .try_for_each(|partition| partition.validate(self))
    }
}

/// Checks that a batch has the table's fields: names, types and nullability, in the same order.
pub(crate) fn check_fields(spec: &TableSpec, schema: &Schema) -> Result<(), Error> {
    if spec.schema.fields() == schema.fields() {
        return Ok(());
    }
    let Some((field, expected, found)) = difference("", spec.schema.fields(), schema.fields())
    else {
        return Ok(());
    };
    Err(Error::SchemaMismatch {
        table: spec.name.clone(),
        field,
        expected,
        found,
    })
}

/// The first field that differs, what is expected there, and what was found. The metadata of an
/// outermost field may differ; inside a type it is part of the type, for Arrow as for us.
fn difference(prefix: &str, expected: &Fields, found: &Fields) -> Option<(String, String, String)> {
    for at in 0..expected.len().max(found.len()) {
        let (expected, found) = (expected.get(at), found.get(at));
        let named = expected
            .or(found)
            .map(|field| column::join(prefix, field.name()))?;
        let different = match (expected, found) {
            (Some(expected), Some(found)) if expected.name() == found.name() => {
                field_difference(&named, expected, found)
            }
            _ => Some((named, describe(expected), describe(found))),
        };
        if different.is_some() {
            return different;
        }
    }
    None
}

fn field_difference(
    name: &str,
    expected: &FieldRef,
    found: &FieldRef,
) -> Option<(String, String, String)> {
    if let (DataType::Struct(inner), DataType::Struct(other)) =
        (expected.data_type(), found.data_type())
        && let Some(different) = difference(name, inner, other)
    {
        return Some(different);
    }
    let same =
        expected.data_type() == found.data_type() && expected.is_nullable() == found.is_nullable();
    (!same).then(|| {
        (
            name.to_owned(),
            describe(Some(expected)),
            describe(Some(found)),
        )
    })
}

fn describe(field: Option<&FieldRef>) -> String {
    field.map_or_else(
        || "missing".to_owned(),
        |field| {
            let null = if field.is_nullable() { "" } else { " not null" };
            format!("`{} {}{null}`", field.name(), field.data_type())
        },
    )
}
