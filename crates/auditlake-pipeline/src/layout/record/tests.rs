use super::*;
use crate::handover::Form;
use crate::layout::{LayoutName, PathTemplate, SecurityLake, SecurityLakeChoice};

fn lake() -> Lake {
    Lake::open("memory:///").expect("a lake in memory")
}

fn named(layout: LayoutName) -> LayoutChoice {
    LayoutChoice {
        layout: Some(layout),
        ..LayoutChoice::default()
    }
}

fn table(table: &str) -> LayoutChoice {
    LayoutChoice {
        table: Some(table.to_owned()),
        ..LayoutChoice::default()
    }
}

async fn run(lake: &Lake, choice: &LayoutChoice) -> Result<Layout, Error> {
    settle(lake, choice, Timestamp::UNIX_EPOCH, false).await
}

fn flat() -> Layout {
    Layout::Flat {
        table: "events".to_owned(),
    }
}

#[track_caller]
fn assert_refused(result: Result<Layout, Error>, reason: &str) {
    match result {
        Err(Error::OtherLake(message)) => assert_eq!(message, reason),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_first_run_chooses_and_later_ones_follow_or_are_refused() {
    let lake = lake();
    assert_eq!(run(&lake, &named(LayoutName::Flat)).await.unwrap(), flat());
    let same = named(LayoutName::Flat);
    for choice in [LayoutChoice::default(), same, table("events")] {
        assert_eq!(run(&lake, &choice).await.unwrap(), flat());
    }
    let hive = run(&lake, &named(LayoutName::Hive)).await;
    assert_refused(hive, "its layout is `flat`, and `hive` was asked for");
    let other = run(&lake, &table("audit")).await;
    assert_refused(other, "its table is `events`, and `audit` was asked for");
    let template = LayoutChoice {
        path_template: Some("{table}/x".to_owned()),
        ..LayoutChoice::default()
    };
    let template = run(&lake, &template).await;
    assert_refused(
        template,
        "its layout is `flat`, and `{table}/x` was asked for",
    );
    let security_lake = LayoutChoice {
        security_lake: SecurityLakeChoice {
            region: Some("eu-west-1".to_owned()),
            ..SecurityLakeChoice::default()
        },
        ..LayoutChoice::default()
    };
    let security_lake = run(&lake, &security_lake).await;
    assert_refused(
        security_lake,
        "its region is `none`, and `eu-west-1` was asked for",
    );
}

#[tokio::test]
async fn of_two_first_runs_one_wins_and_the_other_compares() {
    let lake = lake();
    let record = |layout| LakeRecord::new(layout, LakeFormat::Parquet, Timestamp::UNIX_EPOCH);
    // Both have found no record before either creates one.
    let one = first(&lake, &named(LayoutName::Flat), &record(flat())).await;
    assert_eq!(one.unwrap(), flat());
    let hive = record(Layout::default());
    let other = first(&lake, &named(LayoutName::Hive), &hive).await;
    assert_refused(other, "its layout is `flat`, and `hive` was asked for");
    let indifferent = first(&lake, &LayoutChoice::default(), &hive).await;
    assert_eq!(indifferent.unwrap(), flat());
}

#[tokio::test]
async fn what_a_killed_first_run_has_left_goes() {
    let directory = tempfile::tempdir().unwrap();
    let lake = Lake::open(&directory.path().to_string_lossy()).unwrap();
    run(&lake, &named(LayoutName::Flat)).await.unwrap();
    let left = directory.path().join("_auditlake/lake.json#1");
    std::fs::write(&left, "{").unwrap();
    let read_only = settle(&lake, &LayoutChoice::default(), Timestamp::UNIX_EPOCH, true).await;
    assert_eq!(read_only.unwrap(), flat());
    assert!(left.exists());
    assert_eq!(run(&lake, &LayoutChoice::default()).await.unwrap(), flat());
    assert!(!left.exists());
}

#[tokio::test]
async fn a_lake_of_an_earlier_build_is_hive() {
    let lake = lake();
    let commit = lake.path("_auditlake/ledger/contoso/Audit.Exchange/w/000000.commit.json");
    lake.store().put(&commit, "{}".into()).await.unwrap();
    let refused = run(&lake, &named(LayoutName::Flat)).await;
    assert_refused(refused, "its layout is `hive`, and `flat` was asked for");
    assert!(
        read(&lake).await.unwrap().is_none(),
        "refusal writes nothing"
    );
    let layout = run(&lake, &LayoutChoice::default()).await.unwrap();
    assert_eq!(layout, Layout::default());
    let record = read(&lake).await.unwrap().unwrap();
    assert_eq!(record.layout, Layout::default());
}

#[tokio::test]
async fn who_only_reads_creates_nothing() {
    let lake = lake();
    let choice = named(LayoutName::Flat);
    let layout = settle(&lake, &choice, Timestamp::UNIX_EPOCH, true).await;
    assert_eq!(layout.unwrap(), flat());
    assert!(read(&lake).await.unwrap().is_none());
}

#[test]
fn version_1_stays_readable() {
    let security_lake = SecurityLake {
        region: "eu-central-1".to_owned(),
        account: "external_{tenant_uid}".to_owned(),
        source: "m365-{class_uid}".to_owned(),
        source_version: Some("1.0".to_owned()),
    };
    let table = || "events".to_owned();
    let path_template = PathTemplate::parse("{table}/{class_uid}/dt={event_day}").unwrap();
    for (text, layout) in [
        (
            include_str!("../../../test-data/lake/v1.hive.json"),
            Layout::default(),
        ),
        (
            include_str!("../../../test-data/lake/v1.flat.json"),
            Layout::Flat {
                table: "m365".to_owned(),
            },
        ),
        (
            include_str!("../../../test-data/lake/v1.template.json"),
            Layout::Template {
                table: table(),
                path_template,
            },
        ),
        (
            include_str!("../../../test-data/lake/v1.security-lake.json"),
            Layout::SecurityLake { security_lake },
        ),
    ] {
        let record = LakeRecord::parse(text.as_bytes(), &Path::from(LAKE_RECORD_PATH)).unwrap();
        assert_eq!(record.layout, layout);
        assert_eq!(record.schema_version, 1);
        assert_eq!(record.ocsf_version, layout.ocsf_version());
        let again = serde_json::to_vec(&record).unwrap();
        let again = LakeRecord::parse(&again, &Path::from(LAKE_RECORD_PATH)).unwrap();
        assert_eq!(again, record);
        assert_eq!(record.agree(&LayoutChoice::default()).unwrap(), layout);
    }
}

#[tokio::test]
async fn what_a_later_build_made_is_refused() {
    let parse = |text: &str| LakeRecord::parse(text.as_bytes(), &Path::from("lake.json"));
    let later = parse(r#"{"version":4,"layout":{"of":"another form"}}"#).map(|r| r.layout);
    assert_refused(
        later,
        "it was made by a later build: its record has version 4",
    );
    assert!(matches!(parse("{"), Err(Error::Record { .. })));
    let mut record = LakeRecord::new(flat(), LakeFormat::Parquet, Timestamp::UNIX_EPOCH);
    record.schema_version = SCHEMA_VERSION + 1;
    let more = record.clone().agree(&LayoutChoice::default());
    let expected = "it was made by a later build: its columns have version";
    assert!(more.unwrap_err().to_string().contains(expected));
    record.schema_version = SCHEMA_VERSION;
    record.ocsf_version = "1.5.0".to_owned();
    assert_refused(
        record.agree(&LayoutChoice::default()),
        "its events are OCSF 1.5.0, and this build writes 1.8.0",
    );
}

fn format(format: LakeFormat) -> LayoutChoice {
    LayoutChoice {
        format: Some(format),
        ..LayoutChoice::default()
    }
}

#[tokio::test]
async fn a_lake_of_plain_files_has_the_record_that_older_builds_read() {
    let lake = lake();
    run(&lake, &format(LakeFormat::Parquet)).await.unwrap();
    let record = serde_json::to_value(read(&lake).await.unwrap().unwrap()).unwrap();
    assert_eq!(record["version"], 1);
    assert_eq!(record.get("format"), None);
    assert_eq!(format_of(&lake).await.unwrap(), LakeFormat::Parquet);
    let refused = run(&lake, &format(LakeFormat::Delta)).await;
    assert_refused(
        refused,
        "its format is `parquet`, and `delta` was asked for",
    );
}

#[cfg(feature = "delta")]
#[tokio::test]
async fn the_format_is_remembered_in_a_record_that_older_builds_refuse() {
    let lake = lake();
    run(&lake, &format(LakeFormat::Delta)).await.unwrap();
    assert_eq!(read(&lake).await.unwrap().unwrap().version, 2);
    assert_eq!(format_of(&lake).await.unwrap(), LakeFormat::Delta);
    run(&lake, &LayoutChoice::default()).await.unwrap();
    let refused = run(&lake, &format(LakeFormat::Parquet)).await;
    assert_refused(
        refused,
        "its format is `delta`, and `parquet` was asked for",
    );
    let text = include_str!("../../../test-data/lake/v2.delta.json");
    let record = LakeRecord::parse(text.as_bytes(), &Path::from(LAKE_RECORD_PATH)).unwrap();
    assert_eq!(record.format, LakeFormat::Delta);
    assert_eq!(record.layout, Layout::default());
}

#[tokio::test]
async fn a_lake_has_files_or_tells_what_was_handed_on() {
    let lakes = [lake(), lake()];
    let handing = format(LakeFormat::Ndjson);
    run(&lakes[0], &LayoutChoice::default()).await.unwrap();
    assert_refused(
        run(&lakes[0], &handing).await,
        "it holds files, and its ledger says so: what `--to ndjson` hands on needs a lake of its own",
    );
    assert_eq!(run(&lakes[1], &handing).await.unwrap(), Layout::default());
    assert_eq!(read(&lakes[1]).await.unwrap().unwrap().version, 3);
    for choice in [LayoutChoice::default(), format(LakeFormat::Parquet)] {
        assert_refused(
            run(&lakes[1], &choice).await,
            "its ledger tells what `--to ndjson` handed on, and it holds no files of that: files need a lake of their own",
        );
    }
    let raw = run(&lakes[1], &format(LakeFormat::Raw)).await;
    assert_refused(raw, "its format is `ndjson`, and `raw` was asked for");
    // Who only looks is not refused.
    assert_eq!(of(&lakes[1]).await.unwrap(), Layout::default());
    assert_eq!(format_of(&lakes[1]).await.unwrap(), LakeFormat::Ndjson);
    let text = include_str!("../../../test-data/lake/v3.ndjson.json");
    let record = LakeRecord::parse(text.as_bytes(), &Path::from(LAKE_RECORD_PATH)).unwrap();
    assert_eq!(record.format, LakeFormat::Ndjson);
}

#[tokio::test]
async fn what_is_handed_on_has_no_layout_and_no_format_beside() {
    let choice = LayoutChoice {
        format: Some(LakeFormat::Raw),
        ..named(LayoutName::Flat)
    };
    match run(&lake(), &choice).await {
        Err(Error::Config(message)) => assert!(message.contains("`--to raw`"), "{message}"),
        other => panic!("{other:?}"),
    }
    assert!(choice.of_run(None).is_err());
    assert!(choice.of_run(Some(Form::Ndjson)).is_err());
    assert_eq!(choice.of_run(Some(Form::Raw)).unwrap(), choice);
    let delta = format(LakeFormat::Delta);
    assert!(delta.of_run(Some(Form::Raw)).is_err());
    assert_eq!(delta.of_run(None).unwrap(), delta);
}

#[tokio::test]
async fn security_lake_has_no_delta_tables() {
    let choice = LayoutChoice {
        security_lake: SecurityLakeChoice {
            region: Some("eu-central-1".to_owned()),
            ..SecurityLakeChoice::default()
        },
        layout: Some(LayoutName::SecurityLake),
        ..format(LakeFormat::Delta)
    };
    let lake = lake();
    match run(&lake, &choice).await {
        Err(Error::Config(message)) => assert!(message.contains("`security-lake`"), "{message}"),
        other => panic!("{other:?}"),
    }
    assert!(read(&lake).await.unwrap().is_none());
}

#[cfg(not(feature = "delta"))]
#[tokio::test]
async fn a_build_without_delta_tables_says_which_feature_it_lacks() {
    match run(&lake(), &format(LakeFormat::Delta)).await {
        Err(Error::Config(message)) => assert!(message.contains("feature `delta`"), "{message}"),
        other => panic!("{other:?}"),
    }
}
