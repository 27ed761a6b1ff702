//! A service that gives the answers it is told to, in order, and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::certificates::TrustedCertificate;
use auditlake_api::{Client, ClientConfig, ContentBlob, RetryPolicy, Secret, Window};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;

pub(crate) const TENANT: &str = "11111111-2222-3333-4444-555555555555";
pub(crate) const CLIENT_SECRET: &str = "mock-s3cr3t~value";

/// A request of the API, not of a token.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) uri: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// One scripted answer; `{address}` in header values and body stands for the mock's own address, `{echo}` for all that
/// it was sent.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    /// How long each byte of the body takes.
    trickle: Option<Duration>,
}

pub(crate) fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status,
        headers: Vec::new(),
        body: body.to_owned(),
        trickle: None,
    }
}

impl Answer {
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The same answer, a byte at a time.
    pub(crate) fn trickling(mut self, pause: Duration) -> Self {
        self.trickle = Some(pause);
        self
    }

    fn render(self, address: &str, echo: &str) -> Response {
        let fill = |text: &str| text.replace("{address}", address).replace("{echo}", echo);
        let status = StatusCode::from_u16(self.status).expect("scripts use valid statuses");
        let body = match self.trickle {
            Some(pause) => trickle(fill(&self.body), pause),
            None => fill(&self.body).into(),
        };
        let mut response = (status, body).into_response();
        for (name, value) in self.headers {
            let value = fill(&value);
            response
                .headers_mut()
                .insert(name, value.parse().expect("scripts use valid headers"));
        }
        response
    }
}

fn trickle(text: String, pause: Duration) -> Body {
    let bytes = futures::stream::iter(text.into_bytes()).then(move |byte| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, std::convert::Infallible>(vec![byte])
    });
    Body::from_stream(bytes)
}

#[derive(Default)]
struct State {
    answers: VecDeque<Answer>,
    token_answers: VecDeque<Answer>,
    seen: Vec<Seen>,
    token_requests: Vec<String>,
    trusted: Option<TrustedCertificate>,
}

#[derive(Clone)]
pub(crate) struct Mock {
    pub(crate) address: String,
    state: Arc<Mutex<State>>,
}

impl Mock {
    /// Answers in order; when they are used up, with a status that is not retried.
    pub(crate) async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a loopback port is free");
        let address = format!(
            "http://{}",
            listener
                .local_addr()
                .expect("a bound socket has an address")
        );
        let state = State {
            answers: answers.into_iter().collect(),
            ..State::default()
        };
        let mock = Self {
            address,
            state: Arc::new(Mutex::new(state)),
        };
        let handler = mock.clone();
        let router = axum::Router::new().fallback(move |method, uri, headers, body| async move {
            handler.handle(method, &uri, headers, &body)
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        mock
    }

    pub(crate) fn script_tokens(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state().token_answers.extend(answers);
    }

    /// From now on, a token is given for an assertion of this certificate alone.
    pub(crate) fn trust(&self, certificate: TrustedCertificate) {
        self.state().trusted = Some(certificate);
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state().seen.clone()
    }

    /// Bodies of the token requests.
    pub(crate) fn token_requests(&self) -> Vec<String> {
        self.state().token_requests.clone()
    }

    pub(crate) fn config(&self) -> ClientConfig {
        let address: url::Url = self.address.parse().expect("the mock's address is a URL");
        let secret = Secret::new(CLIENT_SECRET.to_owned());
        let mut config = ClientConfig::new(address.clone(), address, TENANT, "mock-client", secret);
        config.requests_per_minute = 600_000;
        config.graph_requests_per_minute = 600_000;
        config.retry = RetryPolicy {
            max_attempts: 3,
            base: Duration::from_millis(1),
            max: Duration::from_millis(2),
            total: Duration::from_secs(5),
        };
        config
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.config()).expect("the mock's configuration is valid")
    }

    pub(crate) fn blob(&self) -> ContentBlob {
        blob_at(&format!(
            "{}/api/v1.0/{TENANT}/activity/feed/audit/1$audit$na",
            self.address
        ))
    }

    fn handle(&self, method: Method, uri: &Uri, headers: HeaderMap, body: &Bytes) -> Response {
        let body = String::from_utf8_lossy(body).into_owned();
        let echo = format!("{body} {headers:?}").replace('"', "");
        let mut state = self.state();
        if uri.path().ends_with("/oauth2/v2.0/token") {
            if let Err(refusal) = state.trusted.as_mut().map_or(Ok(()), |certificate| {
                certificate.check(&body, &format!("{}{}", self.address, uri.path()))
            }) {
                let body = format!(r#"{{"error_description":"AADSTS700027: {refusal}"}}"#);
                return answer(401, &body).render(&self.address, &echo);
            }
            state.token_requests.push(body);
            let token = format!(
                r#"{{"access_token":"token-{}","expires_in":3599}}"#,
                state.token_requests.len()
            );
            return state
                .token_answers
                .pop_front()
                .unwrap_or_else(|| answer(200, &token))
                .render(&self.address, &echo);
        }
        state.seen.push(Seen {
            method,
            uri: uri.to_string(),
            headers,
            body,
        });
        state
            .answers
            .pop_front()
            .unwrap_or_else(|| answer(418, "the script is over"))
            .render(&self.address, &echo)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn blob_at(uri: &str) -> ContentBlob {
    ContentBlob {
        content_type: "Audit.Exchange".to_owned(),
        content_id: "1$audit$na".to_owned(),
        content_uri: uri.to_owned(),
        content_created: window().start,
        content_expiration: None,
    }
}

pub(crate) fn window() -> Window {
    let time = |text: &str| text.parse().expect("test times parse");
    Window {
        start: time("2026-05-04T10:00:00Z"),
        end: time("2026-05-04T11:00:00Z"),
    }
}
