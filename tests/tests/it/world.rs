//! What a scenario needs: a service, a lake, a run, and an outside opinion of the lake.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use auditlake_pipeline::files::Input;
use auditlake_pipeline::{
    BackfillOptions, ClientConfig, Clock, Connection, Error, Progress, Report, RetryPolicy, Secret,
    backfill,
};
use auditlake_simulator::{FaultPlan, Simulator, SimulatorConfig, Source, TenantConfig, start};
use jiff::SignedDuration;
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Waits of milliseconds, so that a scenario with a failure that lasts is over in a second.
pub(crate) const QUICK: RetryPolicy = RetryPolicy {
    max_attempts: 6,
    base: Duration::from_millis(2),
    max: Duration::from_millis(50),
    total: Duration::from_secs(5),
};

/// A service with one tenant, an empty lake, and the time that runs and questions go by: the service's own.
pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) lake: TempDir,
    clock: auditlake_simulator::Clock,
}

/// What DuckDB finds in the lake, against what the service offers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) offered: u64,
    pub(crate) missing: u64,
    pub(crate) repeated: u64,
    pub(crate) strange: u64,
    pub(crate) quarantined: u64,
    pub(crate) by_class: BTreeMap<String, u64>,
}

impl World {
    /// A tenant with this source and no faults.
    pub(crate) async fn of(source: Source) -> Result<Self> {
        Self::with(SimulatorConfig {
            tenants: vec![TenantConfig::new(0, source)],
            ..SimulatorConfig::default()
        })
        .await
    }

    /// A tenant with a generated week of so many records.
    pub(crate) async fn week(records: usize) -> Result<Self> {
        Self::of(Source::Generated { seed: 7, records }).await
    }

    /// A tenant at a time that stands still, where hours are counted: by the system's clock there is one less in the
    /// last minutes of each hour.
    pub(crate) async fn at_half_past(tenant: TenantConfig) -> Result<Self> {
        Self::with(SimulatorConfig {
            tenants: vec![tenant],
            now: auditlake_simulator::Clock::fixed("2026-05-11T10:30:00Z".parse()?),
            ..SimulatorConfig::default()
        })
        .await
    }

    /// A service of one's own.
    pub(crate) async fn with(config: SimulatorConfig) -> Result<Self> {
        Ok(Self {
            clock: config.now.clone(),
            simulator: start(config).await?,
            lake: tempfile::tempdir()?,
        })
    }

    pub(crate) fn faults(&self, rules: impl IntoIterator<Item = auditlake_simulator::FaultRule>) {
        self.simulator.set_faults(FaultPlan::new(rules));
    }

    pub(crate) fn tenant(&self) -> String {
        self.simulator.tenants().swap_remove(0).tenant_id
    }

    pub(crate) fn lake(&self) -> &Path {
        self.lake.path()
    }

    /// How the client reaches the service, with quick retries and no pacing to speak of.
    pub(crate) fn client(&self) -> ClientConfig {
        let tenant = self.simulator.tenants().swap_remove(0);
        let address = self.simulator.address();
        let secret = Secret::new(tenant.client_secret);
        let mut client = ClientConfig::new(
            address.clone(),
            address,
            tenant.tenant_id,
            tenant.client_id,
            secret,
        );
        client.retry = QUICK;
        client.requests_per_minute = 1_000_000;
        client
    }

    /// Day windows: a scenario that is not about windows should not list a thousand of them.
    pub(crate) fn options(&self) -> BackfillOptions {
        let mut options = BackfillOptions::new(self.lake().to_string_lossy());
        options.window = SignedDuration::from_hours(24);
        options.clock = self.clock();
        options
    }

    /// The service's time.
    pub(crate) fn clock(&self) -> Clock {
        let clock = self.clock.clone();
        Clock::from_fn(move || clock.now())
    }

    /// One run.
    pub(crate) async fn run(&self) -> Result<Report> {
        Ok(self.run_with(self.options()).await?)
    }

