//! What a run says of itself at its end: the report, and its line in the ledger.

use auditlake_api::ContentType;

use super::{Notes, Run, lock};
use crate::error::Error;
use crate::fetch::{State, describe};
use crate::gap::{Gap, GapReason};
use crate::ledger::RunCounts;
use crate::ledger::listed::RunRecord;
use crate::listed::Unavailable;
use crate::report::{ContentTypeReport, ContentTypeStatus, Report};

impl Run {
    /// The report as far as the run has come.
    pub(super) fn report(&self, notes: &Notes) -> Report {
        let state = lock(&self.state);
        let mut report = self.recorder.report();
        report.content_types = self
            .options
            .content_types
            .iter()
            .map(|&t| verdict(t, &state, &report, notes))
            .collect();
        let requests = self.client.requests();
        report.requests.total = requests.total - self.counted.total;
        report.requests.throttled = requests.throttled - self.counted.throttled;
        report.requests.retried = requests.retried - self.counted.retried;
        report.bytes.downloaded = self.recorder.progress.bytes_downloaded.get();
        let times = self.client.request_times();
        report.stages = Some(self.recorder.meters.stages(times, self.timed));
        report.finished = self.options.clock.now();
        report
    }

    /// Why each content type that was asked for could not be had, or that it could.
    pub(super) fn answers(&self, report: &Report) -> Vec<(String, Option<Unavailable>)> {
        let names = self.options.content_types.iter().map(ToString::to_string);
        let answer = |name: String| {
            let unavailable = unavailable(&name, report);
            (name, unavailable)
        };
        names.map(answer).collect()
    }

    /// A run to which every content type is denied is a matter of permission, not of gaps.
    pub(super) fn check_access(&self, report: &Report) -> Result<(), Error> {
        let state = lock(&self.state);
        let denied = |t: &ContentType| state.unavailable.get(t) == Some(&GapReason::Permission);
        let asked = &self.options.content_types;
        if asked.is_empty() || !asked.iter().all(denied) {
            return Ok(());
        }
        let mut gaps = report.gaps.iter();
        let gap = gaps.find(|gap| gap.reason == GapReason::Permission);
        Err(Error::Permission(
            gap.map(|gap| gap.detail.clone()).unwrap_or_default(),
        ))
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

/// Why a whole content type could not be had.
fn unavailable(content_type: &str, report: &Report) -> Option<Unavailable> {
    let is_whole = |gap: &&Gap| gap.content_type == content_type && gap.window.is_none();
    let gap = report.gaps.iter().find(is_whole)?;
    Some(Unavailable {
        reason: gap.reason,
        detail: gap.detail.clone(),
    })
}

/// What the gaps say about a content type.
fn verdict(
    content_type: ContentType,
    state: &State,
    report: &Report,
    notes: &Notes,
) -> (String, ContentTypeReport) {
    let name = content_type.to_string();
    let gap = report.gaps.iter().find(|gap| gap.content_type == name);
    let out_of_reach =
        state.unavailable.contains_key(&content_type) && !state.listed.contains(&content_type);
    let status = match gap {
        _ if out_of_reach => ContentTypeStatus::Unavailable,
        Some(_) => ContentTypeStatus::Incomplete,
        None => ContentTypeStatus::Complete,
    };
    let whole = report
        .gaps
        .iter()
        .find(|gap| gap.content_type == name && gap.window.is_none());
    let words = whole.or(gap).map(|gap| gap.detail.clone());
    // That content is on its way is worth saying only while there is none.
    let has_content = || state.known.has_any(&name);
    let note = || {
        notes
            .get(&content_type)
            .filter(|_| !has_content())
            .map(ToString::to_string)
    };
    let reason = words.or_else(note);
    (name, ContentTypeReport { status, reason })
}
