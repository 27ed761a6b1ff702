//! Times in the forms that Microsoft's records have.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Reads `2026-05-04T10:12:33`, with or without fraction, `Z` or offset, or with a blank for the `T`.
/// A time without zone is UTC (Microsoft, Office 365 Management Activity API schema, `CreationTime`).
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if is_without_zone(text) {
        return in_utc(text);
    }
    text.parse().ok().or_else(|| in_utc(text))
}

fn in_utc(text: &str) -> Option<Timestamp> {
    let civil: DateTime = text.parse().ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

/// Whether this is the form of nearly all records, `2026-05-04T10:12:33`: looking for a zone in it costs more than reading it.
fn is_without_zone(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 19 && bytes[13] == b':' && bytes[16] == b':' && bytes[18].is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_time_is_read() {
        for (text, expected) in [
            ("2026-05-04T10:12:33", Some(1_777_889_553_000)),
            ("2026-05-04T10:12:33Z", Some(1_777_889_553_000)),
            ("2026-05-04T10:12:33.5Z", Some(1_777_889_553_500)),
            ("2026-05-04T12:12:33+02:00", Some(1_777_889_553_000)),
            ("2026-05-04 10:12:33", Some(1_777_889_553_000)),
            ("05/04/2026 10:12:33", None),
            ("", None),
        ] {
            assert_eq!(
                parse(text).map(Timestamp::as_millisecond),
                expected,
                "{text}"
            );
        }
    }
}
