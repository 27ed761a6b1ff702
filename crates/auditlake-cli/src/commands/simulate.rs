//! `auditlake simulate`.

use std::path::Path;

use anyhow::Context;
use auditlake_simulator::{
    Blob, ContentType, FederatedCredential, Simulator, SimulatorConfig, Source, TenantConfig,
    TenantDescription,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::value::RawValue;

use crate::args::output::Output;
use crate::args::simulate::SimulateArgs;
use crate::exit::{Exit, Usage};
use crate::print::{data, note};
use crate::run::Session;

/// The audience of a token that is exchanged for one of Entra.
const FEDERATED_AUDIENCE: &str = "api://AzureADTokenExchange";

pub(crate) async fn run(args: SimulateArgs, session: &Session) -> anyhow::Result<Exit> {
    let config = config(&args)?;
    // Making up many records takes a while.
    let start = auditlake_simulator::start(config);
    let Some(simulator) = session.cancel.run_until_cancelled(start).await else {
        return Ok(Exit::Interrupted);
    };
    let simulator = simulator.context("the simulator cannot start")?;
    note(&invitation(&simulator));
    if args.output == Output::Json {
        let described =
            serde_json::json!({ "address": simulator.address(), "tenants": simulator.tenants() });
        data(&described.to_string()).context("cannot write to standard output")?;
    }
    session.cancel.cancelled().await;
    simulator.stop().await;
    // Ctrl-C is how it is meant to end.
    Ok(Exit::Complete)
}

fn config(args: &SimulateArgs) -> anyhow::Result<SimulatorConfig> {
    let records = args.events.as_deref().map(read_records).transpose()?;
    let own = Own::of(args)?;
    let tenant = |index: u32| {
        let source = match &records {
            Some(records) => Source::Records(records.clone()),
            None => Source::Generated {
                seed: args.seed.wrapping_add(u64::from(index)),
                records: args.records,
            },
        };
        own.give(TenantConfig::new(index, source))
    };
    Ok(SimulatorConfig {
        listen: args.listen,
        tenants: (0..args.tenants).map(tenant).collect(),
        faults: args.faults.clone(),
        requests_per_minute: args.requests_per_minute,
        notifications: args.webhooks.notifications(),
        ..SimulatorConfig::default()
    })
}

/// What every tenant has besides its records.
struct Own {
    certificates: Vec<Vec<u8>>,
    federated: Vec<FederatedCredential>,
    more_blobs: Vec<Blob>,
}

impl Own {
    fn of(args: &SimulateArgs) -> anyhow::Result<Self> {
        let certificate = args.certificate.as_deref().map(read).transpose()?;
        let key = args.federated_key.as_deref().map(read).transpose()?;
        let federated = args.federated_issuer.clone().zip(key);
        let federated = federated.map(|(issuer, key)| FederatedCredential {
            issuer,
            subject: args.federated_subject.clone().unwrap_or_default(),
            audience: FEDERATED_AUDIENCE.to_owned(),
            public_key: String::from_utf8_lossy(&key).into_owned(),
        });
        let now = Timestamp::now();
        let created = now - SignedDuration::from_hours(1);
        let large = args.large_blob.map(|bytes| {
            let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
            Blob::of_size(ContentType::General, created, bytes)
        });
        Ok(Self {
            certificates: certificate.into_iter().collect(),
            federated: federated.into_iter().collect(),
            more_blobs: large.into_iter().chain(args.webhooks.blobs(now)).collect(),
        })
    }

    fn give(&self, tenant: TenantConfig) -> TenantConfig {
        TenantConfig {
            certificates: self.certificates.clone(),
            federated: self.federated.clone(),
            more_blobs: self.more_blobs.clone(),
            ..tenant
        }
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| Usage::new(format!("cannot read `{}`", path.display())))
}

fn read_records(path: &Path) -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| Usage::new(format!("cannot read the events `{}`", path.display())))?;
    records(&text).with_context(|| Usage::new(format!("`{}` is no JSON array", path.display())))
}

/// The records of a JSON array or of NDJSON, byte for byte.
fn records(text: &str) -> serde_json::Result<Vec<String>> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('[') {
        let records: Vec<&RawValue> = serde_json::from_str(text)?;
        return Ok(records
            .into_iter()
            .map(|record| record.get().to_owned())
            .collect());
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}

/// Where it listens, and how to try it.
fn invitation(simulator: &Simulator) -> String {
    let address = simulator.address();
    let address = address.as_str().trim_end_matches('/');
    let line = |tenant: TenantDescription| {
        format!(
            "\n\nAUDITLAKE_CLIENT_SECRET={} auditlake backfill --api-address {address} --authority {address} \\\n    \
             --tenant-id {} --client-id {} --lake ./lake",
            tenant.client_secret, tenant.tenant_id, tenant.client_id
        )
    };
    let lines: String = simulator.tenants().into_iter().map(line).collect();
    format!("the simulator listens at {address} until Ctrl-C; in another terminal:{lines}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_from_lines_and_from_arrays_as_they_are() {
        assert_eq!(
            records("{\"a\": 1}\n\n{\"b\":2}\n").unwrap(),
            ["{\"a\": 1}", "{\"b\":2}"]
        );
        assert_eq!(
            records("[{\"a\": 1}, {\"b\":2}]").unwrap(),
            ["{\"a\": 1}", "{\"b\":2}"]
        );
        assert!(records("[{").is_err());
    }
}
