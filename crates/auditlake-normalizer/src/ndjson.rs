//! Events as pure OCSF JSON, one object a line.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::{Array, AsArray, PrimitiveArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, FieldRef, TimestampMicrosecondType};
use arrow::error::ArrowError;
use arrow::json::writer::{
    Encoder, EncoderFactory, EncoderOptions, LineDelimited, NullableEncoder, WriterBuilder,
};

use crate::schema::{JSON_KEY, PROVENANCE};

/// Writes events as pure OCSF JSON, one object a line: no `auditlake`, no null members, `unmapped` as an object.
///
/// # Errors
/// When `out` does not take it.
pub fn write_ndjson(events: &RecordBatch, out: impl Write) -> io::Result<()> {
    if events.num_rows() == 0 {
        return Ok(());
    }
    let ocsf: Vec<usize> = events
        .schema()
        .fields()
        .iter()
        .enumerate()
        .filter(|(_, f)| f.name() != PROVENANCE)
        .map(|(n, _)| n)
        .collect();
    let events = events.project(&ocsf).map_err(io::Error::other)?;
    write_lines(&events, out).map_err(into_io)
}

/// Writes all columns as OCSF JSON, one object a row: no null members, JSON text as the JSON that it is.
pub(crate) fn write_lines(rows: &RecordBatch, out: impl Write) -> Result<(), ArrowError> {
    let builder = WriterBuilder::new()
        .with_explicit_nulls(false)
        .with_encoder_factory(Arc::new(OcsfJson));
    let mut writer = builder.build::<_, LineDelimited>(out);
    writer.write(rows)?;
    writer.finish()
}

fn into_io(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, source) => source,
        other => io::Error::other(other),
    }
}

/// Prints columns of JSON text as the JSON that they are, and timestamps as OCSF's `datetime_t`.
#[derive(Debug)]
struct OcsfJson;

impl EncoderFactory for OcsfJson {
    fn make_default_encoder<'a>(
        &self,
        field: &'a FieldRef,
        array: &'a dyn Array,
        _options: &'a EncoderOptions,
    ) -> Result<Option<NullableEncoder<'a>>, ArrowError> {
        let encoder: Box<dyn Encoder + 'a> = match array.data_type() {
            DataType::Timestamp(..) => Box::new(TimeEncoder(array.as_primitive())),
            DataType::Utf8 if is_json(field) => Box::new(RawJsonEncoder(array.as_string())),
            _ => return Ok(None),
        };
        Ok(Some(NullableEncoder::new(encoder, array.nulls().cloned())))
    }
}

fn is_json(field: &Field) -> bool {
    field.metadata().contains_key(JSON_KEY)
}

struct RawJsonEncoder<'a>(&'a StringArray);

impl Encoder for RawJsonEncoder<'_> {
    fn encode(&mut self, row: usize, out: &mut Vec<u8>) {
        let text = whole_characters(self.0.value(row));
        // A record may hold line breaks between its tokens; a line of NDJSON may not.
        out.extend(text.bytes().map(|byte| match byte {
            b'\n' | b'\r' => b' ',
            byte => byte,
        }));
    }
}

/// JSON text in which half a character (a lone surrogate escape), which strict readers refuse, is U+FFFD.
fn whole_characters(text: &str) -> Cow<'_, str> {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        whole.push_str(before);
        let length = escape_length(escape);
        let (escape, after) = escape.split_at_checked(length).unwrap_or((escape, ""));
        let lone = length == UNICODE_ESCAPE && surrogate(escape).is_some();
        whole.push('\\');
        whole.push_str(if lone { "ufffd" } else { escape });
        rest = after;
    }
    if whole.is_empty() {
        return Cow::Borrowed(text);
    }
    whole.push_str(rest);
    Cow::Owned(whole)
}

/// Bytes of `u` and four digits.
const UNICODE_ESCAPE: usize = 5;

/// Bytes of an escape after its backslash: a pair of surrogates is one.
fn escape_length(escape: &str) -> usize {
    if !escape.starts_with('u') {
        return escape.chars().next().map_or(0, char::len_utf8);
    }
    let second = escape
        .get(UNICODE_ESCAPE..)
        .and_then(|rest| rest.strip_prefix('\\'));
    let is_pair = surrogate(escape).is_some_and(|unit| unit < 0xDC00)
        && second
            .and_then(surrogate)
            .is_some_and(|unit| unit >= 0xDC00);
    if is_pair {
        2 * UNICODE_ESCAPE + 1
    } else {
        UNICODE_ESCAPE
    }
}

/// The code unit of `u` and four digits when it is half a character.
fn surrogate(escape: &str) -> Option<u32> {
    let digits = escape.strip_prefix('u')?.get(..4)?;
    u32::from_str_radix(digits, 16)
        .ok()
        .filter(|unit| (0xD800..0xE000).contains(unit))
}

struct TimeEncoder<'a>(&'a PrimitiveArray<TimestampMicrosecondType>);

impl Encoder for TimeEncoder<'_> {
    fn encode(&mut self, row: usize, out: &mut Vec<u8>) {
        match jiff::Timestamp::from_microsecond(self.0.value(row)) {
            Ok(time) => out.extend_from_slice(format!("\"{time}\"").as_bytes()),
            Err(_) => out.extend_from_slice(b"null"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_characters_are_replaced_and_whole_ones_kept() {
        for (text, expected) in [
            (r#"{"a":"\ud83d"}"#, r#"{"a":"\ufffd"}"#),
            (r#"{"a":"\ude00x"}"#, r#"{"a":"\ufffdx"}"#),
            (
                r#"{"a":"\ud83d\ud83d\ude00"}"#,
                r#"{"a":"\ufffd\ud83d\ude00"}"#,
            ),
            (
                r#"{"a":"\ud83d\n\\ud83d\u00e9\\"}"#,
                r#"{"a":"\ufffd\n\\ud83d\u00e9\\"}"#,
            ),
            (r#"{"a":"plain"}"#, r#"{"a":"plain"}"#),
        ] {
            assert_eq!(whole_characters(text), expected, "{text}");
            assert!(serde_json::from_str::<serde_json::Value>(&whole_characters(text)).is_ok());
        }
    }
}
