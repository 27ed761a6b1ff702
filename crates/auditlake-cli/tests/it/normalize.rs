//! `normalize`.

use std::fs;
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;

use crate::command::{Ran, auditlake, process, ran};

/// A failed sign-in, a download, and the sign-in again with its members in another order.
const RECORDS: &str = r#"{"CreationTime":"2026-05-04T10:12:33","Id":"11111111-aaaa-4000-8000-000000000001","Operation":"UserLoginFailed","OrganizationId":"11111111-2222-3333-4444-555555555555","RecordType":15,"ResultStatus":"Failed","UserKey":"k","UserType":0,"Version":1,"Workload":"AzureActiveDirectory","ClientIP":"203.0.113.7","UserId":"ada@contoso.example"}
{"CreationTime":"2026-05-04T11:00:00","Id":"11111111-aaaa-4000-8000-000000000002","Operation":"FileDownloaded","OrganizationId":"11111111-2222-3333-4444-555555555555","RecordType":6,"UserKey":"k","UserType":0,"Version":1,"Workload":"SharePoint","ClientIP":"198.51.100.4","UserId":"ada@contoso.example","ObjectId":"https://contoso.example/sites/a/plan.docx","SourceFileName":"plan.docx","ItemType":"File"}
{"Id":"11111111-aaaa-4000-8000-000000000001","CreationTime":"2026-05-04T10:12:33","Operation":"UserLoginFailed","OrganizationId":"11111111-2222-3333-4444-555555555555","RecordType":15,"ResultStatus":"Failed","UserKey":"k","UserType":0,"Version":1,"Workload":"AzureActiveDirectory","ClientIP":"203.0.113.7","UserId":"ada@contoso.example"}
"#;

fn directory(records: &str) -> std::io::Result<TempDir> {
    let directory = tempfile::tempdir()?;
    fs::write(directory.path().join("records.ndjson"), records)?;
    Ok(directory)
}

