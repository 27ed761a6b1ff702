//! Events in the form of OCSF 1.3.0: what no JSON Schema sees, over all fixtures, and each difference by snapshot.
//!
//! A case of its own is an event of 1.8.0 in `ocsf_1_3/`, and beside it the event that it becomes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch, StructArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, FieldRef, Fields, Schema};
use arrow::json::ReaderBuilder;
use auditlake_normalizer::class::Class;
use auditlake_normalizer::{Normalizer, Options, Origin, event_schema, ocsf_1_3, write_ndjson};
use serde_json::Value;

use crate::fixtures::{entries, record, root, stems};
use crate::pretty::pretty;

/// The directory of this test's own cases.
fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/ocsf_1_3")
}

/// The event of a case.
fn case(name: &str) -> io::Result<RecordBatch> {
    let file = BufReader::new(File::open(cases().join(name).with_extension("json"))?);
    // Arrow reads no times of a named zone; cases have numbers.
    let readable = Arc::new(Schema::new(without_zones(event_schema().fields())));
    let mut reader = ReaderBuilder::new(readable)
        .build(file)
        .map_err(io::Error::other)?;
    let event = reader.next().ok_or(io::ErrorKind::UnexpectedEof)?;
    let event = StructArray::from(event.map_err(io::Error::other)?);
    let whole = DataType::Struct(event_schema().fields().clone());
    let event = cast(&event, &whole).map_err(io::Error::other)?;
    Ok(RecordBatch::from(event.as_struct()))
}

fn without_zones(fields: &Fields) -> Fields {
    let plain = |field: &FieldRef| {
        let kind = match field.data_type() {
            DataType::Timestamp(..) => DataType::Int64,
            DataType::Struct(inner) => DataType::Struct(without_zones(inner)),
            other => other.clone(),
        };
        field.as_ref().clone().with_data_type(kind)
    };
    fields.iter().map(plain).collect()
}

/// All fixtures' records as events, and all cases.
pub(crate) fn batches() -> io::Result<Vec<RecordBatch>> {
    let mut normalizer = Normalizer::new(Options::default());
    let origin = Origin {
        connection: "contoso",
        content_created: "2026-05-04T11:02:07Z".parse().ok(),
        ..Origin::default()
    };
    for directory in entries(&root())? {
        for name in stems(&directory, "json")? {
            normalizer.push(record(&directory, &name)?.as_bytes(), &origin);
        }
    }
    let mut batches = vec![normalizer.finish().events];
    for name in stems(&cases(), "json")? {
        batches.push(case(&name)?);
    }
    Ok(batches)
}

fn older(events: &RecordBatch) -> io::Result<Vec<(&'static Class, RecordBatch)>> {
    ocsf_1_3(events).map_err(io::Error::other)
}

fn json(events: &RecordBatch) -> io::Result<Vec<Value>> {
    let mut lines = Vec::new();
    write_ndjson(events, &mut lines)?;
    let lines = String::from_utf8(lines).map_err(io::Error::other)?;
    let values = lines.lines().map(serde_json::from_str);
    values.collect::<Result<_, _>>().map_err(io::Error::other)
}

/// Events of 1.8.0, each with what it becomes.
fn pairs() -> io::Result<Vec<(Value, Value)>> {
    let mut pairs = Vec::new();
    for batch in batches()? {
        let mut made = BTreeMap::new();
        for (_, events) in older(&batch)? {
            for event in json(&events)? {
                made.insert(event["metadata"]["uid"].to_string(), event);
            }
        }
        for event in json(&batch)? {
            let uid = event["metadata"]["uid"].to_string();
            let becomes = made.get(&uid).cloned();
            let becomes = becomes.ok_or_else(|| io::Error::other(format!("{event} is lost")))?;
            pairs.push((event, becomes));
        }
    }
    Ok(pairs)
}

fn uids(events: &RecordBatch) -> Vec<String> {
    let metadata = events.column_by_name("metadata").map(AsArray::as_struct);
    let uids = metadata.and_then(|metadata| metadata.column_by_name("uid"));
    let texts = uids.map(|uids| uids.as_string::<i32>().iter().flatten());
    texts.into_iter().flatten().map(str::to_owned).collect()
}

#[test]
fn every_event_becomes_one_in_the_order_of_its_class() -> io::Result<()> {
    for batch in batches()? {
        let before = uids(&batch);
        assert_eq!(before.len(), batch.num_rows());
        let mut after = Vec::new();
        for (class, events) in older(&batch)? {
            let places: Vec<_> = uids(&events)
                .iter()
                .map(|uid| before.iter().position(|known| known == uid))
                .collect();
            assert!(places.is_sorted(), "{}: {places:?}", class.caption);
            after.extend(uids(&events));
        }
        after.sort_unstable();
        let mut before = before;
        before.sort_unstable();
        assert_eq!(after, before);
    }
    Ok(())
}

#[test]
fn the_columns_of_a_class_are_the_same_whatever_its_events() -> io::Result<()> {
    let mut schemas = BTreeMap::new();
    for batch in batches()? {
        for (class, events) in older(&batch)? {
            let schema = schemas.entry(class.uid).or_insert_with(|| events.schema());
            assert_eq!(*schema, events.schema(), "{}", class.caption);
        }
    }
    for (_, schema) in schemas {
        assert_eq!(schema.metadata()["ocsf.version"], "1.3.0");
        assert!(schema.field_with_name("auditlake").is_err());
    }
    Ok(())
}

