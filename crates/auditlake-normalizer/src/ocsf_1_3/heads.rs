//! Class and activity, in all the attributes that say them.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int32Array, StringArray, StructArray};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{Field, Int32Type};
use arrow::error::ArrowError;

use super::arrays::{Member, at, members, only, text, with};
use super::forms::Form;
use crate::class::Class;

/// OCSF's activity for what a class has no other for.
pub(super) const OTHER: u8 = 99;

/// The events with activities that `form` has: one that came later is 99 Other and keeps its caption.
pub(super) fn known(form: &Form, events: &StructArray) -> Result<StructArray, ArrowError> {
    let ids: Vec<u8> = ids(events).collect();
    if ids.iter().all(|id| form.has_activity(*id)) {
        return Ok(events.clone());
    }
    let known = |id: u8| if form.has_activity(id) { id } else { OTHER };
    let heads = heads(form.class, &ids.into_iter().map(known).collect::<Vec<_>>());
    with(events, heads)
}

/// The events in another class, with these activities; 99 Other carries the operation.
pub(super) fn moved(
    class: &'static Class,
    events: &StructArray,
    ids: &[u8],
) -> Result<StructArray, ArrowError> {
    let operations = text(events, "metadata.event_code");
    let name = |(row, id): (usize, &u8)| {
        let operation = operations.filter(|texts| texts.is_valid(row));
        let otherwise = || operation.map_or("Other", |texts| texts.value(row));
        class.activity_caption(*id).unwrap_or_else(otherwise)
    };
    let names: StringArray = ids.iter().enumerate().map(name).map(Some).collect();
    let names = member("activity_name", Arc::new(names));
    with(events, heads(class, ids).into_iter().chain([names]))
}

/// The types that events had and have no more.
pub(super) fn other_types(
    before: &StructArray,
    now: &StructArray,
) -> Result<Vec<Member>, ArrowError> {
    let types = |events: &StructArray| {
        let uids = events.column_by_name("type_uid")?;
        uids.as_primitive_opt::<Int32Type>().cloned()
    };
    let (Some(old), Some(new)) = (types(before), types(now)) else {
        return Ok(Vec::new());
    };
    let changed: BooleanBuffer = old.iter().zip(&new).map(|(old, new)| old != new).collect();
    if changed.count_set_bits() == 0 {
        return Ok(Vec::new());
    }
    let of_type = |(field, _): &Member| matches!(field.name().as_str(), "type_uid" | "type_name");
    let all = members(before).into_iter().filter(of_type);
    all.map(|(field, array)| Ok((field, only(&array, &changed)?)))
        .collect()
}

/// The activities of events; 99 Other where one is missing.
pub(super) fn ids(events: &StructArray) -> impl Iterator<Item = u8> {
    let ids = at(events, "activity_id").and_then(|ids| ids.as_primitive_opt::<Int32Type>());
    let id = |id: Option<i32>| id.and_then(|id| u8::try_from(id).ok()).unwrap_or(OTHER);
    ids.into_iter().flatten().map(id)
}

fn heads(class: &Class, activities: &[u8]) -> Vec<Member> {
    let number = |of: &dyn Fn(i32) -> i32| -> ArrayRef {
        let all = activities.iter().map(|id| of(i32::from(*id)));
        Arc::new(Int32Array::from_iter_values(all))
    };
    let caption = |of: &dyn Fn(u8) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(
            activities.iter().map(|id| of(*id)),
        ))
    };
    let uid = i32::from(class.uid);
    vec![
        member("class_uid", number(&|_| uid)),
        member("class_name", caption(&|_| class.caption.to_owned())),
        member("category_uid", number(&|_| i32::from(class.category_uid()))),
        member("category_name", caption(&|_| class.category.to_owned())),
        member("activity_id", number(&|id| id)),
        member("type_uid", number(&|id| uid * 100 + id)),
        member("type_name", caption(&|id| type_name(class, id))),
    ]
}

fn type_name(class: &Class, activity: u8) -> String {
    let caption = class.activity_caption(activity).unwrap_or("Other");
    format!("{}: {caption}", class.caption)
}

fn member(name: &str, array: ArrayRef) -> Member {
    (
        Arc::new(Field::new(name, array.data_type().clone(), true)),
        array,
    )
}
