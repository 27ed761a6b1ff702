//! One request of the API, from origin check to body: the only place that sends the bearer token.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backon::Retryable;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use reqwest::{Method, Response};
use serde::Serialize;
use tokio::time::Instant;
use url::Url;

use crate::api::Api;
use crate::config::{ClientConfig, is_loopback};
use crate::error::{Context, Error, ErrorKind, Operation};
use crate::http::{
    BodyLimits, Timeouts, clock_offset, http_client, no_answer, read_body, request_id, unwrapped,
};
use crate::meter::{Measured, Meter};
use crate::pacing::Pacer;
use crate::retry::{kind_of, retry_after};
use crate::token::{AccessToken, EntraTokenProvider};
use crate::wire::{hide, parse_error, start_wait};

/// Error pages beyond this are not read to their end.
const LARGEST_ERROR_BODY: usize = 64 * 1024;

/// A request and how to tell a complete answer.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Besides those of every request.
    pub(crate) header: Option<(HeaderName, String)>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) context: Context,
    /// True for a body that is whole; one that is not is asked for again.
    pub(crate) is_whole: fn(&[u8]) -> bool,
}

/// A success.
pub(crate) struct Reply {
    pub(crate) headers: HeaderMap,
    /// Without byte order mark and surrounding white space.
    pub(crate) body: Bytes,
}

/// What a client has asked of the API so far; token requests are not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RequestCounts {
    /// Requests sent, retries included.
    pub total: u64,
    /// Answers that were throttling.
    pub throttled: u64,
    /// Requests that repeated a failed one.
    pub retried: u64,
    /// Bytes of bodies, after decompression.
    pub bytes_downloaded: u64,
}

/// How long the requests of a client took so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestTimes {
    /// From sending a request to the end of its answer.
    pub on_the_way: Measured,
    /// Requests that the pacer held back.
    pub held_back: Measured,
}

#[derive(Default)]
struct Counters {
    total: AtomicU64,
    throttled: AtomicU64,
    retried: AtomicU64,
    bytes_downloaded: AtomicU64,
    on_the_way: Meter,
    held_back: Meter,
}

/// Everything that the requests of one client share.
pub(crate) struct Transport {
    pub(crate) config: ClientConfig,
    api: Api,
    http: reqwest::Client,
    tokens: EntraTokenProvider,
    pacer: Arc<Pacer>,
    counters: Counters,
    clock_offset: Mutex<Option<SignedDuration>>,
}

impl Transport {
    pub(crate) fn new(config: ClientConfig, api: Api) -> Result<Self, Error> {
        config.validate()?;
        let timeouts = Timeouts {
            connect: config.connect_timeout,
            silence: config.request_timeout,
            whole: config.download_timeout,
        };
        let http = http_client(timeouts, is_loopback(&api.address(&config)))?;
        let tokens = EntraTokenProvider::new(config.token_config())?;
        let pacer = Pacer::shared(
            &api.budget(&config),
            &config.tenant_id,
            api.requests_per_minute(&config),
        );
        Ok(Self {
            config,
            api,
            http,
            tokens,
            pacer,
            counters: Counters::default(),
            clock_offset: Mutex::default(),
        })
    }

    pub(crate) fn counts(&self) -> RequestCounts {
        RequestCounts {
            total: self.counters.total.load(Relaxed),
            throttled: self.counters.throttled.load(Relaxed),
            retried: self.counters.retried.load(Relaxed),
            bytes_downloaded: self.counters.bytes_downloaded.load(Relaxed),
        }
    }

    pub(crate) fn times(&self) -> RequestTimes {
        RequestTimes {
            on_the_way: self.counters.on_the_way.measured(),
            held_back: self.counters.held_back.measured(),
        }
    }

    /// How far the service's clock was ahead of ours in the last answer.
    pub(crate) fn clock_offset(&self) -> Option<SignedDuration> {
        self.clock_offset.lock().ok().and_then(|offset| *offset)
    }

    fn note_clock(&self, headers: &HeaderMap) {
        if let (Some(new), Ok(mut offset)) = (
            clock_offset(headers, Timestamp::now()),
            self.clock_offset.lock(),
        ) {
            *offset = Some(new);
        }
    }

    /// Sends a request until it succeeds, fails for good, or the retries are used up.
    pub(crate) async fn call(&self, mut call: Call) -> Result<Reply, Error> {
        self.check_origin(&call)?;
        call.url = self.api.addressed(&self.config, call.url);
        let (started, policy) = (Instant::now(), self.config.retry);
        (|| self.attempt(&call))
            .retry(policy.waits())
            .when(may_retry)
            .adjust(|error: &Error, wait| {
                policy.adjust(started.elapsed(), wait?, error.retry_after())
            })
            .notify(|error, wait| self.note_retry(error, wait))
            .await
    }

    /// The provider of the API's tokens.
    pub(crate) fn tokens(&self) -> &EntraTokenProvider {
        &self.tokens
    }

    /// What its token is for.
    pub(crate) fn scope(&self) -> String {
        self.api.scope(&self.config)
    }

