//! `config check`, `show` and `example`.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::command::{Ran, auditlake, ran, run};

const SECRET: &str = "s3cr3t-value";
const CONNECTION: &str = "\
[connections.contoso]
tenant_id = \"11111111-2222-3333-4444-555555555555\"
client_id = \"66666666-7777-8888-9999-000000000000\"
";

fn directory(text: &str) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("auditlake.toml"), text).expect("a file");
    directory
}

fn config(directory: &Path, args: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = auditlake(directory);
    command.arg("config").args(args);
    command.envs(variables.iter().copied());
    ran(&mut command).expect("the binary runs")
}

/// What is told of a configuration, line by line.
#[track_caller]
fn check_problems(text: &str, variables: &[(&str, &str)], expected: &[&str]) {
    let directory = directory(text);
    let ran = config(directory.path(), &["check"], variables);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.stderr.lines().collect::<Vec<_>>(), expected);
}

#[cfg(unix)]
fn secret_file(directory: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    let file = directory.join("contoso.secret");
    fs::write(&file, SECRET).expect("a file");
    fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("a mode");
}

#[cfg(unix)]
#[test]
fn the_example_is_right_once_its_secret_is_there() {
    let example = run(&["config", "example"]).unwrap();
    assert_eq!(example.code, Some(0), "{}", example.stderr);
    let directory = directory(&example.stdout);
    let missing = config(directory.path(), &["check"], &[]);
    assert_eq!(missing.code, Some(2), "{}", missing.stderr);
    assert!(
        missing
            .stderr
            .contains("cannot read the client secret file `contoso.secret`"),
        "{}",
        missing.stderr
    );
    secret_file(directory.path(), 0o600);
    let right = config(directory.path(), &["check"], &[]);
    assert_eq!(
        (right.code, right.stderr.as_str()),
        (Some(0), "all right: `auditlake.toml`, 1 connection\n")
    );
}

#[cfg(unix)]
#[test]
fn a_secret_that_everybody_can_read_is_told_with_its_line() {
    let directory = directory(&format!(
        "{CONNECTION}client_secret_file = \"contoso.secret\"\n"
    ));
    secret_file(directory.path(), 0o644);
    let ran = config(directory.path(), &["check"], &[]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let expected = "error: auditlake.toml:4: connection `contoso`: every user can read the file `contoso.secret`\n\
                    hint: `chmod o= contoso.secret`; of a mounted secret, set its mode to 0440 or less\n";
    assert_eq!(ran.stderr, expected);
    secret_file(directory.path(), 0o640);
    assert_eq!(config(directory.path(), &["check"], &[]).code, Some(0));
}

#[test]
fn all_that_is_wrong_is_told_at_once_with_places_and_what_helps() {
    let text = "\
[ingest]
evry = \"5m\"
every = \"often\"
relist = \"8d\"
[connections.a]
cloud = \"mars\"
[connections.b]
managed_identity = true
client_secret_file = \"s\"
tenant_id = \"t\"
[connections.c]
client_id = \"66666666-7777-8888-9999-000000000000\"
";
    let expected = [
        "error: auditlake.toml:2: unknown key `evry`",
        "hint: did you mean `every`?",
        "error: auditlake.toml:3: the value of `every` cannot be used",
        "hint: expected a duration in quotes, such as `\"5m\"`",
        "error: auditlake.toml:4: `relist`: only the last seven days can be listed again",
        "hint: leave it out for the default; `auditlake config example` tells what it means",
        "error: auditlake.toml:6: the value of `cloud` cannot be used",
        "hint: expected one of `\"enterprise\"`, `\"gcc\"`, `\"gcc-high\"`, `\"dod\"`",
        "error: auditlake.toml:8: connection `b`: it has one credential, not `client_secret_file` and `managed_identity`",
        "hint: keep the one that is meant",
        "error: auditlake.toml:11: connection `c`: it has no credential",
        "hint: add a line `client_secret_file = \"FILE\"` or another credential, or set AUDITLAKE_CLIENT_SECRET",
        "error: auditlake.toml:11: connection `c`: there is no `tenant_id`",
        "hint: add a line `tenant_id = \"…\"`, or set AUDITLAKE_TENANT_ID",
    ];
    check_problems(text, &[], &expected);
}

#[test]
fn variables_count_and_are_told_by_their_names() {
    let secret = ("AUDITLAKE_CLIENT_SECRET", SECRET);
    let directory = directory(CONNECTION);
    assert_eq!(
        config(directory.path(), &["check"], &[secret]).code,
        Some(0)
    );
    check_problems(
        CONNECTION,
        &[secret, ("AUDITLAKE_EVERY", "s3cr3t")],
        &[
            "error: the value of AUDITLAKE_EVERY cannot be used",
            "hint: expected a duration, such as `5m`",
        ],
    );
    check_problems(
        CONNECTION,
        &[secret, ("AUDITLAKE_API_ADDRESS", "http://manage.example")],
        &[
            "error: AUDITLAKE_API_ADDRESS: connection `contoso`: cannot use the configuration: the api address \
             `http://manage.example/` must use https; plain http is for loopback hosts",
        ],
    );
}

#[test]
fn a_receiver_that_cannot_be_is_told_with_its_lines() {
    let secret = ("AUDITLAKE_CLIENT_SECRET", SECRET);
    let hint = "hint: name PEM files that can be read: the whole chain, and the key of its first certificate";
    let receive = format!("{CONNECTION}[receive]\ntls_certificate = \"none.pem\"\n");
    check_problems(
        &receive,
        &[secret],
        &[
            "error: auditlake.toml:5: `tls_certificate` is given, `tls_key` is not",
            "hint: a certificate and its key go together; without both it speaks plain HTTP",
        ],
    );
    check_problems(
        &format!("{receive}tls_key = \"none.pem\"\n"),
        &[secret],
        &[
            "error: auditlake.toml:5: `none.pem` cannot be used for TLS: I/O error: \
             No such file or directory (os error 2)",
            hint,
        ],
    );
    check_problems(
        &format!("{CONNECTION}[receive]\nlisten = 8443\nrate_limit = 0\n"),
        &[secret],
        &[
            "error: auditlake.toml:5: the value of `listen` cannot be used",
            "hint: expected an address and a port in quotes, such as `\"0.0.0.0:8443\"`",
            "error: auditlake.toml:6: the value of `rate_limit` cannot be used",
            "hint: expected a whole number from 1 to 4294967295",
        ],
    );
}

#[test]
fn without_a_file_there_is_nothing_wrong() {
    let ran = run(&["config", "check"]).unwrap();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1);
    let named = run(&["config", "check", "--config", "nowhere.toml"]).unwrap();
    assert_eq!(named.code, Some(2), "{}", named.stderr);
}

