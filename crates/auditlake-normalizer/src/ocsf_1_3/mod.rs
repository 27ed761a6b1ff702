//! OCSF 1.3.0: the form of events for consumers that stop there, such as Amazon Security Lake.
//!
//! The lake holds events of 1.8.0, as one table. 1.3.0 is made from them, a table for each class:
//!
//! - An attribute that 1.3.0 lacks goes into `unmapped`, as the member `ocsf_1_8`, in the nesting that it had;
//!   elements of lists stand there where they stood.
//! - A later id of an enumeration is 99 Other and keeps its caption.
//! - An attribute that has another name is renamed (`user.display_name` is `full_name`); where 1.3.0 has one and not a
//!   list (`resource` of User Access Management, `data_classification`), it is the first.
//! - Profiles, type and observables are those of what is kept.
//! - An event that cannot fill what its class demands is of another: a group without members that comes or goes is
//!   Entity Management, everything else API Activity or, last, Base Event.
//! - An event whose type is another says in `unmapped.ocsf_1_8` which it had.
//!
//! Nothing is invented to satisfy a class, and no event is dropped. Columns are whole batches all the way: what a class
//! lacks costs no work for each row.
//!
//! Modules, in reading order: `forms` and `attributes` (the facts), `keep`, `left`, `compact` (the three steps), `heads`
//! and `moved` (other activities and classes), `metadata`, `observables`, `unmapped`.

mod arrays;
mod attributes;
mod compact;
mod forms;
mod heads;
mod keep;
mod left;
mod metadata;
mod moved;
mod observables;
mod unmapped;

use std::collections::{BTreeMap, HashMap};

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch, StructArray, UInt32Array};
use arrow::buffer::BooleanBuffer;
use arrow::compute::{concat, concat_batches, filter, not, sort_to_indices, take_record_batch};
use arrow::datatypes::{Int32Type, Schema, SchemaRef};
use arrow::error::ArrowError;

use self::arrays::{Member, any, present};
use self::forms::Form;
use crate::class::{self, Class};
use crate::schema::{OLDER_OCSF_VERSION as VERSION, event_schema};

