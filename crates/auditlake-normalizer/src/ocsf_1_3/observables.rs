//! Observables name attributes; those whose attribute is not there any more go.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, StructArray};
use arrow::buffer::BooleanBuffer;
use arrow::error::ArrowError;

use super::arrays::{list_of, only, present_at, ranges, text, with};

/// The events with the observables of what they still have.
pub(super) fn with_present(kept: &StructArray) -> Result<StructArray, ArrowError> {
    let Some((_, field)) = kept.fields().find("observables") else {
        return Ok(kept.clone());
    };
    let field = Arc::clone(field);
    let Some(list) = kept
        .column_by_name("observables")
        .and_then(|array| array.as_list_opt())
    else {
        return Ok(kept.clone());
    };
    let is_present = elements(kept, list);
    let values = only(list.values(), &is_present)?;
    let list: ArrayRef = Arc::new(list_of(list, values)?);
    with(kept, [(field, list)])
}

fn elements(kept: &StructArray, list: &ListArray) -> BooleanBuffer {
    let mut present = vec![false; list.values().len()];
    let names = list
        .values()
        .as_struct_opt()
        .and_then(|object| text(object, "name"));
    let Some(names) = names else {
        return BooleanBuffer::from(present);
    };
    let mut rows_of: HashMap<&str, Option<BooleanBuffer>> = HashMap::new();
    for (row, range) in ranges(list).enumerate() {
        for (name, present) in range
            .clone()
            .map(|n| names.value(n))
            .zip(&mut present[range])
        {
            let rows = rows_of
                .entry(name)
                .or_insert_with(|| present_at(kept, name));
            *present = rows.as_ref().is_some_and(|rows| rows.value(row));
        }
    }
    BooleanBuffer::from(present)
}
