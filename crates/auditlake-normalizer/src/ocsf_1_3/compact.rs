//! Third step: names of 1.3.0, and lists without the elements that are gone.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, ListArray, StructArray, UInt32Array};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::{filter, take};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;

use super::arrays::{
    Member, elements_of, list_of, members, object, present, ranges, retyped, rows_with,
};
use super::attributes;
use super::forms::Form;

/// The events as 1.3.0 writes them.
pub(super) fn events(form: &Form, kept: &StructArray) -> Result<StructArray, ArrowError> {
    let finished = members(kept)
        .into_iter()
        .map(|member| {
            let path = member.0.name().clone();
            let single = form.single_name(&path);
            attribute(&path, member, single)
        })
        .collect::<Result<_, _>>()?;
    object(finished, present(kept))
}

fn attribute(
    path: &str,
    (field, array): Member,
    single: Option<&str>,
) -> Result<Member, ArrowError> {
    let finished = match (array.data_type(), single) {
        (DataType::Struct(_), _) => Arc::new(attributes_of(path, array.as_struct())?),
        (DataType::List(item), single) if matches!(item.data_type(), DataType::Struct(_)) => {
            let list: &ListArray = array.as_list();
            let values = Arc::new(attributes_of(path, list.values().as_struct())?);
            let list = list_of(list, values)?;
            match single {
                Some(_) => the_one(&list)?,
                None => without_gaps(&list)?,
            }
        }
        _ => array,
    };
    let field = retyped(&field, &finished);
    let name = single.or_else(|| attributes::renamed(path));
    match name {
        Some(name) => Ok((Arc::new(field.as_ref().clone().with_name(name)), finished)),
        None => Ok((field, finished)),
    }
}

fn attributes_of(path: &str, array: &StructArray) -> Result<StructArray, ArrowError> {
    let finished = members(array)
        .into_iter()
        .map(|member| {
            let path = format!("{path}.{}", member.0.name());
            let single = attributes::single_name(&path);
            attribute(&path, member, single)
        })
        .collect::<Result<_, _>>()?;
    object(finished, present(array))
}

/// The one element of each row that is there.
fn the_one(list: &ListArray) -> Result<ArrayRef, ArrowError> {
    let is_there = present(list.values());
    let of_row = |mut range: Range<usize>| {
        let found = range.find(|n| is_there.value(*n));
        found.and_then(|n| u32::try_from(n).ok())
    };
    let ones: UInt32Array = ranges(list).map(of_row).collect();
    take(list.values(), &ones, None)
}

/// The list without elements that are null; null itself when none is there.
fn without_gaps(list: &ListArray) -> Result<ArrayRef, ArrowError> {
    let rows = rows_with(list, &present(list.values()));
    let kept = &present(list.values()) & &elements_of(list, &rows);
    let lengths = ranges(list).map(|range| kept.slice(range.start, range.len()).count_set_bits());
    let offsets = OffsetBuffer::from_lengths(lengths);
    let values = filter(list.values(), &BooleanArray::new(kept.clone(), None))?;
    let DataType::List(item) = list.data_type() else {
        return Ok(Arc::new(list.clone()));
    };
    let (item, nulls) = (Arc::clone(item), Some(NullBuffer::new(rows)));
    Ok(Arc::new(ListArray::try_new(item, offsets, values, nulls)?))
}
