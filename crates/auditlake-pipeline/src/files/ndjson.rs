//! Files to OCSF events, one JSON object a line.

use std::collections::BTreeMap;
use std::io::{self, Write};

use arrow::array::{Array, AsArray, RecordBatch};
use auditlake_normalizer::{Batch, Origin, ocsf_1_3, write_ndjson};

use super::records::each_record;
use super::{FILES_CONNECTION, FilesReport, Input, QuarantinedItem, UnreadInput, announce};
use crate::batches::{Batcher, Order};
use crate::dedup::{Addition, Judge};
use crate::error::Error;
use crate::progress::Progress;

/// Quarantined items that are named.
const NAMED_ITEMS: usize = 100;

/// How events are written as JSON.
#[derive(Debug, Clone, Copy)]
pub struct NdjsonOptions {
    /// Keep the record's own bytes in `raw_data`.
    pub raw_data: bool,
    /// The OCSF version that the events are written in.
    pub ocsf_version: OcsfVersion,
}

impl Default for NdjsonOptions {
    fn default() -> Self {
        Self {
            raw_data: true,
            ocsf_version: OcsfVersion::default(),
        }
    }
}

/// A version of OCSF that events can be written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OcsfVersion {
    /// 1.3.0, for consumers that stop there, such as Amazon Security Lake.
    V1_3,
    /// 1.8.0, as in the lake.
    #[default]
    V1_8,
}

/// Normalizes inputs and writes the events as OCSF JSON, one object a line; those of 1.3.0 grouped by class within what
/// is written at once.
///
/// An input that is not there is an error before anything is done; one that cannot be read to its end is named and
/// does not stop the others. What no audit record is, is counted and named.
pub fn normalize_to_ndjson(
    inputs: &[Input],
    options: NdjsonOptions,
    progress: &Progress,
    out: impl Write,
) -> Result<FilesReport, Error> {
    announce(inputs, progress)?;
    let mut writer = Writer {
        out,
        ocsf_version: options.ocsf_version,
        progress,
        addition: Addition::default(),
        judge: Judge::default(),
        by_class: BTreeMap::new(),
        quarantine: Vec::new(),
        unread: Vec::new(),
        failure: None,
    };
    for input in inputs {
        writer.write_input(input, options.raw_data)?;
    }
    writer.out.flush().map_err(Error::Output)?;
    Ok(writer.report(inputs.len() as u64))
}

struct Writer<'p, W> {
    out: W,
    ocsf_version: OcsfVersion,
    progress: &'p Progress,
    addition: Addition,
    judge: Judge,
    /// Events by the class that they are written in.
    by_class: BTreeMap<String, u64>,
    quarantine: Vec<QuarantinedItem>,
    unread: Vec<UnreadInput>,
    /// Why the writing ended, which the reading can only pass on as its own error.
    failure: Option<Error>,
}

