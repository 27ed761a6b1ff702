//! What events say of their own form: version, profiles, and the action that a profile demands.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int32Array, ListBuilder, Scalar, StringArray,
    StringBuilder, StructArray,
};
use arrow::buffer::BooleanBuffer;
use arrow::compute::kernels::zip::zip;
use arrow::datatypes::{DataType, Field};
use arrow::error::ArrowError;

use super::VERSION;
use super::arrays::{any, at, elements_of, members, present, rows_with, with};
use super::forms::{Form, Has};
use crate::schema::LIST_ITEM;
use crate::schema::column::Profile;

/// What a control did that says no action: OCSF 1.3.0 demands one, and has 0 Unknown for it.
pub(super) fn with_action(form: &Form, kept: &StructArray) -> Result<StructArray, ArrowError> {
    let names = ["action", "disposition_id", "disposition", "malware"];
    let (Some(ids), Some(captions), true) = (
        kept.column_by_name("action_id"),
        kept.column_by_name("action"),
        form.knows_control(),
    ) else {
        return Ok(kept.clone());
    };
    let of_control = names.iter().filter_map(|name| kept.column_by_name(name));
    let controlled = any(kept.len(), of_control.map(|array| present(array)));
    let unsaid = &controlled & &!&present(ids);
    if unsaid.count_set_bits() == 0 {
        return Ok(kept.clone());
    }
    let unnamed = BooleanArray::new(&unsaid & &!&present(captions), None);
    let unsaid = BooleanArray::new(unsaid, None);
    let ids = zip(&unsaid, &Scalar::new(Int32Array::from(vec![0])), ids)?;
    let unknown = Scalar::new(StringArray::from(vec!["Unknown"]));
    let captions = zip(&unnamed, &unknown, captions)?;
    let member = |name: &str, array: ArrayRef| {
        let field = Field::new(name, array.data_type().clone(), true);
        (Arc::new(field), array)
    };
    with(kept, [member("action_id", ids), member("action", captions)])
}

/// `metadata` with the version and the profiles of what is kept.
pub(super) fn with_version(form: &Form, kept: &StructArray) -> Result<StructArray, ArrowError> {
    let Some(metadata) = at(kept, "metadata").and_then(|array| array.as_struct_opt()) else {
        return Err(ArrowError::SchemaError("no column `metadata`".to_owned()));
    };
    let version: ArrayRef = Arc::new(StringArray::from(vec![VERSION; kept.len()]));
    let profiles = profiles(form, kept);
    let list = profiles.data_type().clone();
    let replaced = [
        (
            Arc::new(Field::new("version", DataType::Utf8, true)),
            version,
        ),
        (Arc::new(Field::new("profiles", list, true)), profiles),
    ];
    let metadata = with(metadata, replaced)?;
    let field = Field::new("metadata", metadata.data_type().clone(), true);
    with(kept, [(Arc::new(field), Arc::new(metadata) as ArrayRef)])
}

fn profiles(form: &Form, kept: &StructArray) -> ArrayRef {
    let used = Profile::ALL.map(|profile| {
        let using =
            members(kept)
                .into_iter()
                .filter_map(|(field, array)| match form.has(field.name()) {
                    Has::With(by) if by == profile => Some(present(&array)),
                    _ => using(profile, field.name(), &array),
                });
        (profile.name(), any(kept.len(), using))
    });
    let item = Arc::new(Field::new(LIST_ITEM, DataType::Utf8, true));
    let mut lists = ListBuilder::new(StringBuilder::new()).with_field(item);
    for row in 0..kept.len() {
        let names = used.iter().filter(|(_, rows)| rows.value(row));
        let names: Vec<&str> = names.map(|(name, _)| *name).collect();
        for name in &names {
            lists.values().append_value(name);
        }
        lists.append(!names.is_empty());
    }
    Arc::new(lists.finish())
}

/// The rows in which something inside an attribute needs the profile; none where nothing ever does.
fn using(profile: Profile, name: &str, array: &ArrayRef) -> Option<BooleanBuffer> {
    if profile_of(name) == Some(profile) {
        return Some(present(array));
    }
    match array.data_type() {
        DataType::Struct(_) => using_member(profile, array.as_struct()),
        DataType::List(item) if matches!(item.data_type(), DataType::Struct(_)) => {
            let list = array.as_list::<i32>();
            let values = using_member(profile, list.values().as_struct())?;
            let elements = &values & &elements_of(list, &present(list));
            Some(rows_with(list, &elements))
        }
        _ => None,
    }
}

fn using_member(profile: Profile, object: &StructArray) -> Option<BooleanBuffer> {
    let inner = members(object)
        .iter()
        .filter_map(|(field, array)| using(profile, field.name(), array))
        .reduce(|rows, more| &rows | &more);
    inner.map(|rows| &rows & &present(object))
}

/// Profiles that attributes need in any class and object.
fn profile_of(name: &str) -> Option<Profile> {
    match name {
        "data_classifications" => Some(Profile::DataClassification),
        name if name.ends_with("_dt") => Some(Profile::DateTime),
        _ => None,
    }
}
