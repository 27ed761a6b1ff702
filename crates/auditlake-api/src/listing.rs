//! Reading a content listing: lenient with everything but the address of a blob.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use reqwest::header::HeaderMap;
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use crate::content::{ContentBlob, ContentPage, Window};
use crate::content_type::ContentType;
use crate::wire::WireContent;

/// Characters of an unreadable element that are kept.
const LONGEST_UNREADABLE: usize = 1_000;

/// The reference names the header `NextPageUri`, the troubleshooting page `NextPageUrl`.
pub(crate) fn next_uri(headers: &HeaderMap) -> Option<String> {
    let value = headers
        .get("NextPageUri")
        .or_else(|| headers.get("NextPageUrl"))?;
    let uri = String::from_utf8_lossy(value.as_bytes()).trim().to_owned();
    (!uri.is_empty()).then_some(uri)
}

/// The form that the service documents: whole seconds, no zone.
pub(crate) fn query_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// The next whole second: the query's end must not cut off a fraction of the window.
pub(crate) fn round_up(time: Timestamp) -> Timestamp {
    let seconds = time.as_second() + i64::from(time.subsec_nanosecond() > 0);
    Timestamp::from_second(seconds).unwrap_or(time)
}

/// A listing is small: it is read to its end.
pub(crate) fn is_json_array(body: &[u8]) -> bool {
    serde_json::from_slice::<Vec<&RawValue>>(body).is_ok()
}

/// A blob is large and not ours to read: its brackets must do.
pub(crate) fn looks_like_array(body: &[u8]) -> bool {
    body.len() >= 2 && body.starts_with(b"[") && body.ends_with(b"]")
}

pub(crate) fn read_page(body: &[u8], content_type: ContentType, window: Window) -> ContentPage {
    let elements: Vec<&RawValue> = serde_json::from_slice(body).unwrap_or_default();
    let mut page = ContentPage::default();
    for element in elements {
        match read_element(element, content_type, window) {
            Some(blob) => page.blobs.push(blob),
            None => page
                .unreadable
                .push(element.get().chars().take(LONGEST_UNREADABLE).collect()),
        }
    }
    page
}

/// A blob needs an address; all else has a substitute.
fn read_element(
    element: &RawValue,
    content_type: ContentType,
    window: Window,
) -> Option<ContentBlob> {
    let wire: WireContent = serde_json::from_str(element.get()).ok()?;
    let content_uri = text(&wire.content_uri)?;
    let content_id = text(&wire.content_id).or_else(|| id_in_uri(&content_uri))?;
    Some(ContentBlob {
        content_type: text(&wire.content_type).unwrap_or_else(|| content_type.as_str().to_owned()),
        content_id,
        content_uri,
        content_created: read_time(&wire.content_created).unwrap_or(window.start),
        content_expiration: read_time(&wire.content_expiration),
    })
}

pub(crate) fn text(value: &Value) -> Option<String> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

/// The last part of the address's path, which is the content id in all samples.
fn id_in_uri(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    url.path_segments()?
        .next_back()
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
}

/// A time with a zone, or without one in UTC.
pub(crate) fn read_time(value: &Value) -> Option<Timestamp> {
    let text = value.as_str()?.trim();
    let zoneless = || {
        TimeZone::UTC
            .to_timestamp(text.parse::<DateTime>().ok()?)
            .ok()
    };
    text.parse().ok().or_else(zoneless)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn window() -> Window {
        let time = |text: &str| text.parse().expect("test times parse");
        Window {
            start: time("2026-05-04T10:00:00Z"),
            end: time("2026-05-04T11:00:00Z"),
        }
    }

    #[test]
    fn times_are_read_with_and_without_zone_and_fraction() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(
                read_time(&json!(text)),
                expected.map(|time| time.parse().unwrap()),
                "{text}"
            );
        };
        check("2026-05-04T10:30:00.123Z", Some("2026-05-04T10:30:00.123Z"));
        check("2026-05-04T10:30:00", Some("2026-05-04T10:30:00Z"));
        check(
            "2026-05-04T10:30:00.1234567",
            Some("2026-05-04T10:30:00.1234567Z"),
        );
        check("2026-05-04T12:30:00+02:00", Some("2026-05-04T10:30:00Z"));
        check("yesterday", None);
        assert_eq!(read_time(&json!(7)), None);
    }

    #[test]
    fn odd_elements_cost_no_other_and_only_a_missing_address_costs_itself() {
        let body = br#"[
            {"contentUri":"https://a.example/audit/1$a","contentId":"1$a","contentType":"DLP.All",
             "contentCreated":"2026-05-04T10:30:00.5","contentExpiration":"2026-05-11T10:30:00Z"},
            {"contentUri":"https://a.example/audit/2$b","contentId":7,"contentCreated":5,"surprise":true},
            {"contentId":"3$c"}, null, "text", {"contentUri":""}
        ]"#;
        assert!(is_json_array(body));
        let page = read_page(body, ContentType::Exchange, window());
        let ids: Vec<_> = page
            .blobs
            .iter()
            .map(|blob| blob.content_id.as_str())
            .collect();
        assert_eq!(ids, ["1$a", "2$b"]);
        assert_eq!(
            page.blobs[0].content_created,
            "2026-05-04T10:30:00.5Z".parse().unwrap()
        );
        assert_eq!(page.blobs[0].content_type, "DLP.All");
        assert_eq!(page.blobs[1].content_created, window().start);
        assert_eq!(page.blobs[1].content_type, "Audit.Exchange");
        assert_eq!(
            page.unreadable,
            [
                r#"{"contentId":"3$c"}"#,
                "null",
                "\"text\"",
                r#"{"contentUri":""}"#
            ]
        );
    }

    #[test]
    fn the_query_covers_the_whole_window() {
        let time = "2026-05-04T10:59:59.001Z".parse().unwrap();
        assert_eq!(query_time(time), "2026-05-04T10:59:59");
        assert_eq!(query_time(round_up(time)), "2026-05-04T11:00:00");
        assert_eq!(query_time(round_up(window().end)), "2026-05-04T11:00:00");
    }

    #[test]
    fn a_cut_blob_is_seen_by_its_brackets() {
        for (body, whole) in [
            ("[]", true),
            ("[{}]", true),
            ("", false),
            ("[", false),
            ("[{},", false),
            ("<html>", false),
        ] {
            assert_eq!(looks_like_array(body.as_bytes()), whole, "{body}");
        }
    }
}
