//! Events as pure OCSF JSON, one object a line.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::{Array, AsArray, PrimitiveArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, FieldRef, TimestampMicrosecondType};
use arrow::error::ArrowError;
use arrow::json::writer::{
    Encoder, EncoderFactory, EncoderOptions, LineDelimited, NullableEncoder, WriterBuilder,
};

use crate::schema::JSON_KEY;

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
        .filter(|(_, f)| f.name() != "auditlake")
        .map(|(n, _)| n)
        .collect();
    let events = events.project(&ocsf).map_err(io::Error::other)?;
    let builder = WriterBuilder::new()
        .with_explicit_nulls(false)
        .with_encoder_factory(Arc::new(OcsfJson));
    let mut writer = builder.build::<_, LineDelimited>(out);
    writer.write(&events).map_err(into_io)?;
    writer.finish().map_err(into_io)
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
        // A record may hold line breaks between its tokens; a line of NDJSON may not.
        out.extend(self.0.value(row).bytes().map(|byte| {
            if byte == b'\n' || byte == b'\r' {
                b' '
            } else {
                byte
            }
        }));
    }
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
