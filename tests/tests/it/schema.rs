//! What we say of the columns, judged by those who will believe it: engines, their parsers, a JSON Schema validator.

use std::path::Path;

use anyhow::{Context, Result};
use auditlake_pipeline::files::{
    Input, LakeOptions, NdjsonOptions, normalize_to_lake, normalize_to_ndjson,
};
use auditlake_pipeline::schema::column::{Column, Kind};
use auditlake_pipeline::schema::ddl::{Engine, Refusal, Table, statements};
use auditlake_pipeline::schema::{EVENTS, json_schema};
use auditlake_pipeline::{LayoutChoice, LayoutName, Progress, Report};
use auditlake_simulator::generate;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::world::{fixtures, python};

/// A lake of generated records.
async fn lake(directory: &Path) -> Result<(String, Report)> {
    let input = directory.join("records.ndjson");
    let mut records = Vec::new();
    generate::write_ndjson(5, 1_000, "2026-05-11T10:00:00Z".parse()?, &mut records)?;
    std::fs::write(&input, records)?;
    let lake = directory.join("it's a lake").to_string_lossy().into_owned();
    let options = LakeOptions::new(&lake);
    let inputs = vec![Input::File(input)];
    let progress = Progress::default().into();
    let report = normalize_to_lake(inputs, options, progress, CancellationToken::new()).await?;
    Ok((lake, report))
}

#[tokio::test(flavor = "multi_thread")]
async fn duckdb_answers_from_the_table_that_its_statements_make() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let (lake, report) = lake(directory.path()).await?;
    let sql = statements(Engine::DuckDb, &Table::default(), &lake, "audit.events")?;
    let answer = python("query_lake.py", &[], &sql)?;
    let by_class: Map<String, Value> = report
        .by_class
        .iter()
        .map(|(class, events)| (class.clone(), (*events).into()))
        .collect();
    assert_eq!(answer["by_class"], Value::Object(by_class));
    let days = answer["by_day"].as_object().context("days")?;
    assert!(
        days.keys().any(|day| day.starts_with("2026-05-0")),
        "{days:?}"
    );
    for asked in ["people", "groups", "cloud"] {
        assert!(answer[asked].as_u64() > Some(0), "{asked}: {answer:#}");
    }
    for column in EVENTS {
        let found = answer["columns"][column.name].as_str().unwrap_or_default();
        assert_eq!(
            found.replace('"', ""),
            duckdb_type(column),
            "{}",
            column.name
        );
    }
    assert_eq!(answer["comments"], EVENTS.len());
    Ok(())
}

/// What DuckDB calls a column's type: the files must hold what the table of columns says.
fn duckdb_type(column: &Column) -> String {
    let members = |columns: &[Column]| {
        let members: Vec<String> = columns
            .iter()
            .map(|column| format!("{} {}", column.name, duckdb_type(column)))
            .collect();
        format!("STRUCT({})", members.join(", "))
    };
    match column.kind {
        Kind::Text | Kind::Json => "VARCHAR".to_owned(),
        Kind::Int => "INTEGER".to_owned(),
        Kind::Long => "BIGINT".to_owned(),
        Kind::Bool => "BOOLEAN".to_owned(),
        Kind::DateTime => "TIMESTAMP WITH TIME ZONE".to_owned(),
        Kind::TextList => "VARCHAR[]".to_owned(),
        Kind::IntList => "INTEGER[]".to_owned(),
        Kind::Object(object) => members(object.columns),
        Kind::List(object) => format!("{}[]", members(object.columns)),
    }
}

/// The tables of each kind of layout.
fn tables() -> Result<Vec<Table>> {
    let template = |template: &str| LayoutChoice {
        path_template: Some(template.to_owned()),
        ..LayoutChoice::default()
    };
    let named = |layout| LayoutChoice {
        layout: Some(layout),
        ..LayoutChoice::default()
    };
    let mut security_lake = named(LayoutName::SecurityLake);
    security_lake.security_lake.region = Some("eu-central-1".to_owned());
    let choices = [
        named(LayoutName::Hive),
        named(LayoutName::Flat),
        template("{table}/tenant={tenant_uid}/class_uid={class_uid}/dt={event_day_compact}"),
        template("{table}/{log_name}-{connection}/{event_year}/{event_month}/{event_day_of_month}"),
        security_lake,
    ];
    let mut tables = Vec::new();
    for choice in choices {
        // The parsers are slow, and classes differ in nothing that they would see.
        tables.extend(choice.of_new_lake()?.tables()?.into_iter().take(1));
    }
    Ok(tables)
}

#[test]
fn every_engine_has_statements_that_a_parser_of_its_sql_reads() -> Result<()> {
    let mut all: Map<String, Value> = Map::new();
    let mut refused = Vec::new();
    for engine in Engine::ALL {
        let mut texts = Vec::new();
        for table in tables()? {
            match statements(
                engine,
                &table,
                "s3://bucket/o'lake",
                "security.audit_events",
            ) {
                Ok(sql) => texts.push(sql),
                Err(refusal) => refused.push((engine, refusal)),
            }
        }
        assert!(texts.len() > 3, "{engine:?}");
        all.insert(engine.name().to_owned(), texts.into());
    }
    let by_path =
        |(_, refusal): &&(Engine, Refusal)| matches!(refusal, Refusal::Directories { .. });
    let by_path: Vec<Engine> = refused.iter().filter(by_path).map(|(e, _)| *e).collect();
    assert_eq!(by_path, [Engine::Trino]);
    let faults = python("parse_ddl.py", &[], &Value::Object(all).to_string())?;
    for engine in Engine::ALL {
        assert_eq!(
            faults[engine.name()],
            Value::Array(Vec::new()),
            "{engine:?}"
        );
    }
    Ok(())
}

#[test]
fn printed_events_of_all_fixtures_follow_the_json_schema() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let schema = directory.path().join("schema.json");
    std::fs::write(&schema, serde_json::to_vec(&json_schema())?)?;
    let mut events = Vec::new();
    let report = normalize_to_ndjson(
        &fixtures()?,
        NdjsonOptions::default(),
        &Progress::default(),
        &mut events,
    )?;
    let arguments = [&*schema.to_string_lossy()];
    let answer = python(
        "validate_schema.py",
        &arguments,
        &String::from_utf8(events)?,
    )?;
    assert_eq!(answer["events"].as_u64(), Some(report.events));
    assert!(report.events > 50, "{}", report.events);
    assert_eq!(answer["invalid"], 0, "{answer:#}");
    assert_eq!(answer["accepted"], 0, "events that are spoiled are refused");
    Ok(())
}
