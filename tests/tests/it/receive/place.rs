//! A service whose time the scenario moves, so that nothing but a notification can bring what it has in its future; a lake;
//! and the real binary as receiver.

use std::io::BufReader;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use auditlake_simulator::{
    Blob, Clock, ContentType, NotificationConfig, Simulator, SimulatorConfig, Source, TenantConfig,
    start,
};
use jiff::{SignedDuration, Timestamp};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;
use tempfile::TempDir;

use crate::crash::lake::files;
use crate::world::{binary, verdict};

/// Nothing here takes nearly as long.
pub(super) const LIMIT: Duration = Duration::from_mins(5);
/// By which the service is known.
pub(super) const AUTH_ID: &str = "an-unlikely-l4bel";
/// Seconds from the beginning at which the tenant has blobs: one before it, the others when the clock is moved. In all
/// less than a run keeps from the edge of the seven days.
const SECONDS: [i64; 4] = [-3_600, 50, 100, 150];

/// A service with one tenant, and a directory with a configuration and a lake.
pub(super) struct Place {
    pub(super) simulator: Simulator,
    clock: Clock,
    directory: TempDir,
}

impl Place {
    pub(super) async fn new(notifications: NotificationConfig) -> Result<Self> {
        let now = Timestamp::now();
        let clock = Clock::fixed(now);
        let blob = |seconds: i64| {
            let created = now + SignedDuration::from_secs(seconds);
            let record = format!(
                r#"{{"Id":"of-{seconds}","RecordType":1,"CreationTime":"2026-05-04T10:00:00","Operation":"Set-Mailbox"}}"#
            );
            Blob::of_records(ContentType::Exchange, created, &[record])
        };
        let blobs = SECONDS.map(blob).to_vec();
        let mut tenant = TenantConfig::new(0, Source::Blobs(blobs));
        tenant.subscriptions = ContentType::ALL.to_vec();
        let place = Self {
            simulator: start(SimulatorConfig {
                tenants: vec![tenant],
                now: clock.clone(),
                notifications: NotificationConfig {
                    first_retry: Duration::from_millis(50),
                    ..notifications
                },
                ..SimulatorConfig::default()
            })
            .await?,
            clock,
            directory: tempfile::tempdir()?,
        };
        place.configure()?;
        Ok(place)
    }

    fn configure(&self) -> Result<()> {
        let tenant = self.simulator.tenants().swap_remove(0);
        let address = self.simulator.address();
        std::fs::write(self.path("secret"), &tenant.client_secret)?;
        std::fs::write(self.path("label"), AUTH_ID)?;
        let text = format!(
            "[connections.contoso]\napi_address = \"{address}\"\nauthority = \"{address}\"\n\
             tenant_id = \"{}\"\nclient_id = \"{}\"\nclient_secret_file = \"secret\"\n\
             requests_per_minute = 1000000\nwebhook_auth_id_file = \"label\"\n",
            tenant.tenant_id, tenant.client_id
        );
        Ok(std::fs::write(self.path("auditlake.toml"), text)?)
    }

