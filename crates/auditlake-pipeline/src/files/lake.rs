//! Files into a lake, under the same ledger as everything else.
//!
//! Each input is a unit of its own, committed in parts when it is large. Which of its records are new is judged
//! against all that the connection's ledger has, whatever its age: a file holds old records.

use std::sync::Arc;
use std::{io, iter};

use auditlake_normalizer::{Origin, Position};
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::mpsc::Sender;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::records::each_record;
use super::{Input, LakeOptions, announce};
use crate::batches::Batchers;
use crate::commit::Memory;
use crate::connection::check_name;
use crate::content_ids::Blobs;
use crate::error::Error;
use crate::gap::{Gap, GapReason};
use crate::ledger::UnitKey;
use crate::normalize::{Generation, Rows};
use crate::options::BackfillOptions;
use crate::plan::compact;
use crate::progress::Progress;
use crate::recorder::Recorder;
use crate::report::Report;
use crate::run::{Run, Stops};
use crate::source::{Desk, Planned, Raw, Room, Source, Traffic};

/// What stands for a content type.
const FILES: &str = "files";

/// Normalizes inputs into a lake, once: normalizing the same input again adds nothing.
///
/// An input that is not there is an error before anything is done; one that cannot be read to its end is a gap of
/// the report and does not stop the others.
pub async fn normalize_to_lake(
    inputs: Vec<Input>,
    options: LakeOptions,
    progress: Arc<Progress>,
    cancel: CancellationToken,
) -> Result<Report, Error> {
    check_name(&options.connection)?;
    announce(&inputs, &progress)?;
    let started = options.clock.now();
    let recorder = Recorder::new(Report::new(&options.connection, "", started), progress);
    recorder.announce_units(inputs.len());
    let connection = options.connection.clone();
    let stops = Stops {
        stop: CancellationToken::new(),
        cancel,
    };
    let run = Run::new(connection, options_of_run(options), recorder, stops);
    let done = run.go(Files { inputs }, Memory::default()).await?;
    // Nothing was asked of a service.
    Ok(Report {
        stages: None,
        ..done.report
    })
}

fn options_of_run(options: LakeOptions) -> BackfillOptions {
    BackfillOptions {
        layout: options.layout,
        raw_data: options.raw_data,
        memory_limit: options.memory_limit,
        zstd_level: options.zstd_level,
        clock: options.clock,
        ..BackfillOptions::new(options.lake)
    }
}

/// Files as a source.
struct Files {
    inputs: Vec<Input>,
}

impl Source for Files {
    type Left = ();
    type Raw = Part;

    fn feeds(&self) -> Vec<String> {
        vec![FILES.to_owned()]
    }

    async fn plan(&mut self, _desk: &Desk) -> Result<Planned, Error> {
        Ok(Planned {
            directories: self.feeds(),
            from: None,
            lost: Vec::new(),
        })
    }

    /// Exports go back for years, one day after the other.
    fn forgets_beyond() -> Option<u64> {
        Some(32)
    }

    /// A file is there or is not, which was looked at already.
    async fn prepare(&mut self, _desk: &Desk) -> Result<(), Error> {
        Ok(())
    }

    /// What is in a file is known once it is read.
    fn look(&mut self, _desk: &Desk, _room: Room, _known: &Blobs) -> BoxFuture<'static, ()> {
        std::future::ready(()).boxed()
    }

    fn fetch(
        &mut self,
        desk: &Desk,
        room: Room,
        _known: &Blobs,
        out: Sender<Part>,
    ) -> BoxFuture<'static, ()> {
        let (inputs, started) = (std::mem::take(&mut self.inputs), desk.now);
        let reader = Reader {
            recorder: Arc::clone(&desk.recorder),
            share: room.generation_bytes,
            out,
        };
        read_all(reader, inputs, started).boxed()
    }

    fn traffic(&self) -> Traffic {
        Traffic::default()
    }
}

