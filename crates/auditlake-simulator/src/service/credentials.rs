//! What an application can prove itself with, other than its secret.

use std::collections::HashSet;
use std::sync::Mutex;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::DecodingKey;
use x509_cert::der::{Decode, DecodePem, Encode};

use crate::config::FederatedCredential;
use crate::{Error, TenantConfig};

/// An application's certificates and trusted issuers, and the assertions it has used up.
#[derive(Debug)]
pub(crate) struct Credentials {
    pub(super) certificates: Vec<Certificate>,
    pub(super) trusted: Vec<Trusted>,
    /// The `jti`s seen.
    pub(super) used: Mutex<HashSet<String>>,
}

/// A registered certificate.
#[derive(Debug)]
pub(super) struct Certificate {
    pub(super) sha1: Vec<u8>,
    pub(super) sha256: Vec<u8>,
    pub(super) key: DecodingKey,
    /// Seconds since 1970.
    valid: (u64, u64),
}

/// An issuer whose assertions are believed.
#[derive(Debug)]
pub(super) struct Trusted {
    pub(super) credential: FederatedCredential,
    pub(super) key: DecodingKey,
}

impl Credentials {
    pub(crate) fn read(tenant: &TenantConfig) -> Result<Self, Error> {
        let unreadable = |index| {
            move |source| Error::Certificate {
                tenant_id: tenant.tenant_id.clone(),
                index,
                source,
            }
        };
        let certificates = tenant.certificates.iter().enumerate();
        let certificates = certificates
            .map(|(index, bytes)| Certificate::read(bytes).map_err(unreadable(index)))
            .collect::<Result<_, Error>>()?;
        let trusted = tenant.federated.iter().map(Trusted::read);
        Ok(Self {
            certificates,
            trusted: trusted.collect::<Result<_, Error>>()?,
            used: Mutex::default(),
        })
    }
}

impl Certificate {
    /// PEM or DER.
    fn read(bytes: &[u8]) -> x509_cert::der::Result<Self> {
        let certificate = if bytes.trim_ascii_start().starts_with(b"-----") {
            x509_cert::Certificate::from_pem(bytes)?
        } else {
            x509_cert::Certificate::from_der(bytes)?
        };
        let der = certificate.to_der()?;
        let certificate = certificate.tbs_certificate();
        let key = certificate
            .subject_public_key_info()
            .subject_public_key
            .raw_bytes();
        let validity = certificate.validity();
        let seconds = |time: x509_cert::time::Time| time.to_unix_duration().as_secs();
        Ok(Self {
            sha1: digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &der)
                .as_ref()
                .to_vec(),
            sha256: digest::digest(&digest::SHA256, &der).as_ref().to_vec(),
            key: DecodingKey::from_rsa_der(key),
            valid: (seconds(validity.not_before), seconds(validity.not_after)),
        })
    }

    pub(super) fn is_valid(&self, now: Timestamp) -> bool {
        let now = u64::try_from(now.as_second()).unwrap_or_default();
        (self.valid.0..=self.valid.1).contains(&now)
    }
}

impl Trusted {
    fn read(credential: &FederatedCredential) -> Result<Self, Error> {
        let unreadable = |source| Error::PublicKey {
            issuer: credential.issuer.clone(),
            source,
        };
        Ok(Self {
            key: DecodingKey::from_rsa_pem(credential.public_key.as_bytes()).map_err(unreadable)?,
            credential: credential.clone(),
        })
    }
}

/// The bytes of a thumbprint header, none for one that is not there; what is no base64 equals nothing.
pub(super) fn thumbprint_of(header: Option<&str>) -> Option<Vec<u8>> {
    header.map(|text| {
        URL_SAFE_NO_PAD
            .decode(text.trim_end_matches('='))
            .unwrap_or_default()
    })
}
