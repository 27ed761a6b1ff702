//! Which answers are failures of what kind, and how long to wait before the next attempt.

use std::time::Duration;

use backon::ExponentialBuilder;
use jiff::Timestamp;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::config::RetryPolicy;
use crate::error::ErrorKind;

impl RetryPolicy {
    /// The waits of this policy, not yet adjusted to what the service asks for.
    pub(crate) fn waits(&self) -> ExponentialBuilder {
        ExponentialBuilder::new()
            .with_jitter()
            .with_min_delay(self.base)
            .with_max_delay(self.max)
            .with_max_times(self.max_attempts.saturating_sub(1))
    }

    /// The longer of our wait and the service's, or `None` when it would end after the policy's time.
    pub(crate) fn adjust(
        &self,
        elapsed: Duration,
        wait: Duration,
        asked: Option<Duration>,
    ) -> Option<Duration> {
        let wait = asked.map_or(wait, |asked| asked.max(wait));
        (elapsed.saturating_add(wait) <= self.total).then_some(wait)
    }
}

/// The kind of an error answer of the API. The service's code decides; the status only where there is none,
/// since throttling comes as HTTP 403 and the other statuses are undocumented.
pub(crate) fn kind_of(status: u16, code: Option<&str>) -> ErrorKind {
    code.and_then(kind_of_code)
        .unwrap_or_else(|| kind_of_status(status))
}

/// Source: Microsoft, Office 365 Management Activity API reference, section "Errors"; the bare `429` of start requests
/// is undocumented.
fn kind_of_code(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "AF429" | "429" => ErrorKind::Throttled,
        "AF10001" => ErrorKind::Permission,
        "AF20010" => ErrorKind::Credentials,
        "AF20011" | "AF20022" | "AF20023" => ErrorKind::Disabled,
        "AF20012" => ErrorKind::Unavailable,
        "AF20050" => ErrorKind::NotFound,
        "AF20051" => ErrorKind::Expired,
        _ if code.starts_with("AF5") => ErrorKind::Unavailable,
        _ if code.starts_with("AF20") => ErrorKind::BadRequest,
        _ => return None,
    })
}

pub(crate) fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        // The body came with a success, but was not what was asked for.
        200..=299 => ErrorKind::Malformed,
        300..=399 => ErrorKind::RefusedUri,
        401 => ErrorKind::Credentials,
        403 => ErrorKind::Permission,
        404 | 410 => ErrorKind::NotFound,
        429 => ErrorKind::Throttled,
        408 | 500..=599 => ErrorKind::Unavailable,
        _ => ErrorKind::BadRequest,
    }
}

/// `Retry-After` as seconds or as an HTTP date (RFC 9110, section 10.2.3). Graph's own sample has a fraction: `2.128`
/// (Microsoft Graph, "Throttling guidance").
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = text.parse().ok();
    if let Some(wait) = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
        return Some(wait);
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_decides_before_the_status() {
        let check =
            |status, code, kind| assert_eq!(kind_of(status, code), kind, "{status} {code:?}");
        check(403, Some("AF429"), ErrorKind::Throttled);
        check(403, Some("AF10001"), ErrorKind::Permission);
        check(403, None, ErrorKind::Permission);
        check(400, Some("AF20022"), ErrorKind::Disabled);
        check(400, Some("AF20023"), ErrorKind::Disabled);
        check(400, Some("AF20051"), ErrorKind::Expired);
        check(400, Some("AF20050"), ErrorKind::NotFound);
        check(400, Some("AF20055"), ErrorKind::BadRequest);
        check(400, Some("AF50000"), ErrorKind::Unavailable);
        check(500, Some("surprise"), ErrorKind::Unavailable);
        check(408, None, ErrorKind::Unavailable);
        check(302, None, ErrorKind::RefusedUri);
        check(404, None, ErrorKind::NotFound);
        check(418, None, ErrorKind::BadRequest);
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now = "2026-05-04T10:00:00Z".parse().unwrap();
        let check = |value: &'static str, seconds: Option<f64>| {
            let headers = HeaderMap::from_iter([(
                RETRY_AFTER,
                reqwest::header::HeaderValue::from_static(value),
            )]);
            assert_eq!(
                retry_after(&headers, now),
                seconds.map(Duration::from_secs_f64),
                "{value}"
            );
        };
        check("17", Some(17.0));
        check("2.5", Some(2.5));
        check("Mon, 04 May 2026 10:00:30 GMT", Some(30.0));
        check("Mon, 04 May 2026 09:00:00 GMT", Some(0.0));
        check("soon", None);
        check("-1", None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn the_service_can_only_lengthen_a_wait_and_the_total_ends_it() {
        let seconds = Duration::from_secs;
        let policy = RetryPolicy {
            total: seconds(100),
            ..RetryPolicy::PATIENT
        };
        assert_eq!(
            policy.adjust(seconds(0), seconds(2), None),
            Some(seconds(2))
        );
        assert_eq!(
            policy.adjust(seconds(0), seconds(2), Some(seconds(30))),
            Some(seconds(30))
        );
        assert_eq!(
            policy.adjust(seconds(0), seconds(2), Some(seconds(0))),
            Some(seconds(2))
        );
        assert_eq!(
            policy.adjust(seconds(90), seconds(2), Some(seconds(30))),
            None
        );
    }
}
