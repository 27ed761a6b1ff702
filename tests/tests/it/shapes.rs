//! Records of every shape, and blobs of every size.

use std::fmt::Write as _;

use anyhow::Result;
use auditlake_pipeline::{Outcome, files};
use auditlake_simulator::{Blob, ContentType as Feed, Source, generate};

use crate::world::{World, fixtures, python};

fn blob(created: &str, body: impl Into<Vec<u8>>) -> Result<Blob> {
    Ok(Blob {
        content_type: Feed::General,
        created: created.parse()?,
        body: body.into(),
    })
}

/// A blob's time that a run of today may ask for.
fn yesterday() -> String {
    (jiff::Timestamp::now() - jiff::SignedDuration::from_hours(20)).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_record_goes_to_the_quarantine_and_spoils_nothing() -> Result<()> {
    let good = |n: u32| {
        format!(
            r#"{{"Id":"{n}","Operation":"Odd","CreationTime":"2026-05-04T10:00:00","RecordType":9999,"Workload":"New"}}"#
        )
    };
    let mut body = format!("[{},null,7,\"text\",[1],{{}},{{\"Id\":}},", good(1)).into_bytes();
    body.extend_from_slice(b"{\"Id\":\"\xff\"},");
    body.extend_from_slice(format!("{}]", good(2)).as_bytes());
    let world = World::of(Source::Blobs(vec![blob(&yesterday(), body)?])).await?;
    let report = world.run().await?;
    assert_eq!(
        (report.records, report.events, report.quarantined),
        (9, 2, 7)
    );
    assert_eq!(
        report.outcome(),
        Outcome::Gaps,
        "a quarantined item is named"
    );
    assert_eq!(report.unknown_record_types["9999"], 2);
    assert_eq!(world.verdict()?.quarantined, 7);
    let again = world.run().await?;
    assert_eq!((again.events, again.quarantined), (0, 0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_share_an_id_are_two_and_repeats_are_one() -> Result<()> {
    let one = r#"{"Id":"1","Operation":"DlpRuleMatch","RecordType":11,"CreationTime":"2026-05-04T10:00:00"}"#;
    let other = r#"{"Id":"1","Operation":"DlpRuleUndo","RecordType":11,"CreationTime":"2026-05-04T10:00:00"}"#;
    let turned = r#"{"CreationTime":"2026-05-04T10:00:00", "RecordType":11,"Operation":"DlpRuleMatch","Id":"1"}"#;
    let day = yesterday();
    let blobs = vec![
        blob(&day, format!("[{one},{other},{one}]"))?,
        blob(&day, format!("[{turned}]"))?,
    ];
    let world = World::of(Source::Blobs(blobs)).await?;
    let report = world.run().await?;
    assert_eq!(
        (report.records, report.events, report.duplicates),
        (4, 2, 2)
    );
    world.assert_each_once()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_blob_and_many_small_ones_pass_under_a_small_limit() -> Result<()> {
    let record = |n: usize| {
        format!(
            r#"{{"Id":"{n}","Operation":"FileAccessed","RecordType":6,"CreationTime":"2026-05-04T10:00:00","Workload":"SharePoint","UserId":"u{}@contoso.example","Pad":"{}"}}"#,
            n % 50,
            "x".repeat(800)
        )
    };
    let large = (0..6_000).fold(String::from("["), |mut body, n| {
        let separator = if n == 0 { "" } else { "," };
        let _written = write!(body, "{separator}{}", record(n));
        body
    }) + "]";
    let day = yesterday();
    let mut blobs = vec![blob(&day, large)?];
    for n in 0..300 {
        blobs.push(blob(
            &day,
            format!("[{},{}]", record(10_000 + 2 * n), record(10_001 + 2 * n)),
        )?);
    }
    let world = World::of(Source::Blobs(blobs)).await?;
    let mut options = world.options();
    options.memory_limit = 8 << 20;
    let report = world.run_with(options).await?;
    assert_eq!(
        (report.events, report.outcome()),
        (6_600, Outcome::Complete),
        "{:?}",
        report.gaps
    );
    world.assert_each_once()?;
    Ok(())
}

/// Fails unless all of these records become events that the published schemas of a version accept.
fn assert_valid(inputs: &[files::Input], version: files::OcsfVersion, name: &str) -> Result<u64> {
    let mut events = Vec::new();
    let options = files::NdjsonOptions {
        ocsf_version: version,
        ..files::NdjsonOptions::default()
    };
    let progress = auditlake_pipeline::Progress::default();
    let report = files::normalize_to_ndjson(inputs, options, &progress, &mut events)?;
    let answer = python("validate_ocsf.py", &[name], &String::from_utf8(events)?)?;
    assert_eq!(answer["events"].as_u64(), Some(report.events));
    assert_eq!(answer["invalid"], 0, "{name}: {answer:#}");
    Ok(report.events)
}

fn assert_valid_in_each_version(inputs: &[files::Input]) -> Result<u64> {
    let older = assert_valid(inputs, files::OcsfVersion::V1_3, "1.3.0")?;
    let events = assert_valid(inputs, files::OcsfVersion::V1_8, "1.8.0")?;
    assert_eq!(older, events);
    Ok(events)
}

#[test]
fn every_generated_record_becomes_a_valid_event() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let input = directory.path().join("records.ndjson");
    let mut records = Vec::new();
    generate::write_ndjson(11, 4_000, "2026-05-11T10:00:00Z".parse()?, &mut records)?;
    std::fs::write(&input, &records)?;
    let events = assert_valid_in_each_version(&[files::Input::File(input)])?;
    assert!(events >= 3_900, "{events}");
    Ok(())
}

#[test]
fn every_fixture_of_the_normalizer_becomes_a_valid_event() -> Result<()> {
    let inputs = fixtures()?;
    let events = assert_valid_in_each_version(&inputs)?;
    assert_eq!(events, inputs.len() as u64, "each fixture is one record");
    Ok(())
}
