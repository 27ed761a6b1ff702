//! The tables that the reference pages show say what the code does: each entry is seen at work in a fixture.

use std::io;

use auditlake_normalizer::workloads::{Decided, Mapping, Thing, WORKLOADS, Workload};
use serde_json::Value;

use crate::fixtures::{event_json, normalize, record, root, stems};

/// A fixture's record and event.
struct Case {
    record: Value,
    event: Value,
}

fn cases(workload: &Workload) -> io::Result<Vec<Case>> {
    let directory = root().join(workload.slug);
    let case = |name: &String| {
        let record = record(&directory, name)?;
        let event = event_json(&normalize(&record))?;
        Ok(Case {
            record: serde_json::from_str(&record)?,
            event: serde_json::from_str(&event)?,
        })
    };
    stems(&directory, "json")?.iter().map(case).collect()
}

/// Texts of the scalars at a path: `A.B`, `A[]` for any element, `A[name]` for the element with this `Name` or `Key`.
fn at(value: &Value, path: &str) -> Vec<String> {
    let Some((segment, rest)) = split(path) else {
        return scalar(value);
    };
    match value {
        Value::Array(elements) => elements.iter().flat_map(|e| at(e, path)).collect(),
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(inner @ (Value::Object(_) | Value::Array(_))) => at(&inner, path),
            _ => Vec::new(),
        },
        Value::Object(_) => {
            let (name, key) = match segment.split_once('[') {
                Some((name, key)) => (name, key.trim_end_matches(']')),
                None => (segment, ""),
            };
            let Some(found) = value.get(name) else {
                return Vec::new();
            };
            match key {
                "" => at(found, rest),
                key => named(found, key).iter().flat_map(|e| at(e, rest)).collect(),
            }
        }
        _ => Vec::new(),
    }
}

/// The first segment of a path and the rest: a dot inside brackets parts nothing.
fn split(path: &str) -> Option<(&str, &str)> {
    if path.is_empty() {
        return None;
    }
    let mut depth = 0_usize;
    let end = path.find(|c| {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        c == '.' && depth == 0
    });
    Some(end.map_or((path, ""), |end| {
        let (segment, rest) = path.split_at(end);
        (segment, rest.trim_start_matches('.'))
    }))
}

fn named(list: &Value, key: &str) -> Vec<Value> {
    let is = |e: &&Value| ["Name", "name", "Key"].iter().any(|n| e[n] == key);
    let list = match list {
        Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
        list => list.clone(),
    };
    list.as_array()
        .map(|elements| elements.iter().filter(is).cloned().collect())
        .unwrap_or_default()
}

fn scalar(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(elements) => elements.iter().flat_map(scalar).collect(),
        other => vec![other.to_string()],
    }
}

fn is_seen(mapping: &Mapping, cases: &[Case]) -> bool {
    cases.iter().any(|case| {
        !at(&case.record, mapping.from).is_empty() && !at(&case.event, mapping.to.path()).is_empty()
    })
}

/// Whether an event names the thing by one of its members.
fn is_shown(thing: &Thing, cases: &[Case]) -> bool {
    let lists = ["web_resources", "resources"];
    cases.iter().any(|case| {
        let kinds = lists.map(|list| at(&case.event, &format!("{list}.type")));
        kinds.iter().flatten().any(|kind| kind == thing.kind)
    })
}

#[test]
fn every_entry_of_a_field_table_is_seen_at_work() -> io::Result<()> {
    let mut unseen = Vec::new();
    for workload in WORKLOADS {
        let cases = cases(workload)?;
        let fields = workload.fields.iter().filter(|m| !is_seen(m, &cases));
        let fields = fields.map(|m| format!("{}: {} → {}", workload.slug, m.from, m.to.path()));
        let things = workload.things.iter().filter(|t| !is_shown(t, &cases));
        let things = things.map(|t| format!("{}: {}", workload.slug, t.kind));
        unseen.extend(fields.chain(things));
    }
    assert!(
        unseen.is_empty(),
        "no fixture shows these:\n{}",
        unseen.join("\n")
    );
    Ok(())
}

#[test]
fn every_table_of_operations_decides_a_fixture() -> io::Result<()> {
    for workload in WORKLOADS.iter().filter(|w| !w.operations.is_empty()) {
        let directory = root().join(workload.slug);
        let mut cases = stems(&directory, "json")?.into_iter();
        let decides = |case: String| -> io::Result<bool> {
            let batch = normalize(&record(&directory, &case)?);
            Ok(matches!(
                batch.rows[0].decided,
                Decided::Named | Decided::Pattern
            ))
        };
        let used = cases.try_fold(false, |used, case| {
            Ok::<_, io::Error>(used || decides(case)?)
        })?;
        assert!(
            used,
            "no fixture of `{}` has an operation of its table",
            workload.slug
        );
    }
    Ok(())
}

#[test]
fn paths_lead_into_lists_and_texts() {
    let record = serde_json::json!({
        "A": {"B": [{"C": 1}, {"C": "x"}]},
        "P": [{"Name": "Role.Name", "NewValue": "Reader"}],
        "T": "{\"In\": true}",
    });
    assert_eq!(at(&record, "A.B[].C"), ["1", "x"]);
    assert_eq!(at(&record, "P[Role.Name].NewValue"), ["Reader"]);
    assert_eq!(at(&record, "T.In"), ["true"]);
    assert!(at(&record, "P[Other].NewValue").is_empty());
}
