//! `schema`.

use serde_json::Value;

use crate::command::{auditlake, ran, run};

#[test]
fn the_schema_is_json_for_programs() {
    for (table, column) in [
        ("events", "actor.user.name"),
        ("quarantine", "raw_bytes"),
        ("service-health", "impact_description"),
    ] {
        let ran = run(&["schema", "show", "--table", table, "--output", "json"]).unwrap();
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(document["table"], table.replace('-', "_"));
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

#[test]
fn the_columns_are_a_page_too() {
    let ran = run(&["schema", "show", "--output", "markdown"]).unwrap();
    assert_eq!(ran.code, Some(0));
    let line = ran
        .stdout
        .lines()
        .find(|line| line.starts_with("| `file.ext` |"));
    let line = line.unwrap_or_default();
    assert!(
        line.contains("`SourceFileExtension` [sharepoint_files]"),
        "{line}"
    );
}

#[test]
fn service_health_has_statements_and_a_json_schema() {
    let args = ["schema", "ddl", "duckdb", "--table", "service_health"];
    let ran = run(&args).unwrap();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let view = "CREATE OR REPLACE VIEW \"service_health\"";
    assert!(ran.stdout.contains(view), "{}", ran.stdout);
    assert!(ran.stdout.contains("LAKE/service_health/**/*.parquet"));
    let args = ["schema", "json-schema", "--table", "service-health"];
    let ran = run(&args).unwrap();
    let schema: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(schema["properties"]["is_resolved"]["type"], "boolean");
}

#[test]
fn statements_name_the_lake_and_the_table() {
    let args = [
        "schema",
        "ddl",
        "athena",
        "--lake",
        "s3://b/l",
        "--name",
        "sec.audit",
        "--layout",
        "hive",
    ];
    let ran = run(&args).unwrap();
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.contains("`sec`.`audit` ("), "{}", ran.stdout);
    assert!(ran.stdout.contains("LOCATION 's3://b/l/events/'"));
    let unknown = run(&["schema", "ddl", "oracle"]).unwrap();
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("clickhouse"), "{}", unknown.stderr);
}

/// A lake that says how it lies, and nothing else.
fn lake_of(record: &str) -> std::io::Result<tempfile::TempDir> {
    let lake = tempfile::tempdir()?;
    let head = r#""version":1,"ocsf_version":"1.8.0","schema_version":1,"created":"2026-05-04T10:12:33Z","created_by":"test""#;
    let directory = lake.path().join("_auditlake");
    std::fs::create_dir(&directory)?;
    std::fs::write(directory.join("lake.json"), format!("{{{head},{record}}}"))?;
    Ok(lake)
}

#[test]
fn statements_are_as_the_lake_lies() {
    let lake = lake_of(
        r#""layout":"template","table":"m365","path_template":"{table}/v1/dt={event_day}/{tenant_uid}""#,
    ).unwrap();
    let ddl = |engine| {
        let lake = lake.path().to_str().unwrap();
        run(&["schema", "ddl", engine, "--lake", lake]).unwrap()
    };
    let athena = ddl("athena");
    assert_eq!((athena.code, athena.stderr.as_str()), (Some(0), ""));
    let template = "/m365/v1/dt=${dt}/${tenant_uid}/'";
    assert!(athena.stdout.contains(template), "{}", athena.stdout);
    let trino = ddl("trino");
    assert_eq!(trino.code, Some(2));
    assert!(trino.stderr.contains("`{tenant_uid}`"), "{}", trino.stderr);
}

#[test]
fn a_lake_that_cannot_be_read_from_here_is_told() {
    let ran = run(&[
        "schema",
        "ddl",
        "fabric",
        "--lake",
        "https://onelake.example/w/l",
    ])
    .unwrap();
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.contains("the layout `hive`"), "{}", ran.stderr);
    assert!(ran.stdout.contains("class_name=*/event_day=*/*.parquet"));
}

#[test]
fn a_layout_can_be_said_without_a_lake() {
    let args = "schema ddl spark --layout security-lake --security-lake-region eu-central-1";
    let ran = run(&args.split(' ').collect::<Vec<_>>()).unwrap();
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(ran.stdout.matches("CREATE TABLE").count(), 16);
    assert!(ran.stdout.contains("`events_authentication` ("));
    let args = args.replace("spark", "bigquery");
    let ran = run(&args.split(' ').collect::<Vec<_>>()).unwrap();
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("Amazon Security Lake"),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_json_schema_is_json() {
    let ran = run(&["schema", "json-schema"]).unwrap();
    let schema: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
}

const RECORDS: &str = r#"{"CreationTime":"2026-05-04T10:12:33","Id":"1","Operation":"UserLoginFailed","RecordType":15,"UserId":"ada@contoso.example","Odd":{"Part":"hidden"}}
{"CreationTime":"2026-05-04T10:12:34","Id":"2","Operation":"Frobnicate","RecordType":99999,"UserId":"ada@contoso.example"}
"#;

#[test]
fn coverage_tells_kinds_and_members_and_no_values() {
    let directory = tempfile::tempdir().unwrap();
    let coverage = |args: &[&str]| {
        let mut command = auditlake(directory.path());
        let args = ["schema", "coverage", "-"].iter().chain(args);
        ran(command.args(args).write_stdin(RECORDS)).unwrap()
    };
    let text = coverage(&[]);
    assert_eq!(text.code, Some(0), "{}", text.stderr);
    let line = text
        .stdout
        .lines()
        .find(|line| line.contains("UserLoginFailed"));
    let line = line.unwrap_or_default();
    for part in [
        "15 AzureActiveDirectoryStsLogon",
        "Authentication",
        "1 Logon",
        "by name",
    ] {
        assert!(line.contains(part), "{line}");
    }
    assert!(text.stdout.contains("Odd.Part"), "{}", text.stdout);
    assert!(
        text.stderr.contains("1 events of 1 kinds are unknown"),
        "{}",
        text.stderr
    );

    let json = coverage(&["--output", "json"]);
    let document: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        (&document["mapped"], &document["unmapped"]),
        (&1.into(), &1.into())
    );
    for output in [&text.stdout, &json.stdout] {
        for value in ["hidden", "ada@", "2026"] {
            assert!(!output.contains(value), "{value}: {output}");
        }
    }
}
