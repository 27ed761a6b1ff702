//! Pages for a browser: one file each, that needs nothing from elsewhere. Their templates escape what they are given.

mod days;
mod volumes;

use std::borrow::Borrow;

use askama::Template;
use auditlake_pipeline::coverage::{
    CoverageGap, CoverageReport, CoverageRun, DelaySummary, HourState, Percentiles, TypeCoverage,
};
use bytesize::ByteSize;

use crate::print::coverage::{duration, minute};
use crate::print::heat_map::mark;
use crate::print::table::number;
use crate::print::{not_in_the_lake, there};
use days::{Day, days};
use volumes::{Volumes, by_class, by_record_type};

/// The coverage page.
#[derive(Template)]
#[template(path = "coverage.html")]
struct CoveragePage<'a> {
    report: &'a CoverageReport,
    types: Vec<TypeMap<'a>>,
}

/// A content type with its days.
struct TypeMap<'a> {
    coverage: &'a TypeCoverage,
    days: Vec<Day<'a>>,
}

/// The page of a coverage report.
pub(crate) fn coverage(report: &CoverageReport) -> askama::Result<String> {
    let types = report.content_types.iter();
    let page = CoveragePage {
        types: types
            .map(|coverage| TypeMap {
                days: days(coverage),
                coverage,
            })
            .collect(),
        report,
    };
    page.render()
}

/// What the template asks for. It gives fields as references and all else as values.
impl CoveragePage<'_> {
    fn in_the_lake(&self) -> u64 {
        self.report.hours.committed + self.report.hours.late
    }

    fn there(&self) -> &'static str {
        there(self.report.handed_on)
    }

    fn not_in_the_lake(&self) -> Option<String> {
        not_in_the_lake(self.report.handed_on)
    }

    fn volumes(&self) -> [Volumes; 2] {
        [
            by_class(&self.report.by_class),
            by_record_type(&self.report.by_record_type),
        ]
    }

    fn states() -> [HourState; 6] {
        HourState::ALL
    }

    fn mark(state: impl Borrow<HourState>) -> char {
        mark(*state.borrow())
    }

    fn meaning(state: impl Borrow<HourState>) -> &'static str {
        match state.borrow() {
            HourState::Committed => {
                "listed to its end after it was over, and all of it is in the lake"
            }
            HourState::Late => "in the lake; some of it came after the hour was first listed",
            HourState::Listed => "listed in part, or found and not committed yet",
            HourState::Unknown => "no run has listed it yet; the service still has it",
            HourState::Failed => "the service refused it, or part of it; it still has it",
            HourState::Expired => "not in the lake, and the service does not have it any more",
        }
    }

    fn number(value: impl Borrow<u64>) -> String {
        number(*value.borrow())
    }

    fn bytes(value: impl Borrow<u64>) -> String {
        ByteSize(*value.borrow()).to_string()
    }

    fn minute(time: impl Borrow<jiff::Timestamp>) -> String {
        minute(*time.borrow())
    }

    /// Each kind of delay, in words and by its name in the report.
    fn delays(
        summary: impl Borrow<DelaySummary>,
    ) -> Vec<(&'static str, &'static str, Percentiles)> {
        let summary = summary.borrow();
        let kinds = [
            (
                "from event to available",
                "event_to_available",
                summary.event_to_available,
            ),
            (
                "from available to the lake",
                "available_to_committed",
                summary.available_to_committed,
            ),
        ];
        let found = kinds.into_iter();
        found
            .filter_map(|(words, name, found)| Some((words, name, found?)))
            .collect()
    }

    fn duration(seconds: impl Borrow<u64>) -> String {
        duration(*seconds.borrow())
    }

    fn took(run: &CoverageRun) -> String {
        let seconds = run.finished.duration_since(run.started).as_secs();
        duration(u64::try_from(seconds).unwrap_or_default())
    }

    fn reason(gap: &CoverageGap) -> String {
        gap.reason
            .map_or_else(String::new, |reason| reason.to_string())
    }
}

#[cfg(test)]
mod tests;
