//! Certificates for tests, and the authority's side of a client assertion.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation};
use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde::Deserialize;
use sha2::{Digest, Sha256};

type AnyResult<T> = Result<T, Box<dyn std::error::Error>>;

/// A fresh self-signed certificate and its RSA key.
pub(crate) struct TestCertificate {
    pub(crate) key: KeyPair,
    pub(crate) certificate: rcgen::Certificate,
}

impl TestCertificate {
    pub(crate) fn new() -> AnyResult<Self> {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        Self::of(key)
    }

    pub(crate) fn of(key: KeyPair) -> AnyResult<Self> {
        let params = CertificateParams::new(vec!["collector.contoso.example".to_owned()])?;
        let certificate = params.self_signed(&key)?;
        Ok(Self { key, certificate })
    }

    pub(crate) fn pkcs12(&self, password: &str) -> AnyResult<Vec<u8>> {
        let key = PrivateKey::from_der(self.key.serialized_der())?;
        let certificate = Certificate::from_der(self.certificate.der())?;
        let chain = PrivateKeyChain::new("1", key, [certificate]);
        let mut store = KeyStore::new();
        store.add_entry("collector", KeyStoreEntry::PrivateKeyChain(chain));
        let writer = store.writer(password);
        Ok(writer
            .encryption_iterations(1_000)
            .mac_iterations(1_000)
            .write()?)
    }

    pub(crate) fn trusted(&self, client_id: &str) -> TrustedCertificate {
        TrustedCertificate {
            client_id: client_id.to_owned(),
            public_key: self.key.public_key_pem(),
            der: self.certificate.der().to_vec(),
            seen: Vec::new(),
        }
    }
}

/// What the authority knows of an application's certificate.
pub(crate) struct TrustedCertificate {
    client_id: String,
    public_key: String,
    der: Vec<u8>,
    seen: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    pub(crate) sub: String,
    pub(crate) jti: String,
    pub(crate) nbf: i64,
    pub(crate) exp: i64,
}

impl TrustedCertificate {
    /// Refuses all but a token request of the application, signed for this endpoint and not repeated.
    pub(crate) fn check(&mut self, form: &str, endpoint: &str) -> Result<(), String> {
        let assertion = assertion(form).ok_or("there is no assertion")?;
        let token = self
            .decode(&assertion, endpoint)
            .map_err(|reason| reason.to_string())?;
        let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(&self.der));
        let claims = token.claims;
        let is_good = token.header.x5t_s256 == Some(thumbprint)
            && token.header.typ.as_deref() == Some("JWT")
            && claims.sub == self.client_id
            && claims.exp - claims.nbf == 600
            && !self.seen.contains(&claims.jti);
        let said = format!("{claims:?}");
        self.seen.push(claims.jti);
        is_good.then_some(()).ok_or(said)
    }

    fn decode(
        &self,
        assertion: &str,
        endpoint: &str,
    ) -> jsonwebtoken::errors::Result<TokenData<Claims>> {
        let mut validation = Validation::new(Algorithm::PS256);
        validation.validate_nbf = true;
        validation.set_audience(&[endpoint]);
        validation.set_issuer(&[&self.client_id]);
        validation.set_required_spec_claims(&["aud", "iss", "sub", "exp", "nbf"]);
        let key = DecodingKey::from_rsa_pem(self.public_key.as_bytes())?;
        jsonwebtoken::decode(assertion, &key, &validation)
    }
}

/// The members of a form.
pub(crate) fn form(body: &str) -> HashMap<String, String> {
    url::form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect()
}

/// The assertion of a token request, where it says that it is one.
pub(crate) fn assertion(body: &str) -> Option<String> {
    let mut form = form(body);
    let kind = form.remove("client_assertion_type")?;
    let is_jwt = kind == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    form.remove("client_assertion").filter(|_| is_jwt)
}

/// The certificates that an assertion carries along, in DER.
pub(crate) fn chain(assertion: &str) -> AnyResult<Option<Vec<Vec<u8>>>> {
    let header = jsonwebtoken::decode_header(assertion)?;
    let decode = |chain: Vec<String>| chain.iter().map(|one| STANDARD.decode(one)).collect();
    Ok(header.x5c.map(decode).transpose()?)
}
