//! `schema show`.

use serde_json::Value;

use crate::command::run;

#[test]
fn the_schema_is_json_for_programs() {
    for (table, column) in [("events", "actor.user.name"), ("quarantine", "raw_bytes")] {
        let ran = run(&["schema", "show", "--table", table, "--output", "json"]).unwrap();
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(document["table"], table);
        let columns = document["columns"].as_array().unwrap();
        let found = columns
            .iter()
            .find(|found| found["path"] == column)
            .unwrap();
        assert!(
            found["type"].is_string() && found["description"].is_string(),
            "{found}"
        );
    }
}

#[test]
fn the_schema_is_text_for_people() {
    let ran = run(&["schema", "show"]).unwrap();
    assert_eq!(ran.code, Some(0));
    let line = ran
        .stdout
        .lines()
        .find(|line| line.trim_start().starts_with("time_dt "))
        .unwrap();
    assert!(line.contains("timestamp"), "{line}");
}
