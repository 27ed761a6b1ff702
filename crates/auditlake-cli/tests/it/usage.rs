//! What is wrong with arguments and configuration ends with exit code 2 and says what to do.

use std::fs;

use crate::command::{auditlake, ran, run};

const TENANT: &str = "11111111-2222-3333-4444-555555555555";

#[track_caller]
fn check_usage(args: &[&str], expected: &[&str]) {
    let ran = run(args).expect("the binary runs");
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
    for expected in expected {
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
}

#[test]
fn an_unknown_flag_is_answered_with_the_nearest() {
    check_usage(&["backfill", "--lak", "x"], &["--lak", "--lake"]);
}

#[test]
fn an_unknown_content_type_is_answered_with_the_known_ones() {
    check_usage(
        &["backfill", "--lake", "x", "--content-type", "Audit.Teams"],
        &["Audit.Teams", "DLP.All"],
    );
}

#[test]
fn an_unknown_fault_profile_is_a_usage_error() {
    check_usage(
        &["simulate", "--faults", "dreadful"],
        &["dreadful", "flaky"],
    );
}

#[test]
fn a_connection_without_a_tenant_says_how_to_give_one() {
    check_usage(
        &["backfill", "--lake", "x"],
        &[
            "error: the connection has no tenant id",
            "hint:",
            "--tenant-id",
        ],
    );
}

#[test]
fn a_connection_without_a_secret_says_how_to_give_one() {
    let args = [
        "connection",
        "test",
        "--tenant-id",
        TENANT,
        "--client-id",
        "c",
    ];
    check_usage(
        &args,
        &["there is no client secret", "AUDITLAKE_CLIENT_SECRET"],
    );
}

#[test]
fn an_unknown_key_of_the_configuration_is_told_with_its_place_and_the_nearest() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(
        directory.path().join("auditlake.toml"),
        "[connections.contoso]\ntennant_id = \"x\"\n",
    )
    .unwrap();
    let ran = ran(auditlake(directory.path()).args(["connection", "test", "contoso"])).unwrap();
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("auditlake.toml:2: unknown key `tennant_id`"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("hint: did you mean `tenant_id`?"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_configuration_that_was_named_must_be_there() {
    check_usage(
        &["connection", "test", "contoso", "--config", "nowhere.toml"],
        &["nowhere.toml", "caused by:"],
    );
}

#[test]
fn plain_http_to_a_real_host_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let args = [
        "connection",
        "test",
        "--api-address",
        "http://manage.example",
        "--tenant-id",
        TENANT,
        "--client-id",
        "c",
    ];
    let ran = ran(auditlake(directory.path())
        .args(args)
        .env("AUDITLAKE_CLIENT_SECRET", "s3cr3t-value"))
    .unwrap();
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("https"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("s3cr3t-value"), "{}", ran.stderr);
}

#[test]
fn a_lake_of_an_unknown_scheme_is_a_usage_error() {
    let directory = tempfile::tempdir().unwrap();
    let args = [
        "backfill",
        "--lake",
        "ftp://lake",
        "--tenant-id",
        TENANT,
        "--client-id",
        "c",
    ];
    let ran = ran(auditlake(directory.path())
        .args(args)
        .env("AUDITLAKE_CLIENT_SECRET", "s3cr3t-value"))
    .unwrap();
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("`ftp`"), "{}", ran.stderr);
}

#[test]
fn events_and_report_do_not_share_standard_output() {
    check_usage(
        &["normalize", "-", "--output", "json"],
        &["standard output", "--report FILE"],
    );
}

#[test]
fn parquet_needs_a_lake() {
    check_usage(&["normalize", "-", "--to", "parquet"], &["--lake"]);
}
