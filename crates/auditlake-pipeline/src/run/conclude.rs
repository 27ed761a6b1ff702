//! What a run says of itself at its end: the report, and its line in the ledger.

use super::Run;
use crate::content_ids::Blobs;
use crate::error::Error;
use crate::failure::describe;
use crate::gap::{Gap, GapReason};
use crate::ledger::RunCounts;
use crate::ledger::listed::RunRecord;
use crate::listed::Unavailable;
use crate::report::{ContentTypeReport, ContentTypeStatus, Report};
use crate::source::{Source, Traffic};

impl Run {
    /// The report as far as the run has come.
    pub(super) fn report<S: Source>(&self, source: &S) -> Report {
        let mut report = self.recorder.report();
        let feeds = source.feeds().into_iter();
        report.content_types = feeds
            .map(|feed| {
                let is_out_of_reach = self.access.is_out_of_reach(&feed);
                let told = verdict(&feed, is_out_of_reach, &report, source.note(&feed));
                (feed, told)
            })
            .collect();
        let Traffic { counts, times } = source.traffic();
        report.requests.total = counts.total;
        report.requests.throttled = counts.throttled;
        report.requests.retried = counts.retried;
        report.bytes.downloaded = self.recorder.progress.bytes_downloaded.get();
        report.stages = Some(self.recorder.meters.stages(times));
        report.finished = self.options.clock.now();
        report
    }

    /// A run to which every feed is denied is a matter of permission, not of gaps.
    pub(super) fn check_access(&self, feeds: &[String], report: &Report) -> Result<(), Error> {
        if feeds.is_empty() || !feeds.iter().all(|feed| self.access.is_denied(feed)) {
            return Ok(());
        }
        let mut gaps = report.gaps.iter();
        let gap = gaps.find(|gap| gap.reason == GapReason::Permission);
        Err(Error::Permission(
            gap.map(|gap| gap.detail.clone()).unwrap_or_default(),
        ))
    }
}

/// Why each feed that was asked for could not be had, or that it could.
pub(super) fn answers(feeds: &[String], report: &Report) -> Vec<(String, Option<Unavailable>)> {
    let answer = |feed: &String| (feed.clone(), unavailable(feed, report));
    feeds.iter().map(answer).collect()
}

impl Run {
    /// Leaves the line of a run that ends before its stages begin, and hands the error back.
    pub(super) async fn leave_failed<S: Source>(&self, source: &mut S, error: Error) -> Error {
        if self.options.dry_run || matches!(error, Error::Cancelled) {
            return error;
        }
        let run_id = uuid::Uuid::now_v7().to_string();
        let run = run_record(&run_id, &self.report(source), Some(&error));
        source.leave(run, Vec::new(), &Blobs::default()).await;
        error
    }
}

/// The run as the ledger keeps it.
pub(super) fn run_record(run_id: &str, report: &Report, error: Option<&Error>) -> RunRecord {
    RunRecord {
        run_id: run_id.to_owned(),
        started: report.started,
        finished: report.finished,
        error: error.map(|error| describe(error)),
        counts: RunCounts {
            blobs: report.blobs.fetched,
            records: report.records,
            events: report.events,
            duplicates: report.duplicates,
            quarantined: report.quarantined,
            gaps: report.gaps.len() as u64,
            requests: report.requests.total,
        },
    }
}

/// Why a whole feed could not be had.
fn unavailable(feed: &str, report: &Report) -> Option<Unavailable> {
    let is_whole = |gap: &&Gap| gap.content_type == feed && gap.window.is_none();
    let gap = report.gaps.iter().find(is_whole)?;
    Some(Unavailable {
        reason: gap.reason,
        detail: gap.detail.clone(),
    })
}

/// What the gaps say about a feed.
fn verdict(
    feed: &str,
    is_out_of_reach: bool,
    report: &Report,
    note: Option<&str>,
) -> ContentTypeReport {
    let mut gaps = report.gaps.iter().filter(|gap| gap.content_type == feed);
    let gap = gaps.clone().next();
    let status = match gap {
        _ if is_out_of_reach => ContentTypeStatus::Unavailable,
        Some(_) => ContentTypeStatus::Incomplete,
        None => ContentTypeStatus::Complete,
    };
    let whole = gaps.find(|gap| gap.window.is_none());
    let words = whole.or(gap).map(|gap| gap.detail.as_str());
    let reason = words.or(note).map(str::to_owned);
    ContentTypeReport { status, reason }
}
