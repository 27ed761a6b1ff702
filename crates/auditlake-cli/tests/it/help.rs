//! `--help`.

use crate::command::run;

#[test]
fn every_command_shows_examples() {
    let commands: [&[&str]; 21] = [
        &[],
        &["backfill"],
        &["normalize"],
        &["config"],
        &["config", "check"],
        &["config", "show"],
        &["config", "example"],
        &["connection"],
        &["connection", "add"],
        &["connection", "list"],
        &["connection", "show"],
        &["connection", "test"],
        &["connection", "remove"],
        &["subscription"],
        &["subscription", "list"],
        &["subscription", "start"],
        &["subscription", "stop"],
        &["schema"],
        &["schema", "show"],
        &["simulate"],
        &["demo"],
    ];
    for command in commands {
        let ran = run(&[command, &["--help"]].concat()).unwrap();
        assert_eq!(ran.code, Some(0), "{command:?}");
        assert!(
            ran.stdout.contains("Examples:\n  auditlake"),
            "{command:?}: {}",
            ran.stdout
        );
    }
}

#[test]
fn the_version_is_told() {
    let ran = run(&["--version"]).unwrap();
    assert_eq!(
        ran.stdout.trim(),
        format!("auditlake {}", env!("CARGO_PKG_VERSION"))
    );
}
