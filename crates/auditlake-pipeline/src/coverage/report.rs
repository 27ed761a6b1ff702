//! The coverage report: stable field names, see `docs/guides/coverage-and-verify.md`.

use std::collections::BTreeMap;

use auditlake_api::{ContentType, Window};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::delays::{AllDelays, DelaySummary};
use super::facts::{BlobFact, Facts, TypeFacts};
use super::gaps::{CoverageGap, gaps};
use super::hours::{Judged, judge};
use super::states::{HourState, HourSums};
use super::{COVERAGE_VERSION, CoverageOptions};
use crate::handover::Form;
use crate::ledger::RunCounts;
use crate::recorder::merge;
use crate::report::Outcome;

/// What the ledger says of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageReport {
    /// [`COVERAGE_VERSION`].
    pub version: u32,
    /// The lake, as it was named.
    pub lake: String,
    /// Name of the connection.
    pub connection: String,
    /// In what form the records were handed on: then the lake holds no events, and what is said to be in it was taken by a
    /// reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_on: Option<Form>,
    /// The first hour.
    pub since: Timestamp,
    /// The end of the last hour.
    pub until: Timestamp,
    /// When the ledger was read.
    pub now: Timestamp,
    /// Whether every hour is in the lake.
    pub complete: bool,
    /// All content types together.
    pub hours: HourSums,
    /// All content types together.
    pub counts: Counts,
    /// Parquet files that were written, and their bytes.
    pub files: u64,
    /// Bytes of these files.
    pub bytes_written: u64,
    /// All content types together.
    pub delays: DelaySummary,
    /// Events by OCSF class.
    pub by_class: BTreeMap<String, u64>,
    /// Events by `RecordType`, as sent, as text.
    pub by_record_type: BTreeMap<String, u64>,
    /// Each content type that was asked for.
    pub content_types: Vec<TypeCoverage>,
    /// What is not in the lake.
    pub gaps: Vec<CoverageGap>,
    /// The last runs, the latest first.
    pub runs: Vec<CoverageRun>,
}

/// A content type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeCoverage {
    /// `Audit.Exchange`.
    pub content_type: String,
    /// Hours by state.
    pub hours: HourSums,
    /// All hours together.
    pub counts: Counts,
    /// How long records were on their way.
    pub delays: DelaySummary,
    /// Each hour, in order.
    pub by_hour: Vec<Hour>,
}

/// An hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hour {
    /// When it starts.
    pub start: Timestamp,
    /// Whether it is in the lake.
    pub state: HourState,
    /// What is of it.
    #[serde(flatten)]
    pub counts: Counts,
}

/// What is in the lake. `records = events + duplicates + quarantined`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Content blobs.
    pub blobs: u64,
    /// Their elements.
    pub records: u64,
    /// Events written.
    pub events: u64,
    /// Records that the lake had already.
    pub duplicates: u64,
    /// Rows written to the quarantine.
    pub quarantined: u64,
    /// Bytes of the blobs' bodies, unpacked.
    pub bytes: u64,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageRun {
    /// As commits name it.
    pub run_id: String,
    /// When it started.
    pub started: Timestamp,
    /// When it finished.
    pub finished: Timestamp,
    /// Why it stopped before its end.
    pub error: Option<String>,
    /// What it brought.
    #[serde(flatten)]
    pub counts: RunCounts,
}

impl Counts {
    pub(crate) fn of<'a>(blobs: impl Iterator<Item = &'a BlobFact>) -> Self {
        let mut counts = Self::default();
        for blob in blobs {
            let figures = &blob.figures;
            let written = figures.events + figures.quarantined;
            counts.add(&Self {
                blobs: 1,
                records: figures.records,
                events: figures.events,
                duplicates: figures.records.saturating_sub(written),
                quarantined: figures.quarantined,
                bytes: figures.bytes,
            });
        }
        counts
    }

    fn add(&mut self, other: &Self) {
        self.blobs += other.blobs;
        self.records += other.records;
        self.events += other.events;
        self.duplicates += other.duplicates;
        self.quarantined += other.quarantined;
        self.bytes += other.bytes;
    }
}

impl CoverageReport {
    /// Whether something is not in the lake.
    pub fn outcome(&self) -> Outcome {
        if self.complete {
            Outcome::Complete
        } else {
            Outcome::Gaps
        }
    }
}

/// Puts together what the facts say.
pub(super) fn report(
    options: &CoverageOptions,
    facts: &Facts,
    range: Window,
    now: Timestamp,
) -> CoverageReport {
    let mut report = CoverageReport {
        version: COVERAGE_VERSION,
        lake: options.lake.clone(),
        connection: options.connection.clone(),
        handed_on: facts.handed_on,
        since: range.start,
        until: range.end,
        now,
        complete: true,
        hours: HourSums::default(),
        counts: Counts::default(),
        files: 0,
        bytes_written: 0,
        delays: DelaySummary::default(),
        by_class: BTreeMap::new(),
        by_record_type: BTreeMap::new(),
        content_types: Vec::new(),
        gaps: Vec::new(),
        runs: runs(facts),
    };
    let mut delays = AllDelays::default();
    for (&content_type, of_type) in &facts.content_types {
        let judged = judge(of_type, range, now);
        let its_gaps = gaps(options, facts.handed_on, content_type, &judged);
        report.gaps.extend(its_gaps);
        let its_delays = AllDelays::of(of_type, range);
        delays.extend(&its_delays);
        report.add_volumes(of_type);
        report.add_type(type_coverage(content_type, judged, &its_delays));
    }
    report.complete = report.gaps.is_empty();
    report.delays = delays.summary();
    report
}

impl CoverageReport {
    fn add_volumes(&mut self, facts: &TypeFacts) {
        for commit in &facts.commits {
            self.files += commit.files.len() as u64;
            self.bytes_written += commit.files.iter().map(|file| file.bytes).sum::<u64>();
            if let Some(detail) = &commit.detail {
                merge(&mut self.by_class, detail.by_class.clone());
                merge(&mut self.by_record_type, detail.by_record_type.clone());
            }
        }
    }

    fn add_type(&mut self, coverage: TypeCoverage) {
        self.hours.add(&coverage.hours);
        self.counts.add(&coverage.counts);
        self.content_types.push(coverage);
    }
}

fn type_coverage(
    content_type: ContentType,
    judged: Vec<Judged>,
    delays: &AllDelays,
) -> TypeCoverage {
    let by_hour: Vec<Hour> = judged.into_iter().map(|judged| judged.hour).collect();
    let (mut hours, mut counts) = (HourSums::default(), Counts::default());
    for hour in &by_hour {
        *hours.of_mut(hour.state) += 1;
        counts.add(&hour.counts);
    }
    TypeCoverage {
        content_type: content_type.to_string(),
        hours,
        counts,
        delays: delays.summary(),
        by_hour,
    }
}

fn runs(facts: &Facts) -> Vec<CoverageRun> {
    let latest = facts.runs.iter().rev();
    latest
        .map(|run| CoverageRun {
            run_id: run.run_id.clone(),
            started: run.started,
            finished: run.finished,
            error: run.error.clone(),
            counts: run.counts,
        })
        .collect()
}
