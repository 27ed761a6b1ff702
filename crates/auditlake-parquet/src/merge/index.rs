//! Keys and identities of all rows, read without the rest of the files.

use arrow::array::{AsArray, Int64Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use futures::{StreamExt, TryStreamExt, stream};

use super::order::{Position, Rows};
use super::source::Opened;
use super::{MergeInput, MergeOptions, READS};
use crate::column::{self, Column};
use crate::{Error, Lake};

/// What a pass found.
pub(super) type Indexed = (Vec<Rows>, Vec<(u128, Position)>);

/// The keys of all rows, in the first pass, and the identities that are of this pass.
pub(super) async fn index(
    lake: &Lake,
    inputs: &[MergeInput],
    options: &MergeOptions,
    pass: u64,
    passes: u64,
) -> Result<Indexed, Error> {
    let mut found = stream::iter(inputs)
        .map(|input| index_file(lake, input, options, pass, passes))
        .buffered(READS);
    let (mut files, mut identities) = (Vec::new(), Vec::new());
    while let Some((keys, uids)) = found.try_next().await? {
        let file = u32::try_from(files.len()).unwrap_or(u32::MAX);
        identities.extend(uids.into_iter().map(|(uid, row)| (uid, (file, row))));
        files.push(Rows::new(keys));
    }
    Ok((files, identities))
}

async fn index_file(
    lake: &Lake,
    input: &MergeInput,
    options: &MergeOptions,
    pass: u64,
    passes: u64,
) -> Result<(Vec<i64>, Vec<(u128, u32)>), Error> {
    let opened = Opened::new(lake, input).await?;
    let (sort, identity) = (options.table.sort_by.as_str(), options.identity.as_str());
    let (mut keys, mut uids, mut row) = (Vec::new(), Vec::new(), 0);
    let columns = [sort, identity];
    let columns = if pass == 0 {
        &columns[..]
    } else {
        &columns[1..]
    };
    let each = |batch: RecordBatch| {
        if pass == 0 {
            append_keys(&batch, sort, &input.path, &mut keys)?;
        }
        append_identities(&batch, identity, &input.path, &mut |uid| {
            if let Some(uid) = uid.filter(|uid| is_of_pass(*uid, pass, passes)) {
                uids.push((uid, row));
            }
            row += 1;
        })
    };
    opened
        .read_columns(lake, &input.path, columns, each)
        .await?;
    if pass == 0 {
        check_input(input, &keys)?;
    }
    Ok((keys, uids))
}

fn is_of_pass(uid: u128, pass: u64, passes: u64) -> bool {
    uid % u128::from(passes) == u128::from(pass)
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
