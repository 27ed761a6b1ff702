//! A simulator within the test, whose tenant can be made to lack things.

use std::path::Path;

use assert_cmd::Command;
use auditlake_simulator::{
    Blob, Clock, ContentType, LoggedRequest, Operation, Simulator, SimulatorConfig, Source,
    TenantConfig,
};
use tokio::runtime::Runtime;

use crate::command::{Ran, auditlake, ran};

/// A simulator with one tenant, and a directory to run commands in.
pub(crate) struct World {
    /// Drives the simulator.
    _runtime: Runtime,
    pub(crate) simulator: Simulator,
    pub(crate) tenant: TenantConfig,
    pub(crate) directory: tempfile::TempDir,
}

impl World {
    /// The tenant as it is changed, without records of its own.
    pub(crate) fn new(
        change: impl FnOnce(&mut TenantConfig),
    ) -> Result<Self, Box<dyn std::error::Error>> {
        Self::at(Clock::system(), change)
    }

    /// The same, by this clock.
    pub(crate) fn at(
        now: Clock,
        change: impl FnOnce(&mut TenantConfig),
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let runtime = Runtime::new()?;
        let mut tenant = TenantConfig::new(0, Source::Blobs(Vec::new()));
        change(&mut tenant);
        let config = SimulatorConfig {
            tenants: vec![tenant.clone()],
            now,
            ..SimulatorConfig::default()
        };
        Ok(Self {
            simulator: runtime.block_on(auditlake_simulator::start(config))?,
            _runtime: runtime,
            tenant,
            directory: tempfile::tempdir()?,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The addresses and ids as flags.
    pub(crate) fn flags(&self) -> Vec<String> {
        let address = self.simulator.address().to_string();
        let ids = [&self.tenant.tenant_id, &self.tenant.client_id];
        let flags = ["--api-address", &address, "--authority", &address];
        let ids = ["--tenant-id", ids[0], "--client-id", ids[1]];
        flags
            .into_iter()
            .chain(ids)
            .map(ToString::to_string)
            .collect()
    }

    /// A command for the tenant, with its secret in the environment and its state in the directory.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = auditlake(self.path());
        command.args(args).args(self.flags());
        command.env("AUDITLAKE_CLIENT_SECRET", &self.tenant.client_secret);
        command.env("AUDITLAKE_STATE_DIR", self.path().join("state"));
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, args: &[&str]) -> std::io::Result<Ran> {
        ran(&mut self.command(args))
    }

    /// The content types that were asked to start or to stop, in order.
    pub(crate) fn asked(&self, operation: Operation) -> Vec<String> {
        let requests = self.simulator.requests().into_iter();
        let asked = requests.filter(|request| request.operation == Some(operation));
        asked
            .filter_map(|request: LoggedRequest| {
                request.parameter("contentType").map(str::to_owned)
            })
            .collect()
    }
}

/// A blob with one record.
pub(crate) fn blob(content_type: ContentType, created: jiff::Timestamp) -> Blob {
    let record = r#"{"Id":"1","RecordType":1,"CreationTime":"2026-05-04T10:00:00","Operation":"Set-Mailbox"}"#;
    Blob::of_records(content_type, created, &[record])
}