#[test]
fn each_value_is_shown_with_where_it_comes_from() {
    let text = format!(
        "{CONNECTION}client_secret_file = \"s\"\n[ingest]\nrelist = \"12h\"\ngrace = \"9s\"\n\
         [receive]\nlisten = \"127.0.0.1:8443\"\nbody_limit = \"1MiB\"\n"
    );
    let directory = directory(&text);
    let variables = [
        ("AUDITLAKE_RELIST", "6h"),
        ("AUDITLAKE_CLOUD", "dod"),
        ("AUDITLAKE_GATHER", "2m"),
    ];
    let ran = config(directory.path(), &["show", "--output", "json"], &variables);
    let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
    let ingest = serde_json::json!({
        "every": {"value": "5m", "source": "default"},
        "relist": {"value": "6h", "source": "variable", "variable": "AUDITLAKE_RELIST"},
        "grace": {"value": "9s", "source": "file", "line": 7},
        "concurrency": {"value": 4, "source": "default"},
        "metrics_listen": {"value": null, "source": "unset"},
    });
    assert_eq!(shown["ingest"], ingest);
    let receive = serde_json::json!({
        "listen": {"value": "127.0.0.1:8443", "source": "file", "line": 9},
        "tls_certificate": {"value": null, "source": "unset"},
        "tls_key": {"value": null, "source": "unset"},
        "tls_client_authorities": {"value": null, "source": "unset"},
        "gather": {"value": "2m", "source": "variable", "variable": "AUDITLAKE_GATHER"},
        "rate_limit": {"value": 6000, "source": "default"},
        "body_limit": {"value": "1MiB", "source": "file", "line": 10},
    });
    assert_eq!(shown["receive"], receive);
    let connection = &shown["connections"][0];
    assert_eq!(connection["name"], "contoso");
    let settings = &connection["settings"];
    assert_eq!(settings["cloud"]["variable"], "AUDITLAKE_CLOUD");
    assert_eq!(
        settings["api_address"]["value"],
        "https://manage.protection.apps.mil"
    );
    assert_eq!(settings["tenant_id"]["line"], 2);
    assert_eq!(settings["client_secret_file"]["value"], "s");
    assert_eq!(settings["requests_per_minute"]["value"], 2000);
    assert_eq!(settings["certificate_file"]["source"], "unset");
    let text = config(directory.path(), &["show"], &variables);
    let row = text.stdout.lines().find(|line| line.contains(" grace "));
    let row: Vec<&str> = row.unwrap_or_default().split_whitespace().collect();
    assert_eq!(row, ["ingest", "grace", "9s", "auditlake.toml:7"]);
}

#[test]
fn a_secret_is_shown_by_its_place_alone() {
    let text = format!(
        "{CONNECTION}client_secret_file = \"s\"\napi_address = \"https://user:{SECRET}@manage.example\"\n"
    );
    let directory = directory(&text);
    fs::write(directory.path().join("s"), SECRET).unwrap();
    let variables = [("AUDITLAKE_CLIENT_SECRET", SECRET)];
    for args in [
        &["show"] as &[&str],
        &["show", "--output", "json"],
        &["check"],
    ] {
        for variables in [&variables as &[_], &[]] {
            let ran = config(directory.path(), args, variables);
            let said = [ran.stdout, ran.stderr].concat();
            assert!(!said.contains(SECRET), "{args:?}: {said}");
        }
    }
    let shown = config(directory.path(), &["show"], &variables);
    assert!(shown.stdout.contains("(hidden)"), "{}", shown.stdout);
    assert!(
        shown
            .stderr
            .contains("goes before the credential that the file has for `contoso`"),
        "{}",
        shown.stderr
    );
}
