//! Values of members, as JSON text.

use std::borrow::Cow;

use memchr::memchr;
use serde_json::value::RawValue;

/// Text of a JSON string, number or boolean; none for null, the empty string, arrays, objects and unreadable strings.
pub(crate) fn scalar(raw: &str) -> Option<Cow<'_, str>> {
    match raw.as_bytes().first()? {
        b'"' => string(raw).filter(|text| !text.is_empty()),
        b'{' | b'[' | b'n' => None,
        _ => Some(Cow::Borrowed(raw)),
    }
}

/// Text of a JSON string.
pub(crate) fn string(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if memchr(b'\\', inner.as_bytes()).is_some() {
        return unescaped(raw, inner).map(Cow::Owned);
    }
    Some(Cow::Borrowed(inner))
}

/// The text that `inner`, what is between the quotes of `raw`, stands for. Read here are the escapes of one letter, which
/// paths and JSON within JSON are full of.
fn unescaped(raw: &str, inner: &str) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    loop {
        let (plain, escape) = rest.split_at_checked(special(rest.as_bytes()))?;
        text.push_str(plain);
        text.push(match escape.as_bytes() {
            [b'\\', mark @ (b'"' | b'\\' | b'/'), ..] => char::from(*mark),
            [b'\\', b'n', ..] => '\n',
            [b'\\', b'r', ..] => '\r',
            [b'\\', b't', ..] => '\t',
            [] => return Some(text),
            _ => return serde_json::from_str(raw).ok(),
        });
        rest = escape.get(2..)?;
    }
}

/// Where the next quote, backslash or control character is, which end what can be taken as it stands; the length where none is.
pub(crate) fn special(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (number, word) in words.iter().enumerate() {
        let marks = marks(u64::from_le_bytes(*word));
        if marks != 0 {
            return number * 8 + marks.trailing_zeros() as usize / 8;
        }
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
    let tail = rest.iter().position(is_special).unwrap_or(rest.len());
    words.len() * 8 + tail
}

/// The high bits of those of eight bytes that are special, right up to the first such (a borrow goes upwards only).
fn marks(word: u64) -> u64 {
    const EACH: u64 = u64::MAX / 255;
    // A quote and a blank differ in one bit: with it turned over, a quote is next to what is below a blank.
    let quote_or_control = (word ^ (EACH * 2)).wrapping_sub(EACH * 0x21);
    let backslash = (word ^ (EACH * u64::from(b'\\'))).wrapping_sub(EACH);
    (quote_or_control | backslash) & !word & (EACH << 7)
}

/// The elements of a JSON array, as JSON text; none when it is not one.
pub(crate) fn elements(raw: &str) -> Vec<&str> {
    serde_json::from_str::<Vec<&RawValue>>(raw)
        .map(|values| values.into_iter().map(RawValue::get).collect())
        .unwrap_or_default()
}

/// Whether a value says nothing.
pub(crate) fn is_silent(raw: &str) -> bool {
    matches!(raw, "null" | "\"\"" | "[]" | "{}")
}

/// Reads `true`, `False`, `1`, `0`.
pub(crate) fn as_bool(text: &str) -> Option<bool> {
    match text.trim() {
        t if t.eq_ignore_ascii_case("true") || t == "1" => Some(true),
        t if t.eq_ignore_ascii_case("false") || t == "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_special_byte_is_found_wherever_it_is() {
        for length in 0..20 {
            let plain = "~é".repeat(length).into_bytes();
            assert_eq!(special(&plain), plain.len());
            for at in 0..plain.len() {
                for byte in (0..=u8::MAX).filter(|byte| !byte.is_ascii_control()) {
                    let mut bytes = plain.clone();
                    bytes[at] = byte;
                    let found = matches!(byte, b'"' | b'\\');
                    assert_eq!(special(&bytes), if found { at } else { plain.len() });
                }
                let mut bytes = plain.clone();
                bytes[at..].fill(b"\0\t\n\x1f"[at % 4]);
                assert_eq!(special(&bytes), at);
            }
        }
    }

    #[test]
    fn texts_are_read_as_json_has_them() {
        for raw in [
            r#""""#,
            r#""plain é""#,
            r#""C:\\a\\b \"q\" \/ \n\r\t end""#,
            r#""\b\f""#,
            r#""a\\b\u00e9\ud83d\ude00 c""#,
            r#""\\\ud800""#,
            r#""\x""#,
            r#""a\""#,
            r#""a\\"b""#,
            "\"a\\\\\nb\"",
            r#""a"b\n""#,
        ] {
            let read = serde_json::from_str::<String>(raw).ok();
            assert_eq!(string(raw).as_deref(), read.as_deref(), "{raw}");
        }
    }
}
