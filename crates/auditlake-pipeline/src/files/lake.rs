//! Files into a lake, under the same ledger as everything else.
//!
//! Each input is a unit of its own, committed in parts when it is large. Which of its records are new is judged
//! against all that the connection's ledger has, whatever its age: a file holds old records.

use std::io;
use std::sync::Arc;

use auditlake_normalizer::{Batch, Origin};
use auditlake_parquet::Lake;
use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Sender};
use tokio_util::sync::CancellationToken;

use super::records::each_record;
use super::{Input, LakeOptions, announce};
use crate::budget::{Budget, Reservation};
use crate::commit::{Committer, Site};
use crate::connection::check_name;
use crate::error::Error;
use crate::gap::{Gap, GapReason};
use crate::layout;
use crate::ledger::UnitKey;
use crate::normalize::{Batcher, Generation};
use crate::plan::compact;
use crate::preflight::preflight;
use crate::progress::Progress;
use crate::recorder::Recorder;
use crate::report::{ContentTypeReport, ContentTypeStatus, Report};

/// What stands for a content type.
const FILES: &str = "files";
/// Part of the memory limit that the records of one generation may be: as rows they take some three times that, and
/// being encoded some more.
const MEMORY_SHARE: u64 = 24;
/// Generations under way: one that is being encoded, and one that is being made.
const UNDER_WAY: u64 = 2;

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
    let mut report = Report::new(&options.connection, "", started);
    report.windows.planned = inputs.len() as u64;
    progress.windows_planned.add(report.windows.planned);
    let recorder = Arc::new(Recorder::new(report, progress));
    let lake = Lake::open(&options.lake)?;
    cancel
        .run_until_cancelled(preflight(&lake))
        .await
        .ok_or(Error::Cancelled)??;
    let layout = layout::settle(&lake, &options.layout.of_run(None)?, started, false).await?;
    let share = layout.generation_bytes(options.memory_limit / MEMORY_SHARE);
    let site = Site {
        lake,
        layout,
        connection: options.connection.clone(),
        content_types: vec![FILES.to_owned()],
        from: None,
        beside: None,
        identity_bytes: None,
        zstd_level: options.zstd_level,
        outlet: None,
        read_only: false,
    };
    let mut committer = Committer::open(site, Arc::clone(&recorder), cancel.clone()).await?;
    let (out, mut generations) = mpsc::channel(1);
    let reader = Reader {
        options: options.clone(),
        recorder: Arc::clone(&recorder),
        share,
        budget: Budget::new(share * UNDER_WAY),
        runtime: Handle::current(),
        out,
    };
    // A thread of its own: nobody waits for a standard input that does not end.
    let reading = std::thread::spawn(move || reader.read_all(&inputs, started));
    while let Some(generation) = cancel
        .run_until_cancelled(generations.recv())
        .await
        .ok_or(Error::Cancelled)?
    {
        committer.commit(generation).await?;
    }
    reading
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    committer.close().await;
    Ok(finish(&recorder, options.clock.now()))
}

fn finish(recorder: &Recorder, now: Timestamp) -> Report {
    let mut report = recorder.report();
    report.bytes.downloaded = recorder.progress.bytes_downloaded.get();
    let gap = report.gaps.first().map(|gap| gap.detail.clone());
    let status = if gap.is_none() {
        ContentTypeStatus::Complete
    } else {
        ContentTypeStatus::Incomplete
    };
    report.content_types.insert(
        FILES.to_owned(),
        ContentTypeReport {
            status,
            reason: gap,
        },
    );
    report.finished = now;
    report
}

/// Reads inputs on a blocking thread.
struct Reader {
    options: LakeOptions,
    recorder: Arc<Recorder>,
    /// Bytes of records that become one generation.
    share: u64,
    /// What all generations under way may be.
    budget: Arc<Budget>,
    runtime: Handle,
    out: Sender<Generation>,
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
        let origin = Origin {
            connection: &self.options.connection,
            content_id: Some(&name),
            ..Origin::default()
        };
        let mut batcher = Batcher::new(self.options.raw_data);
        let mut room = Some(self.room());
        let mut bytes = 0;
        let read = each_record(
            input,
            &self.recorder.progress,
            &mut |record: &[u8], position| {
                let position = Some(position);
                batcher.push(record, &Origin { position, ..origin });
                bytes += record.len() as u64;
                self.recorder
                    .progress
                    .bytes_downloaded
                    .add(record.len() as u64);
                if bytes < self.share {
                    return Ok(());
                }
                bytes = 0;
                self.hand_on(unit, batcher.finish(), false, room.take())
                    .map_err(|Closed| io::Error::from(io::ErrorKind::BrokenPipe))?;
                room = Some(self.room());
                Ok(())
            },
        );
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
        self.hand_on(unit, batcher.finish(), true, room)
    }

    /// Waits until one more generation may be under way.
    fn room(&self) -> Reservation {
        self.runtime.block_on(self.budget.reserve(self.share))
    }

    fn hand_on(
        &self,
        unit: &UnitKey,
        batches: Vec<Batch>,
        last: bool,
        reservation: Option<Reservation>,
    ) -> Result<(), Closed> {
        let generation = Generation {
            unit: unit.clone(),
            content_ids: Vec::new(),
            blobs: Vec::new(),
            batches,
            health: None,
            failed: Vec::new(),
            last,
            reservation,
        };
        self.out.blocking_send(generation).map_err(|_| Closed)
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
    use crate::report::Outcome;

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
        let lines = (0..40).map(record).collect::<Vec<_>>().join("\n");
        let input = file(directory.path(), "export.jsonl", &lines);
        let share = record(0).len() as u64 * 10;
        let report = bring(directory.path(), &[&input], share * MEMORY_SHARE)
            .await
            .unwrap();
        assert_eq!((report.events, report.files), (40, 4));
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
