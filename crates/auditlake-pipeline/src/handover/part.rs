//! A piece of what is handed on.

use std::io;

use arrow::array::{Array, AsArray, BinaryArray, RecordBatch, StringArray};
use auditlake_normalizer::write_ndjson;

use super::Form;

/// A piece of what is handed on.
#[derive(Debug, Clone)]
pub enum Part {
    /// OCSF events, of [`event_schema`](crate::event_schema).
    Events(RecordBatch),
    /// Records as they came.
    Records(Records),
}

/// Records as they came.
#[derive(Debug, Clone)]
pub struct Records {
    text: StringArray,
    /// What is not UTF-8, where the text is null.
    bytes: Option<BinaryArray>,
}

impl Part {
    /// What is new of a batch, without what has no rows.
    pub(crate) fn of(form: Form, events: &RecordBatch, quarantine: &RecordBatch) -> Vec<Self> {
        let parts = match form {
            Form::Ndjson => vec![Self::Events(events.clone())],
            Form::Raw => [events, quarantine]
                .into_iter()
                .filter_map(Records::of)
                .map(Self::Records)
                .collect(),
        };
        parts.into_iter().filter(|part| part.rows() > 0).collect()
    }

    /// How many records there are.
    pub fn rows(&self) -> usize {
        match self {
            Self::Events(events) => events.num_rows(),
            Self::Records(records) => records.text.len(),
        }
    }

    /// One line a record: events as `auditlake normalize --to ndjson` prints them, records with the line breaks in them,
    /// which are white space in JSON, as spaces.
    ///
    /// # Errors
    ///
    /// If an event cannot be written as JSON.
    pub fn to_lines(&self) -> io::Result<Vec<u8>> {
        let mut lines = Vec::new();
        match self {
            Self::Events(events) => write_ndjson(events, &mut lines)?,
            Self::Records(records) => records.iter().for_each(|record| add(&mut lines, record)),
        }
        Ok(lines)
    }
}

impl Records {
    fn of(rows: &RecordBatch) -> Option<Self> {
        let text = rows.column_by_name("raw_data")?;
        let bytes = rows.column_by_name("raw_bytes");
        Some(Self {
            text: text.as_string_opt::<i32>()?.clone(),
            bytes: bytes.and_then(|bytes| bytes.as_binary_opt::<i32>().cloned()),
        })
    }

    /// The bytes of each.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.text.len()).map(|row| match &self.bytes {
            Some(bytes) if self.text.is_null(row) => bytes.value(row),
            _ => self.text.value(row).as_bytes(),
        })
    }
}

fn add(lines: &mut Vec<u8>, record: &[u8]) {
    let is_break = |byte: u8| matches!(byte, b'\n' | b'\r');
    lines.extend(
        record
            .iter()
            .map(|&byte| if is_break(byte) { b' ' } else { byte }),
    );
    lines.push(b'\n');
}

#[cfg(test)]
mod tests {
    use auditlake_normalizer::Origin;

    use super::*;
    use crate::batches::{Batcher, Order};

    const RECORD: &str =
        "{\"CreationTime\":\"2026-05-04T10:12:33\",\n\t\"Id\":\"1\",\"Operation\":\"Send\"}";

    fn parts(form: Form, records: &[&[u8]]) -> Vec<Part> {
        let mut batcher = Batcher::new(true, Order::Given);
        for record in records {
            batcher.push(record, &Origin::default());
        }
        let batch = batcher.finish().remove(0);
        Part::of(form, &batch.events, &batch.quarantine)
    }

    #[test]
    fn records_are_lines_as_they_came_whatever_they_are() {
        let parts = parts(Form::Raw, &[RECORD.as_bytes(), b"nonsense", b"\"\xff\""]);
        let lines: Vec<Vec<u8>> = parts.iter().map(|part| part.to_lines().unwrap()).collect();
        let line = RECORD.replace('\n', " ") + "\n";
        assert_eq!(lines[0], line.as_bytes());
        assert_eq!(lines[1], b"nonsense\n\"\xff\"\n");
        assert_eq!(parts.iter().map(Part::rows).sum::<usize>(), 3);
    }

    #[test]
    fn events_are_lines_of_ocsf_and_what_is_none_is_left_out() {
        let parts = parts(Form::Ndjson, &[RECORD.as_bytes(), b"nonsense"]);
        assert_eq!(parts.len(), 1);
        let line = parts[0].to_lines().unwrap();
        let event: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(event["metadata"]["original_event_uid"], "1");
        assert!(self::parts(Form::Ndjson, &[b"nonsense"]).is_empty());
    }
}