/// Reads on a thread of its own: nobody waits for a standard input that does not end.
async fn read_all(reader: Reader, inputs: Vec<Input>, started: Timestamp) {
    let (done, ended) = oneshot::channel();
    let reading = std::thread::spawn(move || {
        reader.read_all(&inputs, started);
        done.send(())
    });
    if ended.await.is_err() {
        reading
            .join()
            .map_or_else(|panic| std::panic::resume_unwind(panic), drop);
    }
}

/// Bytes of records that are let go together.
const CHUNK_BYTES: usize = 1 << 20;

/// Records of an input.
#[derive(Debug)]
struct Part {
    unit: UnitKey,
    /// The input's name.
    name: String,
    chunks: Vec<Chunk>,
    bytes: u64,
    last: bool,
}

/// Records that follow each other in an input.
#[derive(Debug, Default)]
struct Chunk {
    text: Vec<u8>,
    /// Where each ends in the text, and where it stood in the input.
    records: Vec<(usize, Position)>,
}

impl Part {
    fn nothing(unit: &UnitKey, name: &str) -> Self {
        Self {
            unit: unit.clone(),
            name: name.to_owned(),
            chunks: Vec::new(),
            bytes: 0,
            last: false,
        }
    }

    fn add(&mut self, record: &[u8], position: Position) {
        self.bytes += record.len() as u64;
        if let Some(chunk) = self
            .chunks
            .last_mut()
            .filter(|chunk| chunk.has_room(record))
        {
            return chunk.add(record, position);
        }
        let mut chunk = Chunk::default();
        chunk.text.reserve(CHUNK_BYTES.max(record.len()));
        chunk.add(record, position);
        self.chunks.push(chunk);
    }
}

impl Chunk {
    fn has_room(&self, record: &[u8]) -> bool {
        self.text.len() + record.len() <= CHUNK_BYTES
    }

    fn add(&mut self, record: &[u8], position: Position) {
        self.text.extend_from_slice(record);
        self.records.push((self.text.len(), position));
    }

    fn records(&self) -> impl Iterator<Item = (&[u8], Position)> {
        let starts = iter::once(0).chain(self.records.iter().map(|(end, _)| *end));
        let records = starts.zip(&self.records);
        records.filter_map(|(start, (end, at))| Some((self.text.get(start..*end)?, *at)))
    }
}

impl Raw for Part {
    fn unit(&self) -> &UnitKey {
        &self.unit
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn normalize(self, connection: &str, batchers: &Batchers) -> Generation {
        let origin = Origin {
            connection,
            content_id: Some(&self.name),
            ..Origin::default()
        };
        let bytes = |chunk: &Chunk| chunk.text.len();
        let (batches, _) = batchers.batches(self.chunks, bytes, |chunk, batcher| {
            for (record, position) in chunk.records() {
                let position = Some(position);
                batcher.push(record, &Origin { position, ..origin });
            }
        });
        Generation {
            unit: self.unit,
            content_ids: Vec::new(),
            blobs: Vec::new(),
            rows: Rows::of(batches),
            failed: Vec::new(),
            last: self.last,
            reservation: None,
        }
    }
}

/// Reads inputs on a blocking thread.
struct Reader {
    recorder: Arc<Recorder>,
    /// Bytes of records that become one generation.
    share: u64,
    out: Sender<Part>,
}

impl Reader {
    /// Ends early when nobody commits any more.
    fn read_all(self, inputs: &[Input], started: Timestamp) {
        for (index, input) in inputs.iter().enumerate() {
            let unit = UnitKey {
                content_type: FILES.to_owned(),
                window: window(input, index, started),
            };
            if self.read(input, &unit).is_err() {
                return;
            }
        }
    }