impl<W: Write> Writer<'_, W> {
    fn write_input(&mut self, input: &Input, raw_data: bool) -> Result<(), Error> {
        let name = input.name();
        let origin = Origin {
            connection: FILES_CONNECTION,
            content_id: Some(&name),
            ..Origin::default()
        };
        let mut batcher = Batcher::new(raw_data, Order::Given);
        let read = each_record(input, self.progress, &mut |record: &[u8], position| {
            let position = Some(position);
            batcher.push(record, &Origin { position, ..origin });
            batcher
                .full()
                .iter()
                .try_for_each(|batch| self.write_or_note(batch, &name))
        });
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        if let Err(error) = read {
            self.unread.push(input.unread(&error));
        }
        batcher
            .finish()
            .iter()
            .try_for_each(|batch| self.write_batch(batch, &name))
    }

    fn write_or_note(&mut self, batch: &Batch, name: &str) -> io::Result<()> {
        self.write_batch(batch, name).map_err(|error| {
            self.failure = Some(error);
            io::ErrorKind::Other.into()
        })
    }

    fn write_batch(&mut self, batch: &Batch, name: &str) -> Result<(), Error> {
        let kept = self.addition.keep(batch, &mut self.judge)?;
        self.name_quarantined(&kept.quarantine, name);
        let events = kept.events()?;
        self.progress.events.add(events.num_rows() as u64);
        match self.ocsf_version {
            OcsfVersion::V1_3 => self.write_older(&events),
            OcsfVersion::V1_8 => write_ndjson(&events, &mut self.out).map_err(Error::Output),
        }
    }

    fn write_older(&mut self, events: &RecordBatch) -> Result<(), Error> {
        for (class, events) in ocsf_1_3(events).map_err(Error::Rows)? {
            let count = self.by_class.entry(class.caption.to_owned()).or_default();
            *count += events.num_rows() as u64;
            write_ndjson(&events, &mut self.out).map_err(Error::Output)?;
        }
        Ok(())
    }

    fn name_quarantined(&mut self, items: &RecordBatch, name: &str) {
        let text = |column: &str, row| {
            let texts = items
                .column_by_name(column)
                .and_then(|column| column.as_string_opt::<i32>());
            texts
                .filter(|texts| texts.is_valid(row))
                .map(|texts| texts.value(row).to_owned())
        };
        let room = NAMED_ITEMS.saturating_sub(self.quarantine.len());
        self.quarantine
            .extend((0..items.num_rows().min(room)).map(|row| {
                QuarantinedItem {
                    input: name.to_owned(),
                    reason: [text("reason", row), text("detail", row)]
                        .into_iter()
                        .flatten()
                        .collect::<Vec<_>>()
                        .join(": "),
                }
            }));
    }

    fn report(self, inputs: u64) -> FilesReport {
        let (counts, kinds) = (self.addition.counts, self.addition.kinds);
        let by_class = match self.ocsf_version {
            OcsfVersion::V1_3 => self.by_class,
            OcsfVersion::V1_8 => kinds.by_class,
        };
        FilesReport {
            inputs: inputs - self.unread.len() as u64,
            unread: self.unread,
            records: counts.records,
            events: counts.events,
            duplicates: counts.duplicates,
            quarantined: counts.quarantined,
            by_class,
            by_record_type: kinds.by_record_type,
            unknown_record_types: kinds.unknown_record_types,
            quarantine: self.quarantine,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Outcome;

    fn without_raw() -> NdjsonOptions {
        NdjsonOptions {
            raw_data: false,
            ..NdjsonOptions::default()
        }
    }

    #[test]
    fn events_of_an_older_version_are_counted_by_the_class_that_they_are_written_in() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("export.jsonl");
        let record = r#"{"CreationTime":"2025-05-04T10:12:33","Id":"1","Operation":"Add group.","RecordType":8,"Target":[{"ID":"Project X","Type":1}]}"#;
        std::fs::write(&path, record).unwrap();
        let mut out = Vec::new();
        let options = NdjsonOptions {
            ocsf_version: OcsfVersion::V1_3,
            ..NdjsonOptions::default()
        };
        let inputs = [Input::File(path)];
        let report = normalize_to_ndjson(&inputs, options, &Progress::default(), &mut out).unwrap();
        let event: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(event["metadata"]["version"], "1.3.0");
        assert_eq!(event["class_name"], "Entity Management");
        assert_eq!(
            report.by_class,
            [("Entity Management".to_owned(), 1)].into()
        );
    }

    #[test]
    fn events_are_written_once_and_the_rest_is_counted_and_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("export.jsonl");
        let record = r#"{"CreationTime":"2025-05-04T10:12:33","Id":"1","Operation":"Send","RecordType":99999}"#;
        std::fs::write(&path, format!("{record}\n{record}\nnonsense\n")).unwrap();
        let mut out = Vec::new();
        let progress = Progress::default();
        let inputs = [Input::File(path)];
        let report = normalize_to_ndjson(&inputs, without_raw(), &progress, &mut out).unwrap();
        assert_eq!(
            (
                report.records,
                report.events,
                report.duplicates,
                report.quarantined
            ),
            (3, 1, 1, 1)
        );
        assert_eq!(report.unknown_record_types["99999"], 1);
        assert_eq!(report.quarantine[0].input, "export.jsonl");
        let reason = &report.quarantine[0].reason;
        assert!(reason.contains("line 3: "), "{reason}");
        assert_eq!(report.outcome(), Outcome::Gaps);
        assert_eq!(
            progress.input_bytes.get(),
            progress.input_bytes_read.get(),
            "read to the end"
        );
        let events: Vec<&[u8]> = out.trim_ascii().split(|byte| *byte == b'\n').collect();
        let event: serde_json::Value = serde_json::from_slice(events[0]).unwrap();
        assert_eq!(
            (events.len(), &event["metadata"]["original_event_uid"]),
            (1, &"1".into())
        );
    }

    #[test]
    fn an_output_that_is_closed_ends_the_work() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("export.jsonl");
        std::fs::write(&path, r#"{"Id":"1","Operation":"Send"}"#).unwrap();
        let inputs = [Input::File(path)];
        let result = normalize_to_ndjson(&inputs, without_raw(), &Progress::default(), Closed);
        assert!(matches!(result, Err(Error::Output(_))));
    }

    #[test]
    fn an_input_that_breaks_off_is_named_and_the_others_are_read() {
        let directory = tempfile::tempdir().unwrap();
        let record = r#"{"Id":"1","Operation":"Send"}"#;
        let mut packed = zstd::encode_all(record.repeat(100).as_bytes(), 1).unwrap();
        packed.truncate(packed.len() - 8);
        let [damaged, good] = ["damaged.zst", "good.json"].map(|name| directory.path().join(name));
        std::fs::write(&damaged, packed).unwrap();
        std::fs::write(&good, record).unwrap();
        let inputs = [damaged.clone(), good].map(Input::File);
        let mut out = Vec::new();
        let report =
            normalize_to_ndjson(&inputs, without_raw(), &Progress::default(), &mut out).unwrap();
        assert_eq!((report.inputs, report.events), (1, 1));
        assert_eq!(report.unread[0].input, damaged.to_string_lossy());
        assert_eq!(report.outcome(), Outcome::Gaps);
    }
}
