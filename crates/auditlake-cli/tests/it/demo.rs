//! `demo`.

use std::fs;

use crate::command::{auditlake, ran};

#[test]
fn the_demo_answers_from_the_files_and_a_second_run_adds_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let demo = || {
        ran(auditlake(directory.path()).args(["demo", "--records", "500", "--lake", "lake"]))
            .unwrap()
    };
    let first = demo();
    assert_eq!(
        (first.code, first.stdout.as_str()),
        (Some(0), ""),
        "{}",
        first.stderr
    );
    for expected in [
        "Events by class and day",
        "read_parquet('lake/events/**/*.parquet')",
        "FileDownloaded",
        "New-InboxRule",
    ] {
        assert!(
            first.stderr.contains(expected),
            "{expected}: {}",
            first.stderr
        );
    }
    assert!(
        fs::read_dir(directory.path().join("lake/events"))
            .unwrap()
            .count()
            > 1
    );
    let second = demo();
    assert_eq!(second.code, Some(0), "{}", second.stderr);
    assert!(second.stderr.contains("nothing new: "), "{}", second.stderr);
}

#[test]
fn without_a_lake_nothing_is_left_behind() {
    let directory = tempfile::tempdir().unwrap();
    let ran = ran(auditlake(directory.path())
        .args(["demo", "--records", "50"])
        .env("TMPDIR", directory.path()))
    .unwrap();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}
