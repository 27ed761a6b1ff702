//! Values that people write: `7d`, `2026-05-04`, `512MiB`.

use bytesize::ByteSize;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

/// A point in time, or how long before now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    At(Timestamp),
    Ago(SignedDuration),
}

impl Moment {
    /// The time it means.
    pub(crate) fn resolve(self, now: Timestamp) -> Result<Timestamp, jiff::Error> {
        match self {
            Self::At(time) => Ok(time),
            Self::Ago(duration) => now.checked_sub(duration),
        }
    }
}

/// Reads `7d`, `2026-05-04T10:00:00Z`, `2026-05-04T10:00` or `2026-05-04`; without a zone it is UTC.
pub(crate) fn moment(text: &str) -> Result<Moment, String> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(Moment::At(time));
    }
    if let Ok(time) = text.parse::<DateTime>() {
        return TimeZone::UTC
            .to_timestamp(time)
            .map(Moment::At)
            .map_err(|error| error.to_string());
    }
    let read = duration(text).map(Moment::Ago);
    read.map_err(|_| {
        "expected a duration such as `7d`, or a time such as `2026-05-04T10:00:00Z`".to_owned()
    })
}

/// Reads a point in time as [`moment`] does.
pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    match moment(text) {
        Ok(Moment::At(time)) => Ok(time),
        _ => Err("expected a time such as `2026-05-04T10:00:00Z`".to_owned()),
    }
}

/// Reads `1h`, `90m`, `1h 30m`, `7d`; a day has 24 hours.
pub(crate) fn duration(text: &str) -> Result<SignedDuration, String> {
    let expected = || "expected a duration such as `1h`, `30m` or `7d`".to_owned();
    let span: Span = text.parse().map_err(|_| expected())?;
    let duration = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| expected())?;
    if duration.is_negative() {
        return Err("a duration cannot be negative".to_owned());
    }
    Ok(duration)
}

/// Reads `512MiB`, `1GiB`, `500MB` as bytes.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let size: ByteSize = text
        .parse()
        .map_err(|_| "expected a size such as `512MiB`".to_owned())?;
    Ok(size.as_u64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_moment(text: &str, expected: &str) {
        let now: Timestamp = "2026-05-11T12:00:00Z".parse().expect("a time");
        let resolved =
            moment(text).and_then(|moment| moment.resolve(now).map_err(|error| error.to_string()));
        assert_eq!(
            resolved.map(|time| time.to_string()),
            Ok(expected.to_owned()),
            "{text}"
        );
    }

    #[test]
    fn moments_are_times_or_durations_before_now() {
        check_moment("7d", "2026-05-04T12:00:00Z");
        check_moment("36h", "2026-05-10T00:00:00Z");
        check_moment("2026-05-04", "2026-05-04T00:00:00Z");
        check_moment("2026-05-04T10:30", "2026-05-04T10:30:00Z");
        check_moment("2026-05-04T10:30:00+02:00", "2026-05-04T08:30:00Z");
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for bad in ["", "yesterday", "7", "-7d", "2026-13-01"] {
            assert!(moment(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_time_is_no_duration() {
        let expected = "2026-05-04T00:00:00Z".parse().map_err(drop);
        assert_eq!(time("2026-05-04").map_err(drop), expected);
        assert!(time("7d").is_err());
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("512MiB"), Ok(512 << 20));
        assert_eq!(size("1 GiB"), Ok(1 << 30));
        assert_eq!(size("500MB"), Ok(500_000_000));
        assert!(size("much").is_err());
    }
}
