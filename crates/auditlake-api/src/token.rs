//! Tokens of Microsoft Entra by OAuth 2.0 client credentials: one at a time for each scope, renewed before they end.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backon::Retryable;
use jiff::Timestamp;
use tokio::time::Instant;
use url::Url;

use crate::config::is_loopback;
use crate::credential::{Credential, IdentityEndpoint, WorkloadIdentity};
use crate::error::Error;
use crate::http::{Timeouts, http_client};
use crate::token::config::is_near;
use crate::token::proof::prove;

mod access;
mod answer;
mod assertion;
mod certificate;
mod claims;
mod config;
mod identity;
mod proof;

pub use access::AccessToken;
pub use claims::{TokenClaims, TokenInfo};
pub use config::TokenConfig;
pub(crate) use identity::UNREACHABLE;

/// A renewal that failed is not tried again for this long while the old token is still good.
const RENEWAL_PAUSE: Duration = Duration::from_secs(30);

/// Gives tokens of one application in one tenant, for any scope. Clones share the tokens.
#[derive(Clone)]
pub struct EntraTokenProvider(Arc<Provider>);

struct Provider {
    config: TokenConfig,
    token_url: Url,
    /// For the authority.
    http: reqwest::Client,
    /// For the managed identity's endpoint or the workflow's issuer; else the same.
    issuer_http: reqwest::Client,
    scopes: Mutex<HashMap<String, Arc<tokio::sync::Mutex<State>>>>,
}

#[derive(Default)]
struct State {
    token: Option<AccessToken>,
    /// The last failure and when it came.
    failure: Option<(Instant, Error)>,
}

impl EntraTokenProvider {
    /// Checks the configuration; nothing is sent or read yet.
    ///
    /// Errors are of kind [`ErrorKind::Config`](crate::ErrorKind::Config).
    pub fn new(config: TokenConfig) -> Result<Self, Error> {
        config.validate()?;
        let timeouts = Timeouts {
            connect: config.connect_timeout,
            silence: config.request_timeout,
            whole: config.request_timeout,
        };
        let http = http_client(timeouts, is_loopback(&config.authority))?;
        let issuer_http = match issuer(&config.credential) {
            Some(issuer) => http_client(timeouts, is_near(issuer))?,
            None => http.clone(),
        };
        Ok(Self(Arc::new(Provider {
            token_url: config.token_url()?,
            config,
            http,
            issuer_http,
            scopes: Mutex::default(),
        })))
    }

    /// A token for the scope, such as `https://manage.office.com/.default`, that is good for a while; acquired with
    /// the configuration's retries where there is none.
    ///
    /// Kinds to expect: [`ErrorKind::Credentials`](crate::ErrorKind::Credentials), and those of a failed request.
    pub async fn token(&self, scope: &str) -> Result<AccessToken, Error> {
        let (started, policy) = (Instant::now(), self.0.config.retry);
        (|| self.current(scope))
            .retry(policy.waits())
            .when(Error::is_retryable)
            .adjust(|error: &Error, wait| {
                policy.adjust(started.elapsed(), wait?, error.retry_after())
            })
            .await
    }

    /// What is known about the scope's token.
    pub async fn token_info(&self, scope: &str) -> Result<TokenInfo, Error> {
        let token = self.token(scope).await?;
        let claims = token.claims().unwrap_or_default();
        Ok(TokenInfo {
            credential: self.0.config.credential.kind(),
            expires: token.expires(),
            roles: claims.roles,
            tenant_id: claims.tenant_id,
            audience: claims.audience,
            app_id: claims.app_id,
        })
    }

    /// A service does not accept this token: the next caller gets another.
    pub async fn reject(&self, scope: &str, token: &AccessToken) {
        let state = self.state(scope);
        let mut state = state.lock().await;
        if state.token.as_ref().is_some_and(|held| held.is(token)) {
            state.token = None;
        }
    }

    /// The configuration that the provider was made with.
    pub fn config(&self) -> &TokenConfig {
        &self.0.config
    }

