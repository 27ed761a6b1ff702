//! Second step: what of the events 1.3.0 does not take.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, StructArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;

use super::arrays::{Member, any, elements_of, members, object, only, present, retyped, rows_with};

/// Attributes whose loss is none: ours, and one that repeats others.
const NOT_MISSED: &[&str] = &["auditlake", "observables"];

/// What of `whole` is not in `kept`, in the same nesting. Elements of a list stand where they stood; one of which
/// nothing is left is an empty object.
pub(super) fn of_events(
    whole: &StructArray,
    kept: &StructArray,
) -> Result<Vec<Member>, ArrowError> {
    let mut left = of_members(whole, Some(kept), &present(whole))?;
    left.retain(|(field, _)| !NOT_MISSED.contains(&field.name().as_str()));
    Ok(left)
}

/// `taken`: the rows in which `kept` is there at all.
fn of_members(
    whole: &StructArray,
    kept: Option<&StructArray>,
    taken: &BooleanBuffer,
) -> Result<Vec<Member>, ArrowError> {
    let mut left = Vec::new();
    for (field, array) in members(whole) {
        let kept = kept.and_then(|kept| kept.column_by_name(field.name()));
        if let Some(rest) = of_attribute(&array, kept, taken)? {
            left.push((retyped(&field, &rest), rest));
        }
    }
    Ok(left)
}

fn of_attribute(
    whole: &ArrayRef,
    kept: Option<&ArrayRef>,
    taken: &BooleanBuffer,
) -> Result<Option<ArrayRef>, ArrowError> {
    let taken = kept.map_or_else(
        || BooleanBuffer::new_unset(whole.len()),
        |kept| taken & &present(kept),
    );
    match whole.data_type() {
        DataType::Struct(_) => {
            let kept = kept.and_then(|kept| kept.as_struct_opt());
            of_object(whole.as_struct(), kept, &taken)
        }
        DataType::List(item) if matches!(item.data_type(), DataType::Struct(_)) => {
            let kept = kept.and_then(|kept| kept.as_list_opt());
            of_list(whole.as_list(), kept, &taken)
        }
        _ => {
            let left = &present(whole) & &!&taken;
            let some = left.count_set_bits() > 0;
            some.then(|| only(whole, &left)).transpose()
        }
    }
}

fn of_object(
    whole: &StructArray,
    kept: Option<&StructArray>,
    taken: &BooleanBuffer,
) -> Result<Option<ArrayRef>, ArrowError> {
    let left = of_members(whole, kept, taken)?;
    let rows = any(whole.len(), left.iter().map(|(_, array)| present(array)));
    let rows = &rows & &present(whole);
    if rows.count_set_bits() == 0 {
        return Ok(None);
    }
    Ok(Some(Arc::new(object(left, rows)?)))
}

fn of_list(
    whole: &ListArray,
    kept: Option<&ListArray>,
    taken: &BooleanBuffer,
) -> Result<Option<ArrayRef>, ArrowError> {
    let kept = kept.map(|kept| kept.values().as_struct());
    let Some(values) = of_attribute_values(whole, kept, taken)? else {
        return Ok(None);
    };
    let rows = rows_with(whole, &present(&values));
    if rows.count_set_bits() == 0 {
        return Ok(None);
    }
    let every = object(
        members(values.as_struct()),
        BooleanBuffer::new_set(values.len()),
    )?;
    let list = super::arrays::list_of(whole, Arc::new(every))?;
    let (item, offsets, values, _) = list.into_parts();
    let nulls = Some(NullBuffer::new(rows));
    Ok(Some(Arc::new(ListArray::try_new(
        item, offsets, values, nulls,
    )?)))
}

fn of_attribute_values(
    whole: &ListArray,
    kept: Option<&StructArray>,
    taken: &BooleanBuffer,
) -> Result<Option<ArrayRef>, ArrowError> {
    let elements = elements_of(whole, taken);
    let taken = kept.map_or_else(
        || BooleanBuffer::new_unset(elements.len()),
        |kept| &elements & &present(kept),
    );
    of_object(whole.values().as_struct(), kept, &taken)
}
