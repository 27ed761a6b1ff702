//! `simulate`, and what talks to it: `connection test` and `backfill`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use assert_cmd::Command;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::Value;

use crate::command::{auditlake, process, ran};

/// A simulator in a process of its own.
struct Simulator {
    process: Child,
    described: Value,
}

impl Simulator {
    fn start(directory: &Path) -> std::io::Result<Self> {
        Self::start_with(directory, &[])
    }

    fn start_with(directory: &Path, args: &[&str]) -> std::io::Result<Self> {
        let mut command = process(directory);
        command.args(["simulate", "--records", "300", "--output", "json"]);
        command.args(args);
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        Ok(Self {
            process,
            described: serde_json::from_str(&line)?,
        })
    }

    /// A command for the first tenant.
    fn command(&self, directory: &Path, command: &[&str], secret: Option<&str>) -> Command {
        let tenant = &self.described["tenants"][0];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let address = text(&self.described["address"]);
        let mut auditlake = auditlake(directory);
        auditlake
            .args(command)
            .args(["--api-address", &address, "--authority", &address]);
        auditlake.args([
            "--tenant-id",
            &text(&tenant["tenant_id"]),
            "--client-id",
            &text(&tenant["client_id"]),
        ]);
        let secret = secret.map_or_else(|| text(&tenant["client_secret"]), str::to_owned);
        auditlake.env("AUDITLAKE_CLIENT_SECRET", secret);
        auditlake
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.process
            .kill()
            .and_then(|()| self.process.wait())
            .map(drop)
            .unwrap_or_default();
    }
}

#[test]
fn a_backfill_reports_on_standard_output_and_a_second_one_adds_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(directory.path()).unwrap();
    let args = [
        "backfill",
        "--lake",
        "lake",
        "--window",
        "24h",
        "--report",
        "report.json",
        "--output",
        "json",
    ];
    let backfill = || ran(&mut simulator.command(directory.path(), &args, None)).unwrap();
    let first = backfill();
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let report: Value = serde_json::from_str(&first.stdout).unwrap();
    assert!(report["events"].as_u64() > Some(0), "{report}");
    assert_eq!(
        std::fs::read_to_string(directory.path().join("report.json")).unwrap(),
        first.stdout
    );
    let second = backfill();
    assert_eq!(second.code, Some(0), "{}", second.stderr);
    assert!(second.stderr.contains("nothing new: "), "{}", second.stderr);
}

#[test]
fn a_dry_run_lists_and_writes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(directory.path()).unwrap();
    let test = simulator
        .command(
            directory.path(),
            &["backfill", "--lake", "lake", "--window", "24h", "--dry-run"],
            None,
        )
        .output();
    let output = test.unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("dry run, nothing was fetched"), "{stderr}");
    assert!(!directory.path().join("lake").exists());
}

#[test]
fn the_test_of_a_connection_tells_permissions_and_content_types() {
    let directory = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(directory.path()).unwrap();
    let args = ["connection", "test", "--output", "json"];
    let ran = ran(&mut simulator.command(directory.path(), &args, None)).unwrap();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let test: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(test["token"]["ok"], true, "{test}");
    assert!(
        test["roles"]
            .as_array()
            .unwrap()
            .contains(&"ActivityFeed.ReadDlp".into()),
        "{test}"
    );
    assert!(
        test["content_types"]["Audit.Exchange"]["subscription"].is_string(),
        "{test}"
    );
}

