//! The coverage report: stable field names, see `docs/guides/coverage-and-verify.md`.

use std::collections::BTreeMap;

use auditlake_api::{ContentType, Window};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::facts::{BlobFact, Facts, TypeFacts};
use super::gaps::{CoverageGap, gaps};
use super::hours::{Judged, judge};
use super::{COVERAGE_VERSION, CoverageOptions};
use crate::ledger::{Delays, RunCounts};
use crate::recorder::merge;
use crate::report::Outcome;

/// Runs that are told, of more the last.
const RUNS: usize = 20;

/// What the ledger says of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageReport {
    /// [`COVERAGE_VERSION`].
    pub version: u32,
    /// The lake, as it was named.
    pub lake: String,
    /// Name of the connection.
    pub connection: String,
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

/// Whether an hour is in the lake. The first that fits, from the last on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HourState {
    /// A run listed all of it after it was over, and all that any run found is in the lake.
    Committed,
    /// As committed; and a blob of it was not there yet when a run first listed all of it.
    Late,
    /// A run listed part of it, or found blobs that it did not come to commit.
    Listed,
    /// No run has listed it yet, and the service still has it.
    Unknown,
    /// The last run that asked was refused it, or part of it, and the service still has it.
    Failed,
    /// Part of it, or all, is not in the lake, and the service does not have it any more.
    Expired,
}

/// How many hours are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourSums {
    /// See [`HourState::Committed`].
    pub committed: u64,
    /// See [`HourState::Late`].
    pub late: u64,
    /// See [`HourState::Listed`].
    pub listed: u64,
    /// See [`HourState::Unknown`].
    pub unknown: u64,
    /// See [`HourState::Failed`].
    pub failed: u64,
    /// See [`HourState::Expired`].
    pub expired: u64,
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

/// How long records were on their way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelaySummary {
    /// From what happened to when its blob became available: `contentCreated` less `CreationTime`, of events.
    pub event_to_available: Option<Percentiles>,
    /// From when a blob became available to when it was committed, of blobs.
    pub available_to_committed: Option<Percentiles>,
}

/// Seconds within which so many of a hundred were, at most an eighth too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Percentiles {
    /// How many were counted.
    pub count: u64,
    /// Half.
    pub p50: u64,
    /// Nine of ten.
    pub p90: u64,
    /// Ninety-nine of a hundred.
    pub p99: u64,
    /// All.
    pub max: u64,
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

impl HourState {
    /// All of them, the best first.
    pub const ALL: [Self; 6] = [
        Self::Committed,
        Self::Late,
        Self::Listed,
        Self::Unknown,
        Self::Failed,
        Self::Expired,
    ];

    /// The word in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Late => "late",
            Self::Listed => "listed",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    /// Whether all of the hour is in the lake.
    pub const fn is_complete(self) -> bool {
        matches!(self, Self::Committed | Self::Late)
    }
}

impl HourSums {
    /// How many hours are in this state.
    pub const fn of(&self, state: HourState) -> u64 {
        match state {
            HourState::Committed => self.committed,
            HourState::Late => self.late,
            HourState::Listed => self.listed,
            HourState::Unknown => self.unknown,
            HourState::Failed => self.failed,
            HourState::Expired => self.expired,
        }
    }

    const fn of_mut(&mut self, state: HourState) -> &mut u64 {
        match state {
            HourState::Committed => &mut self.committed,
            HourState::Late => &mut self.late,
            HourState::Listed => &mut self.listed,
            HourState::Unknown => &mut self.unknown,
            HourState::Failed => &mut self.failed,
            HourState::Expired => &mut self.expired,
        }
    }

    /// All hours.
    pub fn total(&self) -> u64 {
        HourState::ALL.iter().map(|state| self.of(*state)).sum()
    }

    fn add(&mut self, other: &Self) {
        for state in HourState::ALL {
            *self.of_mut(state) += other.of(state);
        }
    }
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

impl Percentiles {
    fn of(delays: &Delays) -> Option<Self> {
        Some(Self {
            count: delays.count(),
            p50: delays.percentile(50)?,
            p90: delays.percentile(90)?,
            p99: delays.percentile(99)?,
            max: delays.percentile(100)?,
        })
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

/// The delays of a content type, or of several together.
#[derive(Debug, Default)]
struct AllDelays {
    to_available: Delays,
    to_committed: Delays,
}

impl AllDelays {
    fn of(facts: &TypeFacts, range: Window) -> Self {
        let mut delays = Self::default();
        for detail in facts
            .commits
            .iter()
            .filter_map(|commit| commit.detail.as_ref())
        {
            delays.to_available.extend(&detail.delays);
        }
        let within = |blob: &&BlobFact| range.start <= blob.created && blob.created < range.end;
        for blob in facts.blobs.iter().filter(within) {
            let delay: SignedDuration = blob.committed.duration_since(blob.created);
            delays.to_committed.add(delay);
        }
        delays
    }

    fn extend(&mut self, other: &Self) {
        self.to_available.extend(&other.to_available);
        self.to_committed.extend(&other.to_committed);
    }

    fn summary(&self) -> DelaySummary {
        DelaySummary {
            event_to_available: Percentiles::of(&self.to_available),
            available_to_committed: Percentiles::of(&self.to_committed),
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
        report.gaps.extend(gaps(options, content_type, &judged));
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
    let latest = facts.runs.iter().rev().take(RUNS);
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
