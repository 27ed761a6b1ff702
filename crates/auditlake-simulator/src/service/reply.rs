//! Answers, and the service's own words for errors.
//!
//! The documentation gives codes and messages but no HTTP status; those used here are what public issue trackers
//! report: 401 for tokens and missing permissions, 403 for throttling, 400 for the rest.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use futures::stream;
use serde_json::{Value, json};

/// How many pieces a slow body comes in.
const PIECES: u32 = 16;

/// A status, headers and a body.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) media_type: &'static str,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
}

/// What becomes of a reply on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// It is sent in full.
    No,
    /// Half of the body, then the connection is closed.
    Half,
    /// The connection is closed at once.
    Everything,
    /// It is sent in full, in pieces spread over this time.
    Slow(Duration),
}

impl Reply {
    pub(super) fn new(status: u16, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            media_type,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::json_text(status, body.to_string())
    }

    pub(super) fn json_text(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, "application/json; charset=utf-8", body)
    }

    pub(super) fn html(status: u16, body: &'static str) -> Self {
        Self::new(status, "text/html; charset=us-ascii", body)
    }

    pub(super) fn empty(status: u16) -> Self {
        Self::new(status, "", Bytes::new())
    }

    /// The documented error object, HTTP 400.
    pub(super) fn refused(code: &str, message: impl Into<String>) -> Self {
        Self::refused_as(400, code, message)
    }

    pub(super) fn refused_as(status: u16, code: &str, message: impl Into<String>) -> Self {
        let message: String = message.into();
        Self::json(
            status,
            &json!({"error": {"code": code, "message": message}}),
        )
    }

    /// A token that is missing, unknown or out of date: the web framework's answer, not the service's.
    pub(super) fn unauthorized() -> Self {
        Self::json(
            401,
            &json!({"Message": "Authorization has been denied for this request."}),
        )
    }

    /// Throttling as the documentation prints it: HTTP 403, and single quotes in the body.
    pub(super) fn throttled_403(method: &str, publisher: &str) -> Self {
        let text = throttled_text(method, publisher);
        Self::json_text(
            403,
            format!("{{'error':{{'code':'AF429','message':'{text}'}}}}"),
        )
    }

    /// Throttling as HTTP means it.
    pub(super) fn throttled_429(method: &str, publisher: &str, retry_after: Option<u64>) -> Self {
        let mut reply = Self::refused_as(429, "AF429", throttled_text(method, publisher));
        reply
            .headers
            .extend(retry_after.map(|seconds| ("retry-after", seconds.to_string())));
        reply
    }

    pub(super) fn into_response(self, cut: Cut) -> Response {
        let length = self.body.len();
        let body = match cut {
            Cut::No => Body::from(self.body),
            Cut::Half => broken_off(self.body.slice(..length / 2), true),
            Cut::Everything => broken_off(Bytes::new(), false),
            Cut::Slow(time) => trickled(self.body, time),
        };
        let mut response = Response::new(body);
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        if !self.media_type.is_empty() {
            headers.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static(self.media_type),
            );
        }
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

fn throttled_text(method: &str, publisher: &str) -> String {
    format!("Too many requests. Method={method}, PublisherId={publisher}")
}

/// A body that fails after `start`. The pause lets the server send what it has before it learns of the failure.
fn broken_off(start: Bytes, pause: bool) -> Body {
    Body::from_stream(stream::unfold(Some(start), move |state| async move {
        match state {
            Some(start) if pause => Some((Ok(start), None)),
            _ => {
                if pause {
                    tokio::task::yield_now().await;
                }
                Some((Err(std::io::Error::other("cut off on purpose")), None))
            }
        }
    }))
}

/// Each piece after a pause.
fn trickled(body: Bytes, time: Duration) -> Body {
    let size = body.len().div_ceil(PIECES as usize).max(1);
    Body::from_stream(stream::unfold(body, move |mut left| async move {
        if left.is_empty() {
            return None;
        }
        tokio::time::sleep(time / PIECES).await;
        let piece = left.split_to(size.min(left.len()));
        Some((Ok::<_, std::io::Error>(piece), left))
    }))
}
