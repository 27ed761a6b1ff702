//! What a page must not do, whatever it is given.

use auditlake_pipeline::coverage::{
    Counts, CoverageReport, DelaySummary, Hour, HourSums, TypeCoverage,
};

use super::*;

const HOSTILE: &str = "<script>alert('x')</script>\"&";

/// A report whose every text is hostile.
fn hostile() -> CoverageReport {
    let time: jiff::Timestamp = "2026-05-04T22:00:00Z".parse().expect("a time");
    let hour = |hours: i64, state| Hour {
        start: time + jiff::SignedDuration::from_hours(hours),
        state,
        counts: Counts::default(),
    };
    let of_type = TypeCoverage {
        content_type: HOSTILE.to_owned(),
        hours: HourSums::default(),
        counts: Counts::default(),
        delays: DelaySummary::default(),
        by_hour: (0..)
            .zip(HourState::ALL)
            .map(|(hours, state)| hour(hours, state))
            .collect(),
    };
    let gap = CoverageGap {
        content_type: HOSTILE.to_owned(),
        since: time,
        until: time,
        hours: 1,
        state: HourState::Failed,
        reason: None,
        detail: HOSTILE.to_owned(),
        content_ids: vec![HOSTILE.to_owned()],
        command: Some(HOSTILE.to_owned()),
    };
    let run = CoverageRun {
        run_id: HOSTILE.to_owned(),
        started: time,
        finished: time,
        error: Some(HOSTILE.to_owned()),
        counts: auditlake_pipeline::ledger::RunCounts::default(),
    };
    CoverageReport {
        version: 1,
        lake: HOSTILE.to_owned(),
        connection: HOSTILE.to_owned(),
        handed_on: Some(auditlake_pipeline::handover::Form::Raw),
        since: time,
        until: time,
        now: time,
        complete: false,
        hours: HourSums::default(),
        counts: Counts::default(),
        files: 0,
        bytes_written: 0,
        delays: DelaySummary::default(),
        by_class: [(HOSTILE.to_owned(), 1)].into(),
        by_record_type: [(HOSTILE.to_owned(), 1)].into(),
        content_types: vec![of_type],
        gaps: vec![gap],
        runs: vec![run],
    }
}

#[test]
fn no_text_of_the_report_becomes_markup() {
    let page = coverage(&hostile()).unwrap();
    assert!(!page.contains("<script"), "{page}");
    assert!(page.matches("&#60;script&#62;").count() >= 8, "{page}");
}

#[test]
fn a_page_needs_nothing_from_elsewhere() {
    let page = coverage(&hostile()).unwrap();
    for elsewhere in ["http:", "https:", "src=", "url(", "@import", "<link"] {
        assert!(!page.contains(elsewhere), "{elsewhere}");
    }
}

#[test]
fn every_state_has_its_mark_and_its_word() {
    let page = coverage(&hostile()).unwrap();
    for state in HourState::ALL {
        let word = state.as_str();
        assert!(page.contains(&format!(": {word}, 0 blobs")), "{word}");
        assert!(page.contains(&format!("<td class=\"{word} ")), "{word}");
    }
}

#[test]
fn days_begin_at_midnight() {
    let report = hostile();
    let days = days(&report.content_types[0]);
    let told: Vec<_> = days
        .iter()
        .map(|day| (day.name.as_str(), day.before, day.cells.len()))
        .collect();
    assert_eq!(told, [("Mon 4", 22, 2), ("Tue 5", 0, 4)]);
}