#[test]
fn records_of_a_file_become_events_on_standard_output() {
    let directory = directory(RECORDS).unwrap();
    let args = ["normalize", "records.ndjson", "--report", "report.json"];
    let ran = ran(auditlake(directory.path()).args(args)).unwrap();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let events: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let classes: Vec<&str> = events
        .iter()
        .filter_map(|event| event["class_name"].as_str())
        .collect();
    assert_eq!(classes, ["Authentication", "File Hosting Activity"]);
    let report: Value =
        serde_json::from_slice(&fs::read(directory.path().join("report.json")).unwrap()).unwrap();
    assert_eq!(
        (&report["records"], &report["events"], &report["duplicates"]),
        (&3.into(), &2.into(), &1.into())
    );
    assert!(
        ran.stderr.contains("2 events of 3 records (1 repeated)"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_older_version_is_asked_for_by_its_number_and_not_in_a_lake() {
    let directory = directory(RECORDS).unwrap();
    let older = |args: &[&str]| {
        let args = [
            &["normalize", "records.ndjson", "--ocsf-version", "1.3.0"],
            args,
        ]
        .concat();
        ran(auditlake(directory.path()).args(args)).unwrap()
    };
    let written = older(&[]);
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    let events = written.stdout.lines().map(serde_json::from_str);
    let events: Vec<Value> = events.collect::<Result<_, _>>().unwrap();
    assert_eq!(events.len(), 2);
    for event in events {
        assert_eq!(event["metadata"]["version"], "1.3.0");
        assert!(event["unmapped"]["ocsf_1_8"]["metadata"]["original_event_uid"].is_string());
    }
    let refused = older(&["--to", "parquet", "--lake", "lake"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("--to ndjson"), "{}", refused.stderr);
    assert!(!directory.path().join("lake").exists());
}

#[test]
fn standard_input_is_read_too() {
    let directory = directory("").unwrap();
    let args = ["normalize", "-", "--no-raw-data"];
    let Ran { stdout, .. } =
        ran(auditlake(directory.path()).args(args).write_stdin(RECORDS)).unwrap();
    assert_eq!(stdout.lines().count(), 2, "{stdout}");
    assert!(!stdout.contains("raw_data"), "{stdout}");
}

#[test]
fn what_is_no_record_is_told_and_changes_the_exit_code() {
    let directory = directory(&format!("{RECORDS}[1, 2]\n")).unwrap();
    let ran = ran(auditlake(directory.path()).args(["normalize", "records.ndjson"])).unwrap();
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    assert_eq!(ran.stdout.lines().count(), 2);
    assert!(
        ran.stderr.contains("quarantined from `records.ndjson`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let lines: String = (0..20_000)
        .map(|n| {
            RECORDS
                .lines()
                .next()
                .unwrap_or_default()
                .replace("000000000001", &format!("{n:012}"))
                + "\n"
        })
        .collect();
    let directory = directory(&lines).unwrap();
    let mut command = process(directory.path());
    let mut child = command
        .args(["normalize", "records.ndjson"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn files_go_into_a_lake_once() {
    let directory = directory(RECORDS).unwrap();
    let args = [
        "normalize",
        "records.ndjson",
        "--to",
        "parquet",
        "--lake",
        "lake",
        "--output",
        "json",
    ];
    let normalize = || ran(auditlake(directory.path()).args(args)).unwrap();
    let first = normalize();
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let report: Value = serde_json::from_str(&first.stdout).unwrap();
    assert_eq!(
        (&report["events"], &report["duplicates"]),
        (&2.into(), &1.into())
    );
    let again = normalize();
    let report: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(
        (again.code, &report["events"]),
        (Some(0), &0.into()),
        "{}",
        again.stderr
    );
}

#[test]
fn an_input_that_is_not_there_fails_and_is_named() {
    let directory = directory("").unwrap();
    let ran = ran(auditlake(directory.path()).args(["normalize", "nowhere.ndjson"])).unwrap();
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("nowhere.ndjson"), "{}", ran.stderr);
}

#[test]
fn a_pattern_names_files_and_one_that_matches_none_is_a_usage_error() {
    let record = r#"{"Id":"1","Operation":"Send","RecordType":2}"#;
    let directory = directory(record).unwrap();
    let below = directory.path().join("a/b");
    std::fs::create_dir_all(&below).unwrap();
    std::fs::write(below.join("two.jsonl"), record.replace("\"1\"", "\"2\"")).unwrap();
    std::fs::write(
        below.join("page.json"),
        r#"{"value":[{"id":"x","auditData":{"Id":"3","Operation":"Send"}}]}"#,
    )
    .unwrap();
    let mut command = auditlake(directory.path());
    let read = ran(command.args(["normalize", "a/**/*.json*"])).unwrap();
    assert_eq!(read.code, Some(0), "{}", read.stderr);
    assert_eq!(read.stdout.lines().count(), 2, "{}", read.stdout);
    let mut command = auditlake(directory.path());
    let none = ran(command.args(["normalize", "*.nothing"])).unwrap();
    assert_eq!(none.code, Some(2), "{}", none.stderr);
    assert!(none.stderr.contains("`*.nothing`"), "{}", none.stderr);
}

#[test]
fn a_bad_line_is_named_with_its_file_and_line_and_the_rest_goes_on() {
    let directory = directory("").unwrap();
    let lines =
        "{\"Id\":\"1\",\"Operation\":\"Send\"}\nnonsense\n{\"Id\":\"2\",\"Operation\":\"Send\"}\n";
    std::fs::write(directory.path().join("export.jsonl"), lines).unwrap();
    let mut command = auditlake(directory.path());
    let read = ran(command.args(["normalize", "export.jsonl"])).unwrap();
    assert_eq!(read.code, Some(4), "{}", read.stderr);
    assert_eq!(read.stdout.lines().count(), 2);
    assert!(
        read.stderr.contains("`export.jsonl`: not_json: line 2: "),
        "{}",
        read.stderr
    );
}