#[test]
fn a_wrong_secret_is_a_matter_of_credentials_and_is_never_shown() {
    let directory = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(directory.path()).unwrap();
    let commands: [&[&str]; 2] = [
        &["connection", "test"],
        &["backfill", "--lake", "lake", "-vvv"],
    ];
    for command in commands {
        let ran =
            ran(&mut simulator.command(directory.path(), command, Some("wr0ng-s3cret"))).unwrap();
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(
            !ran.stderr.contains("wr0ng-s3cret") && !ran.stdout.contains("wr0ng-s3cret"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn the_fullest_log_holds_no_secret_and_no_token() {
    let directory = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(directory.path()).unwrap();
    let args = [
        "backfill", "--lake", "lake", "--window", "24h", "--output", "json", "-vvv",
    ];
    let mut command = simulator.command(directory.path(), &args, None);
    let ran = ran(command.env("RUST_LOG", "trace")).unwrap();
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.contains("TRACE"));
    let secret = simulator.described["tenants"][0]["client_secret"]
        .as_str()
        .unwrap();
    // Tokens are JSON web tokens: they begin with an encoded brace and quote.
    for word in [secret, "Bearer ", "eyJ"] {
        let line = ran
            .stderr
            .lines()
            .chain(ran.stdout.lines())
            .find(|line| line.contains(word));
        assert_eq!(line, None, "{word}");
    }
}

#[test]
fn a_certificate_and_a_large_blob_can_be_asked_of_the_simulator() {
    let directory = tempfile::tempdir().unwrap();
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let names = vec!["collector.contoso.example".to_owned()];
    let certificate = CertificateParams::new(names).unwrap();
    let certificate = certificate.self_signed(&key).unwrap();
    let pem = certificate.pem();
    std::fs::write(directory.path().join("app.crt"), &pem).unwrap();
    let both = [pem, key.serialize_pem()].concat();
    std::fs::write(directory.path().join("app.pem"), both).unwrap();
    let asked = ["--certificate", "app.crt", "--large-blob", "3MB"];
    let simulator = Simulator::start_with(directory.path(), &asked).unwrap();
    let args = [
        "backfill",
        "--lake",
        "lake",
        "--since",
        "2h",
        "--content-type",
        "Audit.General",
        "--certificate-file",
        "app.pem",
        "--output",
        "json",
    ];
    let mut command = simulator.command(directory.path(), &args, None);
    command.env_remove("AUDITLAKE_CLIENT_SECRET");
    let ran = ran(&mut command).unwrap();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(report["events"].as_u64() >= Some(3_000), "{report}");
}

#[test]
fn a_run_that_stops_writes_its_report() {
    let directory = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(directory.path()).unwrap();
    let args = ["backfill", "--lake", "lake", "--report", "report.json"];
    let ran = ran(&mut simulator.command(directory.path(), &args, Some("wr0ng-s3cret"))).unwrap();
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let report = std::fs::read(directory.path().join("report.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    assert!(report["error"].as_str().unwrap().contains("AADSTS7000215"));
    assert_eq!(
        report["content_types"]["Audit.Exchange"]["status"],
        "incomplete"
    );
}

#[test]
fn a_report_that_cannot_be_written_is_refused_before_the_run() {
    let directory = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(directory.path()).unwrap();
    let args = [
        "backfill",
        "--lake",
        "lake",
        "--report",
        "no/such/dir/r.json",
    ];
    let ran = ran(&mut simulator.command(directory.path(), &args, None)).unwrap();
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("no/such/dir/r.json"),
        "names it: {}",
        ran.stderr
    );
    assert!(!directory.path().join("lake").exists(), "nothing was done");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_simulator_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let mut simulator = Simulator::start(directory.path()).unwrap();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &simulator.process.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    assert_eq!(simulator.process.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
#[test]
fn an_interrupted_backfill_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(directory.path()).unwrap();
    // With one request a minute it cannot be done before it is interrupted.
    let address = simulator.described["address"].as_str().unwrap();
    let tenant = &simulator.described["tenants"][0];
    let mut command = process(directory.path());
    command
        .args([
            "backfill",
            "--lake",
            "lake",
            "--requests-per-minute",
            "1",
            "--api-address",
            address,
        ])
        .args([
            "--authority",
            address,
            "--tenant-id",
            tenant["tenant_id"].as_str().unwrap(),
        ])
        .args(["--client-id", tenant["client_id"].as_str().unwrap()])
        .env(
            "AUDITLAKE_CLIENT_SECRET",
            tenant["client_secret"].as_str().unwrap(),
        );
    let backfill = command.stderr(Stdio::piped()).spawn().unwrap();
    // The lake's directory is made when signals are already heard.
    while !directory.path().join("lake").exists() {
        std::thread::yield_now();
    }
    let killed = std::process::Command::new("kill")
        .args(["-INT", &backfill.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let output = backfill.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("run it again"), "{stderr}");
}
