//! The receiver's own certificate, read again when its files change: certificates last for weeks, processes for longer.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::Context;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::args::receive::Receiver;
use crate::exit::Usage;

/// A certificate and its key.
pub(crate) struct Certificate {
    files: Files,
    read: Mutex<Read>,
}

/// Where it stands.
struct Files {
    chain: PathBuf,
    key: PathBuf,
    /// Authorities of those who may connect; anybody may where there are none.
    authorities: Option<PathBuf>,
}

/// What was read, and how old the files were.
struct Read {
    acceptor: TlsAcceptor,
    modified: [Option<SystemTime>; 3],
}

impl Certificate {
    /// The one that was asked for, if any.
    pub(crate) fn of(receiver: &Receiver) -> anyhow::Result<Option<Self>> {
        let Some((chain, key)) = receiver.certificate()? else {
            return Ok(None);
        };
        let files = Files {
            chain: chain.to_owned(),
            key: key.to_owned(),
            authorities: receiver.tls_client_authorities.clone(),
        };
        Self::read(files).map(Some)
    }

    fn read(files: Files) -> anyhow::Result<Self> {
        let modified = files.modified();
        let acceptor = files.acceptor()?;
        Ok(Self {
            read: Mutex::new(Read { acceptor, modified }),
            files,
        })
    }

    /// For the next connection. A certificate that cannot be used leaves the old one in its place.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let modified = self.files.modified();
        if modified != read.modified {
            match self.files.acceptor() {
                Ok(acceptor) => *read = Read { acceptor, modified },
                Err(error) => {
                    tracing::error!("the certificate has changed, the old one stays: {error:#}");
                }
            }
        }
        read.acceptor.clone()
    }
}

impl Files {
    fn modified(&self) -> [Option<SystemTime>; 3] {
        let files = [
            Some(&self.chain),
            Some(&self.key),
            self.authorities.as_ref(),
        ];
        files.map(|file| std::fs::metadata(file?).ok()?.modified().ok())
    }

    fn acceptor(&self) -> anyhow::Result<TlsAcceptor> {
        let private_key = PrivateKeyDer::from_pem_file(&self.key).with_context(unfit(&self.key))?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(self.verifier()?)
            .with_single_cert(certificates(&self.chain)?, private_key)
            .with_context(unfit(&self.chain))?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Who may connect.
    fn verifier(&self) -> anyhow::Result<Arc<dyn ClientCertVerifier>> {
        let Some(authorities) = &self.authorities else {
            return Ok(WebPkiClientVerifier::no_client_auth());
        };
        let mut roots = RootCertStore::empty();
        for authority in certificates(authorities)? {
            roots.add(authority).with_context(unfit(authorities))?;
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        verifier.build().with_context(unfit(authorities))
    }
}

fn certificates(file: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let found = CertificateDer::pem_file_iter(file).with_context(unfit(file))?;
    let found: Result<Vec<_>, _> = found.collect();
    found.with_context(unfit(file))
}

fn unfit(file: &Path) -> impl FnOnce() -> Usage {
    let file = file.display().to_string();
    move || Usage::new(format!("`{file}` cannot be used for TLS"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn write(directory: &Path) -> Files {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (chain, key) = (directory.join("chain.pem"), directory.join("key.pem"));
        std::fs::write(&chain, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        Files {
            chain,
            key,
            authorities: None,
        }
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
        let files = write(directory.path());
        let chain = files.chain.clone();
        let certificate = Certificate::read(files).unwrap();
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
        let other = tempfile::tempdir().unwrap();
        let unfit = |change: &dyn Fn(&mut Files)| {
            let mut files = write(directory.path());
            change(&mut files);
            let error = Certificate::read(files).err();
            error.expect("it cannot be used").to_string()
        };
        let none = directory.path().join("none");
        let told = unfit(&|files| files.chain.clone_from(&none));
        assert!(told.contains("none"), "{told}");
        let told = unfit(&|files| files.key = write(other.path()).key);
        assert!(told.contains("chain.pem"), "{told}");
        // A key is no authority: nobody at all could connect.
        let told = unfit(&|files| files.authorities = Some(files.key.clone()));
        assert!(told.contains("key.pem"), "{told}");
    }
}