    fn read(&self, input: &Input, unit: &UnitKey) -> Result<(), Closed> {
        let name = input.name();
        let progress = &self.recorder.progress;
        let mut part = Part::nothing(unit, &name);
        let read = each_record(input, progress, &mut |record: &[u8], position| {
            part.add(record, position);
            progress.bytes_downloaded.add(record.len() as u64);
            if part.bytes < self.share {
                return Ok(());
            }
            let full = std::mem::replace(&mut part, Part::nothing(unit, &name));
            self.hand_on(full)
                .map_err(|Closed| io::ErrorKind::BrokenPipe.into())
        });
        if self.out.is_closed() {
            return Err(Closed);
        }
        self.recorder.with(|report| report.blobs.listed += 1);
        match read {
            Ok(()) => self.recorder.with(|report| {
                report.windows.listed += 1;
                report.blobs.fetched += 1;
                report.counts_of(&unit.content_type).blobs += 1;
            }),
            Err(error) => self.not_read(&name, unit, &error),
        }
        part.last = true;
        self.hand_on(part)
    }

    fn hand_on(&self, part: Part) -> Result<(), Closed> {
        self.out.blocking_send(part).map_err(|_| Closed)
    }

    fn not_read(&self, name: &str, unit: &UnitKey, error: &io::Error) {
        self.recorder.with(|report| report.blobs.failed += 1);
        self.recorder.gap(Gap {
            content_type: unit.content_type.clone(),
            window: Some(unit.window.clone()),
            content_id: Some(name.to_owned()),
            reason: GapReason::Failed,
            detail: error.to_string(),
        });
    }
}

/// Nobody commits any more.
#[derive(Debug)]
struct Closed;

/// Sorts by time, is fit for a path, and tells the inputs of a run apart.
fn window(input: &Input, index: usize, started: Timestamp) -> String {
    let fit = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') {
            c
        } else {
            '-'
        }
    };
    let name: String = input.name().chars().take(64).map(fit).collect();
    format!("{}_{index:04}-{name}", compact(started))
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::report::{ContentTypeStatus, Outcome};
    use crate::run::GENERATION_SHARE;

    fn record(id: u32) -> String {
        format!(
            r#"{{"CreationTime":"2025-05-04T10:12:33","Id":"00000000-0000-0000-0000-{id:012}","Operation":"Send","RecordType":2,"Workload":"Exchange","UserId":"alex@contoso.example"}}"#
        )
    }

    fn file(directory: &Path, name: &str, content: &str) -> PathBuf {
        let path = directory.join(name);
        std::fs::write(&path, content).expect("a file");
        path
    }

    async fn bring(directory: &Path, inputs: &[&Path], memory_limit: u64) -> Result<Report, Error> {
        let lake = directory.join("lake").to_string_lossy().into_owned();
        let options = LakeOptions {
            memory_limit,
            ..LakeOptions::new(lake)
        };
        let inputs = inputs
            .iter()
            .map(|path| Input::File(path.to_path_buf()))
            .collect();
        normalize_to_lake(inputs, options, Arc::default(), CancellationToken::new()).await
    }

    #[tokio::test]
    async fn the_same_records_again_add_nothing_whatever_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let lines = (0..50).map(record).collect::<Vec<_>>().join("\n");
        let lines = file(directory.path(), "export.jsonl", &lines);
        let array = format!("[{}]", (25..60).map(record).collect::<Vec<_>>().join(","));
        let array = file(directory.path(), "blob.json", &array);
        let first = bring(directory.path(), &[&lines], 512 << 20).await.unwrap();
        assert_eq!((first.records, first.events, first.duplicates), (50, 50, 0));
        let second = bring(directory.path(), &[&lines, &array], 512 << 20)
            .await
            .unwrap();
        assert_eq!(
            (second.records, second.events, second.duplicates),
            (85, 10, 75)
        );
        assert_eq!(second.windows.listed, 2);
        assert_eq!(second.outcome(), Outcome::Complete);
        assert_eq!(
            second.content_types[FILES].status,
            ContentTypeStatus::Complete
        );
    }

    #[tokio::test]
    async fn two_files_with_records_of_one_class_and_day_are_both_kept() {
        let directory = tempfile::tempdir().unwrap();
        let one = file(directory.path(), "one.jsonl", &record(1));
        let two = file(directory.path(), "two.jsonl", &record(2));
        let report = bring(directory.path(), &[&one, &two], 512 << 20)
            .await
            .unwrap();
        assert_eq!((report.events, report.files), (2, 2));
        let again = bring(directory.path(), &[&two, &one], 512 << 20)
            .await
            .unwrap();
        assert_eq!((again.events, again.duplicates), (0, 2));
    }

    #[tokio::test]
    async fn a_large_file_is_committed_in_parts() {
        let directory = tempfile::tempdir().unwrap();
        let lines = (0..600).map(record).collect::<Vec<_>>().join("\n");
        let input = file(directory.path(), "export.jsonl", &lines);
        let memory_limit = record(0).len() as u64 * 150 * GENERATION_SHARE;
        let report = bring(directory.path(), &[&input], memory_limit)
            .await
            .unwrap();
        assert_eq!((report.events, report.files), (600, 4));
    }

    #[tokio::test]
    async fn records_of_a_day_that_was_forgotten_are_known_when_it_comes_again() {
        let directory = tempfile::tempdir().unwrap();
        let of_day = |day: u32| {
            let date = format!("2025-05-{day:02}");
            (0..300).map(move |id| record(1000 * day + id).replace("2025-05-04", &date))
        };
        let lines: Vec<String> = (1..=6).chain([2, 1]).flat_map(of_day).collect();
        let input = file(directory.path(), "export.jsonl", &lines.join("\n"));
        // Room for the identities of four days.
        let report = bring(directory.path(), &[&input], 32 * 20 * 1200)
            .await
            .unwrap();
        assert_eq!((report.events, report.duplicates), (1800, 600));
    }

    #[test]
    fn records_of_any_length_come_out_of_a_part_as_they_went_in() {
        let unit = UnitKey {
            content_type: FILES.to_owned(),
            window: "x".to_owned(),
        };
        let lengths = [1, CHUNK_BYTES - 1, 1, 7, 2 * CHUNK_BYTES, 0, 3];
        let mut part = Part::nothing(&unit, "x");
        for (position, length) in (1..).zip(lengths) {
            part.add(&vec![b'x'; length], Position::Line(position));
        }
        let found = part.chunks.iter().flat_map(Chunk::records);
        let found: Vec<_> = found.map(|(text, at)| (at, text.len())).collect();
        let expected = (1..).map(Position::Line).zip(lengths);
        assert_eq!(found, expected.collect::<Vec<_>>());
        assert_eq!(part.bytes, lengths.iter().sum::<usize>() as u64);
        let chunks: Vec<usize> = part.chunks.iter().map(|chunk| chunk.text.len()).collect();
        assert_eq!(chunks, [CHUNK_BYTES, 8, 2 * CHUNK_BYTES, 3]);
    }

    #[tokio::test]
    async fn an_input_that_breaks_off_is_a_gap_and_the_others_are_read() {
        let directory = tempfile::tempdir().unwrap();
        let mut packed = zstd::encode_all(record(1).repeat(100).as_bytes(), 1).unwrap();
        packed.truncate(packed.len() - 8);
        let damaged = directory.path().join("damaged.zst");
        std::fs::write(&damaged, packed).unwrap();
        let good = file(directory.path(), "good.json", &record(2));
        let report = bring(directory.path(), &[&damaged, &good], 512 << 20)
            .await
            .unwrap();
        assert_eq!(report.gaps[0].content_id.as_deref(), Some("damaged.zst"));
        assert_eq!(report.events, 1);
        assert_eq!(report.outcome(), Outcome::Gaps);
    }

    #[tokio::test]
    async fn an_input_that_is_not_there_is_an_error_before_anything_is_done() {
        let directory = tempfile::tempdir().unwrap();
        let good = file(directory.path(), "good.json", &record(2));
        let missing = directory.path().join("missing.json");
        let result = bring(directory.path(), &[&good, &missing], 512 << 20).await;
        assert!(matches!(result, Err(Error::Input { path, .. }) if path == missing));
        assert!(!directory.path().join("lake").exists());
    }
}