    /// Adds a section to the configuration.
    pub(super) fn add(&self, section: &str) -> Result<()> {
        let file = self.path("auditlake.toml");
        let text = std::fs::read_to_string(&file)? + section;
        Ok(std::fs::write(file, text)?)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(super) fn tenant(&self) -> String {
        self.simulator.tenants().swap_remove(0).tenant_id
    }

    fn command(&self, args: &[&str]) -> Result<Command> {
        let mut command = Command::new(binary()?);
        command.current_dir(self.directory.path()).args(args);
        command.env("AUDITLAKE_STATE_DIR", self.path("state"));
        command.stdin(Stdio::null());
        Ok(command)
    }

    /// A receiver that polls once, when it begins, and not again within a scenario.
    pub(super) async fn receiver(&self, name: &str, args: &[&str]) -> Result<Receiver> {
        let mut command = self.command(&["receive", "--lake", "lake", "--every", "1h"])?;
        command.args(["--window", "24h"]).args(args);
        let in_file = std::fs::read_to_string(self.path("auditlake.toml"))?.contains("\nlisten = ");
        if !in_file && !args.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        // What is handed on is the scenario's to read.
        let stdout = if args.contains(&"--to") {
            Stdio::piped()
        } else {
            Stdio::null()
        };
        command.stdout(stdout);
        Receiver::start(command, &self.path(name)).await
    }

    /// Runs a command to its end.
    pub(super) async fn run(&self, args: &[&str]) -> Result<Output> {
        let mut command = self.command(args)?;
        Ok(tokio::task::spawn_blocking(move || command.output()).await??)
    }

    /// Has the service post to this address.
    pub(super) async fn subscribe(&self, address: &str) -> Result<()> {
        let start = ["subscription", "start", "contoso", "--webhook", address];
        let one = ["--content-type", "Audit.Exchange"];
        let ran = self.run(&[&start[..], &one].concat()).await?;
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        ensure!(ran.status.code() == Some(0), "{said}");
        ensure!(!said.contains(AUTH_ID), "{said}");
        Ok(())
    }

    /// Moves the service's clock on.
    pub(super) fn advance(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// The blobs that the service has by now, without the first, which was there before.
    pub(super) fn announced(&self) -> Vec<String> {
        let blobs = self.simulator.blobs(&self.tenant()).into_iter();
        blobs.skip(1).map(|blob| blob.content_id).collect()
    }

    /// Notices that are in the inbox, as they are stored.
    pub(super) fn inbox(&self) -> Vec<String> {
        self.objects("_auditlake/inbox/contoso", ".json")
    }

    fn objects(&self, below: &str, suffix: &str) -> Vec<String> {
        objects(&self.path("lake").join(below), suffix)
    }

    /// Whether the ledger says that all of these blobs are in the lake.
    pub(super) fn has_committed(&self, ids: &[String]) -> bool {
        self.names("commit", ids)
    }

    /// Whether the ledger says that all of these blobs are about to be.
    pub(super) fn has_intended(&self, ids: &[String]) -> bool {
        self.names("intent", ids)
    }

    fn names(&self, what: &str, ids: &[String]) -> bool {
        let commits = self.objects("_auditlake/ledger/contoso", &format!(".{what}.json"));
        let commits = commits.iter();
        let commits: Vec<Value> = commits
            .filter_map(|it| serde_json::from_str(it).ok())
            .collect();
        let names = |commit: &Value, id: &str| {
            let ids = commit["content_ids"].as_array();
            ids.is_some_and(|ids| ids.iter().any(|it| it == id))
        };
        ids.iter()
            .all(|id| commits.iter().any(|commit| names(commit, id)))
    }

    pub(super) fn assert_each_once(&self) -> Result<()> {
        let offered = self.simulator.records(&self.tenant());
        let found = verdict(&self.path("lake"), &offered)?;
        let wrong = (found.missing, found.repeated, found.strange);
        ensure!(found.offered > 0 && wrong == (0, 0, 0), "{found:?}");
        Ok(())
    }

    /// Whether the service was heard, attempt by attempt.
    pub(super) fn heard(&self) -> Vec<bool> {
        let attempts = self.simulator.notifications(&self.tenant());
        attempts.iter().map(|it| it.heard).collect()
    }
}

/// Objects below a directory whose names end so, as text.
pub(super) fn objects(below: &Path, suffix: &str) -> Vec<String> {
    let found = files(below).unwrap_or_default();
    let found = found
        .iter()
        .filter(|it| it.to_string_lossy().ends_with(suffix));
    found
        .filter_map(|it| std::fs::read_to_string(it).ok())
        .collect()
}

/// Waits until something is so.
pub(super) async fn until(mut is_so: impl FnMut() -> bool) -> Result<()> {
    let limit = Instant::now() + LIMIT;
    while !is_so() {
        ensure!(Instant::now() < limit, "it never came to be so");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// A port that nobody listens at, for a receiver that comes back.
pub(super) fn free_address() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// A receiver at work.
pub(super) struct Receiver {
    child: Child,
    pub(super) log: PathBuf,
    report: PathBuf,
    /// Where it takes notifications.
    pub(super) address: String,
}

impl Receiver {
    /// Starts it, with a log and a report of this name, and waits until it takes notifications.
    pub(super) async fn start(mut command: Command, name: &Path) -> Result<Self> {
        let (log, report) = (name.with_extension("log"), name.with_extension("ndjson"));
        command.arg("--report").arg(&report);
        let child = command.stderr(std::fs::File::create(&log)?).spawn()?;
        let mut receiver = Self {
            child,
            log,
            report,
            address: String::new(),
        };
        receiver.address = receiver.told("notifications are taken at ").await?;
        Ok(receiver)
    }

    /// What it hands on.
    pub(super) fn handed_on(&mut self) -> Result<BufReader<ChildStdout>> {
        let stdout = self
            .child
            .stdout
            .take()
            .context("a piped standard output")?;
        Ok(BufReader::new(stdout))
    }

    /// Waits for a line of the log that begins so, and returns the rest of it.
    pub(super) async fn told(&mut self, head: &str) -> Result<String> {
        let limit = Instant::now() + LIMIT;
        loop {
            let log = self.said()?;
            let mut lines = log
                .split_inclusive('\n')
                .filter_map(|it| it.strip_suffix('\n'));
            if let Some(rest) = lines.find_map(|it| it.strip_prefix(head)) {
                return Ok(rest.to_owned());
            }
            ensure!(self.child.try_wait()?.is_none(), "it has ended: {log}");
            ensure!(Instant::now() < limit, "{log}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(super) fn said(&self) -> Result<String> {
        Ok(std::fs::read_to_string(&self.log)?)
    }

    /// Waits until its first round has ended.
    pub(super) async fn first_round(&self) -> Result<()> {
        // It is there before, to see whether it can be written.
        until(|| std::fs::metadata(&self.report).is_ok_and(|it| it.len() > 0)).await
    }

    /// A request as the service sends it, to this path.
    pub(super) fn post(&self, body: &Value) -> Result<RequestBuilder> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let request = client.post(format!("{}hook", self.address));
        Ok(request.header("Webhook-AuthID", AUTH_ID).json(body))
    }

    /// As `kill -9`, and back when it is dead.
    pub(super) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Waits for its end, which comes by itself.
    pub(super) async fn ended(mut self) -> Result<Option<i32>> {
        until(|| self.child.try_wait().is_ok_and(|it| it.is_some())).await?;
        Ok(self.child.wait()?.code())
    }

    pub(super) fn terminate(mut self) -> Result<Option<i32>> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status()?;
        ensure!(sent.success(), "the signal could not be sent");
        Ok(self.child.wait()?.code())
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The status of an answer.
pub(super) async fn status(request: RequestBuilder) -> Result<StatusCode> {
    Ok(request.send().await?.status())
}
