//! The JSON of the service exactly as it comes, and the lenient reading of its errors.
//!
//! Source: Microsoft, Office 365 Management Activity API reference, sections "List available content",
//! "List current subscriptions" and "Errors".

use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::Value;

use crate::secret::Secret;

/// One element of a content listing; everything is optional, as one odd element must not cost the others.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct WireContent {
    pub(crate) content_type: Value,
    pub(crate) content_id: Value,
    pub(crate) content_uri: Value,
    pub(crate) content_created: Value,
    pub(crate) content_expiration: Value,
    /// This and the next are in listings of notifications alone.
    pub(crate) notification_sent: Value,
    pub(crate) notification_status: Value,
    /// This and the next are in what a webhook is sent alone.
    pub(crate) tenant_id: Value,
    pub(crate) client_id: Value,
}

/// The token endpoint's answer; the v1 endpoint spells `expires_in` as a string, the v2 endpoint as a number.
#[derive(Deserialize)]
pub(crate) struct WireToken {
    pub(crate) access_token: String,
    #[serde(default)]
    pub(crate) expires_in: Value,
    /// Seconds since 1970; from managed identities.
    #[serde(default)]
    pub(crate) expires_on: Value,
}

/// Code and words of an error body, whatever its shape.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ServiceError {
    pub(crate) code: Option<String>,
    pub(crate) message: String,
}

/// Longest message that is kept, in characters: gateways answer with whole pages.
const LONGEST_MESSAGE: usize = 500;

/// Reads an error body: the JSON envelope, the same with single quotes, `{"Message":…}`, the authority's
/// `error_description`, HTML, or nothing.
///
/// A service that repeats a secret it was sent must not put it into our errors: `hidden` texts are taken out before
/// and after JSON escapes are undone.
pub(crate) fn parse_error(body: &[u8], hidden: &[&Secret]) -> ServiceError {
    let text = hide(&String::from_utf8_lossy(body), hidden);
    let text = text.trim().trim_start_matches('\u{feff}');
    let json =
        serde_json::from_str(text).or_else(|_| serde_json::from_str(&text.replace('\'', "\"")));
    let (code, message) = json.map_or((None, None), |value: Value| envelope(&value));
    let message = message.unwrap_or_else(|| text.to_owned());
    let code = code.or_else(|| find_code(text));
    ServiceError {
        code: code.map(|code| hide(&code, hidden)),
        message: tidy(&hide(&message, hidden)),
    }
}

/// The text with each occurrence of the secrets hidden, plain or as in a form body.
pub(crate) fn hide(text: &str, hidden: &[&Secret]) -> String {
    let one = |text: String, secret: &&Secret| without(&text, secret.expose());
    hidden.iter().fold(text.to_owned(), one)
}

fn without(text: &str, secret: &str) -> String {
    if secret.is_empty() {
        return text.to_owned();
    }
    let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    text.replace(secret, "***").replace(&encoded, "***")
}

