//! `auditlake receive`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use jiff::SignedDuration;

use super::ingest::WorkArgs;
use super::value::{duration, size};

const EXAMPLES: &str = "\
Examples:
  auditlake receive --listen 0.0.0.0:8443 --tls-certificate fullchain.pem --tls-key key.pem \\
      --lake s3://security/audit
      all connections of auditlake.toml, each with a webhook_auth_id_file
  auditlake receive contoso --listen 127.0.0.1:8080 --lake s3://security/audit --every 30m
      behind a proxy that has the certificate
  auditlake subscription start contoso --webhook https://hook.contoso.example/
      tells the service where to post; the receiver has to answer already

Exit codes: 0 when it was told to end (SIGTERM), 130 by Ctrl-C, 2 usage or configuration. SIGHUP reads the
configuration again, auth ids too; a certificate is read again when its file changes.";

/// Take the service's notifications, and bring what they announce into the lake at once
///
/// It does all that `ingest` does, and is woken in between. Listing goes on, every --every: a notification that never comes
/// delays what it would have told of, and loses nothing.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ReceiveArgs {
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    #[command(flatten)]
    pub(crate) receiver: ReceiverArgs,
}

/// What it takes notifications by.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Receiver")]
pub(crate) struct ReceiverArgs {
    /// Where to take notifications, such as `0.0.0.0:8443`; port 0 takes a free one
    #[arg(long, env = "AUDITLAKE_LISTEN", value_name = "ADDR")]
    pub(crate) listen: SocketAddr,
    /// Certificate chain (PEM), the receiver's own first; without one it speaks plain HTTP, for a proxy before it
    #[arg(
        long,
        env = "AUDITLAKE_TLS_CERTIFICATE",
        value_name = "FILE",
        requires = "tls_key"
    )]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// Private key of the certificate (PEM)
    #[arg(
        long,
        env = "AUDITLAKE_TLS_KEY",
        value_name = "FILE",
        requires = "tls_certificate"
    )]
    pub(crate) tls_key: Option<PathBuf>,
    /// Least time from round to round of a connection, however many notifications come: what comes meanwhile is one round's
    #[arg(long, env = "AUDITLAKE_GATHER", value_name = "DURATION", default_value = "1m", value_parser = duration)]
    pub(crate) gather: SignedDuration,
    /// Most requests with a good auth id in any minute; more are told to come again
    #[arg(long, env = "AUDITLAKE_RATE_LIMIT", value_name = "N", default_value_t = 6_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rate_limit: u32,
    /// Longest body of a request
    #[arg(long, env = "AUDITLAKE_BODY_LIMIT", value_name = "SIZE", default_value = "4MiB", value_parser = size)]
    pub(crate) body_limit: u64,
}
