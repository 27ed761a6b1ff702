//! Certificates and trusted issuers in place of a secret.

use auditlake_simulator::{Clock, Error, FederatedCredential, SimulatorConfig, start};
use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};
use serde_json::{Value, json};

use crate::client::{Answer, Client, Result, config, now};

const BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A certificate and its key.
struct Identity {
    pem: String,
    der: Vec<u8>,
    public_key: String,
    key: EncodingKey,
}

impl Identity {
    fn new() -> Result<Self> {
        let pair = KeyPair::generate_for(&PKCS_RSA_SHA256)?;
        let certificate =
            CertificateParams::new(vec!["contoso.example".into()])?.self_signed(&pair)?;
        Ok(Self {
            pem: certificate.pem(),
            der: certificate.der().to_vec(),
            public_key: pair.public_key_pem(),
            key: EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes())?,
        })
    }

    fn x5t(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der))
    }

    fn x5t_s256(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &self.der))
    }

    fn header(&self) -> Header {
        Header {
            x5t_s256: Some(self.x5t_s256()),
            ..Header::new(Algorithm::PS256)
        }
    }
}

fn of_identity(identity: &Identity) -> SimulatorConfig {
    let mut config = config(Vec::new());
    config.tenants[0].certificates = vec![identity.pem.clone().into_bytes()];
    config
}

/// Claims that are good, of a `jti` of their own.
fn claims(client: &Client) -> Value {
    let client_id = &client.simulator.tenants()[0].client_id;
    let audience = format!(
        "{}{}/oauth2/v2.0/token",
        client.simulator.address(),
        client.tenant_id
    );
    let at = now().as_second();
    json!({
        "aud": audience, "iss": client_id, "sub": client_id, "nbf": at, "exp": at + 600,
        "jti": uuid::Uuid::new_v4().to_string(),
    })
}

async fn present(client: &Client, assertion: &str) -> Result<Answer> {
    let changes = [
        ("client_assertion_type", BEARER),
        ("client_assertion", assertion),
    ];
    client.ask_token(&changes).await
}

#[track_caller]
fn check(answer: &Answer, code: u32) {
    let body = answer.json();
    assert_eq!(body["error_codes"], json!([code]), "{}", answer.text);
    let expected = match code {
        50_027 | 70_021 => (400, json!("invalid_request")),
        _ => (401, json!("invalid_client")),
    };
    assert_eq!((answer.status, body["error"].clone()), expected);
    let text = body["error_description"].as_str().unwrap_or_default();
    assert!(text.starts_with(&format!("AADSTS{code}: ")), "{text}");
}

#[tokio::test]
async fn both_algorithms_both_thumbprints_and_both_encodings() -> Result<()> {
    let identity = Identity::new()?;
    for bytes in [identity.pem.clone().into_bytes(), identity.der.clone()] {
        let mut config = config(Vec::new());
        config.tenants[0].certificates = vec![bytes];
        let mut client = Client::of(config).await?;
        let mut rs256 = Header::new(Algorithm::RS256);
        rs256.x5t = Some(identity.x5t());
        for header in [rs256, identity.header()] {
            let assertion = encode(&header, &claims(&client), &identity.key)?;
            let answer = present(&client, &assertion).await?;
            assert_eq!(answer.status, 200, "{}", answer.text);
            client.token = answer.json()["access_token"]
                .as_str()
                .unwrap_or_default()
                .into();
            assert_eq!(client.get("subscriptions/list").await?.status, 200);
        }
    }
    Ok(())
}

#[tokio::test]
async fn claims_that_are_wrong() -> Result<()> {
    let identity = Identity::new()?;
    let client = Client::of(of_identity(&identity)).await?;
    let at = now().as_second();
    let cases = [
        ("aud", json!("https://elsewhere.example/token"), 700_023),
        ("iss", json!("someone"), 700_021),
        ("sub", json!("someone"), 700_021),
        ("exp", json!(at), 700_024),
        ("nbf", json!(at + 1), 700_024),
        ("exp", Value::Null, 50_027),
        ("jti", Value::Null, 50_027),
    ];
    for (name, value, code) in cases {
        let mut claims = claims(&client);
        claims[name] = value;
        let assertion = encode(&identity.header(), &claims, &identity.key)?;
        check(&present(&client, &assertion).await?, code);
    }
    check(&present(&client, "no.jwt.at all").await?, 50_027);
    Ok(())
}

