//! Engines of users read a lake as one table: the same events, the same values, and only the partitions that are asked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use auditlake_pipeline::Report;
use auditlake_pipeline::schema::ddl::{Engine, Table, statements};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::world::{World, binary, python};

/// Names of `tests/python/engines.py`.
const ENGINES: [&str; 5] = ["duckdb", "pyarrow", "polars", "clickhouse", "spark"];

/// Days of the service's week are closed before this one.
const LATER: &str = "2100-01-01";

/// A lake as it was written, compacted, and with files that no engine can read.
struct Lakes {
    world: World,
    report: Report,
    copies: TempDir,
    /// The class and day that are intact in the broken lake, and their events.
    class: String,
    day: String,
}

impl Lakes {
    async fn new() -> Result<Self> {
        let world = World::week(1_000).await?;
        let report = world.run().await?;
        world.assert_each_once()?;
        let copies = tempfile::tempdir()?;
        for name in ["compacted", "broken"] {
            copy(world.lake(), &copies.path().join(name))?;
        }
        compact(&copies.path().join("compacted"))?;
        let class = "Authentication".to_owned();
        let day = day_of(&world.lake().join("events/class_name=Authentication"))?;
        break_others(&copies.path().join("broken"), &class)?;
        Ok(Self {
            world,
            report,
            copies,
            class,
            day,
        })
    }

    fn question(&self) -> Result<Value> {
        let mut by_statements: Map<String, Value> = Map::new();
        let broken = self.copies.path().join("broken");
        for engine in [Engine::DuckDb, Engine::ClickHouse, Engine::Spark] {
            let lake = broken.to_string_lossy();
            let sql = statements(engine, &Table::default(), &lake, "events")?;
            by_statements.insert(engine.name().to_owned(), sql.into());
        }
        let events = |lake: &Path| lake.join("events").to_string_lossy().into_owned();
        let copy = |name: &str| events(&self.copies.path().join(name));
        Ok(json!({
            "whole": [events(self.world.lake()), copy("compacted")],
            "broken": copy("broken"),
            "class": self.class,
            "day": self.day,
            "statements": by_statements,
        }))
    }
}

/// Copies a directory with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn parquet_files(directory: &Path) -> Result<usize> {
    let mut files = 0;
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            files += parquet_files(&path)?;
        } else {
            files += usize::from(path.extension() == Some("parquet".as_ref()));
        }
    }
    Ok(files)
}

fn compact(lake: &Path) -> Result<()> {
    let before = parquet_files(lake)?;
    let status = Command::new(binary()?)
        .args(["compact", "--until", LATER, "--lake"])
        .arg(lake)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    ensure!(status.success(), "compact: {status}");
    ensure!(parquet_files(lake)? < before, "there was nothing to merge");
    Ok(())
}

/// A day that has events of the class.
fn day_of(class: &Path) -> Result<String> {
    let days = directories(class)?;
    let day = days.get(days.len() / 2).context("a day")?;
    let name = day.file_name().and_then(|name| name.to_str());
    let value = name.and_then(|name| name.strip_prefix("event_day="));
    Ok(value.context("a day's directory")?.to_owned())
}

fn directories(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        found.push(entry?.path());
    }
    found.sort();
    Ok(found)
}

