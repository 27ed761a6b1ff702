//! What proves the application to the authority: a secret, or an assertion of someone whom Entra trusts.

use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;
use url::Url;

use crate::credential::{Certificate, Credential, WorkloadIdentity};
use crate::error::{Context, Error, ErrorKind, Operation};
use crate::secret::Secret;
use crate::token::answer;
use crate::token::assertion::sign;
use crate::token::config::TokenConfig;

/// Proof of an application.
pub(crate) enum Proof {
    Secret(Secret),
    Assertion(Secret),
}

impl Proof {
    pub(crate) fn secret(&self) -> &Secret {
        let (Self::Secret(secret) | Self::Assertion(secret)) = self;
        secret
    }

    /// The members of the token request that carry the proof.
    ///
    /// Source: Microsoft identity platform, "OAuth 2.0 client credentials flow".
    pub(crate) fn form(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Secret(secret) => vec![("client_secret", secret.expose())],
            Self::Assertion(assertion) => vec![
                (
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                ),
                ("client_assertion", assertion.expose()),
            ],
        }
    }
}

/// Makes the proof anew, from files as they are now.
pub(crate) async fn prove(
    config: &TokenConfig,
    token_url: &Url,
    http: &reqwest::Client,
) -> Result<Proof, Error> {
    Ok(match &config.credential {
        Credential::ClientSecret(secret) => Proof::Secret(secret.clone()),
        Credential::ClientSecretFile(file) => {
            Proof::Secret(read_secret(file, "client secret").await?)
        }
        Credential::Certificate(certificate) => {
            Proof::Assertion(signed(config, certificate, token_url).await?)
        }
        Credential::WorkloadIdentity(WorkloadIdentity::TokenFile(file)) => {
            Proof::Assertion(read_secret(file, "federated token").await?)
        }
        Credential::WorkloadIdentity(WorkloadIdentity::GitHubActions {
            request_url,
            request_token,
        }) => Proof::Assertion(from_workflow(http, request_url, request_token).await?),
        Credential::ManagedIdentity(_) => {
            let context = Context::new(Operation::AcquireToken);
            let message = "a managed identity has no proof for the authority";
            return Err(context.error(ErrorKind::Config, message));
        }
    })
}

/// An editor's or a mount's line break belongs to no secret.
async fn read_secret(file: &Path, what: &str) -> Result<Secret, Error> {
    let refused = |why: &str| {
        let message = format!("the {what} file `{}` {why}", file.display());
        Context::new(Operation::AcquireToken).error(ErrorKind::Credentials, message)
    };
    let text = tokio::fs::read_to_string(file)
        .await
        .map(Secret::new)
        .map_err(|reason| refused("cannot be read").with_source(reason))?;
    match text.expose().trim() {
        "" => Err(refused("is empty")),
        trimmed => Ok(Secret::new(trimmed.to_owned())),
    }
}

/// Opening a PKCS#12 file takes a moment by design, hence not on a thread that serves others.
async fn signed(
    config: &TokenConfig,
    certificate: &Certificate,
    token_url: &Url,
) -> Result<Secret, Error> {
    let (certificate, client_id) = (certificate.clone(), config.client_id.clone());
    let audience = token_url.to_string();
    let signing = move || sign(&certificate, &client_id, &audience, Timestamp::now());
    let stopped = |reason| {
        let context = Context::new(Operation::AcquireToken);
        context
            .error(ErrorKind::Credentials, "the signing stopped")
            .with_source(reason)
    };
    tokio::task::spawn_blocking(signing)
        .await
        .map_err(stopped)?
}

#[derive(Deserialize)]
struct WorkflowToken {
    value: String,
}

/// Source: `GitHub`, "`OpenID` Connect reference", section "Methods for requesting the OIDC token".
async fn from_workflow(
    http: &reqwest::Client,
    request_url: &Url,
    request_token: &Secret,
) -> Result<Secret, Error> {
    let request = http
        .get(request_url.clone())
        .query(&[("audience", WorkloadIdentity::AUDIENCE)])
        .bearer_auth(request_token.expose());
    let body = answer::read(request, &[request_token], answer::kind_of_token_answer).await?;
    serde_json::from_slice(&body)
        .map(|WorkflowToken { value }| Secret::new(value))
        .map_err(|_| answer::no_token("the workflow's answer holds no token"))
}
