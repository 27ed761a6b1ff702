//! One directory a workload, one record a file, and beside it the event that it becomes.
//!
//! A new fixture is a file; `INSTA_UPDATE=always cargo test -p auditlake-normalizer` writes its snapshot.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use arrow::array::{Array, AsArray};
use auditlake_normalizer::workloads::WORKLOADS;
use auditlake_normalizer::{Batch, Normalizer, Options, Origin, write_ndjson};

use crate::pretty::pretty;

/// What no workload covers: shapes of members, unknown record types.
const COMMON: &str = "common";

/// The directory of all fixtures.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Paths in a directory, sorted.
pub(crate) fn entries(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(directory)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Files of a directory with this extension, by their stems.
pub(crate) fn stems(directory: &Path, extension: &str) -> io::Result<BTreeSet<String>> {
    let stem = |path: &PathBuf| Some(path.file_stem()?.to_str()?.to_owned());
    let wanted = |path: &PathBuf| path.extension().is_some_and(|e| e == extension);
    Ok(entries(directory)?
        .iter()
        .filter(|path| wanted(path))
        .filter_map(stem)
        .collect())
}

/// The record of a fixture: the file without the line break at its end.
pub(crate) fn record(directory: &Path, case: &str) -> io::Result<String> {
    let text = fs::read_to_string(directory.join(case).with_extension("json"))?;
    Ok(text.trim_end().to_owned())
}

pub(crate) fn normalize(record: &str) -> Batch {
    let mut normalizer = Normalizer::new(Options::default());
    let created = "2026-05-04T11:02:07Z".parse().ok();
    assert!(created.is_some(), "the time of the blob is one");
    let origin = Origin {
        connection: "contoso",
        content_type: Some("Audit.General"),
        content_id: Some("20260504110207000000001$contoso"),
        content_created: created,
        ..Origin::default()
    };
    normalizer.push(record.as_bytes(), &origin);
    normalizer.finish()
}

/// The event without `raw_data`, which is compared with the fixture itself.
pub(crate) fn event_json(batch: &Batch) -> io::Result<String> {
    let kept: Vec<usize> = (0..batch.events.num_columns())
        .filter(|n| batch.events.schema().field(*n).name() != "raw_data")
        .collect();
    let mut json = Vec::new();
    let events = batch.events.project(&kept).map_err(io::Error::other)?;
    write_ndjson(&events, &mut json)?;
    String::from_utf8(json).map_err(io::Error::other)
}

fn check(directory: &Path, case: &str) -> io::Result<()> {
    let record = record(directory, case)?;
    let batch = normalize(&record);
    assert_eq!(batch.events.num_rows(), 1, "{case}: one record, one event");
    assert_eq!(batch.quarantine.num_rows(), 0, "{case}: is a record");
    assert_eq!(batch.rows.len(), 1, "{case}");
    let raw_data = batch.events.column_by_name("raw_data");
    let raw_data = raw_data.map(AsArray::as_string::<i32>);
    assert_eq!(
        raw_data.map(|column| (column.value(0), column.null_count())),
        Some((record.as_str(), 0)),
        "{case}: the record is kept byte for byte"
    );
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(directory);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        insta::assert_snapshot!(
            case.to_owned(),
            pretty(&event_json(&batch).unwrap_or_default())
        );
    });
    Ok(())
}

#[test]
fn every_fixture_becomes_its_event() -> io::Result<()> {
    for directory in entries(&root())? {
        for case in stems(&directory, "json")? {
            check(&directory, &case)?;
        }
    }
    Ok(())
}

#[test]
fn no_snapshot_is_without_its_fixture() -> io::Result<()> {
    for directory in entries(&root())? {
        assert_eq!(
            stems(&directory, "snap")?,
            stems(&directory, "json")?,
            "{}",
            directory.display()
        );
    }
    Ok(())
}

#[test]
fn every_workload_has_fixtures_of_its_own_record_types() -> io::Result<()> {
    for workload in WORKLOADS {
        let directory = root().join(workload.slug);
        let cases = stems(&directory, "json")?;
        assert!(!cases.is_empty(), "{} has no fixtures", workload.name);
        for case in cases {
            let batch = normalize(&record(&directory, &case)?);
            let sent = batch.rows[0].record_type.clone().unwrap_or_default();
            let own = sent
                .parse()
                .is_ok_and(|number| workload.record_types.contains(&number));
            assert!(own, "{case}: record type `{sent}`");
        }
    }
    Ok(())
}

#[test]
fn every_directory_belongs_to_a_workload() -> io::Result<()> {
    let mut expected: BTreeSet<PathBuf> = WORKLOADS
        .iter()
        .map(|workload| root().join(workload.slug))
        .collect();
    expected.insert(root().join(COMMON));
    assert_eq!(
        entries(&root())?.into_iter().collect::<BTreeSet<_>>(),
        expected
    );
    Ok(())
}
