//! Tokens by OAuth 2.0 client credentials: one at a time, renewed before they end.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

use crate::config::{ClientConfig, is_loopback};
use crate::error::{Context, Error, ErrorKind, Operation};
use crate::http::{http_client, no_answer, read_body, request_id};
use crate::retry::{kind_of_token_answer, retry_after};
use crate::secret::Secret;
use crate::wire::{WireToken, parse_error};

/// Life of a token whose answer does not say.
const UNSTATED_LIFE: Duration = Duration::from_mins(5);
/// A renewal that failed is not tried again for this long while the old token is still good.
const RENEWAL_PAUSE: Duration = Duration::from_secs(30);
/// Larger answers are no token.
const LARGEST_ANSWER: usize = 256 * 1024;

/// What a token says about itself; read, not verified, as only the service can.
///
/// Source: Microsoft identity platform, "Access token claims reference".
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TokenClaims {
    /// The granted application permissions, such as `ActivityFeed.Read`.
    #[serde(default)]
    pub roles: Vec<String>,
    /// The tenant's GUID.
    #[serde(rename = "tid")]
    pub tenant_id: Option<String>,
    /// The API that the token is for.
    #[serde(rename = "aud")]
    pub audience: Option<String>,
    /// The client id.
    #[serde(rename = "appid")]
    pub app_id: Option<String>,
}

#[derive(Clone)]
pub(crate) struct Token {
    text: Arc<Secret>,
    renew_at: Instant,
    expires_at: Instant,
}

impl Token {
    pub(crate) fn secret(&self) -> &Secret {
        &self.text
    }

    /// The claims of a JSON web token (RFC 7519); `None` when it is something else.
    pub(crate) fn claims(&self) -> Option<TokenClaims> {
        let payload = self.text.expose().split('.').nth(1)?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    }
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// The last failure and when it came.
    failure: Option<(Instant, Error)>,
}

/// The current token of a client.
pub(crate) struct Tokens {
    http: reqwest::Client,
    url: Url,
    state: Mutex<State>,
}

impl Tokens {
    pub(crate) fn new(config: &ClientConfig) -> Result<Self, Error> {
        let http = http_client(config, is_loopback(&config.authority))?;
        Ok(Self {
            http,
            url: config.token_url()?,
            state: Mutex::default(),
        })
    }

    /// A token that is good for a while. Only one caller asks the authority; those who waited for it share its answer,
    /// a failure too, so that an outage of the authority does not queue them up.
    pub(crate) async fn current(&self, config: &ClientConfig) -> Result<Token, Error> {
        let asked = Instant::now();
        let mut state = self.state.lock().await;
        if let Some(token) = state.token.as_ref().filter(|token| asked < token.renew_at) {
            return Ok(token.clone());
        }
        if let Some((_, failure)) = state.failure.as_ref().filter(|(failed, _)| *failed > asked) {
            return Err(failure.clone());
        }
        match self.request(config).await {
            Ok(token) => Ok(state.token.insert(token).clone()),
            Err(error) => state.make_do(error),
        }
    }

    /// The service does not accept this token: the next caller gets another.
    pub(crate) async fn reject(&self, token: &Token) {
        let mut state = self.state.lock().await;
        if state
            .token
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(&current.text, &token.text))
        {
            state.token = None;
        }
    }

    async fn request(&self, config: &ClientConfig) -> Result<Token, Error> {
        let context = Context::new(Operation::AcquireToken);
        let scope = config.scope();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", config.client_id.as_str()),
            ("client_secret", config.client_secret.expose()),
            ("scope", scope.as_str()),
        ];
        tracing::debug!(authority = %config.authority, tenant_id = config.tenant_id, "asking for a token");
        let sent = self.http.post(self.url.clone()).form(&form).send().await;
        let response = sent.map_err(|reason| no_answer(&context, reason))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = read_body(response, LARGEST_ANSWER, &context, |_| ()).await?;
        if status == 200
            && let Ok(wire) = serde_json::from_slice(&body)
        {
            return Ok(accept(wire));
        }
        Err(refusal(&context, config, status, &headers, &body))
    }
}

