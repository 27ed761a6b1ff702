//! `auditlake simulate`. Its variables have a prefix of their own, so that those of a connection do not reach it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use auditlake_simulator::FaultPlan;
use clap::Args;

use super::output::Output;
use super::simulate_webhooks::WebhookArgs;
use super::value::size;

const EXAMPLES: &str = "\
Examples:
  auditlake simulate
      one tenant with a made-up week, and the command line to read it
  auditlake simulate --tenants 3 --records 100000 --faults hostile:7 --listen 127.0.0.1:8080
  auditlake simulate --certificate app.pem --large-blob 50MB
  auditlake simulate --events records.ndjson --requests-per-minute 600
  auditlake simulate --new-blobs 100 --webhook-repeats 3 --webhook-skip-every 5
      for `auditlake receive`: what is new is told three times, and a fifth of it never
  auditlake simulate --output json | head -1 | jq .address";

/// Stand in for the service, on this machine, until Ctrl-C
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SimulateArgs {
    /// Offer these records (NDJSON or a JSON array) instead of a made-up week
    #[arg(long, env = "AUDITLAKE_SIMULATE_EVENTS", value_name = "FILE")]
    pub(crate) events: Option<PathBuf>,
    /// Tenants
    #[arg(long, env = "AUDITLAKE_SIMULATE_TENANTS", value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) tenants: u32,
    /// Distinct records a tenant and week
    #[arg(
        long,
        env = "AUDITLAKE_SIMULATE_RECORDS",
        value_name = "N",
        default_value_t = 20_000
    )]
    pub(crate) records: usize,
    /// The same seed gives the same records
    #[arg(
        long,
        env = "AUDITLAKE_SIMULATE_SEED",
        value_name = "N",
        default_value_t = 42
    )]
    pub(crate) seed: u64,
    /// What goes wrong: `none`, `calm`, `busy`, `flaky` or `hostile`, each with a seed where wanted (`hostile:7`)
    #[arg(
        long,
        env = "AUDITLAKE_SIMULATE_FAULTS",
        value_name = "PROFILE",
        default_value = "none"
    )]
    pub(crate) faults: FaultPlan,
    /// Where to listen; port 0 takes a free one
    #[arg(long, env = "AUDITLAKE_SIMULATE_LISTEN", value_name = "ADDRESS", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))]
    pub(crate) listen: SocketAddr,
    /// Requests a minute and tenant before it throttles [default: no limit]
    #[arg(long, env = "AUDITLAKE_SIMULATE_REQUESTS_PER_MINUTE", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) requests_per_minute: Option<u32>,
    /// One more blob of at least this size, among the newest of `Audit.General`
    #[arg(long, env = "AUDITLAKE_SIMULATE_LARGE_BLOB", value_name = "SIZE", value_parser = size)]
    pub(crate) large_blob: Option<u64>,
    /// Register this certificate (X.509 with an RSA key, PEM or DER) with the applications
    #[arg(
        long,
        env = "AUDITLAKE_SIMULATE_CERTIFICATE",
        value_name = "FILE",
        help_heading = "Credentials"
    )]
    pub(crate) certificate: Option<PathBuf>,
    /// Trust the tokens of this issuer, with --federated-subject and --federated-key
    #[arg(
        long,
        env = "AUDITLAKE_SIMULATE_FEDERATED_ISSUER",
        value_name = "URL",
        requires_all = ["federated_subject", "federated_key"],
        help_heading = "Credentials"
    )]
    pub(crate) federated_issuer: Option<String>,
    /// The subject that such a token has
    #[arg(
        long,
        env = "AUDITLAKE_SIMULATE_FEDERATED_SUBJECT",
        value_name = "TEXT",
        requires = "federated_issuer",
        help_heading = "Credentials"
    )]
    pub(crate) federated_subject: Option<String>,
    /// The issuer's RSA public key (PEM)
    #[arg(
        long,
        env = "AUDITLAKE_SIMULATE_FEDERATED_KEY",
        value_name = "FILE",
        requires = "federated_issuer",
        help_heading = "Credentials"
    )]
    pub(crate) federated_key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) webhooks: WebhookArgs,
    /// What goes to standard output; `json` is one line with the address and the tenants
    #[arg(
        long,
        env = "AUDITLAKE_SIMULATE_OUTPUT",
        default_value = "text",
        value_name = "FORMAT",
        help_heading = "Options"
    )]
    pub(crate) output: Output,
}
