//! First step: what a class of 1.3.0 takes of its events.
//!
//! Everything stays in its place: an attribute that is gone is missing, an object or element that is not valid any more
//! is null. So that what is left can be told by comparing.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int32Array, ListArray, StructArray};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{DataType, FieldRef, Int32Type};
use arrow::error::ArrowError;

use super::arrays::{
    Member, any, elements_of, list_of, members, object, only, present, ranges, retyped,
};
use super::attributes;
use super::forms::{Form, Has};

/// What `form` takes of `events`.
pub(super) fn events(form: &Form, events: &StructArray) -> Result<StructArray, ArrowError> {
    let mut kept = Vec::new();
    for (field, array) in members(events) {
        if form.has(field.name()) != Has::No {
            let single = form.single_name(field.name()).is_some();
            kept.extend(attribute(field.name(), &field, &array, single)?);
        }
    }
    object(kept, BooleanBuffer::new_set(events.len()))
}

/// What an attribute is in 1.3.0; none where nothing of it can be.
fn attribute(
    path: &str,
    field: &FieldRef,
    array: &ArrayRef,
    single: bool,
) -> Result<Option<Member>, ArrowError> {
    let kept: ArrayRef = match array.data_type() {
        DataType::Struct(_) => match attributes_of(path, array.as_struct())? {
            Some(kept) => Arc::new(kept),
            None => return Ok(None),
        },
        DataType::List(item) if matches!(item.data_type(), DataType::Struct(_)) => {
            match elements(path, array.as_list(), single)? {
                Some(kept) => Arc::new(kept),
                None => return Ok(None),
            }
        }
        DataType::Int32 => known_ids(path, array),
        _ => Arc::clone(array),
    };
    Ok(Some((retyped(field, &kept), kept)))
}

/// An object, there where it has something and all that 1.3.0 demands.
fn attributes_of(path: &str, array: &StructArray) -> Result<Option<StructArray>, ArrowError> {
    let mut kept = Vec::new();
    for (field, member) in members(array) {
        let path = format!("{path}.{}", field.name());
        if !attributes::is_later(&path) {
            let single = attributes::single_name(&path).is_some();
            kept.extend(attribute(&path, &field, &member, single)?);
        }
    }
    if kept.is_empty() {
        return Ok(None);
    }
    let valid = &present(array) & &valid_rows(path, array.len(), &kept);
    object(kept, valid).map(Some)
}

fn valid_rows(path: &str, len: usize, kept: &[Member]) -> BooleanBuffer {
    let has = |name: &str| {
        let member = kept.iter().find(|(field, _)| field.name() == name);
        member.map_or_else(
            || BooleanBuffer::new_unset(len),
            |(_, array)| present(array),
        )
    };
    let mut valid = any(len, kept.iter().map(|(_, array)| present(array)));
    for demand in attributes::demands(path) {
        for name in demand.all_of {
            valid = &valid & &has(name);
        }
        if !demand.any_of.is_empty() {
            valid = &valid & &any(len, demand.any_of.iter().map(|name| has(name)));
        }
    }
    valid
}

/// The elements of a list, or the first valid one.
fn elements(path: &str, list: &ListArray, single: bool) -> Result<Option<ListArray>, ArrowError> {
    let Some(values) = attributes_of(path, list.values().as_struct())? else {
        return Ok(None);
    };
    // What stands behind a null row is no element.
    let mut valid = &elements_of(list, &present(list)) & &present(&values);
    if single {
        valid = first_of_each(list, &valid);
    }
    let values = only(&(Arc::new(values) as ArrayRef), &valid)?;
    list_of(list, values).map(Some)
}

fn first_of_each(list: &ListArray, valid: &BooleanBuffer) -> BooleanBuffer {
    let mut first = vec![false; valid.len()];
    for mut range in ranges(list) {
        if let Some(n) = range.find(|n| valid.value(*n)) {
            first[n] = true;
        }
    }
    BooleanBuffer::from(first)
}

/// Ids that came after 1.3.0 are 99 Other; their captions stay, as OCSF wants it.
fn known_ids(path: &str, array: &ArrayRef) -> ArrayRef {
    let Some(last) = attributes::last_id(path) else {
        return Arc::clone(array);
    };
    let known = |id: i32| if id > last { 99 } else { id };
    let ids: Int32Array = array.as_primitive::<Int32Type>().unary(known);
    Arc::new(ids)
}