#[tokio::test]
async fn an_assertion_is_good_once() -> Result<()> {
    let identity = Identity::new()?;
    let client = Client::of(of_identity(&identity)).await?;
    let assertion = encode(&identity.header(), &claims(&client), &identity.key)?;
    assert_eq!(present(&client, &assertion).await?.status, 200);
    check(&present(&client, &assertion).await?, 50_027);
    Ok(())
}

#[tokio::test]
async fn keys_that_are_wrong() -> Result<()> {
    let (identity, other) = (Identity::new()?, Identity::new()?);
    let client = Client::of(of_identity(&identity)).await?;
    let forged = encode(&identity.header(), &claims(&client), &other.key)?;
    check(&present(&client, &forged).await?, 700_027);
    let unknown = encode(&other.header(), &claims(&client), &other.key)?;
    check(&present(&client, &unknown).await?, 700_027);
    let unnamed = encode(
        &Header::new(Algorithm::PS256),
        &claims(&client),
        &identity.key,
    )?;
    check(&present(&client, &unnamed).await?, 50_027);
    let both = Header {
        x5t: Some(other.x5t()),
        ..identity.header()
    };
    let contradictory = encode(&both, &claims(&client), &identity.key)?;
    check(&present(&client, &contradictory).await?, 700_027);
    let rs512 = Header {
        alg: Algorithm::RS512,
        ..identity.header()
    };
    let other_algorithm = encode(&rs512, &claims(&client), &identity.key)?;
    check(&present(&client, &other_algorithm).await?, 700_027);
    Ok(())
}

#[tokio::test]
async fn a_certificate_is_good_while_it_is_valid() -> Result<()> {
    let identity = Identity::new()?;
    let clock = Clock::fixed(now());
    let client = Client::of(SimulatorConfig {
        now: clock.clone(),
        ..of_identity(&identity)
    })
    .await?;
    // The library's certificates are valid up to the year 4096.
    clock.advance(SignedDuration::from_hours(24 * 366 * 2100));
    let assertion = encode(&identity.header(), &claims(&client), &identity.key)?;
    let answer = present(&client, &assertion).await?;
    check(&answer, 700_027);
    assert!(answer.text.contains("The key used is expired"));
    Ok(())
}

fn trusted(identity: &Identity) -> FederatedCredential {
    FederatedCredential {
        issuer: "https://issuer.example/".into(),
        subject: "system:serviceaccount:audit:auditlake".into(),
        audience: "api://AzureADTokenExchange".into(),
        public_key: identity.public_key.clone(),
    }
}

#[tokio::test]
async fn a_token_of_a_trusted_issuer_is_as_good_as_a_secret() -> Result<()> {
    let issuer = Identity::new()?;
    let mut config = config(Vec::new());
    config.tenants[0].federated = vec![trusted(&issuer)];
    let client = Client::of(config).await?;
    let credential = trusted(&issuer);
    let good = json!({
        "iss": credential.issuer, "sub": credential.subject, "aud": credential.audience,
        "exp": now().as_second() + 600,
    });
    let header = Header::new(Algorithm::RS256);
    let assertion = encode(&header, &good, &issuer.key)?;
    assert_eq!(present(&client, &assertion).await?.status, 200);
    assert_eq!(
        present(&client, &assertion).await?.status,
        200,
        "it may be used again"
    );

    for name in ["iss", "sub", "aud"] {
        let mut claims = good.clone();
        claims[name] = json!("other");
        let assertion = encode(&header, &claims, &issuer.key)?;
        check(&present(&client, &assertion).await?, 70_021);
    }
    let mut late = good.clone();
    late["exp"] = json!(now().as_second());
    check(
        &present(&client, &encode(&header, &late, &issuer.key)?).await?,
        700_024,
    );
    let forged = encode(&header, &good, &Identity::new()?.key)?;
    check(&present(&client, &forged).await?, 50_013);
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_read_is_said_at_the_start() -> Result<()> {
    let mut bad = config(Vec::new());
    bad.tenants[0].certificates = vec![b"no certificate".to_vec()];
    assert!(matches!(
        start(bad).await,
        Err(Error::Certificate { index: 0, .. })
    ));
    let mut bad = config(Vec::new());
    let mut credential = trusted(&Identity::new()?);
    credential.public_key = "no key".into();
    bad.tenants[0].federated = vec![credential];
    assert!(matches!(start(bad).await, Err(Error::PublicKey { .. })));
    Ok(())
}