    /// The token must reach nobody but the configured API: same scheme, host and port, or another host of the same
    /// cloud, and no user name in between.
    fn check_origin(&self, call: &Call) -> Result<(), Error> {
        let (url, api) = (&call.url, self.api.address(&self.config));
        let plain = url.username().is_empty() && url.password().is_none();
        if plain && self.api.may_see_token(&self.config, url) {
            return Ok(());
        }
        let (given, own) = (
            url.origin().ascii_serialization(),
            api.origin().ascii_serialization(),
        );
        let message = if plain {
            format!(
                "the address at `{given}` is outside the api address `{own}`, it was not fetched"
            )
        } else {
            format!("the address at `{given}` holds a user name, it was not fetched")
        };
        Err(call.context.error(ErrorKind::RefusedUri, message))
    }

    /// One try; a token that is refused is renewed once, as it may have been revoked before its end.
    async fn attempt(&self, call: &Call) -> Result<Reply, Error> {
        let scope = self.scope();
        let token = self.tokens.current(&scope).await?;
        let answer = self.send(call, &token).await;
        match answer {
            Err(error) if error.status() == Some(401) => {
                self.tokens.reject(&scope, &token).await;
                let token = self.tokens.current(&scope).await?;
                self.note_retry(&error, Duration::ZERO);
                self.send(call, &token).await
            }
            answer => answer,
        }
    }

    async fn send(&self, call: &Call, token: &AccessToken) -> Result<Reply, Error> {
        let held_back = self.counters.held_back.enter();
        self.pacer.permit().await;
        drop(held_back);
        let _on_the_way = self.counters.on_the_way.enter();
        self.counters.total.fetch_add(1, Relaxed);
        let sent = self.request(call, token)?.send().await;
        let response = sent.map_err(|reason| no_answer(&call.context, reason))?;
        self.note_clock(response.headers());
        if !response.status().is_success() {
            return Err(self.refusal(call, response, token).await);
        }
        self.pacer.answered();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let count = |bytes| _ = self.counters.bytes_downloaded.fetch_add(bytes, Relaxed);
        let body = unwrapped(
            &read_body(
                response,
                self.limits(self.config.max_body_bytes),
                &call.context,
                count,
            )
            .await?,
        );
        if (call.is_whole)(&body) {
            return Ok(Reply { headers, body });
        }
        let message = format!("the answer of `{}` bytes is no complete JSON", body.len());
        Err(call
            .context
            .error(ErrorKind::Malformed, message)
            .with_answer(
                status,
                None,
                request_id(&headers).map(|id| hide(&id, &[token.secret()])),
            ))
    }

    fn limits(&self, bytes: usize) -> BodyLimits {
        BodyLimits {
            bytes,
            span: self.config.request_timeout,
        }
    }

    fn request(&self, call: &Call, token: &AccessToken) -> Result<reqwest::RequestBuilder, Error> {
        let unusable = |reason| {
            call.context
                .error(ErrorKind::Credentials, "the token is no text")
                .with_source(reason)
        };
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.secret().expose()))
            .map_err(unusable)?;
        bearer.set_sensitive(true);
        let request = self.http.request(call.method.clone(), call.url.clone());
        let request = request
            .header(AUTHORIZATION, bearer)
            .header(ACCEPT, "application/json");
        let request = match &call.header {
            Some((name, value)) => request.header(name, value),
            None => request,
        };
        Ok(match &call.body {
            Some(body) => request
                .header(CONTENT_TYPE, "application/json; charset=utf-8")
                .body(body.clone()),
            // The service wants the length of an absent body too.
            None if call.method == Method::POST => request.header(CONTENT_LENGTH, "0"),
            None => request,
        })
    }

    async fn refusal(&self, call: &Call, response: Response, token: &AccessToken) -> Error {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // A body that cannot be read leaves the status, which says enough.
        let body = read_body(
            response,
            self.limits(LARGEST_ERROR_BODY),
            &call.context,
            |_| (),
        )
        .await
        .unwrap_or_default();
        let mut said = parse_error(&body, &[token.secret()]);
        let kind = kind_of(status, said.code.as_deref());
        let wait = retry_after(&headers, Timestamp::now()).or_else(|| start_wait(&said));
        if kind == ErrorKind::Throttled {
            self.note_throttling(call.context.operation, wait);
        }
        if kind == ErrorKind::RefusedUri {
            "the service answered with a redirect, which is not followed"
                .clone_into(&mut said.message);
        }
        let error = call
            .context
            .error(kind, said.message)
            .with_retry_after(wait);
        let request_id = request_id(&headers).map(|id| hide(&id, &[token.secret()]));
        error.with_answer(status, said.code, request_id)
    }

    /// Start requests have a limit of their own, which says nothing about the quota.
    fn note_throttling(&self, operation: Operation, wait: Option<Duration>) {
        self.counters.throttled.fetch_add(1, Relaxed);
        if operation != Operation::StartSubscription {
            let longest_pause = self.config.retry.total;
            self.pacer
                .throttled(wait.map(|wait| wait.min(longest_pause)));
        }
    }

    fn note_retry(&self, error: &Error, wait: Duration) {
        self.counters.retried.fetch_add(1, Relaxed);
        tracing::debug!(%error, ?wait, "trying again");
    }
}

/// A throttled start request is not repeated: its limit is counted in minutes. A search is created again only where it
/// surely was not created: an answer that was lost may have been a success.
fn may_retry(error: &Error) -> bool {
    let throttled = error.kind() == ErrorKind::Throttled;
    match error.operation() {
        Operation::StartSubscription => error.is_retryable() && !throttled,
        Operation::CreateAuditQuery => throttled,
        _ => error.is_retryable(),
    }
}
