//! The real binary: once after the other, and as a process that stays until a signal.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use auditlake_simulator::{Simulator, SimulatorConfig, TenantConfig, start};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world::{binary, verdict};

/// Nothing here takes nearly as long.
const LIMIT: Duration = Duration::from_mins(5);

/// Two tenants, a configuration file, and a lake beside it.
pub(super) struct Place {
    pub(super) simulator: Simulator,
    directory: TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Place {
    pub(super) async fn new() -> Result<Self> {
        let tenants = [(0, 400), (1, 100)];
        let tenants = tenants.map(|(index, records)| TenantConfig::generated(index, 7, records));
        let config = SimulatorConfig {
            tenants: tenants.to_vec(),
            ..SimulatorConfig::default()
        };
        Ok(Self {
            simulator: start(config).await?,
            directory: tempfile::tempdir()?,
            variables: Vec::new(),
        })
    }

    /// Sets a variable of the processes that are started from now on.
    pub(super) fn set(&mut self, name: &'static str, value: &str) {
        self.variables.push((name, value.to_owned()));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The section of a tenant's connection; a secret that is none of its own where it is wrong.
    pub(super) fn section(&self, tenant: usize, secret: Option<&str>) -> Result<String> {
        let description = self.simulator.tenants().swap_remove(tenant);
        let secret = secret.unwrap_or(&description.client_secret);
        std::fs::write(self.path(&format!("secret-{tenant}")), secret)?;
        let address = self.simulator.address();
        Ok(format!(
            "[connections.tenant-{tenant}]\napi_address = \"{address}\"\nauthority = \"{address}\"\n\
             tenant_id = \"{}\"\nclient_id = \"{}\"\nclient_secret_file = \"secret-{tenant}\"\n\
             requests_per_minute = 1000000\n",
            description.tenant_id, description.client_id
        ))
    }

    pub(super) fn configure(&self, text: &str) -> Result<()> {
        Ok(std::fs::write(self.path("auditlake.toml"), text)?)
    }

    fn command(&self, args: &[&str]) -> Result<Command> {
        let mut command = Command::new(binary()?);
        command.current_dir(self.directory.path());
        command.env_remove("AUDITLAKE_CLIENT_SECRET");
        command.envs(self.variables.iter().cloned());
        command.args(["ingest", "--lake", "lake", "--window", "24h"]);
        command.args(args).stdin(Stdio::null());
        Ok(command)
    }

    /// A round of all, and its reports by connection.
    fn once(&self) -> Result<(Option<i32>, Vec<Value>)> {
        let ran = self.command(&["--once", "--report", "-"])?.output()?;
        let lines = String::from_utf8(ran.stdout)?;
        let reports = lines.lines().map(serde_json::from_str);
        let mut reports: Vec<Value> = reports.collect::<Result<_, _>>()?;
        reports.sort_by_key(|it| it["connection"].to_string());
        Ok((ran.status.code(), reports))
    }

    fn records(&self) -> Vec<String> {
        let tenants = self.simulator.tenants().into_iter();
        tenants
            .flat_map(|tenant| self.simulator.records(&tenant.tenant_id))
            .collect()
    }

    fn assert_each_once(&self) -> Result<()> {
        let found = verdict(&self.path("lake"), &self.records())?;
        ensure!(
            (found.missing, found.repeated, found.strange) == (0, 0, 0),
            "{found:?}"
        );
        Ok(())
    }
}

fn counts(reports: &[Value], name: &str) -> Vec<u64> {
    let count = |report: &Value| report[name].as_u64().unwrap_or(u64::MAX);
    reports.iter().map(count).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn once_and_once_again_brings_only_what_is_new() -> Result<()> {
    let place = Place::new().await?;
    place.configure(&(place.section(0, None)? + &place.section(1, None)?))?;
    let (code, first) = place.once()?;
    assert_eq!(code, Some(0), "{first:?}");
    assert_eq!(counts(&first, "events"), [400, 100]);
    let (code, second) = place.once()?;
    assert_eq!(code, Some(0), "{second:?}");
    assert_eq!(counts(&second, "records"), [0, 0]);
    // What was listed is not listed again, but for the last day.
    let windows = |reports: &[Value]| reports[0]["windows"]["planned"].as_u64().unwrap_or(0);
    // Seven days touch seven or eight windows of five content types, the last day two.
    assert!(
        windows(&first) >= 35 && windows(&second) == 10,
        "{first:?} {second:?}"
    );
    place.assert_each_once()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_that_fails_does_not_stop_the_other_and_tells_by_the_exit_code() -> Result<()>
{
    let place = Place::new().await?;
    place.configure(&(place.section(0, Some("wrong"))? + &place.section(1, None)?))?;
    let (code, reports) = place.once()?;
    assert_eq!(code, Some(3), "{reports:?}");
    assert_eq!(counts(&reports, "events"), [0, 100]);
    assert!(reports[0]["error"].is_string() && reports[1]["error"].is_null());
    Ok(())
}

/// As the last round of nine days ago would have left it.
fn mark_of(last: Timestamp) -> Value {
    let hours = |count| last - SignedDuration::from_hours(count);
    let feed = json!({
        "followed": hours(48),
        "spans": [{"since": hours(48), "until": last, "listed": hours(6)}],
    });
    json!({"version": 1, "content_types": {"Audit.Exchange": feed}})
}

#[tokio::test(flavor = "multi_thread")]
async fn what_expired_while_nobody_was_there_is_told_once_by_name_and_by_the_exit_code()
-> Result<()> {
    let place = Place::new().await?;
    place.configure(&place.section(0, None)?)?;
    let marks = place.path("lake/_auditlake/listed/tenant-0");
    std::fs::create_dir_all(&marks)?;
    let last = Timestamp::now() - SignedDuration::from_hours(9 * 24);
    std::fs::write(
        marks.join("00000000-0000-7000-8000-000000000000.json"),
        mark_of(last).to_string(),
    )?;
    let (code, reports) = place.once()?;
    assert_eq!(code, Some(4), "{reports:?}");
    let gaps = reports[0]["gaps"].as_array().context("gaps")?;
    assert!(!gaps.is_empty());
    for gap in gaps {
        assert_eq!(gap["reason"], "expired", "{gap}");
        assert_eq!(gap["content_type"], "Audit.Exchange", "{gap}");
    }
    assert_eq!(counts(&reports, "events"), [400]);
    let (code, reports) = place.once()?;
    assert_eq!(code, Some(0), "{reports:?}");
    Ok(())
}

/// A process that stays, with the last report of each connection in a file.
#[cfg(unix)]
pub(super) struct Daemon {
    child: Child,
    pub(super) report: PathBuf,
    pub(super) log: PathBuf,
}

#[cfg(unix)]
impl Daemon {
    fn spawn(place: &Place) -> Result<Self> {
        Self::every(place, "1s", &[])
    }

    /// With this time from round to round, and more arguments.
    pub(super) fn every(place: &Place, every: &str, args: &[&str]) -> Result<Self> {
        let (report, log) = (place.path("report.ndjson"), place.path("log"));
        let mut command = place.command(&["--every", every, "--report", "report.ndjson"])?;
        command.args(args);
        command.stdout(Stdio::null());
        let child = command.stderr(std::fs::File::create(&log)?).spawn()?;
        Ok(Self { child, report, log })
    }

    pub(super) fn signal(&self, name: &str) -> Result<()> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status()?;
        ensure!(sent.success(), "the signal {name} could not be sent");
        Ok(())
    }

    /// Waits until it has ended.
    pub(super) fn end(&mut self) -> Result<std::process::ExitStatus> {
        Ok(self.child.wait()?)
    }

    /// Waits until a file says something.
    async fn until(&mut self, file: &Path, says: impl Fn(&str) -> bool) -> Result<()> {
        let limit = Instant::now() + LIMIT;
        loop {
            let text = std::fs::read_to_string(file).unwrap_or_default();
            if says(&text) {
                return Ok(());
            }
            let log = std::fs::read_to_string(&self.log)?;
            ensure!(Instant::now() < limit, "{text}\n{log}");
            ensure!(self.child.try_wait()?.is_none(), "it has ended: {log}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(super) async fn until_log(&mut self, words: &str) -> Result<()> {
        let log = self.log.clone();
        self.until(&log, |text| text.contains(words)).await
    }

    pub(super) async fn until_report(&mut self, words: &str) -> Result<()> {
        let report = self.report.clone();
        self.until(&report, |text| text.contains(words)).await
    }
}

#[cfg(unix)]
impl Drop for Daemon {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_stays_reads_its_configuration_again_and_ends_when_it_is_told_to()
-> Result<()> {
    let place = Place::new().await?;
    place.configure(&place.section(1, None)?)?;
    let mut daemon = Daemon::spawn(&place)?;
    daemon.until_report("\"events\":100").await?;

    place.configure("[conections]\n")?;
    daemon.signal("-HUP")?;
    daemon.until_log("the old one stays").await?;

    place.configure(&(place.section(0, None)? + &place.section(1, None)?))?;
    daemon.signal("-HUP")?;
    daemon.until_report("\"events\":400").await?;

    place.configure(&place.section(0, None)?)?;
    daemon.signal("-HUP")?;
    daemon.until_log("gone: tenant-1").await?;

    daemon.signal("-TERM")?;
    let status = daemon.end()?;
    assert_eq!(status.code(), Some(0), "{status}");
    place.assert_each_once()
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_with_its_own_code_and_a_later_round_has_the_rest() -> Result<()> {
    use auditlake_simulator::{Fault, FaultPlan, FaultRule, Operation, Selector};
    let place = Place::new().await?;
    place.configure(&(place.section(0, None)? + &place.section(1, None)?))?;
    let slow = Fault::Delay(Duration::from_millis(100));
    let slow = FaultRule::new(Selector::operation(Operation::ListContent), slow);
    place.simulator.set_faults(FaultPlan::new([slow]));
    let mut daemon = Daemon {
        child: place
            .command(&["--once", "--report", "report.ndjson", "--grace", "10s"])?
            .stderr(std::fs::File::create(place.path("log"))?)
            .spawn()?,
        report: place.path("report.ndjson"),
        log: place.path("log"),
    };
    let commits = || crate::crash::lake::files(&place.path("lake"));
    let is_commit = |file: &PathBuf| file.to_string_lossy().ends_with(".commit.json");
    let limit = Instant::now() + LIMIT;
    while !commits().is_ok_and(|found| found.iter().any(is_commit)) {
        ensure!(Instant::now() < limit, "nothing is committed");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    daemon.signal("-INT")?;
    assert_eq!(daemon.end()?.code(), Some(130));
    let text = std::fs::read_to_string(&daemon.report)?;
    assert!(
        text.contains("interrupted") && !text.contains("\"complete\""),
        "{text}"
    );
    let open = |files: Vec<PathBuf>| crate::crash::lake::leftovers(&place.path("lake"), &files);
    assert_eq!(open(commits()?)?, Vec::<PathBuf>::new());
    place.simulator.set_faults(FaultPlan::none());
    let (code, _) = place.once()?;
    assert_eq!(code, Some(0));
    place.assert_each_once()
}