    /// As [`Self::token`], without retries. Only one caller asks the authority; those who waited for it share its
    /// answer, a failure too, so that an outage of the authority does not queue them up.
    pub(crate) async fn current(&self, scope: &str) -> Result<AccessToken, Error> {
        let asked = Instant::now();
        let state = self.state(scope);
        let mut state = state.lock().await;
        if let Some(token) = state.token.as_ref().filter(|token| asked < token.renew_at) {
            return Ok(token.clone());
        }
        if let Some((_, failure)) = state.failure.as_ref().filter(|(failed, _)| *failed > asked) {
            return Err(failure.clone());
        }
        match self.0.request(scope).await {
            Ok(token) => Ok(state.token.insert(token).clone()),
            Err(error) => state.make_do(error),
        }
    }

    fn state(&self, scope: &str) -> Arc<tokio::sync::Mutex<State>> {
        let mut scopes = self.0.scopes.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(scopes.entry(scope.to_owned()).or_default())
    }
}

impl Provider {
    async fn request(&self, scope: &str) -> Result<AccessToken, Error> {
        tracing::debug!(
            authority = %self.config.authority,
            tenant_id = self.config.tenant_id,
            credential = %self.config.credential.kind(),
            scope,
            "asking for a token"
        );
        let body = match &self.config.credential {
            Credential::ManagedIdentity(managed) => {
                identity::ask(&self.issuer_http, managed, scope).await?
            }
            _ => self.ask_authority(scope).await?,
        };
        serde_json::from_slice(&body)
            .map(|wire| AccessToken::new(wire, Timestamp::now()))
            .map_err(|_| answer::no_token("the answer holds no token"))
    }

    async fn ask_authority(&self, scope: &str) -> Result<bytes::Bytes, Error> {
        let proof = prove(&self.config, &self.token_url, &self.issuer_http).await?;
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", self.config.client_id.as_str()),
            ("scope", scope),
        ];
        form.extend(proof.form());
        let request = self.http.post(self.token_url.clone()).form(&form);
        answer::read(request, &[proof.secret()], answer::kind_of_token_answer).await
    }
}

impl State {
    /// The old token where it is still good and the failure may pass; else the failure.
    fn make_do(&mut self, error: Error) -> Result<AccessToken, Error> {
        let now = Instant::now();
        if let Some(token) = self
            .token
            .as_mut()
            .filter(|token| error.is_retryable() && now < token.expires_at)
        {
            token.renew_at = now + RENEWAL_PAUSE;
            return Ok(token.clone());
        }
        self.failure = Some((now, error.clone()));
        Err(error)
    }
}

/// Who else than the authority is asked.
fn issuer(credential: &Credential) -> Option<&Url> {
    match credential {
        Credential::ManagedIdentity(identity) => match &identity.endpoint {
            IdentityEndpoint::Imds(url) | IdentityEndpoint::AppService { endpoint: url, .. } => {
                Some(url)
            }
        },
        Credential::WorkloadIdentity(WorkloadIdentity::GitHubActions { request_url, .. }) => {
            Some(request_url)
        }
        _ => None,
    }
}

impl fmt::Debug for EntraTokenProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntraTokenProvider")
            .field("config", &self.0.config)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::{ErrorKind, Operation};
    use crate::wire::WireToken;

    #[tokio::test(start_paused = true)]
    async fn a_renewal_that_fails_leaves_the_old_token_to_its_end() {
        let wire = WireToken {
            access_token: "old".to_owned(),
            expires_in: json!(1000),
            expires_on: json!(null),
        };
        let mut state = State {
            token: Some(AccessToken::new(wire, Timestamp::now())),
            failure: None,
        };
        let error = |kind| Error::new(kind, Operation::AcquireToken, "words");
        tokio::time::advance(Duration::from_secs(800)).await;
        let token = state.make_do(error(ErrorKind::Unavailable)).unwrap();
        assert_eq!(token.renew_at, Instant::now() + RENEWAL_PAUSE);
        assert!(state.make_do(error(ErrorKind::Credentials)).is_err());
        tokio::time::advance(Duration::from_secs(200)).await;
        assert!(state.make_do(error(ErrorKind::Unavailable)).is_err());
    }
}