    pub(crate) async fn run_with(&self, options: BackfillOptions) -> Result<Report, Error> {
        let connection = Connection::new(Some("contoso".to_owned()), self.client())?;
        let ended = backfill(
            connection,
            options,
            Progress::default().into(),
            CancellationToken::new(),
        );
        Ok(ended.await?)
    }

    /// What DuckDB finds in the lake.
    pub(crate) fn verdict(&self) -> Result<Verdict> {
        self.verdict_of("events")
    }

    /// What DuckDB finds in a directory of the lake.
    pub(crate) fn verdict_of(&self, directory: &str) -> Result<Verdict> {
        let offered = self.simulator.records(&self.tenant());
        verdict_in(self.lake(), directory, &offered)
    }

    /// Fails unless every record that the service offers is in the lake once, and nothing else.
    pub(crate) fn assert_each_once(&self) -> Result<Verdict> {
        self.assert_each_once_in("events")
    }

    /// The same of a lake whose events are in another directory.
    pub(crate) fn assert_each_once_in(&self, directory: &str) -> Result<Verdict> {
        let verdict = self.verdict_of(directory)?;
        ensure!(
            verdict.offered > 0,
            "the service offers nothing: {verdict:?}"
        );
        ensure!(
            (verdict.missing, verdict.repeated, verdict.strange) == (0, 0, 0),
            "{verdict:?}"
        );
        Ok(verdict)
    }
}

/// The records of all fixtures of the mappings.
pub(crate) fn fixtures() -> Result<Vec<Input>> {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/auditlake-normalizer/fixtures");
    let mut files: Vec<PathBuf> = Vec::new();
    for directory in std::fs::read_dir(root)? {
        for file in std::fs::read_dir(directory?.path())? {
            files.push(file?.path());
        }
    }
    files.retain(|path| path.extension() == Some("json".as_ref()));
    files.sort();
    Ok(files.into_iter().map(Input::File).collect())
}

/// What DuckDB finds in a lake, against these records.
pub(crate) fn verdict(lake: &Path, offered: &[String]) -> Result<Verdict> {
    verdict_in(lake, "events", offered)
}

fn verdict_in(lake: &Path, directory: &str, offered: &[String]) -> Result<Verdict> {
    let answer = python(
        "compare_lake.py",
        &[&lake.to_string_lossy(), directory],
        &offered.join("\n"),
    )?;
    let count = |name: &str| answer[name].as_u64().unwrap_or(u64::MAX);
    Ok(Verdict {
        offered: count("offered"),
        missing: count("missing"),
        repeated: count("repeated"),
        strange: count("strange"),
        quarantined: count("quarantined"),
        by_class: serde_json::from_value(answer["by_class"].clone())?,
    })
}

/// Runs a script of `tests/python` and reads the JSON that it prints.
pub(crate) fn python(script: &str, arguments: &[&str], input: &str) -> Result<Value> {
    let python = std::env::var_os("AUDITLAKE_TEST_PYTHON")
        .context("AUDITLAKE_TEST_PYTHON is not set: run the tests by `cargo xtask test`")?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("python")
        .join(script);
    let mut child = Command::new(python)
        .arg(script)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().context("a piped standard input")?;
    let input = input.to_owned();
    let feeder = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output()?;
    feeder
        .join()
        .map_err(|_| anyhow::anyhow!("the feeder panicked"))??;
    ensure!(output.status.success(), "the script failed");
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The binary under test, built beside the tests.
pub(crate) fn binary() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let directory = test
        .ancestors()
        .nth(2)
        .context("tests lie under target/<profile>/deps")?;
    let binary = directory.join(format!("auditlake{}", std::env::consts::EXE_SUFFIX));
    ensure!(
        binary.exists(),
        "{} is missing: run the tests by `cargo xtask test`",
        binary.display()
    );
    Ok(binary)
}
