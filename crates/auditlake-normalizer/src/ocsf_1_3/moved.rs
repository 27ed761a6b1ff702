//! Events that cannot be of their class in 1.3.0, in the shape of one that can hold them.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int32Array, ListArray, StringArray, StructArray,
    new_null_array,
};
use arrow::buffer::{BooleanBuffer, NullBuffer, OffsetBuffer};
use arrow::compute::kernels::zip::zip;
use arrow::datatypes::{DataType, FieldRef, Int32Type};
use arrow::error::ArrowError;

use super::arrays::{Member, at, filled, present, present_at, text, with};
use super::heads::{self, OTHER};
use crate::class::{self, API_ACTIVITY, BASE_EVENT, Class, ENTITY_MANAGEMENT};
use crate::schema::event_schema;
use crate::verbs;

/// The classes that an event of `class` may be in, the best first; a base event demands nothing.
pub(super) fn targets(class: &'static Class) -> Vec<&'static Class> {
    let mut targets = vec![class];
    if class.uid == class::GROUP_MANAGEMENT.uid {
        targets.push(&ENTITY_MANAGEMENT);
    }
    targets.extend([&API_ACTIVITY, &BASE_EVENT]);
    targets
}

/// Events of `class`, in the shape of `target`.
pub(super) fn to(
    class: &'static Class,
    target: &'static Class,
    events: &StructArray,
) -> Result<StructArray, ArrowError> {
    if target.uid == class.uid {
        return Ok(events.clone());
    }
    let events = match class.category_uid() {
        FINDINGS => &without_finding_status(events)?,
        _ => events,
    };
    match target.uid {
        uid if uid == ENTITY_MANAGEMENT.uid => group_as_entity(events),
        uid if uid == API_ACTIVITY.uid => operation_as_api(events),
        _ => heads::moved(target, events, &vec![OTHER; events.len()]),
    }
}

/// The category of findings, whose status is how far they are and no outcome.
const FINDINGS: u16 = 2;

/// A status of a finding is no outcome of an operation: 99 Other, by its caption.
fn without_finding_status(events: &StructArray) -> Result<StructArray, ArrowError> {
    let Some(ids) = at(events, "status_id").and_then(|ids| ids.as_primitive_opt::<Int32Type>())
    else {
        return Ok(events.clone());
    };
    let ids: Int32Array = ids.unary(|id| if id == 0 { id } else { i32::from(OTHER) });
    with(events, [(field("status_id")?, Arc::new(ids) as ArrayRef)])
}

/// A group that was created, deleted, or changed by a group: the entity.
fn group_as_entity(events: &StructArray) -> Result<StructArray, ArrowError> {
    let activity = |id| match id {
        6 => 1,
        5 => 4,
        7 | 8 => 3,
        _ => OTHER,
    };
    let activities: Vec<u8> = heads::ids(events).map(activity).collect();
    let events = heads::moved(&ENTITY_MANAGEMENT, events, &activities)?;
    let Some((_, field)) = events.fields().find("group") else {
        return Ok(events);
    };
    let gone = new_null_array(field.data_type(), events.len());
    let replaced = [entity_of_group(&events)?, (Arc::clone(field), gone)];
    with(&events, replaced)
}

fn entity_of_group(events: &StructArray) -> Result<Member, ArrowError> {
    let field = field("entity")?;
    let of_group = [
        ("name", "group.name"),
        ("uid", "group.uid"),
        ("group", "group"),
    ];
    let mut parts: Vec<(&str, ArrayRef)> = of_group
        .iter()
        .filter_map(|(name, path)| Some((*name, Arc::clone(at(events, path)?))))
        .collect();
    parts.push(("type_id", Arc::new(Int32Array::from(vec![3; events.len()]))));
    parts.push(("type", repeated("Group", events.len())));
    let rows =
        present_at(events, "group").unwrap_or_else(|| BooleanBuffer::new_unset(events.len()));
    let entity = filled(&field, &parts, rows)?;
    Ok((field, Arc::new(entity)))
}

/// An operation of any kind: the call of an API, as events are that no class fits.
fn operation_as_api(events: &StructArray) -> Result<StructArray, ArrowError> {
    let operations = text(events, "metadata.event_code").cloned();
    let operations = operations.unwrap_or_else(|| StringArray::new_null(events.len()));
    let activity =
        |operation: Option<&str>| verbs::activity(&API_ACTIVITY, operation.unwrap_or(""));
    let activities: Vec<u8> = operations.iter().map(activity).collect();
    let workloads = workloads(events);
    let mut replaced = vec![
        call(events, operations, &workloads)?,
        client(events, &workloads)?,
    ];
    replaced.extend(message_as_resource(events)?);
    heads::moved(&API_ACTIVITY, &with(events, replaced)?, &activities)
}

/// `api`: the operation, of the workload's service.
fn call(
    events: &StructArray,
    operations: StringArray,
    workloads: &ArrayRef,
) -> Result<Member, ArrowError> {
    let api = field("api")?;
    let rows = present(&operations);
    let mut parts: Vec<(&str, ArrayRef)> = vec![("operation", Arc::new(operations))];
    if let DataType::Struct(members) = api.data_type()
        && let Some((_, service)) = members.find("service")
    {
        let every = BooleanBuffer::new_set(events.len());
        let service = filled(service, &[("name", Arc::clone(workloads))], every)?;
        parts.push(("service", Arc::new(service)));
    }
    let call = filled(&api, &parts, rows)?;
    otherwise(events, api, Arc::new(call))
}

/// `src_endpoint`: where there is no address, the workload.
fn client(events: &StructArray, workloads: &ArrayRef) -> Result<Member, ArrowError> {
    let client = field("src_endpoint")?;
    let every = BooleanBuffer::new_set(events.len());
    let service = filled(&client, &[("svc_name", Arc::clone(workloads))], every)?;
    otherwise(events, client, Arc::new(service))
}

/// The message of a mail event: what the call was about.
fn message_as_resource(events: &StructArray) -> Result<Option<Member>, ArrowError> {
    let (Some(name), Some(uid)) = (
        text(events, "email.subject"),
        text(events, "email.message_uid"),
    ) else {
        return Ok(None);
    };
    let list = field("resources")?;
    let DataType::List(item) = list.data_type() else {
        return Ok(None);
    };
    let named = &present(name) | &present(uid);
    let parts: [(&str, ArrayRef); 3] = [
        ("name", Arc::new(name.clone())),
        ("uid", Arc::new(uid.clone())),
        ("type", repeated("Message", events.len())),
    ];
    let message = filled(item, &parts, named.clone())?;
    let offsets = OffsetBuffer::from_lengths(vec![1; events.len()]);
    let nulls = Some(NullBuffer::new(named));
    let list_array = ListArray::try_new(Arc::clone(item), offsets, Arc::new(message), nulls)?;
    otherwise(events, list, Arc::new(list_array)).map(Some)
}

/// A column of the events, or the given value in the rows that have none.
fn otherwise(events: &StructArray, field: FieldRef, value: ArrayRef) -> Result<Member, ArrowError> {
    let Some(known) = events.column_by_name(field.name()) else {
        return Ok((field, value));
    };
    let is_known = BooleanArray::new(present(known), None);
    Ok((field, zip(&is_known, known, &value)?))
}

/// `Workload`, or the product where the record has none.
fn workloads(events: &StructArray) -> ArrayRef {
    let provider = text(events, "metadata.log_provider");
    let name = |row: usize| {
        let known = provider.filter(|texts| texts.is_valid(row));
        known.map_or("Microsoft 365", |texts| texts.value(row))
    };
    Arc::new(StringArray::from_iter_values((0..events.len()).map(name)))
}

fn repeated(text: &str, len: usize) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(std::iter::repeat_n(
        text, len,
    )))
}

fn field(name: &str) -> Result<FieldRef, ArrowError> {
    let schema = event_schema();
    let found = schema
        .fields()
        .find(name)
        .map(|(_, field)| Arc::clone(field));
    found.ok_or_else(|| ArrowError::SchemaError(format!("no column `{name}`")))
}
