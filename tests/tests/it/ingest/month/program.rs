//! The real binary in simulated time: each process is a round, and its clock stands at the scenario's time.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use auditlake_simulator::Simulator;
use jiff::Timestamp;
use rand::Rng;
use rand::rngs::StdRng;
use serde_json::Value;
use tempfile::TempDir;

use crate::ingest::service::Tenants;
use crate::world::binary;

/// A configuration file with all tenants.
pub(in crate::ingest) struct Program(TempDir);

impl Program {
    pub(in crate::ingest) fn new(simulator: &Simulator) -> Result<Self> {
        let program = Self(tempfile::tempdir()?);
        let address = simulator.address();
        let mut text = String::new();
        for (index, tenant) in simulator.tenants().into_iter().enumerate() {
            std::fs::write(program.path("secret"), &tenant.client_secret)?;
            write!(
                text,
                "[connections.tenant-{index}]\napi_address = \"{address}\"\nauthority = \"{address}\"\n\
                 tenant_id = \"{}\"\nclient_id = \"{}\"\nclient_secret_file = \"secret\"\n\
                 requests_per_minute = 1000000\n",
                tenant.tenant_id, tenant.client_id
            )?;
        }
        std::fs::write(program.path("auditlake.toml"), text)?;
        Ok(program)
    }

    /// A file beside the configuration.
    pub(in crate::ingest) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A command that finds the configuration.
    pub(in crate::ingest) fn command(&self) -> Result<Command> {
        let mut command = Command::new(binary()?);
        command.current_dir(self.0.path()).stdin(Stdio::null());
        command.env_remove("AUDITLAKE_CLIENT_SECRET");
        Ok(command)
    }

    /// A command for which it is now as late as for the service.
    fn command_at(&self, now: Timestamp) -> Result<Command> {
        let mut command = self.command()?;
        command.env("AUDITLAKE_TEST_NOW", now.to_string());
        Ok(command)
    }

    fn ingest(&self, tenants: &Tenants) -> Result<Command> {
        let mut command = self.command_at(tenants.now())?;
        command.args(["ingest", "--once", "--window", "6h", "--concurrency", "8"]);
        command.args(["--content-type", "Audit.Exchange,Audit.SharePoint"]);
        command.args(["--report", "-", "--lake"]);
        command.arg(tenants.lake.path());
        Ok(command)
    }

    /// A round to its end: its exit code and its reports.
    pub(in crate::ingest) async fn round(
        &self,
        tenants: &Tenants,
    ) -> Result<(Option<i32>, Vec<Value>)> {
        let mut command = self.ingest(tenants)?;
        let ran = tokio::task::spawn_blocking(move || command.output()).await??;
        let lines = String::from_utf8(ran.stdout)?;
        let reports = lines.lines().map(serde_json::from_str);
        Ok((ran.status.code(), reports.collect::<Result<_, _>>()?))
    }

    /// A round that is killed once so many more connections have begun or ended, and a moment later. Says whether it had
    /// not ended before.
    pub(in crate::ingest) async fn kill(
        &self,
        tenants: &Tenants,
        random: &mut StdRng,
    ) -> Result<bool> {
        let lake = tenants.lake.path();
        let connections = tenants.simulator.tenants().len();
        let wanted = signs(lake) + random.random_range(1..=2 * connections);
        let mut command = self.ingest(tenants)?;
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = quiet.spawn()?;
        while signs(lake) < wanted && is_at_work(&mut child)? {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let moment = Duration::from_micros(random.random_range(0..100_000));
        tokio::time::sleep(moment).await;
        let killed = is_at_work(&mut child)?;
        child.kill()?;
        child.wait()?;
        Ok(killed)
    }
}

fn is_at_work(child: &mut Child) -> Result<bool> {
    Ok(child.try_wait()?.is_none())
}

/// How many runs have begun or ended, as they tell each other.
fn signs(lake: &Path) -> usize {
    let Ok(connections) = std::fs::read_dir(lake.join("_auditlake/runs")) else {
        return 0;
    };
    let of = |connection: std::fs::DirEntry| std::fs::read_dir(connection.path());
    let signs = connections.flatten().flat_map(of);
    signs.map(Iterator::count).sum()
}

impl Program {
    /// What `auditlake coverage` says of all the time since, and its exit code.
    pub(in crate::ingest) fn coverage(
        &self,
        tenants: &Tenants,
        connection: &str,
        since: Timestamp,
    ) -> Result<(Option<i32>, Value)> {
        let mut command = self.command_at(tenants.now())?;
        command.args(["coverage", connection, "--output", "json"]);
        command.args(["--content-type", "Audit.Exchange,Audit.SharePoint"]);
        command.args(["--since", &since.to_string(), "--lake"]);
        let ran = command.arg(tenants.lake.path()).output()?;
        let report = serde_json::from_slice(&ran.stdout)
            .with_context(|| String::from_utf8_lossy(&ran.stderr).into_owned())?;
        Ok((ran.status.code(), report))
    }
}
