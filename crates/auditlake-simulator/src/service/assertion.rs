//! Client assertions in place of a secret: signed with a registered certificate, or by a trusted issuer.

use jsonwebtoken::{Algorithm, Header};
use serde_json::{Map, Value};

use super::credentials::{Certificate, Trusted, thumbprint_of};
use super::reply::Reply;
use super::{Service, Tenant, locked};

/// A JWT whose signature has not been looked at.
#[derive(Debug)]
struct Assertion<'a> {
    jwt: &'a str,
    header: Header,
    claims: Map<String, Value>,
}

impl Service {
    /// An assertion that the application issued itself is signed with its certificate; the others come from a trusted
    /// issuer (Microsoft, "Microsoft identity platform application authentication certificate credentials";
    /// "Workload identity federation").
    pub(super) fn check_assertion(
        &self,
        tenant: &Tenant,
        jwt: Option<&str>,
        endpoint: &str,
    ) -> Result<(), Reply> {
        let jwt = jwt.ok_or_else(|| self.missing("client_assertion"))?;
        let assertion =
            Assertion::read(jwt).ok_or_else(|| self.malformed("It cannot be decoded."))?;
        let own = assertion.is(&tenant.config.client_id, "iss");
        if own || tenant.credentials.trusted.is_empty() {
            self.check_own(tenant, &assertion, endpoint)
        } else {
            self.check_federated(tenant, &assertion)
        }
    }

    fn check_own(
        &self,
        tenant: &Tenant,
        assertion: &Assertion<'_>,
        endpoint: &str,
    ) -> Result<(), Reply> {
        let certificate = self.certificate(tenant, assertion)?;
        if !assertion.is_signed_by(&certificate.key) {
            let text = "Client assertion failed signature validation. [Reason - The key was found, but use of the key to verify the signature failed.]";
            return Err(self.refused_client(700_027, text));
        }
        let client_id = &tenant.config.client_id;
        if !assertion.is(client_id, "iss") || !assertion.is(client_id, "sub") {
            let text =
                "Client assertion application identifier doesn't match 'client_id' parameter.";
            return Err(self.refused_client(700_021, text));
        }
        if !assertion.is(endpoint, "aud") {
            let text = "Client assertion audience claim does not match Realm issuer.";
            return Err(self.refused_client(700_023, text));
        }
        self.check_times(assertion)?;
        self.check_once(tenant, assertion)
    }

    /// The certificate that the header's thumbprint names.
    fn certificate<'a>(
        &self,
        tenant: &'a Tenant,
        assertion: &Assertion<'_>,
    ) -> Result<&'a Certificate, Reply> {
        let header = &assertion.header;
        let thumbprint = header.x5t_s256.as_deref().or(header.x5t.as_deref());
        let named =
            thumbprint.ok_or_else(|| self.malformed("It has neither 'x5t' nor 'x5t#S256'."))?;
        let unknown = || {
            let text = format!(
                "The certificate with identifier used to sign the client assertion is not registered on application. \
                 [Reason - The key was not found., Thumbprint of key used by client: '{named}']"
            );
            self.refused_client(700_027, &text)
        };
        let certificates = &tenant.credentials.certificates;
        let found = certificates.iter().find(|certificate| {
            thumbprint_of(header.x5t_s256.as_deref()).is_none_or(|sum| sum == certificate.sha256)
                && thumbprint_of(header.x5t.as_deref()).is_none_or(|sum| sum == certificate.sha1)
        });
        let certificate = found.ok_or_else(unknown)?;
        if certificate.is_valid(self.clock.now()) {
            return Ok(certificate);
        }
        let text =
            "Client assertion failed signature validation. [Reason - The key used is expired.]";
        Err(self.refused_client(700_027, text))
    }

    fn check_federated(&self, tenant: &Tenant, assertion: &Assertion<'_>) -> Result<(), Reply> {
        let claims_match = |trusted: &&Trusted| {
            let credential = &trusted.credential;
            assertion.is(&credential.issuer, "iss")
                && assertion.is(&credential.subject, "sub")
                && assertion.is(&credential.audience, "aud")
        };
        let trusted = tenant.credentials.trusted.iter().find(claims_match);
        let trusted = trusted.ok_or_else(|| {
            let text = format!(
                "No matching federated identity record found for presented assertion. Assertion Issuer: '{}'. \
                 Assertion Subject: '{}'. Assertion Audience: '{}'.",
                assertion.text("iss"), assertion.text("sub"), assertion.text("aud")
            );
            self.oauth_error(400, "invalid_request", 70_021, &text)
        })?;
        if !assertion.is_signed_by(&trusted.key) {
            return Err(self.refused_client(50_013, "Assertion failed signature validation."));
        }
        self.check_times(assertion)
    }

    fn check_times(&self, assertion: &Assertion<'_>) -> Result<(), Reply> {
        let now = self.clock.now().as_second();
        let expires = assertion
            .number("exp")
            .ok_or_else(|| self.malformed("It has no 'exp'."))?;
        let begins = assertion.number("nbf").unwrap_or(now);
        if begins <= now && now < expires {
            return Ok(());
        }
        let text = format!(
            "Client assertion is not within its valid time range. Current time: {now}, assertion valid from {begins}, \
             expiry time of assertion {expires}."
        );
        Err(self.refused_client(700_024, &text))
    }

    fn check_once(&self, tenant: &Tenant, assertion: &Assertion<'_>) -> Result<(), Reply> {
        let id = assertion.text("jti");
        if id.is_empty() {
            return Err(self.malformed("It has no 'jti'."));
        }
        if locked(&tenant.credentials.used).insert(id.to_owned()) {
            return Ok(());
        }
        Err(self.malformed("Its 'jti' was used before."))
    }

    /// Reported with HTTP 400, unlike a signature that is wrong.
    fn malformed(&self, why: &str) -> Reply {
        let text = format!("JWT token is invalid or malformed. {why}");
        self.oauth_error(400, "invalid_request", 50_027, &text)
    }

    fn refused_client(&self, code: u32, text: &str) -> Reply {
        self.oauth_error(401, "invalid_client", code, text)
    }
}

impl<'a> Assertion<'a> {
    fn read(jwt: &'a str) -> Option<Self> {
        let header = jsonwebtoken::decode_header(jwt).ok()?;
        let claims = jsonwebtoken::dangerous::insecure_decode(jwt).ok()?.claims;
        Some(Self {
            jwt,
            header,
            claims,
        })
    }

    /// RS256 and PS256 are what Entra takes.
    fn is_signed_by(&self, key: &jsonwebtoken::DecodingKey) -> bool {
        let algorithm = self.header.alg;
        let parts = self.jwt.rsplit_once('.');
        matches!(algorithm, Algorithm::RS256 | Algorithm::PS256)
            && parts.is_some_and(|(message, signature)| {
                jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, algorithm)
                    .unwrap_or(false)
            })
    }

    fn is(&self, expected: &str, claim: &str) -> bool {
        self.claims.get(claim).and_then(Value::as_str) == Some(expected)
    }

    fn text(&self, claim: &str) -> &str {
        self.claims
            .get(claim)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn number(&self, claim: &str) -> Option<i64> {
        self.claims.get(claim)?.as_i64()
    }
}
