//! A lake lies as its first run chose: whatever the layout, each record is there once, and a second run adds nothing.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use auditlake_pipeline::files::{Input, LakeOptions, normalize_to_lake};
use auditlake_pipeline::{
    BackfillOptions, Error, LayoutChoice, LayoutName, Progress, SecurityLakeChoice,
};
use jiff::SignedDuration;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::world::{World, binary, fixtures, python};

fn named(layout: LayoutName) -> LayoutChoice {
    LayoutChoice {
        layout: Some(layout),
        ..LayoutChoice::default()
    }
}

fn security_lake() -> LayoutChoice {
    LayoutChoice {
        security_lake: SecurityLakeChoice {
            region: Some("eu-central-1".to_owned()),
            ..SecurityLakeChoice::default()
        },
        ..named(LayoutName::SecurityLake)
    }
}

fn options(world: &World, layout: LayoutChoice) -> BackfillOptions {
    BackfillOptions {
        layout,
        ..world.options()
    }
}

/// The directories, below a lake's table, that files are in.
fn directories(lake: &Path, table: &str) -> Result<BTreeSet<String>> {
    let root = lake.join(table);
    let mut found = BTreeSet::new();
    let mut left = vec![root.clone()];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(&directory)? {
            let path = entry?.path();
            if path.is_dir() {
                left.push(path);
            } else {
                let below = directory.strip_prefix(&root)?;
                found.insert(below.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    Ok(found)
}

/// Two runs into a lake of that layout; each record is then under `table` once.
async fn filled(layout: LayoutChoice, table: &str) -> Result<World> {
    let world = World::week(600).await?;
    let first = world.run_with(options(&world, layout)).await?;
    ensure!(first.events > 0);
    let second = world.run().await?;
    ensure!((second.records, second.events) == (0, 0), "{second:?}");
    let verdict = world.assert_each_once_in(table)?;
    ensure!(verdict.by_class == first.by_class, "{verdict:?}");
    Ok(world)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flat_lake_has_no_directories_below_its_table() -> Result<()> {
    let layout = LayoutChoice {
        table: Some("m365".to_owned()),
        ..named(LayoutName::Flat)
    };
    let world = filled(layout, "m365").await?;
    let directories = directories(world.lake(), "m365")?;
    assert_eq!(directories, BTreeSet::from([String::new()]));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_says_the_directories() -> Result<()> {
    let layout = LayoutChoice {
        path_template: Some("{table}/v1/{class_uid}/dt={event_day}/".to_owned()),
        ..LayoutChoice::default()
    };
    let world = filled(layout, "events").await?;
    for directory in directories(world.lake(), "events")? {
        let parts: Vec<&str> = directory.split('/').collect();
        let [version, class, day] = parts.as_slice() else {
            anyhow::bail!("{directory}")
        };
        assert_eq!(*version, "v1");
        assert!(class.parse::<u16>().is_ok(), "{directory}");
        let day = day.strip_prefix("dt=").context("a day")?;
        assert!(day.parse::<jiff::civil::Date>().is_ok(), "{directory}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lake_keeps_the_layout_of_its_first_run() -> Result<()> {
    let world = filled(LayoutChoice::default(), "events").await?;
    let record = std::fs::read(world.lake().join("_auditlake/lake.json"))?;
    let record: Value = serde_json::from_slice(&record)?;
    assert_eq!(record["layout"], "hive");
    assert_eq!(record["table"], "events");
    assert_eq!(record["ocsf_version"], "1.8.0");
    assert_eq!(record["schema_version"], 1);
    let output = Command::new(binary()?)
        .args(["normalize", "-", "--to", "parquet", "--layout", "flat"])
        .arg("--lake")
        .arg(world.lake())
        .output()?;
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr)?;
    assert!(
        said.contains("its layout is `hive`, and `flat` was asked for"),
        "{said}"
    );
    assert!(said.contains("another --lake"), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn first_runs_that_do_not_agree_make_one_lake() -> Result<()> {
    let world = World::week(300).await?;
    let run = |layout| world.run_with(options(&world, named(layout)));
    let (hive, flat) = tokio::join!(run(LayoutName::Hive), run(LayoutName::Flat));
    let refused = [&hive, &flat]
        .into_iter()
        .filter(|ended| matches!(ended, Err(Error::OtherLake(_))))
        .count();
    assert_eq!(refused, 1, "{hive:?} {flat:?}");
    world.assert_each_once()?;
    Ok(())
}

/// What an independent reader finds in a lake for Security Lake; fails on what the user guide forbids.
fn assert_security_lake(lake: &Path, events: u64) -> Result<Value> {
    let answer = python("read_security_lake.py", &[&lake.to_string_lossy()], "")?;
    assert_eq!(answer["faults"], Value::Array(Vec::new()));
    let lines = answer["events"].as_array().context("events")?;
    let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
    assert_eq!(lines.len() as u64, events);
    let judged = python("validate_ocsf.py", &["1.3.0"], &lines.join("\n"))?;
    assert_eq!(judged["events"].as_u64(), Some(events));
    assert_eq!(judged["invalid"], 0, "{judged:#}");
    Ok(answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lake_for_security_lake_is_as_its_guide_asks() -> Result<()> {
    let world = filled(security_lake(), "ext").await?;
    let verdict = world.verdict_of("ext")?;
    let answer = assert_security_lake(world.lake(), verdict.by_class.values().sum())?;
    let sources = answer["sources"].as_array().context("sources")?;
    assert_eq!(sources.len(), verdict.by_class.len());
    let sign_ins = answer["columns"]["auditlake-3002"]
        .as_array()
        .context("sign-ins")?;
    assert!(!sign_ins.contains(&"file".into()), "a sign-in has no file");
    let tenant = format!("accountId=external_{}", world.tenant());
    let directories = directories(world.lake(), "ext")?;
    assert!(
        directories.iter().any(|d| d.contains(&tenant)),
        "{directories:?}"
    );
    Ok(())
}

/// All fixtures in one array: one input, and so one file a class and day.
fn all_fixtures(directory: &Path) -> Result<Input> {
    let read = |input| match input {
        Input::File(path) => Ok(std::fs::read_to_string(path)?),
        Input::Stdin => anyhow::bail!("a fixture is a file"),
    };
    let records: Vec<String> = fixtures()?.into_iter().map(read).collect::<Result<_>>()?;
    let path = directory.join("fixtures.json");
    std::fs::write(&path, format!("[{}]", records.join(",")))?;
    Ok(Input::File(path))
}

#[tokio::test(flavor = "multi_thread")]
async fn security_lake_takes_every_fixture() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let lake = directory.path().join("lake");
    let mut options = LakeOptions::new(lake.to_string_lossy());
    options.layout = security_lake();
    options.layout.security_lake.source_version = Some("1.0".to_owned());
    let inputs = vec![all_fixtures(directory.path())?];
    let progress = Progress::default().into();
    let report = normalize_to_lake(inputs, options, progress, CancellationToken::new()).await?;
    assert_eq!(report.events, fixtures()?.len() as u64);
    assert_security_lake(&lake, report.events)?;
    for directory in directories(&lake, "ext")? {
        let expected = "/1.0/region=eu-central-1/accountId=external";
        assert!(directory.contains(expected), "{directory}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn security_lake_is_not_given_objects_too_often() -> Result<()> {
    let world = World::week(10).await?;
    let mut options = options(&world, security_lake());
    options.window = SignedDuration::from_mins(1);
    let refused = world.run_with(options).await;
    assert!(matches!(refused, Err(Error::Config(_))), "{refused:?}");
    Ok(())
}
