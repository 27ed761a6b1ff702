//! Keys and identities of all rows, read without the rest of the files.

use std::collections::BTreeSet;

use arrow::array::{AsArray, Int64Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use futures::{StreamExt, TryStreamExt, stream};

use super::order::{Position, Rows};
use super::source::Opened;
use super::{MergeInput, MergeOptions, READS};
use crate::column::{self, Column};
use crate::{Error, Lake};

/// One of several looks at the identities, each at a part of the hashes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pass {
    pub(super) number: u64,
    pub(super) of: u64,
}

impl Pass {
    fn has(self, uid: u128) -> bool {
        uid % u128::from(self.of) == u128::from(self.number)
    }

    /// The first pass learns what does not depend on hashes.
    fn is_first(self) -> bool {
        self.number == 0
    }
}

/// What a pass found.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The keys of all files, in the first pass.
    pub(super) files: Vec<Rows>,
    /// The identities that are of the pass.
    pub(super) identities: Vec<(u128, Position)>,
    /// The paths of the leaves that have values in some file, in the first pass.
    pub(super) filled: BTreeSet<String>,
}

/// What a pass found in a file.
#[derive(Debug, Default)]
struct FileIndex {
    keys: Vec<i64>,
    identities: Vec<(u128, u32)>,
    filled: BTreeSet<String>,
}

/// Reads keys and identities of all files.
pub(super) async fn index(
    lake: &Lake,
    inputs: &[MergeInput],
    options: &MergeOptions,
    pass: Pass,
) -> Result<Index, Error> {
    // Owned inputs and a boxed stream, as references would keep the merge from being spawned.
    let mut found = stream::iter(inputs.to_vec())
        .map(|input| async move { index_file(lake, &input, options, pass).await })
        .buffered(READS)
        .boxed();
    let mut index = Index::default();
    while let Some(of_file) = found.try_next().await? {
        let file = u32::try_from(index.files.len()).unwrap_or(u32::MAX);
        let identities = of_file.identities.into_iter();
        index
            .identities
            .extend(identities.map(|(uid, row)| (uid, (file, row))));
        index.files.push(Rows::new(of_file.keys));
        index.filled.extend(of_file.filled);
    }
    Ok(index)
}

async fn index_file(
    lake: &Lake,
    input: &MergeInput,
    options: &MergeOptions,
    pass: Pass,
) -> Result<FileIndex, Error> {
    let opened = Opened::new(lake, input).await?;
    let (sort, identity) = (options.table.sort_by.as_str(), options.identity.as_str());
    let (mut found, mut row) = (FileIndex::default(), 0);
    let columns = [sort, identity];
    let columns = if pass.is_first() {
        &columns[..]
    } else {
        &columns[1..]
    };
    let each = |batch: RecordBatch| {
        if pass.is_first() {
            append_keys(&batch, sort, &input.path, &mut found.keys)?;
        }
        append_identities(&batch, identity, &input.path, &mut |uid| {
            if let Some(uid) = uid.filter(|uid| pass.has(*uid)) {
                found.identities.push((uid, row));
            }
            row += 1;
        })
    };
    opened
        .read_columns(lake, &input.path, columns, each)
        .await?;
    if pass.is_first() {
        check_input(input, &found.keys)?;
        found.filled = opened.filled_leaves();
    }
    Ok(found)
}

/// What the order is decided by must be so.
fn check_input(input: &MergeInput, keys: &[i64]) -> Result<(), Error> {
    let reason = if keys.len() as u64 != input.rows {
        format!("it has {} rows, expected {}", keys.len(), input.rows)
    } else if !keys.is_sorted() {
        "its rows are not sorted".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::NotMergeable {
        path: input.path.clone(),
        reason,
    })
}

fn append_keys(
    batch: &RecordBatch,
    name: &str,
    path: &str,
    keys: &mut Vec<i64>,
) -> Result<(), Error> {
    let column = Column::find(batch, name).ok_or_else(|| column::unknown(path, name))?;
    let values = cast(&column.values, &DataType::Int64).map_err(Error::arrow(path))?;
    let values: &Int64Array = values.as_primitive();
    let key = |row| {
        if column.is_null(row) {
            i64::MIN
        } else {
            values.value(row)
        }
    };
    keys.extend((0..batch.num_rows()).map(key));
    Ok(())
}

fn append_identities(
    batch: &RecordBatch,
    name: &str,
    path: &str,
    each: &mut impl FnMut(Option<u128>),
) -> Result<(), Error> {
    let column = Column::find(batch, name).ok_or_else(|| column::unknown(path, name))?;
    let texts = cast(&column.values, &DataType::Utf8).map_err(Error::arrow(path))?;
    let texts = texts.as_string::<i32>();
    let identity = |row| {
        let text = (!column.is_null(row)).then(|| texts.value(row))?;
        u128::from_str_radix(text, 16).ok()
    };
    (0..batch.num_rows()).map(identity).for_each(each);
    Ok(())
}
