//! Client assertions: a JSON web token, signed with the application's certificate.
//!
//! Signed with PS256 and named by the SHA-256 thumbprint (`x5t#S256`), as Microsoft's page "Microsoft identity platform
//! application authentication certificate credentials" recommends since 2024. The older RS256 with a SHA-1 thumbprint
//! is for AD FS, which does not serve this API.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, Header};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::credential::Certificate;
use crate::error::{Context, Error, ErrorKind, Operation};
use crate::secret::Secret;
use crate::token::certificate::{self, KeyPair};

/// Five to ten minutes are what Microsoft's page asks for.
const LIFE: SignedDuration = SignedDuration::from_mins(10);

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    jti: Uuid,
    nbf: i64,
    iat: i64,
    exp: i64,
}

/// An assertion for the token endpoint `audience`; reads files and blocks.
pub(crate) fn sign(
    certificate: &Certificate,
    client_id: &str,
    audience: &str,
    now: Timestamp,
) -> Result<Secret, Error> {
    let pair = certificate::read(&certificate.source)?;
    let claims = Claims {
        aud: audience,
        iss: client_id,
        sub: client_id,
        jti: Uuid::new_v4(),
        nbf: now.as_second(),
        iat: now.as_second(),
        exp: (now + LIFE).as_second(),
    };
    let header = header(&pair, certificate.send_chain);
    let unsigned = |reason| {
        let context = Context::new(Operation::AcquireToken);
        let message = "nothing can be signed with the certificate's key";
        context
            .error(ErrorKind::Credentials, message)
            .with_source(reason)
    };
    jsonwebtoken::encode(&header, &claims, &pair.key)
        .map(Secret::new)
        .map_err(unsigned)
}

fn header(pair: &KeyPair, send_chain: bool) -> Header {
    let thumbprint = |der: &Vec<u8>| URL_SAFE_NO_PAD.encode(Sha256::digest(der));
    // RFC 7515, section 4.1.6: standard base64 of DER, unlike all else in a token.
    let chain = || pair.chain.iter().map(|der| STANDARD.encode(der)).collect();
    Header {
        x5t_s256: pair.chain.first().map(thumbprint),
        x5c: send_chain.then(chain),
        ..Header::new(Algorithm::PS256)
    }
}
