//! Small things that Arrow's kernels do not have: objects by the names of their members, and which rows hold something.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, StringArray, StructArray, new_null_array};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use arrow::error::ArrowError;

/// A member of an object: its field and its values.
pub(super) type Member = (FieldRef, ArrayRef);

/// The rows in which an array has a value.
pub(super) fn present(array: &dyn Array) -> BooleanBuffer {
    let nulls = array.nulls().map(|nulls| nulls.inner().clone());
    nulls.unwrap_or_else(|| BooleanBuffer::new_set(array.len()))
}

/// The rows in which any of these is set; no rows when there are none.
pub(super) fn any(len: usize, masks: impl IntoIterator<Item = BooleanBuffer>) -> BooleanBuffer {
    let none = BooleanBuffer::new_unset(len);
    masks.into_iter().fold(none, |rows, mask| &rows | &mask)
}

/// An object of these members, there in the rows of `valid`.
pub(super) fn object(
    members: Vec<Member>,
    valid: BooleanBuffer,
) -> Result<StructArray, ArrowError> {
    let (fields, arrays): (Vec<FieldRef>, Vec<ArrayRef>) = members.into_iter().unzip();
    let (fields, len) = (Fields::from(fields), valid.len());
    StructArray::try_new_with_length(fields, arrays, Some(NullBuffer::new(valid)), len)
}

/// The same values, gone from the rows that are not in `valid`.
pub(super) fn only(array: &ArrayRef, valid: &BooleanBuffer) -> Result<ArrayRef, ArrowError> {
    let nulls = Some(NullBuffer::new(&present(array) & valid));
    let data = array.to_data().into_builder().nulls(nulls).build()?;
    Ok(arrow::array::make_array(data))
}

/// The members of an object.
pub(super) fn members(object: &StructArray) -> Vec<Member> {
    let fields = object.fields().iter().cloned();
    fields.zip(object.columns().iter().cloned()).collect()
}

/// The member at a path, `metadata.event_code`.
pub(super) fn at<'a>(object: &'a StructArray, path: &str) -> Option<&'a ArrayRef> {
    match path.split_once('.') {
        None => object.column_by_name(path),
        Some((name, rest)) => at(object.column_by_name(name)?.as_struct_opt()?, rest),
    }
}

/// The rows in which there is a value at a path, outside lists.
pub(super) fn present_at(object: &StructArray, path: &str) -> Option<BooleanBuffer> {
    match path.split_once('.') {
        None => object.column_by_name(path).map(|array| present(array)),
        Some((name, rest)) => {
            let inner = object.column_by_name(name)?.as_struct_opt()?;
            Some(&present(inner) & &present_at(inner, rest)?)
        }
    }
}

/// The text at a path.
pub(super) fn text<'a>(object: &'a StructArray, path: &str) -> Option<&'a StringArray> {
    at(object, path)?.as_string_opt()
}

/// The same object with these members in the place of those of their names, or at its end.
pub(super) fn with(
    object: &StructArray,
    replaced: impl IntoIterator<Item = Member>,
) -> Result<StructArray, ArrowError> {
    let mut all = members(object);
    for member in replaced {
        match all
            .iter_mut()
            .find(|(field, _)| field.name() == member.0.name())
        {
            Some(old) => *old = member,
            None => all.push(member),
        }
    }
    self::object(all, present(object))
}

/// An object with the members of `field` in each row, null where none is given.
pub(super) fn filled(
    field: &Field,
    given: &[(&str, ArrayRef)],
    valid: BooleanBuffer,
) -> Result<StructArray, ArrowError> {
    let DataType::Struct(fields) = field.data_type() else {
        return Err(ArrowError::SchemaError(format!(
            "`{}` is no object",
            field.name()
        )));
    };
    let value = |field: &FieldRef| {
        let found = given.iter().find(|(name, _)| name == field.name());
        found.map_or_else(
            || new_null_array(field.data_type(), valid.len()),
            |(_, array)| Arc::clone(array),
        )
    };
    let members = fields.iter().map(|field| (Arc::clone(field), value(field)));
    object(members.collect(), valid)
}

/// The same list, of these values.
pub(super) fn list_of(list: &ListArray, values: ArrayRef) -> Result<ListArray, ArrowError> {
    let DataType::List(item) = list.data_type() else {
        return Err(ArrowError::SchemaError("no list".to_owned()));
    };
    let item = retyped(item, &values);
    ListArray::try_new(item, list.offsets().clone(), values, list.nulls().cloned())
}

/// Where the elements of each row of a list are.
pub(super) fn ranges(list: &ListArray) -> impl Iterator<Item = Range<usize>> {
    // Arrow keeps offsets signed and never negative.
    let index = |offset: i32| usize::try_from(offset).unwrap_or(0);
    list.offsets().windows(2).map(move |pair| match *pair {
        [from, to] => index(from)..index(to),
        _ => 0..0,
    })
}

/// The elements of the rows of a list that are in `rows`.
pub(super) fn elements_of(list: &ListArray, rows: &BooleanBuffer) -> BooleanBuffer {
    let mut elements = vec![false; list.values().len()];
    for (row, range) in ranges(list).enumerate() {
        elements[range].fill(rows.value(row));
    }
    BooleanBuffer::from(elements)
}

/// The rows of a list that have one of these elements.
pub(super) fn rows_with(list: &ListArray, elements: &BooleanBuffer) -> BooleanBuffer {
    let rows = ranges(list).map(|mut range| range.any(|n| elements.value(n)));
    &rows.collect::<BooleanBuffer>() & &present(list)
}

/// The field for an array of another type.
pub(super) fn retyped(field: &FieldRef, array: &dyn Array) -> FieldRef {
    let field = field.as_ref().clone();
    Arc::new(field.with_data_type(array.data_type().clone()))
}
