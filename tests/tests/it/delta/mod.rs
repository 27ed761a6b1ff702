//! Lakes of Delta tables, as delta-rs reads them: whatever happens, each record is in the table once.

mod compact;
mod crash;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use auditlake_pipeline::files::{Input, LakeOptions, normalize_to_lake};
use auditlake_pipeline::{BackfillOptions, LakeFormat, LayoutChoice, LayoutName, Progress};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::world::{World, binary, python};

pub(super) fn delta() -> LayoutChoice {
    LayoutChoice {
        format: Some(LakeFormat::Delta),
        ..LayoutChoice::default()
    }
}

impl World {
    pub(super) fn delta_options(&self) -> BackfillOptions {
        BackfillOptions {
            layout: delta(),
            ..self.options()
        }
    }

    /// What delta-rs finds in the table of events; fails unless that is each record once, and as the log says.
    pub(super) fn read_delta(&self) -> Result<Value> {
        self.read_delta_of("events")
    }

    fn read_delta_of(&self, table: &str) -> Result<Value> {
        let offered = self.simulator.records(&self.tenant()).join("\n");
        let lake = self.lake().to_string_lossy();
        let found = python("read_delta.py", &[&lake, table], &offered)?;
        ensure!(found["offered"].as_u64() > Some(0), "{found}");
        for none in ["missing", "repeated", "strange", "misplaced"] {
            ensure!(found[none] == 0, "{none}: {found}");
        }
        ensure!(found["statistics"] == true, "{found}");
        ensure!(found["unregistered"] == serde_json::json!([]), "{found}");
        Ok(found)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_of_delta_find_each_record_once_and_open_few_files_for_a_day() -> Result<()> {
    let world = World::week(600).await?;
    let first = world.run_with(world.delta_options()).await?;
    ensure!(first.events > 0);
    let found = world.read_delta()?;
    assert_eq!(found["by_class"], serde_json::to_value(&first.by_class)?);
    assert!(
        found["days"].as_array().is_some_and(|days| days.len() > 3),
        "{found}"
    );
    assert!(found["pruned"].as_u64() > Some(0), "{found}");
    assert!(
        found["pruned"].as_u64() < found["files"].as_u64(),
        "{found}"
    );
    // A second run need not say the format, and changes nothing.
    let second = world.run().await?;
    assert_eq!((second.records, second.events), (0, 0));
    assert_eq!(world.read_delta()?["version"], found["version"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_backfill_by_the_hour_has_checkpoints() -> Result<()> {
    let world = World::week(2_000).await?;
    let mut options = world.delta_options();
    options.window = jiff::SignedDuration::from_hours(1);
    world.run_with(options).await?;
    let found = world.read_delta()?;
    ensure!(found["version"].as_u64() > Some(40), "{found}");
    let log = world.lake().join("events/_delta_log");
    ensure!(log.join("00000000000000000040.checkpoint.parquet").exists());
    ensure!(log.join("_last_checkpoint").exists());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn flat_and_templated_lakes_are_tables_without_partitions() -> Result<()> {
    let flat = LayoutChoice {
        layout: Some(LayoutName::Flat),
        table: Some("m365".to_owned()),
        ..delta()
    };
    let template = LayoutChoice {
        path_template: Some("{table}/v1/{class_uid}/dt={event_day}/".to_owned()),
        table: Some("m365".to_owned()),
        ..delta()
    };
    for layout in [flat, template] {
        let world = World::week(200).await?;
        let options = BackfillOptions {
            layout,
            ..world.options()
        };
        world.run_with(options).await?;
        let found = world.read_delta_of("m365")?;
        assert_eq!(found["days"], serde_json::json!([]));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_audit_record_is_in_a_delta_table_too() -> Result<()> {
    let world = World::week(1).await?;
    let export = world.lake().join("export.ndjson");
    let records = world.simulator.records(&world.tenant()).join("\n");
    std::fs::write(&export, format!("{records}\n[1]\n\"odd\"\n"))?;
    let options = LakeOptions {
        layout: delta(),
        ..LakeOptions::new(world.lake().to_string_lossy())
    };
    let progress = Progress::default().into();
    let input = vec![Input::File(export)];
    normalize_to_lake(input, options, progress, CancellationToken::new()).await?;
    assert_eq!(world.read_delta()?["quarantined"], 2);
    Ok(())
}

/// What `lake check` finds: the kind of each finding, and its path.
fn findings(lake: &Path) -> Result<Vec<(String, String)>> {
    let mut command = Command::new(binary()?);
    command.args(["lake", "check", "--output", "json", "--lake"]);
    let found = command.arg(lake).output()?;
    let report: Value = serde_json::from_slice(&found.stdout)?;
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let code = if findings.is_empty() { 0 } else { 4 };
    ensure!(found.status.code() == Some(code), "{report}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told = |it: Value| (text(&it["kind"]), text(&it["path"]));
    Ok(findings.into_iter().map(told).collect())
}

/// The newest commit of the log of events.
fn newest_commit(lake: &Path) -> Result<PathBuf> {
    let log = std::fs::read_dir(lake.join("events/_delta_log"))?;
    let paths = log.filter_map(|entry| Some(entry.ok()?.path()));
    let commits = paths.filter(|path| path.extension() == Some("json".as_ref()));
    commits.max().context("a commit")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_names_what_the_log_says_otherwise_than_the_ledger() -> Result<()> {
    let world = World::week(100).await?;
    world.run_with(world.delta_options()).await?;
    let (lake, newest) = (world.lake(), newest_commit(world.lake())?);
    assert_eq!(findings(lake)?, []);

    let commit = std::fs::read(&newest)?;
    std::fs::remove_file(&newest)?;
    let unregistered = findings(lake)?;
    ensure!(!unregistered.is_empty(), "a commit is gone");
    ensure!(
        unregistered
            .iter()
            .all(|(kind, path)| kind == "unregistered" && lake.join(path).exists()),
        "{unregistered:?}"
    );

    let path = "class_name=Authentication/event_day=2026-05-04/foreign.parquet";
    let add = serde_json::json!({"add": {
        "path": path,
        "partitionValues": {"class_name": "Authentication", "event_day": "2026-05-04"},
        "size": 1, "modificationTime": 0, "dataChange": true,
    }});
    std::fs::write(&newest, [&commit, add.to_string().as_bytes()].concat())?;
    let expected = ("still_registered".to_owned(), format!("events/{path}"));
    assert_eq!(findings(lake)?, [expected]);
    Ok(())
}

fn normalize(lake: &Path, arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new(binary()?);
    command.args(["normalize", "-", "--to", "parquet", "--lake"]);
    Ok(command.arg(lake).args(arguments).output()?)
}

#[track_caller]
fn assert_refused(output: &Output, reason: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(reason), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lake_keeps_the_format_of_its_first_run() -> Result<()> {
    let world = World::week(20).await?;
    world.run_with(world.delta_options()).await?;
    let record = std::fs::read(world.lake().join("_auditlake/lake.json"))?;
    let record: Value = serde_json::from_slice(&record)?;
    assert_eq!(
        (&record["format"], &record["version"]),
        (&"delta".into(), &2.into())
    );
    let refused = normalize(world.lake(), &["--format", "parquet"])?;
    assert_refused(
        &refused,
        "its format is `delta`, and `parquet` was asked for",
    );
    let plain = World::week(20).await?;
    plain.run().await?;
    let refused = normalize(plain.lake(), &["--format", "delta"])?;
    assert_refused(
        &refused,
        "its format is `parquet`, and `delta` was asked for",
    );
    Ok(())
}

#[test]
fn security_lake_has_no_delta_tables() -> Result<()> {
    let lake = tempfile::tempdir()?;
    let arguments = [
        "--format",
        "delta",
        "--layout",
        "security-lake",
        "--security-lake-region",
        "eu-central-1",
    ];
    let refused = normalize(lake.path(), &arguments)?;
    assert_refused(&refused, "has no tables of the format `delta`");
    Ok(())
}