/// Makes OCSF 1.3.0 of events of [`event_schema`](crate::event_schema): for each class that comes of it one batch, with
/// the columns of that class, the same whatever the events are. Rows keep their order within a class.
///
/// ```
/// use auditlake_normalizer::{Normalizer, Options, Origin, ocsf_1_3, write_ndjson};
///
/// let record = br#"{"Id":"1","RecordType":15,"Operation":"UserLoggedIn","UserId":"alex@contoso.example","CreationTime":"2026-05-04T10:12:33"}"#;
/// let mut normalizer = Normalizer::new(Options::default());
/// normalizer.push(record, &Origin::default());
/// for (class, events) in ocsf_1_3(&normalizer.finish().events)? {
///     assert_eq!((class.uid, class.caption), (3002, "Authentication"));
///     assert!(events.column_by_name("file").is_none(), "a sign-in has no file");
///     write_ndjson(&events, std::io::sink())?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the batch is not of the schema of events.
pub fn ocsf_1_3(events: &RecordBatch) -> Result<Vec<(&'static Class, RecordBatch)>, ArrowError> {
    let mut made: BTreeMap<u16, (&'static Class, Vec<Made>)> = BTreeMap::new();
    for (class, numbers) in rows_by_class(events)? {
        let mut rows = Rows::of(events, numbers)?;
        for target in moved::targets(class) {
            let Some(form) = forms::of(target) else {
                continue;
            };
            let (whole, rest) = convert(form, class, &rows)?;
            if whole.events.num_rows() > 0 {
                let entry = made.entry(target.uid).or_insert((target, Vec::new()));
                entry.1.push(whole);
            }
            rows = rest;
            if rows.numbers.is_empty() {
                break;
            }
        }
    }
    made.into_values()
        .map(|(class, parts)| Ok((class, in_order(&parts)?)))
        .collect()
}

/// The columns that [`ocsf_1_3`] gives the events of a class; none when OCSF 1.3.0 has no such events of ours.
///
/// # Errors
/// As [`ocsf_1_3`].
pub fn ocsf_1_3_schema(class: &'static Class) -> Result<Option<SchemaRef>, ArrowError> {
    let Some(form) = forms::of(class) else {
        return Ok(None);
    };
    let none = RecordBatch::new_empty(event_schema());
    let (made, _) = convert(form, class, &Rows::of(&none, Vec::new())?)?;
    Ok(Some(made.events.schema()))
}

/// Events of one class, with their numbers in the batch.
struct Rows {
    numbers: UInt32Array,
    events: StructArray,
}

/// Events that are done.
struct Made {
    numbers: UInt32Array,
    events: RecordBatch,
}

impl Rows {
    fn of(events: &RecordBatch, numbers: Vec<u32>) -> Result<Self, ArrowError> {
        let numbers = UInt32Array::from(numbers);
        let events = StructArray::from(take_record_batch(events, &numbers)?);
        Ok(Self { numbers, events })
    }

    fn only(&self, mask: &BooleanArray) -> Result<Self, ArrowError> {
        Ok(Self {
            numbers: filter(&self.numbers, mask)?.as_primitive().clone(),
            events: filter(&self.events, mask)?.as_struct().clone(),
        })
    }
}

fn rows_by_class(events: &RecordBatch) -> Result<Vec<(&'static Class, Vec<u32>)>, ArrowError> {
    let uids = events.column_by_name("class_uid");
    let uids = uids.and_then(|column| column.as_primitive_opt::<Int32Type>());
    let uids = uids.ok_or_else(|| ArrowError::SchemaError("no column `class_uid`".to_owned()))?;
    let mut rows: BTreeMap<u16, Vec<u32>> = BTreeMap::new();
    for (number, uid) in (0..).zip(uids) {
        let uid = uid.and_then(|uid| u16::try_from(uid).ok()).unwrap_or(0);
        rows.entry(uid).or_default().push(number);
    }
    let known = |(uid, numbers)| {
        let unknown = || ArrowError::InvalidArgumentError(format!("no class `{uid}`"));
        Ok((class::by_uid(uid).ok_or_else(unknown)?, numbers))
    };
    rows.into_iter().map(known).collect()
}

/// Those of the rows that can be of the form, done, and the others.
fn convert(form: &Form, class: &'static Class, rows: &Rows) -> Result<(Made, Rows), ArrowError> {
    let shaped = moved::to(class, form.class, &rows.events)?;
    let kept = keep::events(form, &shaped)?;
    let complete = BooleanArray::new(complete(form, &kept), None);
    let rest = rows.only(&not(&complete)?)?;
    let whole = rows.only(&complete)?;
    let shaped = filter(&shaped, &complete)?;
    let kept = filter(&kept, &complete)?;
    let left = left::of_events(shaped.as_struct(), kept.as_struct())?;
    let events = finished(form, kept.as_struct(), left, &whole.events)?;
    let numbers = whole.numbers;
    Ok((Made { numbers, events }, rest))
}

/// What is kept of events, with all that they say of themselves and what is left of them.
fn finished(
    form: &Form,
    kept: &StructArray,
    mut left: Vec<Member>,
    before: &StructArray,
) -> Result<RecordBatch, ArrowError> {
    let kept = heads::known(form, kept)?;
    left.extend(heads::other_types(before, &kept)?);
    let kept = metadata::with_action(form, &kept)?;
    let kept = observables::with_present(&kept)?;
    let kept = metadata::with_version(form, &kept)?;
    let kept = unmapped::with_left(&kept, left)?;
    batch(compact::events(form, &kept)?)
}

/// The rows that have all that the class demands.
fn complete(form: &Form, kept: &StructArray) -> BooleanBuffer {
    let has = |name: &&str| {
        let column = kept.column_by_name(name);
        column.map_or_else(
            || BooleanBuffer::new_unset(kept.len()),
            |array| present(array),
        )
    };
    let required = form.class.required.iter().map(has);
    let mut rows = required.fold(BooleanBuffer::new_set(kept.len()), |rows, has| &rows & &has);
    for any_of in [form.class.any_of, form.any_of] {
        if !any_of.is_empty() {
            rows = &rows & &any(kept.len(), any_of.iter().map(has));
        }
    }
    rows
}

fn batch(events: StructArray) -> Result<RecordBatch, ArrowError> {
    let metadata = HashMap::from([("ocsf.version".to_owned(), VERSION.to_owned())]);
    let schema = Schema::new_with_metadata(events.fields().clone(), metadata);
    RecordBatch::from(events).with_schema(schema.into())
}

/// The parts of a class as one batch, its rows in the order that the events had.
fn in_order(parts: &[Made]) -> Result<RecordBatch, ArrowError> {
    if let [only] = parts {
        return Ok(only.events.clone());
    }
    let Some(first) = parts.first() else {
        return Err(ArrowError::InvalidArgumentError("no parts".to_owned()));
    };
    let all = concat_batches(
        &first.events.schema(),
        parts.iter().map(|part| &part.events),
    )?;
    let numbers: Vec<&dyn Array> = parts
        .iter()
        .map(|part| &part.numbers as &dyn Array)
        .collect();
    let order = sort_to_indices(&concat(&numbers)?, None, None)?;
    take_record_batch(&all, &order)
}
