//! `auditlake receive`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use auditlake_pipeline::ingest::DEFAULT_GATHER;
use clap::Args;
use jiff::SignedDuration;
use serde::{Deserialize, Deserializer};

use super::ingest::{WorkArgs, read_duration};
use super::value::{duration, size};
use crate::exit::Usage;

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
    pub(crate) receiver: ReceiverSettings,
}

/// Requests in any minute, where nothing else is said.
const DEFAULT_RATE_LIMIT: u32 = 6_000;
/// Longest body in bytes, where nothing else is said.
const DEFAULT_BODY_LIMIT: u64 = 4 << 20;

/// What it takes notifications by: flags here, keys of `[receive]` in the configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Deserialize)]
#[command(next_help_heading = "Receiver")]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ReceiverSettings {
    /// Where to take notifications, such as `0.0.0.0:8443`; port 0 takes a free one
    #[arg(long, env = "AUDITLAKE_LISTEN", value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Certificate chain (PEM), the receiver's own first; without one it speaks plain HTTP, for a proxy before it
    #[arg(long, env = "AUDITLAKE_TLS_CERTIFICATE", value_name = "FILE")]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// Private key of the certificate (PEM)
    #[arg(long, env = "AUDITLAKE_TLS_KEY", value_name = "FILE")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Certificates of authorities (PEM): whoever connects has to show a certificate of one of them, as a proxy can
    #[arg(long, env = "AUDITLAKE_TLS_CLIENT_AUTHORITIES", value_name = "FILE")]
    pub(crate) tls_client_authorities: Option<PathBuf>,
    /// Least time from round to round of a connection, however many notifications come: what comes meanwhile is one round's
    /// [default: 1m]
    #[arg(long, env = "AUDITLAKE_GATHER", value_name = "DURATION", value_parser = duration)]
    #[serde(deserialize_with = "read_duration")]
    pub(crate) gather: Option<SignedDuration>,
    /// Most requests with a good auth id in any minute; more are told to come again [default: 6000]
    #[arg(long, env = "AUDITLAKE_RATE_LIMIT", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    #[serde(deserialize_with = "read_count")]
    pub(crate) rate_limit: Option<u32>,
    /// Longest body of a request [default: 4MiB]
    #[arg(long, env = "AUDITLAKE_BODY_LIMIT", value_name = "SIZE", value_parser = size)]
    #[serde(deserialize_with = "read_size")]
    pub(crate) body_limit: Option<u64>,
}

/// A receiver as it is chosen, with nothing left open but where it listens, without which there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receiver {
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) tls_certificate: Option<PathBuf>,
    pub(crate) tls_key: Option<PathBuf>,
    pub(crate) tls_client_authorities: Option<PathBuf>,
    pub(crate) gather: SignedDuration,
    /// Requests in any minute.
    pub(crate) rate_limit: u32,
    /// In bytes.
    pub(crate) body_limit: u64,
}

impl ReceiverSettings {
    /// These settings, those of `file` where there are none, and the defaults where there are none either.
    pub(crate) fn or(&self, file: &Self) -> Receiver {
        let path = |own: &Option<PathBuf>, file: &Option<PathBuf>| own.clone().or(file.clone());
        let gather = SignedDuration::try_from(DEFAULT_GATHER).unwrap_or_default();
        Receiver {
            listen: self.listen.or(file.listen),
            tls_certificate: path(&self.tls_certificate, &file.tls_certificate),
            tls_key: path(&self.tls_key, &file.tls_key),
            tls_client_authorities: path(
                &self.tls_client_authorities,
                &file.tls_client_authorities,
            ),
            gather: self.gather.or(file.gather).unwrap_or(gather),
            rate_limit: (self.rate_limit.or(file.rate_limit)).unwrap_or(DEFAULT_RATE_LIMIT),
            body_limit: (self.body_limit.or(file.body_limit)).unwrap_or(DEFAULT_BODY_LIMIT),
        }
    }

    /// The files that are named.
    pub(crate) fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let files = [
            &mut self.tls_certificate,
            &mut self.tls_key,
            &mut self.tls_client_authorities,
        ];
        files.into_iter().flatten()
    }
}

impl Receiver {
    /// Refuses one that cannot be.
    pub(crate) fn check(&self) -> Result<(), Usage> {
        self.address().and(self.certificate()).map(drop)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> Result<SocketAddr, Usage> {
        self.listen.ok_or_else(|| {
            Usage::new("nothing says where to take notifications").with_hint(
                "give --listen ADDR, or set `listen` in the section `[receive]` of the configuration",
            )
        })
    }

    /// The certificate and its key, if it is to speak TLS: both or none.
    pub(crate) fn certificate(&self) -> Result<Option<(&Path, &Path)>, Usage> {
        match (&self.tls_certificate, &self.tls_key) {
            (Some(chain), Some(key)) => Ok(Some((chain, key))),
            (None, None) if self.tls_client_authorities.is_some() => {
                Err(alone("client_authorities", "certificate"))
            }
            (None, None) => Ok(None),
            (Some(_), None) => Err(alone("certificate", "key")),
            (None, Some(_)) => Err(alone("key", "certificate")),
        }
    }
}

fn alone(given: &str, missing: &str) -> Usage {
    Usage::new(format!("`tls_{given}` is given, `tls_{missing}` is not"))
        .with_hint("a certificate and its key go together; without both it speaks plain HTTP")
}

fn read_count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    let count = std::num::NonZeroU32::deserialize(from)?;
    Ok(Some(count.get()))
}

fn read_size<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let text = String::deserialize(from)?;
    size(&text).map(Some).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_that_over_the_defaults() {
        let flags = ReceiverSettings {
            rate_limit: Some(1),
            tls_key: Some("own.pem".into()),
            ..ReceiverSettings::default()
        };
        let file = ReceiverSettings {
            rate_limit: Some(2),
            gather: Some(SignedDuration::from_secs(3)),
            tls_certificate: Some("chain.pem".into()),
            tls_key: Some("key.pem".into()),
            ..ReceiverSettings::default()
        };
        let receiver = flags.or(&file);
        assert_eq!(receiver.rate_limit, 1);
        assert_eq!(receiver.gather, SignedDuration::from_secs(3));
        assert_eq!(receiver.body_limit, 4 << 20);
        let files = (Path::new("chain.pem"), Path::new("own.pem"));
        assert_eq!(receiver.certificate().unwrap(), Some(files));
        assert!(receiver.check().is_err(), "it listens nowhere");
    }

    #[test]
    fn a_certificate_has_a_key_and_a_key_a_certificate() {
        let file = ReceiverSettings::default();
        let mut flags = ReceiverSettings::default();
        assert_eq!(flags.or(&file).certificate().unwrap(), None);
        flags.tls_certificate = Some("chain.pem".into());
        let error = flags.or(&file).certificate().unwrap_err().to_string();
        assert_eq!(error, "`tls_certificate` is given, `tls_key` is not");
        let flags = ReceiverSettings {
            tls_client_authorities: Some("ca.pem".into()),
            ..ReceiverSettings::default()
        };
        assert!(
            flags.or(&file).certificate().is_err(),
            "nobody would be asked"
        );
    }
}
