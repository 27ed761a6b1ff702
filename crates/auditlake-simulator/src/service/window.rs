//! The rules for `startTime` and `endTime` (Microsoft, Office 365 Management Activity API reference, "List available
//! content"): both or none, start before end, at most 24 hours apart, start at most 7 days ago.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::query::Query;
use super::reply::Reply;
use crate::content::RETENTION;

/// The longest span, and the default one.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The forms the documentation lists; no zone, no fraction.
const DATE_TIME_FORMATS: [&str; 2] = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];

/// The half-open window a query asks for.
pub(super) fn of_query(query: &Query, now: Timestamp) -> Result<(Timestamp, Timestamp), Reply> {
    match (query.get("startTime"), query.get("endTime")) {
        (None, None) => Ok((now - DAY, now)),
        (Some(start), Some(end)) => {
            let window = (parse("startTime", start)?, parse("endTime", end)?);
            check(window, now)?;
            Ok(window)
        }
        _ => Err(Reply::refused("AF20030", PAIR_AND_SPAN)),
    }
}

const PAIR_AND_SPAN: &str = "Start time and end time must both be specified (or both omitted) and must be less than \
    or equal to 24 hours apart, with the start time no more than 7 days in the past.";

const ORDER_TOO: &str = "Start time and end time must both be specified (or both omitted) and must be less than or \
    equal to 24 hours apart, with the start time prior to end time and start time no more than 7 days in the past.";

fn check((start, end): (Timestamp, Timestamp), now: Timestamp) -> Result<(), Reply> {
    let span = end.duration_since(start);
    let allowed = span.is_positive() && span <= DAY && now.duration_since(start) <= RETENTION;
    if allowed {
        Ok(())
    } else {
        Err(Reply::refused("AF20055", ORDER_TOO))
    }
}

fn parse(name: &str, text: &str) -> Result<Timestamp, Reply> {
    let date_time = DATE_TIME_FORMATS
        .iter()
        .find_map(|format| DateTime::strptime(format, text).ok());
    let date = || {
        jiff::civil::Date::strptime("%Y-%m-%d", text)
            .ok()
            .map(|date| date.at(0, 0, 0, 0))
    };
    let instant = date_time
        .or_else(date)
        .and_then(|time| TimeZone::UTC.to_timestamp(time).ok());
    instant.ok_or_else(|| {
        let message = format!("Invalid parameter type: {name}. Expected type: datetime");
        Reply::refused("AF20002", message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(query: &str) -> String {
        let now: Timestamp = "2026-05-11T12:00:00Z".parse().unwrap_or_default();
        match of_query(&Query::parse(query), now) {
            Ok(_) => "ok".into(),
            Err(reply) => {
                let body: serde_json::Value =
                    serde_json::from_slice(&reply.body).unwrap_or_default();
                format!(
                    "{} {}",
                    reply.status,
                    body["error"]["code"].as_str().unwrap_or_default()
                )
            }
        }
    }

    #[test]
    fn window_rules() {
        let cases = [
            ("", "ok"),
            (
                "startTime=2026-05-10T12:00:00&endTime=2026-05-11T12:00:00",
                "ok",
            ),
            ("startTime=2026-05-10T12:00&endTime=2026-05-11", "ok"),
            (
                "startTime=2026-05-04T12:00:00&endTime=2026-05-04T13:00:00",
                "ok",
            ),
            (
                "startTime=2026-05-11T11:00:00&endTime=2026-05-11T13:00:00",
                "ok",
            ),
            ("startTime=2026-05-10T12:00:00", "400 AF20030"),
            ("endTime=2026-05-10T12:00:00", "400 AF20030"),
            (
                "startTime=2026-05-10T12:00:00&endTime=2026-05-10T12:00:00",
                "400 AF20055",
            ),
            (
                "startTime=2026-05-10T12:00:00&endTime=2026-05-10T11:00:00",
                "400 AF20055",
            ),
            (
                "startTime=2026-05-10T12:00:00&endTime=2026-05-11T12:00:01",
                "400 AF20055",
            ),
            (
                "startTime=2026-05-04T11:59:59&endTime=2026-05-04T13:00:00",
                "400 AF20055",
            ),
            (
                "startTime=yesterday&endTime=2026-05-11T12:00:00",
                "400 AF20002",
            ),
            (
                "startTime=2026-05-10T12:00:00Z&endTime=2026-05-11T12:00:00Z",
                "400 AF20002",
            ),
            (
                "startTime=2026-05-10T12:00:00.5&endTime=2026-05-11T12:00:00",
                "400 AF20002",
            ),
        ];
        for (query, expected) in cases {
            assert_eq!(code(query), expected, "{query}");
        }
    }
}