/// Puts a file of garbage into another day of the class, and into each other class.
fn break_others(lake: &Path, class: &str) -> Result<()> {
    let mut days = vec![lake.join(format!("events/class_name={class}/event_day=2020-01-01"))];
    for other in directories(&lake.join("events"))? {
        if !other.ends_with(format!("class_name={class}")) {
            days.push(directories(&other)?.swap_remove(0));
        }
    }
    ensure!(days.len() > 5, "there are other classes");
    for day in days {
        std::fs::create_dir_all(&day)?;
        std::fs::write(day.join("broken.parquet"), "this is no Parquet file")?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_engine_finds_the_same_events_before_and_after_compaction() -> Result<()> {
    let lakes = Lakes::new().await?;
    let question = lakes.question()?.to_string();
    let asked = ENGINES.map(|engine| {
        let question = question.clone();
        std::thread::spawn(move || python("read_lakes.py", &[engine], &question))
    });
    let mut answers = Vec::new();
    for (engine, asked) in ENGINES.into_iter().zip(asked) {
        let answer = asked
            .join()
            .map_err(|_| anyhow::anyhow!("{engine} panicked"))?;
        answers.push((engine, answer.context(engine)?));
    }
    let (_, first) = answers.first().context("an engine")?;
    let events = first["lakes"][0]["events"].as_object().context("events")?;
    assert_true_values(events)?;
    for (engine, answer) in &answers {
        assert_same(engine, answer, events, &lakes)?;
    }
    Ok(())
}

/// One engine's answer, of both lakes.
fn assert_same(
    engine: &str,
    answer: &Value,
    events: &Map<String, Value>,
    lakes: &Lakes,
) -> Result<()> {
    for lake in answer["lakes"].as_array().context("lakes")? {
        assert_eq!(
            lake["count"].as_u64(),
            Some(lakes.report.events),
            "{engine}"
        );
        let by_class: BTreeMap<String, u64> = serde_json::from_value(lake["by_class"].clone())?;
        assert_eq!(by_class, lakes.report.by_class, "{engine}");
        assert_eq!(lake["by_day"], by(events, "day"), "{engine}");
        let found = lake["events"].as_object().context("events")?;
        assert_eq!(found.len(), events.len(), "{engine}");
        for (uid, event) in events {
            assert_eq!(&found[uid], event, "{engine}");
        }
    }
    let wanted = |event: &&Value| event["class"] == lakes.class && event["day"] == lakes.day;
    let wanted = events.values().filter(wanted).count();
    assert!(wanted > 0);
    assert_eq!(answer["pruned"], wanted, "{engine}");
    assert_eq!(answer["unpruned_fails"], true, "{engine}");
    let has_sql = !["pyarrow", "polars"].contains(&engine);
    let by_table = if has_sql { json!(wanted) } else { Value::Null };
    assert_eq!(answer["pruned_by_table"], by_table, "{engine}");
    Ok(())
}

fn by(events: &Map<String, Value>, member: &str) -> Value {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for event in events.values() {
        *counts
            .entry(event[member].as_str().unwrap_or_default())
            .or_default() += 1;
    }
    json!(counts)
}

/// What was read is what the records say, and there are values that are easy to get wrong.
fn assert_true_values(events: &Map<String, Value>) -> Result<()> {
    let mut dated = 0;
    for event in events.values() {
        let record = event["raw_data"].as_str().context("a record")?;
        let record: Value = serde_json::from_str(record)?;
        if record["Workload"] == "SharePoint" {
            assert_eq!(event["user"], record["UserId"]);
        }
        let time = record["CreationTime"].as_str().unwrap_or_default();
        if let Ok(time) = time.parse::<jiff::civil::DateTime>() {
            let time = jiff::tz::Offset::UTC.to_timestamp(time)?;
            assert_eq!(event["time"], time.as_millisecond());
            assert_eq!(event["time_dt"], time.as_microsecond());
            assert_eq!(event["day"], time.strftime("%Y-%m-%d").to_string());
            dated += 1;
        }
    }
    assert!(dated > 500, "{dated}");
    let some = |is: fn(&Value) -> bool| events.values().filter(|event| is(event)).count();
    assert!(some(|event| !event["raw_data"].to_string().is_ascii()) > 0);
    assert!(some(|event| event["observables"][1].is_array()) > 100);
    assert!(some(|event| event["owners"][0].is_array()) > 10);
    assert!(some(|event| event["unmapped"].is_string()) > 10);
    assert!(some(|event| event["ip"].is_null()) > 0);
    Ok(())
}
