//! What a run has done so far: the report in the making, and the counters that are watched meanwhile.

use std::sync::{Arc, Mutex, PoisonError};

use crate::dedup::Addition;
use crate::gap::{Gap, GapReason};
use crate::ledger::Failed;
use crate::meters::Meters;
use crate::progress::Progress;
use crate::report::Report;

/// Shared by the stages of a run.
#[derive(Debug)]
pub(crate) struct Recorder {
    report: Mutex<Report>,
    pub(crate) progress: Arc<Progress>,
    /// How long the stages were at work.
    pub(crate) meters: Meters,
}

impl Recorder {
    pub(crate) fn new(report: Report, progress: Arc<Progress>) -> Self {
        Self {
            report: Mutex::new(report),
            progress,
            meters: Meters::start(),
        }
    }

    /// Gives the report to `change`.
    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut Report) -> T) -> T {
        change(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The report as it is now.
    pub(crate) fn report(&self) -> Report {
        self.with(|report| report.clone())
    }

    /// So many units are planned.
    pub(crate) fn announce_units(&self, planned: usize) {
        let planned = planned as u64;
        self.progress.windows_planned.add(planned);
        self.with(|report| report.windows.planned = planned);
    }

    pub(crate) fn gap(&self, gap: Gap) {
        tracing::warn!(
            content_type = gap.content_type,
            window = gap.window,
            content_id = gap.content_id,
            reason = %gap.reason,
            "{}", gap.detail
        );
        self.progress.gaps.add(1);
        self.with(|report| report.gaps.push(gap));
    }

    /// Something of a unit that could not be had.
    pub(crate) fn failed(&self, content_type: &str, window: &str, failed: &Failed) {
        if failed.content_id.is_some() {
            self.with(|report| match failed.reason {
                GapReason::Expired => report.blobs.expired += 1,
                _ => report.blobs.failed += 1,
            });
        }
        self.gap(Gap {
            content_type: content_type.to_owned(),
            window: Some(window.to_owned()),
            content_id: failed.content_id.clone(),
            reason: failed.reason,
            detail: failed.detail.clone(),
        });
    }

    /// A generation that is in the lake.
    pub(crate) fn committed(&self, content_type: &str, addition: Addition) {
        let written: u64 = addition
            .files
            .iter()
            .map(|file| file.bytes.len() as u64)
            .sum();
        self.progress.events.add(addition.counts.events);
        self.progress.bytes_written.add(written);
        self.with(|report| {
            let of_type = report.counts_of(content_type);
            of_type.records += addition.counts.records;
            of_type.events += addition.counts.events;
            report.records += addition.counts.records;
            report.events += addition.counts.events;
            report.duplicates += addition.counts.duplicates;
            report.quarantined += addition.counts.quarantined;
            report.files += addition.files.len() as u64;
            report.bytes.written += written;
            let kinds = addition.kinds;
            merge(&mut report.by_class, kinds.by_class);
            merge(&mut report.by_record_type, kinds.by_record_type);
            merge(&mut report.unknown_record_types, kinds.unknown_record_types);
        });
    }
}

/// Adds counts to counts.
pub(crate) fn merge(
    into: &mut std::collections::BTreeMap<String, u64>,
    from: std::collections::BTreeMap<String, u64>,
) {
    for (key, count) in from {
        *into.entry(key).or_default() += count;
    }
}