impl State {
    /// The old token where it is still good and the failure may pass; else the failure.
    fn make_do(&mut self, error: Error) -> Result<Token, Error> {
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

fn accept(wire: WireToken) -> Token {
    let life = life(&wire.expires_in);
    let now = Instant::now();
    Token {
        text: Arc::new(Secret::new(wire.access_token)),
        renew_at: now + life * 3 / 4,
        expires_at: now + life,
    }
}

fn life(expires_in: &Value) -> Duration {
    let text = expires_in
        .as_str()
        .and_then(|text| text.trim().parse().ok());
    // No authority issues tokens for more than some days; the bound keeps the arithmetic safe.
    expires_in
        .as_u64()
        .or(text)
        .map_or(UNSTATED_LIFE, |seconds| {
            Duration::from_secs(seconds.min(7 * 86_400))
        })
}

fn refusal(
    context: &Context,
    config: &ClientConfig,
    status: u16,
    headers: &reqwest::header::HeaderMap,
    body: &[u8],
) -> Error {
    // The body of a success may hold a token in a form that we could not read: it is not shown.
    if status == 200 {
        return context
            .error(ErrorKind::Malformed, "the answer holds no token")
            .with_answer(status, None, None);
    }
    let said = parse_error(body, &config.client_secret);
    let kind = kind_of_token_answer(status, said.code.as_deref());
    let error =
        context
            .error(kind, said.message)
            .with_answer(status, said.code, request_id(headers));
    error.with_retry_after(retry_after(headers, Timestamp::now()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn expires_in_is_a_number_or_a_string() {
        let check = |value: Value, seconds| {
            assert_eq!(life(&value), Duration::from_secs(seconds), "{value}");
        };
        check(json!(3599), 3599);
        check(json!("3599"), 3599);
        check(json!(null), 300);
        check(json!("soon"), 300);
        check(json!(u64::MAX), 7 * 86_400);
    }

    #[test]
    fn claims_are_read_from_a_json_web_token() {
        let payload = URL_SAFE_NO_PAD
            .encode(r#"{"roles":["ActivityFeed.Read"],"tid":"t","aud":"https://a"}"#);
        let token = |text: String| {
            accept(WireToken {
                access_token: text,
                expires_in: json!(1),
            })
        };
        let claims = token(format!("e30.{payload}.sig")).claims().unwrap();
        assert_eq!(claims.roles, ["ActivityFeed.Read"]);
        assert_eq!(
            (claims.tenant_id.as_deref(), claims.audience.as_deref()),
            (Some("t"), Some("https://a"))
        );
        assert_eq!(token("opaque".to_owned()).claims(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_renewal_that_fails_leaves_the_old_token_to_its_end() {
        let wire = WireToken {
            access_token: "old".to_owned(),
            expires_in: json!(1000),
        };
        let mut state = State {
            token: Some(accept(wire)),
            failure: None,
        };
        let outage = || Error::new(ErrorKind::Unavailable, Operation::AcquireToken, "outage");
        tokio::time::advance(Duration::from_secs(800)).await;
        let token = state.make_do(outage()).unwrap();
        assert_eq!(token.renew_at, Instant::now() + RENEWAL_PAUSE);
        let wrong = Error::new(
            ErrorKind::Credentials,
            Operation::AcquireToken,
            "wrong secret",
        );
        assert!(state.make_do(wrong).is_err());
        tokio::time::advance(Duration::from_secs(200)).await;
        assert!(state.make_do(outage()).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_renewed_after_three_quarters_of_its_life() {
        let token = accept(WireToken {
            access_token: "t".to_owned(),
            expires_in: json!(3600),
        });
        assert_eq!(token.renew_at, Instant::now() + Duration::from_mins(45));
    }
}
