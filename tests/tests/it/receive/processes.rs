//! Simulator and receiver as a person starts them to try it out: two processes that know of each other what is on the
//! command line.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

use super::place::{LIMIT, Receiver, objects, until};
use crate::world::{binary, verdict};

/// Blobs by when they became available, with their ids and how often the webhook was told of them.
type Told = BTreeMap<Timestamp, (String, usize)>;

struct Place {
    directory: TempDir,
    simulator: Child,
    address: String,
    tenant: Value,
}

impl Place {
    /// With what the simulator is to do besides.
    fn new(args: &[&str]) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let record = r#"{"Id":"a","RecordType":1,"Workload":"Exchange","CreationTime":"2026-05-04T10:00:00","Operation":"Set-Mailbox"}"#;
        std::fs::write(directory.path().join("events"), record)?;
        let mut command = Command::new(binary()?);
        command.args(["simulate", "--output", "json", "--events"]);
        command.arg(directory.path().join("events")).args(args);
        command.stdin(Stdio::null()).stderr(Stdio::null());
        let mut simulator = command.stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let stdout = simulator.stdout.take().context("its standard output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let mut described: Value = serde_json::from_str(&line)?;
        Ok(Self {
            directory,
            simulator,
            address: described["address"]
                .as_str()
                .context("its address")?
                .to_owned(),
            tenant: described["tenants"][0].take(),
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A command for the tenant, given whole by variables.
    fn command(&self, args: &[&str]) -> Result<Command> {
        let mut command = Command::new(binary()?);
        command.current_dir(self.directory.path()).args(args);
        for (name, key) in [
            ("AUDITLAKE_TENANT_ID", "tenant_id"),
            ("AUDITLAKE_CLIENT_ID", "client_id"),
            ("AUDITLAKE_CLIENT_SECRET", "client_secret"),
        ] {
            command.env(name, self.tenant[key].as_str().context(key)?);
        }
        command.env("AUDITLAKE_API_ADDRESS", &self.address);
        command.env("AUDITLAKE_AUTHORITY", &self.address);
        command.env("AUDITLAKE_WEBHOOK_AUTH_ID", "an-unlikely-l4bel");
        command.env("AUDITLAKE_STATE_DIR", self.path("state"));
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Ok(command)
    }

    async fn run(&self, args: &[&str]) -> Result<Output> {
        let mut command = self.command(args)?;
        command.stdout(Stdio::piped());
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.code() == Some(0), "{args:?}: {said}");
        Ok(output)
    }

    /// What the webhook was told of.
    async fn told(&self) -> Result<Told> {
        let args = ["subscription", "notifications", "--output", "json"];
        let shown: Value = serde_json::from_slice(&self.run(&args).await?.stdout)?;
        let mut told = Told::new();
        let all = shown["content_types"].as_array().context("content types")?;
        let of = |feed: &Value| feed["notifications"].as_array().cloned();
        for attempt in all.iter().filter_map(of).flatten() {
            let text = |key: &str| {
                Ok::<_, anyhow::Error>(attempt[key].as_str().context("text")?.to_owned())
            };
            let (created, id) = (text("content_created")?, text("content_id")?);
            told.entry(created.parse()?).or_insert((id, 0)).1 += 1;
        }
        Ok(told)
    }

    /// The records that the simulator offers, by its own account.
    async fn offered(&self) -> Result<Vec<String>> {
        let tenant = self.tenant["tenant_id"].as_str().context("a tenant")?;
        let path = format!("{}_simulator/{tenant}/expected", self.address);
        let client = reqwest::Client::builder().no_proxy().build()?;
        let text = client.get(path).send().await?.text().await?;
        Ok(text.lines().map(str::to_owned).collect())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.simulator.kill().ok();
        self.simulator.wait().ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_is_told_twice_backwards_and_in_part_and_is_there_once() -> Result<()> {
    let place = Place::new(&[
        "--new-blobs",
        "600",
        "--new-blobs-every",
        "1s",
        "--webhook-repeats",
        "2",
        "--webhook-backwards",
        "--webhook-batch",
        "1",
        "--webhook-skip-every",
        "2",
    ])?;
    // The one start of a content type in 15 minutes is that which sets the webhook.
    let work = [
        "receive",
        "--lake",
        "lake",
        "--listen",
        "127.0.0.1:0",
        "--no-start",
    ];
    let often = ["--every", "1h", "--gather", "100ms"];
    let receive = place.command(&[&work[..], &often].concat())?;
    let receiver = Receiver::start(receive, &place.path("receiver")).await?;
    receiver.first_round().await?;
    let start = ["subscription", "start", "--webhook", &receiver.address];
    place.run(&start).await?;

    let limit = Instant::now() + LIMIT;
    let mut told = Told::new();
    while told.len() < 2 {
        ensure!(Instant::now() < limit, "nothing is told");
        tokio::time::sleep(Duration::from_millis(100)).await;
        told = place.told().await?;
    }
    let committed = || objects(&place.path("lake/_auditlake/ledger"), ".commit.json").concat();
    let is_there = || told.values().all(|(id, _)| committed().contains(id));
    until(is_there).await?;
    assert_eq!(receiver.terminate()?, Some(0));
    assert!(told.values().all(|(_, times)| *times == 2), "{told:?}");
    let seconds = told.keys().map(|created| created.as_second() % 2);
    assert_eq!(seconds.collect::<BTreeSet<_>>().len(), 1, "{told:?}");

    // What was never told of is found by the next listing. Meanwhile there is more, which it may have or not.
    let before = place.offered().await?;
    // A round asks up to the last whole second.
    while place.offered().await?.len() == before.len() {
        ensure!(Instant::now() < limit, "nothing new comes");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    place.run(&["ingest", "--lake", "lake", "--once"]).await?;
    let lake = place.path("lake");
    let (least, most) = (
        verdict(&lake, &before)?,
        verdict(&lake, &place.offered().await?)?,
    );
    assert_eq!((least.missing, least.repeated), (0, 0), "{least:?}");
    assert_eq!(most.strange, 0, "{most:?}");
    Ok(())
}
