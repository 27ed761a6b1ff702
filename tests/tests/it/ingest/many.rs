//! Many tenants in one process that stays, in real time: `cargo xtask tenants`.
#![cfg(unix)]

use std::fs::File;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use auditlake_simulator::{
    Blob, ContentType as Feed, Fault, FaultPlan, FaultRule, Selector, Simulator, SimulatorConfig,
    Source, TenantConfig, start,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::month::program::Program;
use super::service::record;
use crate::crash::soak::{number, tell};

/// What each request takes at the service, as across an ocean.
const LATENCY: Duration = Duration::from_millis(100);
/// Feeds with content; the others are asked for all the same.
const FEEDS: [Feed; 3] = [Feed::AzureActiveDirectory, Feed::Exchange, Feed::SharePoint];
const RECORDS: usize = 5;

/// What the process showed at one time.
#[derive(Debug, Clone, Copy, Default)]
struct Sample {
    /// Seconds of the connection and content type that is most behind.
    lag: f64,
    requests: f64,
    events: f64,
    ready: f64,
    memory: f64,
}

impl Sample {
    fn of(metrics: &str) -> Self {
        let values = |name: &str| {
            let lines = metrics
                .lines()
                .filter(move |line| line.split(['{', ' ']).next() == Some(name));
            let value = |line: &str| line.rsplit(' ').next()?.parse::<f64>().ok();
            lines.filter_map(value).collect::<Vec<_>>()
        };
        let sum = |name: &str| values(name).iter().sum();
        Self {
            lag: values("auditlake_lag_seconds")
                .into_iter()
                .fold(0.0, f64::max),
            requests: sum("auditlake_requests_total"),
            events: sum("auditlake_events_total"),
            ready: sum("auditlake_ready"),
            memory: sum("process_resident_memory_bytes"),
        }
    }
}

/// A blob of each feed each minute of the next two hours.
fn content(tenant: usize, now: Timestamp) -> Source {
    let times = (0..120).map(|minutes| now + SignedDuration::from_mins(minutes));
    let blob = |(number, (created, feed)): (usize, (Timestamp, Feed))| {
        let first = number * RECORDS;
        let records = (first..first + RECORDS).map(|number| record(tenant, number, created));
        Blob::of_records(feed, created, &records.collect::<Vec<_>>())
    };
    let feeds = |created: Timestamp| FEEDS.map(|feed| (created, feed));
    let blobs = times.flat_map(feeds).enumerate().map(blob);
    Source::Blobs(blobs.collect())
}

async fn service(tenants: usize, now: Timestamp) -> Result<Simulator> {
    let tenant = |index: usize| {
        let config = TenantConfig::new(u32::try_from(index)?, content(index, now));
        Ok(TenantConfig {
            subscriptions: Feed::ALL.to_vec(),
            ..config
        })
    };
    let slow = FaultRule::new(Selector::default(), Fault::Delay(LATENCY));
    let config = SimulatorConfig {
        tenants: (0..tenants).map(tenant).collect::<Result<_>>()?,
        faults: FaultPlan::new([slow]),
        ..SimulatorConfig::default()
    };
    Ok(start(config).await?)
}

/// As a round of an hour ago would have left it, so that what is measured is not the first round.
fn listed(now: Timestamp) -> Value {
    let before = |hours| now - SignedDuration::from_hours(hours);
    let feed = json!({
        "followed": before(7 * 24),
        "spans": [{"since": before(7 * 24), "until": before(1), "listed": before(1)}],
    });
    let types = Feed::ALL.map(|it| (it.to_string(), feed.clone()));
    let types: serde_json::Map<String, Value> = types.into_iter().collect();
    json!({"version": 1, "content_types": types})
}

/// The process that stays, with its lake and log beside its configuration.
struct Process {
    child: Child,
    program: Program,
    client: reqwest::Client,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Process {
    fn new(simulator: &Simulator, every: Duration, now: Timestamp) -> Result<Self> {
        let program = Program::new(simulator)?;
        for index in 0..simulator.tenants().len() {
            let directory = program.path(&format!("lake/_auditlake/listed/tenant-{index}"));
            std::fs::create_dir_all(&directory)?;
            std::fs::write(directory.join("0.json"), listed(now).to_string())?;
        }
        let mut command = program.command()?;
        command.args([
            "ingest",
            "--lake",
            "lake",
            "--metrics-listen",
            "127.0.0.1:0",
        ]);
        command.args(["--every", &format!("{}s", every.as_secs())]);
        let more = std::env::var("AUDITLAKE_MANY_ARGUMENTS").unwrap_or_default();
        command.args(more.split_whitespace()).stdout(Stdio::null());
        let child = command.stderr(File::create(program.path("log"))?).spawn()?;
        Ok(Self {
            child,
            program,
            client: reqwest::Client::builder().no_proxy().build()?,
        })
    }

    fn address(&self) -> Result<Option<String>> {
        let log = std::fs::read_to_string(self.program.path("log"))?;
        let mut lines = log.lines();
        let told = lines.find_map(|line| line.strip_prefix("metrics at "));
        Ok(told.map(str::to_owned))
    }

    async fn sample(&mut self) -> Result<Option<Sample>> {
        ensure!(self.child.try_wait()?.is_none(), "the process has ended");
        let Some(address) = self.address()? else {
            return Ok(None);
        };
        let text = self.client.get(address).send().await?.text().await?;
        Ok(Some(Sample::of(&text)))
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes as long as it is told: cargo xtask tenants"]
async fn many() -> Result<()> {
    let tenants = number("AUDITLAKE_MANY_TENANTS")?;
    let time = Duration::from_mins(number("AUDITLAKE_MANY_MINUTES")? as u64);
    let every = Duration::from_secs(number("AUDITLAKE_MANY_EVERY")? as u64);
    let now = Timestamp::now();
    let simulator = service(tenants, now).await?;
    let mut process = Process::new(&simulator, every, now)?;
    let begun = Instant::now();
    let (mut worst, mut memory, mut last) = (0.0_f64, 0.0_f64, Sample::default());
    while begun.elapsed() < time {
        tokio::time::sleep(Duration::from_secs(15)).await;
        let Some(sample) = process.sample().await? else {
            continue;
        };
        tell(&format!("{:4} s {sample:?}", begun.elapsed().as_secs()));
        memory = memory.max(sample.memory);
        // At the beginning it is an hour behind.
        if begun.elapsed() > time / 2 {
            worst = worst.max(sample.lag);
        }
        last = sample;
    }
    let minutes = time.as_secs_f64() / 60.0;
    tell(&format!(
        "{tenants} tenants: at most {worst:.0} s behind, {:.0} requests and {:.0} events a minute, {:.0} MiB",
        last.requests / minutes,
        last.events / minutes,
        memory / 1024.0 / 1024.0,
    ));
    ensure!(
        format!("{:.0}", last.ready) == tenants.to_string(),
        "{last:?}"
    );
    let bound = 3.0 * every.as_secs_f64();
    ensure!(worst < bound, "{worst} s behind, more than {bound} s");
    process
        .child
        .kill()
        .context("the process could not be ended")
}
