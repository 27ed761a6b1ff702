//! Any member of any fixture may be missing or of another shape: the record still becomes one event, whole.

use std::io;

use arrow::array::AsArray;
use auditlake_normalizer::{Normalizer, Options, Origin};
use serde_json::{Map, Value, json};

use crate::fixtures::{entries, record, root, stems};

/// The record without one of its members, and with that member of other shapes.
fn mutants(record: &Map<String, Value>, member: &str) -> Vec<String> {
    let shapes = [
        json!(null),
        json!(7),
        json!("x"),
        json!([1, null]),
        json!([{"Name": 7, "Value": {}, "ID": [], "Type": "2"}]),
        json!({"a": []}),
    ];
    let mut without = record.clone();
    without.remove(member);
    let with = |shape: Value| {
        let mut other = record.clone();
        other.insert(member.to_owned(), shape);
        Value::Object(other).to_string()
    };
    let mut mutants: Vec<String> = shapes.into_iter().map(with).collect();
    if !without.is_empty() {
        mutants.push(Value::Object(without).to_string());
    }
    mutants
}

fn check(case: &str, mutants: &[String]) {
    let mut normalizer = Normalizer::new(Options::default());
    for mutant in mutants {
        normalizer.push(mutant.as_bytes(), &Origin::default());
    }
    let batch = normalizer.finish();
    assert_eq!(batch.quarantine.num_rows(), 0, "{case}");
    assert_eq!(batch.rows.len(), mutants.len(), "{case}");
    let raw_data = batch.events.column_by_name("raw_data");
    let kept = raw_data.map(|column| column.as_string::<i32>().iter().flatten());
    assert!(
        kept.is_some_and(|kept| kept.eq(mutants.iter().map(String::as_str))),
        "{case}: every record is kept, in its order"
    );
}

#[test]
fn a_member_of_another_shape_costs_no_event() -> io::Result<()> {
    let mut seen = 0;
    for directory in entries(&root())? {
        for case in stems(&directory, "json")? {
            // A lone surrogate is nothing that `Value` reads.
            let text = record(&directory, &case)?;
            let Ok(Value::Object(members)) = serde_json::from_str(&text) else {
                continue;
            };
            let all = members.keys().flat_map(|key| mutants(&members, key));
            check(&case, &all.collect::<Vec<_>>());
            seen += 1;
        }
    }
    assert!(seen > 0, "there are fixtures");
    Ok(())
}
