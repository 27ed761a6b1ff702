//! Certificates and their keys, from PEM and PKCS#12 files.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::EncodingKey;
use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use crate::credential::CertificateSource;
use crate::error::{Context, Error, ErrorKind, Operation};
use crate::secret::Secret;

/// A certificate chain, its own certificate first, and the RSA key.
pub(crate) struct KeyPair {
    /// Each in DER.
    pub(crate) chain: Vec<Vec<u8>>,
    pub(crate) key: EncodingKey,
}

/// Reads the files; blocks.
pub(crate) fn read(source: &CertificateSource) -> Result<KeyPair, Error> {
    match source {
        CertificateSource::Pem { certificate, key } => {
            read_pem(certificate, key.as_deref().unwrap_or(certificate))
        }
        CertificateSource::Pkcs12 { file, password } => read_pkcs12(file, password),
    }
}

fn read_pem(certificate: &Path, key: &Path) -> Result<KeyPair, Error> {
    let text = read_file(certificate)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.map_err(|reason| unusable(certificate, "is no PEM", reason))?;
    if chain.is_empty() {
        return Err(refused(certificate, "holds no certificate"));
    }
    let der = PrivateKeyDer::from_pem_slice(&read_file(key)?)
        .map_err(|reason| unusable(key, "holds no unencrypted private key", reason))?;
    Ok(KeyPair {
        chain: chain.iter().map(|one| one.to_vec()).collect(),
        key: rsa_key(&der, key)?,
    })
}

fn read_pkcs12(file: &Path, password: &Secret) -> Result<KeyPair, Error> {
    // Chains without their root are accepted: Entra looks at the first certificate.
    let policy = Pkcs12ImportPolicy::Relaxed;
    let store = KeyStore::from_pkcs12(&read_file(file)?, password.expose(), policy)
        .map_err(|reason| unusable(file, "cannot be opened with this password", reason))?;
    let (_, pair) = store
        .private_key_chain()
        .filter(|(_, pair)| !pair.certs().is_empty())
        .ok_or_else(|| refused(file, "holds no key with a certificate"))?;
    let der = PrivateKeyDer::try_from(pair.key().as_der())
        .map_err(|_| refused(file, "holds a key of an unknown form"))?;
    let chain = pair.certs().iter().map(|one| one.as_der().to_vec());
    Ok(KeyPair {
        chain: chain.collect(),
        key: rsa_key(&der, file)?,
    })
}

fn read_file(file: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    let unreadable = |reason| unusable(file, "cannot be read", reason);
    std::fs::read(file).map(Zeroizing::new).map_err(unreadable)
}

/// The key for signing; Entra takes RSA keys alone for client assertions.
fn rsa_key(der: &PrivateKeyDer<'_>, file: &Path) -> Result<EncodingKey, Error> {
    match der {
        PrivateKeyDer::Pkcs1(key) => Ok(EncodingKey::from_rsa_der(key.secret_pkcs1_der())),
        // The library takes PKCS#8 as PEM alone.
        PrivateKeyDer::Pkcs8(key) => {
            let pem = Zeroizing::new(pem_of(key.secret_pkcs8_der()));
            EncodingKey::from_rsa_pem(pem.as_bytes())
                .map_err(|reason| unusable(file, "holds a key that is not RSA", reason))
        }
        _ => Err(refused(file, "holds a key that is not RSA")),
    }
}

fn pem_of(der: &[u8]) -> String {
    let body = Zeroizing::new(STANDARD.encode(der));
    let lines: Vec<_> = body
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        lines.join("\n")
    )
}

fn refused(file: &Path, why: &str) -> Error {
    let message = format!("the file `{}` {why}", file.display());
    Context::new(Operation::AcquireToken).error(ErrorKind::Credentials, message)
}

fn unusable(
    file: &Path,
    why: &str,
    reason: impl std::error::Error + Send + Sync + 'static,
) -> Error {
    refused(file, why).with_source(reason)
}
