//! The receiver's own certificate, read again when its files change: certificates last for weeks, processes for longer.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::Context;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::args::receive::Receiver;
use crate::exit::Usage;

/// A certificate and its key.
pub(crate) struct Certificate {
    chain: PathBuf,
    key: PathBuf,
    read: Mutex<Read>,
}

/// What was read, and how old the files were.
struct Read {
    acceptor: TlsAcceptor,
    modified: [Option<SystemTime>; 2],
}

impl Certificate {
    /// The one that was asked for, if any.
    pub(crate) fn of(receiver: &Receiver) -> anyhow::Result<Option<Self>> {
        let files = receiver.certificate()?;
        files.map(|(chain, key)| Self::read(chain, key)).transpose()
    }

    fn read(chain: &Path, key: &Path) -> anyhow::Result<Self> {
        let modified = modified(chain, key);
        Ok(Self {
            read: Mutex::new(Read {
                acceptor: acceptor(chain, key)?,
                modified,
            }),
            chain: chain.to_owned(),
            key: key.to_owned(),
        })
    }

    /// For the next connection. A certificate that cannot be used leaves the old one in its place.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let modified = modified(&self.chain, &self.key);
        if modified != read.modified {
            match acceptor(&self.chain, &self.key) {
                Ok(acceptor) => *read = Read { acceptor, modified },
                Err(error) => {
                    tracing::error!("the certificate has changed, the old one stays: {error:#}");
                }
            }
        }
        read.acceptor.clone()
    }
}

fn modified(chain: &Path, key: &Path) -> [Option<SystemTime>; 2] {
    [chain, key].map(|file| std::fs::metadata(file).ok()?.modified().ok())
}

fn acceptor(chain: &Path, key: &Path) -> anyhow::Result<TlsAcceptor> {
    let unfit = |file: &Path| {
        let file = file.display().to_string();
        move || Usage::new(format!("`{file}` cannot be used for TLS"))
    };
    let certificates = CertificateDer::pem_file_iter(chain).with_context(unfit(chain))?;
    let certificates: Result<Vec<_>, _> = certificates.collect();
    let certificates = certificates.with_context(unfit(chain))?;
    let private_key = PrivateKeyDer::from_pem_file(key).with_context(unfit(key))?;
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates, private_key)
        .with_context(unfit(chain))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn write(directory: &Path) -> (PathBuf, PathBuf) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (chain, key) = (directory.join("chain.pem"), directory.join("key.pem"));
        std::fs::write(&chain, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        (chain, key)
    }

    /// As if it had been written a second later.
    fn touch(file: &Path) {
        let file = std::fs::File::options().append(true).open(file).unwrap();
        let modified = file.metadata().unwrap().modified().unwrap();
        file.set_modified(modified + Duration::from_secs(1))
            .unwrap();
    }

    fn is_same(a: &TlsAcceptor, b: &TlsAcceptor) -> bool {
        Arc::ptr_eq(a.config(), b.config())
    }

    #[test]
    fn a_certificate_that_changes_is_read_again_and_one_that_is_spoilt_is_not_taken() {
        let directory = tempfile::tempdir().unwrap();
        let (chain, key) = write(directory.path());
        let certificate = Certificate::read(&chain, &key).unwrap();
        let first = certificate.acceptor();
        assert!(is_same(&first, &certificate.acceptor()));
        write(directory.path());
        touch(&chain);
        let second = certificate.acceptor();
        assert!(!is_same(&first, &second));
        std::fs::write(&chain, "spoilt").unwrap();
        touch(&chain);
        assert!(is_same(&second, &certificate.acceptor()));
    }

    #[test]
    fn what_is_no_certificate_is_told_before_anything_begins() {
        let directory = tempfile::tempdir().unwrap();
        let (chain, key) = write(directory.path());
        assert!(Certificate::read(&directory.path().join("none"), &key).is_err());
        // Another one's key.
        let other = tempfile::tempdir().unwrap();
        let (_, other) = write(other.path());
        let error = Certificate::read(&chain, &other).err().unwrap();
        assert!(error.to_string().contains("chain.pem"), "{error}");
    }
}