#[test]
fn ids_and_captions_belong_together() -> io::Result<()> {
    for batch in batches()? {
        for (class, events) in older(&batch)? {
            for event in json(&events)? {
                let activity = event["activity_id"].as_u64().unwrap_or(u64::MAX);
                let caption = u8::try_from(activity).ok();
                let caption = caption.and_then(|id| class.activity_caption(id));
                assert_eq!(event["class_uid"], class.uid);
                assert_eq!(event["class_name"], class.caption);
                assert_eq!(event["category_uid"], class.category_uid());
                assert_eq!(event["category_name"], class.category);
                assert_eq!(event["type_uid"], u64::from(class.uid) * 100 + activity);
                let type_name = format!("{}: {}", class.caption, caption.unwrap_or("Other"));
                assert_eq!(event["type_name"], *type_name);
                assert!(caption.is_none_or(|caption| event["activity_name"] == caption));
                assert_eq!(event["metadata"]["version"], "1.3.0");
            }
        }
    }
    Ok(())
}

/// Whether a member of this name is anywhere in an event, outside what the record itself says.
fn has(value: &Value, name: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| has(item, name)),
        Value::Object(members) => members.iter().any(|(key, value)| {
            key != "unmapped" && key != "data" && (name(key) || has(value, name))
        }),
        _ => false,
    }
}

#[test]
fn profiles_are_those_of_what_is_there() -> io::Result<()> {
    let control = [
        "action_id",
        "action",
        "disposition_id",
        "disposition",
        "malware",
    ];
    // Classes whose actor needs no profile.
    let own_actor = [1001, 1008, 3001, 3002, 6003, 6005, 6006];
    for (_, event) in pairs()? {
        let uid = event["class_uid"].as_u64().unwrap_or_default();
        let top = |name: &str| event.get(name).is_some();
        let by_host = top("actor") && !own_actor.contains(&uid) || top("device") && uid > 2000;
        let expected: Vec<&str> = [
            ("cloud", top("cloud")),
            (
                "data_classification",
                has(&event, &|key| key == "data_classification"),
            ),
            ("datetime", has(&event, &|key| key.ends_with("_dt"))),
            ("host", by_host),
            ("security_control", control.iter().any(|name| top(name))),
        ]
        .into_iter()
        .filter_map(|(profile, used)| used.then_some(profile))
        .collect();
        assert_eq!(
            event["metadata"]["profiles"],
            Value::from(expected),
            "{event}"
        );
        assert!(
            !control.iter().any(|name| top(name)) || top("action_id"),
            "{event}"
        );
    }
    Ok(())
}

#[test]
fn observables_name_what_is_there() -> io::Result<()> {
    let mut seen = 0;
    for (_, event) in pairs()? {
        for observable in event["observables"].as_array().into_iter().flatten() {
            let name = observable["name"].as_str().unwrap_or_default();
            let value = name.split('.').fold(&event, |value, part| &value[part]);
            assert_eq!(*value, observable["value"], "{name}");
            seen += 1;
        }
    }
    assert!(seen > 0);
    Ok(())
}

/// The scalars of an event, by the name of their attribute.
fn scalars(value: &Value, name: &str, found: &mut BTreeMap<(String, String), usize>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| scalars(item, name, found)),
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            let key = if key == "full_name" {
                "display_name"
            } else {
                key
            };
            scalars(value, key, found);
        }),
        scalar => {
            let same = (name.to_owned(), scalar.to_string());
            *found.entry(same).or_default() += 1;
        }
    }
}

#[test]
fn nothing_is_lost() -> io::Result<()> {
    // What says the form, what repeats others, and ids: a later one is told by its caption.
    let of_the_form = [
        "version",
        "profiles",
        "class_uid",
        "class_name",
        "category_uid",
        "category_name",
        "activity_name",
    ];
    for (mut event, becomes) in pairs()? {
        if let Some(members) = event.as_object_mut() {
            members.remove("observables");
        }
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        scalars(&event, "", &mut before);
        scalars(&becomes, "", &mut after);
        for ((name, value), count) in before {
            if of_the_form.contains(&name.as_str()) || name.ends_with("_id") {
                continue;
            }
            let kept = after.get(&(name.clone(), value.clone())).copied();
            assert!(
                kept.unwrap_or(0) >= count,
                "{name} {value} of {event}\nin {becomes}"
            );
        }
    }
    Ok(())
}

#[test]
fn what_the_record_itself_says_stays() -> io::Result<()> {
    for (event, mut becomes) in pairs()? {
        assert_eq!(event.get("raw_data"), becomes.get("raw_data"));
        let said = event.get("unmapped").and_then(Value::as_object);
        let left = becomes["unmapped"].as_object_mut();
        let left = left.ok_or_else(|| io::Error::other("every event has an id that is left"))?;
        assert!(left.remove("ocsf_1_8").is_some(), "{event}");
        assert_eq!(said.cloned().unwrap_or_default(), *left);
    }
    Ok(())
}

#[test]
fn each_difference_is_as_its_snapshot_shows() -> io::Result<()> {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(cases());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for name in stems(&cases(), "json")? {
        let mut text = Vec::new();
        for (_, events) in older(&case(&name)?)? {
            write_ndjson(&events, &mut text)?;
        }
        let text = pretty(&String::from_utf8(text).map_err(io::Error::other)?);
        settings.bind(|| insta::assert_snapshot!(name.clone(), text));
    }
    let snapshots: BTreeSet<String> = stems(&cases(), "snap")?;
    assert_eq!(snapshots, stems(&cases(), "json")?);
    Ok(())
}

#[test]
fn no_events_make_no_batches() -> io::Result<()> {
    assert!(older(&RecordBatch::new_empty(event_schema()))?.is_empty());
    Ok(())
}
