//! A request, from its head to its answer.
//!
//! The service takes HTTP 200 alone for "heard", repeats what got another answer, later and later, and in the end
//! disables the webhook (Microsoft, Office 365 Management Activity API reference, "Receiving notifications"). So 200
//! means that all is in the inbox that ever will be, and everything else that somebody has to look at it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use auditlake_pipeline::{Announcement, Inbox, IngestPlan, Wakes, WebhookPost};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use tokio::sync::watch;
use tokio::time::timeout;

use super::Gates;
use super::figures::{Figures, Refusal};
use super::gate::Admitted;
use super::limit::Limit;
use crate::args::receive::Receiver;

/// By which the service shows itself.
const AUTH_ID: &str = "Webhook-AuthID";
/// That the service tests the webhook.
const VALIDATION_CODE: &str = "Webhook-ValidationCode";
/// How long the body of a request may take, and how long the store may to keep it. The service waits for neither for
/// ever.
const PATIENCE: Duration = Duration::from_secs(10);
/// Complaints about strangers in any minute.
const COMPLAINTS: u32 = 1;

/// What a receiver works with.
pub(crate) struct Parts {
    /// Whom it admits.
    pub(crate) gates: Gates,
    /// What is ingested.
    pub(crate) plans: watch::Receiver<Arc<IngestPlan>>,
    /// Where it leaves what it hears.
    pub(crate) inbox: Inbox,
    /// Whom it wakes then.
    pub(crate) wakes: Wakes,
    /// Where it counts.
    pub(crate) figures: Figures,
}

/// The receiver.
pub(super) struct Desk {
    parts: Parts,
    rate: Limit,
    complaints: Limit,
    body_limit: usize,
}

impl Desk {
    pub(super) fn new(receiver: &Receiver, parts: Parts) -> Self {
        Self {
            parts,
            rate: Limit::per_minute(receiver.rate_limit, Instant::now()),
            complaints: Limit::per_minute(COMPLAINTS, Instant::now()),
            body_limit: usize::try_from(receiver.body_limit).unwrap_or(usize::MAX),
        }
    }

    /// Any path is the webhook's, as its address may have any.
    pub(super) fn router(self) -> Router {
        let limit = DefaultBodyLimit::max(self.body_limit);
        Router::new()
            .route("/healthz", get(async || "ok\n"))
            .fallback(any(answer))
            .layer(limit)
            .with_state(Arc::new(self))
    }

    async fn post(&self, request: Request) -> Result<(), Refusal> {
        let gate = Arc::clone(&self.parts.gates.borrow());
        let auth_id = request.headers().get(AUTH_ID);
        let admitted = auth_id.and_then(|it| gate.admit(it.as_bytes()));
        let admitted = admitted.ok_or(Refusal::AuthId)?;
        if !self.rate.take(Instant::now()) {
            return Err(Refusal::Rate);
        }
        let is_test = is_test(request.headers());
        let body = timeout(PATIENCE, Bytes::from_request(request, &())).await;
        let body = body.ok().and_then(Result::ok).ok_or(Refusal::Body)?;
        let now = self.parts.plans.borrow().options.backfill.clock.now();
        match WebhookPost::read(&body, now) {
            Some(WebhookPost::Announcements {
                announcements,
                unreadable,
            }) => {
                self.pass_over(Refusal::Unreadable, unreadable);
                self.keep(&admitted, announcements).await
            }
            Some(WebhookPost::Validation) => Ok(()),
            None if is_test => Ok(()),
            None => Err(Refusal::Malformed),
        }
    }

    /// Leaves in the inbox what is wanted. What nobody knows is refused after that.
    async fn keep(
        &self,
        admitted: &Admitted<'_>,
        announcements: Vec<Announcement>,
    ) -> Result<(), Refusal> {
        let (wanted, unwanted): (Vec<_>, Vec<_>) =
            announcements.into_iter().partition(|it| self.wants(it));
        self.pass_over(Refusal::Unwanted, unwanted.len());
        let mut by_connection: BTreeMap<&str, Vec<Announcement>> = BTreeMap::new();
        let mut unknown = 0;
        for announced in wanted {
            let mut connections = admitted.of(&announced).peekable();
            if connections.peek().is_none() {
                unknown += 1;
            }
            for connection in connections {
                let of_connection = by_connection.entry(connection).or_default();
                of_connection.push(announced.clone());
            }
        }
        for (connection, announcements) in by_connection {
            self.leave(connection, &announcements).await?;
        }
        if unknown > 0 {
            return Err(Refusal::Unknown);
        }
        Ok(())
    }

    fn wants(&self, announced: &Announcement) -> bool {
        let plan = self.parts.plans.borrow();
        let wanted = &plan.options.backfill.content_types;
        wanted.contains(&announced.content_type)
    }

    async fn leave(&self, connection: &str, announcements: &[Announcement]) -> Result<(), Refusal> {
        let left = self.parts.inbox.leave(connection, announcements);
        match timeout(PATIENCE, left).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                let error = anyhow::Error::new(error);
                tracing::warn!(connection, "a notification cannot be kept: {error:#}");
                return Err(Refusal::Store);
            }
            Err(_) => {
                tracing::warn!(connection, "a notification cannot be kept in time");
                return Err(Refusal::Store);
            }
        }
        let content_types: Vec<&str> = announcements
            .iter()
            .map(|it| it.content_type.as_str())
            .collect();
        let now = self.parts.plans.borrow().options.backfill.clock.now();
        self.parts.figures.take(connection, &content_types, now);
        self.parts.wakes.wake(connection);
        Ok(())
    }

    /// What no repetition makes better. Listings tell what it meant.
    fn pass_over(&self, reason: Refusal, count: usize) {
        if count > 0 {
            tracing::warn!(
                count,
                reason = reason.as_str(),
                "announcements are passed over"
            );
            self.parts.figures.refuse(reason, count);
        }
    }

    fn refuse(&self, reason: Refusal) -> Response {
        self.parts.figures.refuse(reason, 1);
        let status = status(reason);
        // Anybody can knock: that must not fill the log.
        if reason != Refusal::AuthId || self.complaints.take(Instant::now()) {
            let reason = reason.as_str();
            tracing::warn!(
                reason,
                status = status.as_u16(),
                "a request to the webhook is refused"
            );
        }
        match reason {
            Refusal::Rate | Refusal::Store => {
                (status, [(header::RETRY_AFTER, "60")]).into_response()
            }
            _ => status.into_response(),
        }
    }
}

async fn answer(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    if request.method() != axum::http::Method::POST {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    match desk.post(request).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(reason) => desk.refuse(reason),
    }
}

fn is_test(headers: &HeaderMap) -> bool {
    headers.contains_key(VALIDATION_CODE)
}

/// What the service is told.
fn status(reason: Refusal) -> StatusCode {
    match reason {
        // No 401, which would have to name a way to prove oneself.
        Refusal::AuthId | Refusal::Unknown => StatusCode::FORBIDDEN,
        Refusal::Rate => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Body => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::Store => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::Malformed | Refusal::Unwanted | Refusal::Unreadable => StatusCode::BAD_REQUEST,
    }
}