fn envelope(value: &Value) -> (Option<String>, Option<String>) {
    let text = |value: Option<&Value>| {
        value
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    if let Some(description) = text(value.get("error_description")) {
        return (
            find_code(&description).or_else(|| text(value.get("error"))),
            Some(description),
        );
    }
    let error = value
        .get("error")
        .filter(|error| error.is_object())
        .unwrap_or(value);
    let member = |names: [&str; 2]| names.iter().find_map(|name| text(error.get(name)));
    let code = member(["code", "Code"]);
    (
        code,
        member(["message", "Message"]).or_else(|| text(value.get("error"))),
    )
}

/// The wait that a throttled start request names in its words alone: `… retry again after 8m 46s.`
pub(crate) fn start_wait(said: &ServiceError) -> Option<Duration> {
    let (_, wait) = said
        .message
        .rsplit_once("after ")
        .filter(|_| said.code.as_deref() == Some("429"))?;
    Duration::try_from(wait.parse::<SignedDuration>().ok()?).ok()
}

/// The first `AF…` or `AADSTS…` code that stands alone.
///
/// An `AF` code has three or five digits: gateway pages hold long hexadecimal references in which `AF12` is chance.
fn find_code(text: &str) -> Option<String> {
    let words = text.split(|character: char| !character.is_ascii_alphanumeric());
    words
        .into_iter()
        .find(|word| is_code(word))
        .map(str::to_owned)
}

fn is_code(word: &str) -> bool {
    let all_digits =
        |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match (word.strip_prefix("AADSTS"), word.strip_prefix("AF")) {
        (Some(digits), _) => all_digits(digits),
        (None, Some(digits)) => matches!(digits.len(), 3 | 5) && all_digits(digits),
        (None, None) => false,
    }
}

/// First line without a trailing full stop, cut to a readable length.
fn tidy(message: &str) -> String {
    let line = message
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or("empty answer");
    line.trim_end_matches('.')
        .chars()
        .take(LONGEST_MESSAGE)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, code: Option<&str>, message: &str) {
        let expected = ServiceError {
            code: code.map(str::to_owned),
            message: message.to_owned(),
        };
        assert_eq!(
            parse_error(body.as_bytes(), &[&Secret::new(String::new())]),
            expected,
            "{body}"
        );
    }

    #[test]
    fn every_shape_of_an_error_body_is_read() {
        let denied = "Authorization has been denied for this request";
        check(
            r#"{"error":{"code":"AF50000","message":"An internal error."}}"#,
            Some("AF50000"),
            "An internal error",
        );
        check(
            "{'error':{'code':'AF429','message':'Too many requests.'}}",
            Some("AF429"),
            "Too many requests",
        );
        check(
            "{'error':{'code':'AF429','message':'It's'}}",
            Some("AF429"),
            "{'error':{'code':'AF429','message':'It's'}}",
        );
        check(
            r#"{"error":{"code":"429","message":"again after 8m 46s."}}"#,
            Some("429"),
            "again after 8m 46s",
        );
        check(
            r#"{"Message":"Authorization has been denied for this request."}"#,
            None,
            denied,
        );
        check("<html>\r\n<h1>502 Bad Gateway</h1></html>", None, "<html>");
        check(
            "Ref A: 0AF12345678 Ref B: AF1234567",
            None,
            "Ref A: 0AF12345678 Ref B: AF1234567",
        );
        check(
            "gateway said AF50000: retry",
            Some("AF50000"),
            "gateway said AF50000: retry",
        );
        check("", None, "empty answer");
        check("\u{feff} null", None, "null");
    }

    #[test]
    fn the_authority_names_its_code_in_the_description() {
        let body = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret.\r\nTrace ID: 1","error_codes":[7000215]}"#;
        check(
            body,
            Some("AADSTS7000215"),
            "AADSTS7000215: Invalid client secret",
        );
        check(r#"{"error":"invalid_client"}"#, None, "invalid_client");
    }

    #[test]
    fn a_page_long_message_is_cut() {
        let error = parse_error("é".repeat(4_000).as_bytes(), &[]);
        assert_eq!(error.message.chars().count(), LONGEST_MESSAGE);
    }

    #[test]
    fn a_secret_that_is_echoed_is_hidden() {
        let secret = Secret::new("p+ss/w~r\"d".to_owned());
        let other = Secret::new("other".to_owned());
        let message = |body: &str| parse_error(body.as_bytes(), &[&secret, &other]).message;
        assert_eq!(
            message("got client_secret=p%2Bss%2Fw%7Er%22d, that is p+ss/w~r\"d, and other"),
            "got client_secret=***, that is ***, and ***"
        );
        let escaped = r#"{"error":{"message":"p+ss\/w~r\"d","code":"oth\u0065r"}}"#;
        let said = parse_error(escaped.as_bytes(), &[&secret, &other]);
        assert_eq!(
            (said.message.as_str(), said.code.as_deref()),
            ("***", Some("***"))
        );
    }

    #[test]
    fn a_throttled_start_names_its_wait_in_words() {
        let wait = |code: &str, message: &str| {
            start_wait(&ServiceError {
                code: Some(code.to_owned()),
                message: message.to_owned(),
            })
        };
        let words =
            "Too many frequent subscription start requests. Please retry again after 8m 46s";
        assert_eq!(wait("429", words), Some(Duration::from_secs(526)));
        assert_eq!(wait("AF429", words), None);
        assert_eq!(wait("429", "look after yourself"), None);
    }
}
