//! The parts of HTTP that tokens and the API have in common.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use jiff::{SignedDuration, Timestamp};
use reqwest::Response;
use reqwest::header::{DATE, HeaderMap};
use tokio::time::Instant;

use crate::error::{Context, Error, ErrorKind, Operation};

/// Room that is taken at once for an announced body; more comes as it arrives.
const FIRST_ALLOCATION: u64 = 1024 * 1024;

/// Bytes a second below which a body is taken for one that never ends: a blob of a megabyte would take 17 minutes.
const SLOWEST: u64 = 1024;

/// What a body must keep to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimits {
    /// Largest body, unpacked.
    pub(crate) bytes: usize,
    /// How often to look whether it comes at [`SLOWEST`] or faster.
    pub(crate) span: Duration,
}

/// Whether a body comes too slowly, looked at once in a while: a server that sends a byte now and then is never silent.
struct Pace {
    span: Duration,
    since: Instant,
    bytes: u64,
}

impl Pace {
    fn over(span: Duration) -> Self {
        Self {
            span,
            since: Instant::now(),
            bytes: 0,
        }
    }

    /// Counts bytes; false when fewer than [`SLOWEST`] a second came over a whole span.
    fn holds(&mut self, bytes: u64) -> bool {
        self.bytes += bytes;
        let passed = self.since.elapsed();
        if passed < self.span {
            return true;
        }
        let fast = u128::from(self.bytes) * 1000 >= u128::from(SLOWEST) * passed.as_millis();
        (self.since, self.bytes) = (Instant::now(), 0);
        fast
    }
}

/// How long the steps of a request may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeouts {
    /// Making the connection.
    pub(crate) connect: Duration,
    /// Silence within the request.
    pub(crate) silence: Duration,
    /// The whole request.
    pub(crate) whole: Duration,
}

/// An HTTP client that follows no redirect. Hosts that are `near`, where plain http is accepted, are not reached
/// through a proxy, which plain http would show the token.
pub(crate) fn http_client(timeouts: Timeouts, near: bool) -> Result<reqwest::Client, Error> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("auditlake/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(timeouts.connect)
        .read_timeout(timeouts.silence)
        .timeout(timeouts.whole);
    let builder = if near {
        builder.no_proxy()
    } else {
        builder.https_only(true)
    };
    let unusable = |reason| {
        Error::new(ErrorKind::Config, Operation::Configure, "no http client").with_source(reason)
    };
    builder.build().map_err(unusable)
}

/// Reads a body piece by piece, so that the limit holds whatever its header announces.
pub(crate) async fn read_body(
    mut response: Response,
    limits: BodyLimits,
    context: &Context,
    count: impl Fn(u64),
) -> Result<Bytes, Error> {
    let announced = response
        .content_length()
        .unwrap_or_default()
        .min(FIRST_ALLOCATION);
    let mut body = BytesMut::with_capacity(usize::try_from(announced).unwrap_or_default());
    let mut pace = Pace::over(limits.span);
    while let Some(piece) = response
        .chunk()
        .await
        .map_err(|reason| no_answer(context, reason))?
    {
        count(piece.len() as u64);
        if body.len() + piece.len() > limits.bytes {
            let message = format!("the body is larger than `{}` bytes", limits.bytes);
            return Err(context.error(ErrorKind::TooLarge, message));
        }
        if !pace.holds(piece.len() as u64) {
            let message = format!("the answer came at less than `{SLOWEST}` bytes a second");
            return Err(context.error(ErrorKind::Network, message));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

/// The error of a request without a complete answer.
pub(crate) fn no_answer(context: &Context, reason: reqwest::Error) -> Error {
    let message = if reason.is_timeout() {
        "the service did not answer in time"
    } else if reason.is_connect() {
        "no connection"
    } else if reason.is_decode() || reason.is_body() {
        "the answer was cut short"
    } else {
        "the request failed"
    };
    context
        .error(ErrorKind::Network, message)
        .with_source(reason.without_url())
}

/// The header under which the answer names the request, whatever gateway it came through.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    [
        "request-id",
        "x-ms-request-id",
        "x-ms-correlation-request-id",
        "x-ms-correlation-id",
        "client-request-id",
    ]
    .iter()
    .find_map(|name| headers.get(*name)?.to_str().ok())
    .map(str::to_owned)
}

/// The body without byte order mark and surrounding white space; no copy.
pub(crate) fn unwrapped(body: &Bytes) -> Bytes {
    let text = body
        .strip_prefix(b"\xef\xbb\xbf".as_slice())
        .unwrap_or(body);
    body.slice_ref(text.trim_ascii())
}

/// How far the service's clock is ahead of ours by its `Date` header, which has whole seconds.
pub(crate) fn clock_offset(headers: &HeaderMap, now: Timestamp) -> Option<SignedDuration> {
    let text = headers.get(DATE)?.to_str().ok()?;
    let date = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .ok()?;
    Some(SignedDuration::from_secs(
        date.duration_since(now).as_secs(),
    ))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn a_body_loses_its_byte_order_mark() {
        assert_eq!(
            unwrapped(&Bytes::from_static(b"\xef\xbb\xbf [1]\r\n")),
            "[1]"
        );
        assert_eq!(unwrapped(&Bytes::new()), "");
    }

    #[tokio::test(start_paused = true)]
    async fn a_trickle_is_too_slow_and_a_pause_before_much_is_not() {
        let span = Duration::from_mins(1);
        let mut trickle = Pace::over(span);
        for _ in 0..59 {
            tokio::time::advance(Duration::from_secs(1)).await;
            assert!(trickle.holds(1), "not before the span is over");
        }
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!trickle.holds(1));
        let mut late = Pace::over(span);
        tokio::time::advance(span).await;
        assert!(late.holds(SLOWEST * 60));
    }

    #[test]
    fn the_clocks_are_compared_by_the_date_of_an_answer() {
        let date = HeaderValue::from_static("Mon, 04 May 2026 10:05:00 GMT");
        let headers = HeaderMap::from_iter([(DATE, date)]);
        let now = "2026-05-04T10:00:00.4Z".parse().unwrap();
        assert_eq!(
            clock_offset(&headers, now),
            Some(SignedDuration::from_secs(299))
        );
        assert_eq!(clock_offset(&HeaderMap::new(), now), None);
    }
}
