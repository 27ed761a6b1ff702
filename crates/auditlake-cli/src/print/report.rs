//! The end of a run, for people.

use std::collections::BTreeMap;

use auditlake_pipeline::Report;
use auditlake_pipeline::files::FilesReport;
use auditlake_pipeline::report::ContentTypeStatus;
use bytesize::ByteSize;

use super::stages;
use super::table::{number, right, table};

/// Gaps that are told one by one in no more lines than this.
const GAP_LINES: usize = 10;

/// The summary of a run: what is in the lake now, and what is not.
pub(crate) fn summary(report: &Report, dry_run: bool) -> String {
    let mut parts = Vec::new();
    if !report.by_class.is_empty() {
        parts.push(classes(&report.by_class));
    }
    if report
        .content_types
        .values()
        .any(|found| found.status != ContentTypeStatus::Complete)
    {
        parts.push(content_types(report));
    }
    if !report.gaps.is_empty() {
        parts.push(gaps(report));
    }
    parts.extend(notes(report));
    parts.push(if dry_run {
        dry_words(report)
    } else {
        words(report)
    });
    parts.extend(report.stages.as_ref().and_then(stages::limit));
    parts.join("\n")
}

/// The summary of files that were normalized to standard output.
pub(crate) fn files_summary(report: &FilesReport) -> String {
    let mut parts = Vec::new();
    if !report.by_class.is_empty() {
        parts.push(classes(&report.by_class));
    }
    parts.extend(
        report
            .quarantine
            .iter()
            .map(|item| format!("quarantined from `{}`: {}", item.input, item.reason)),
    );
    let unread = report.unread.iter();
    parts.extend(unread.map(|it| format!("not read to its end: `{}`: {}", it.input, it.reason)));
    parts.push(format!(
        "{} events of {} records{}",
        number(report.events),
        number(report.records),
        left_out(report.duplicates, report.quarantined)
    ));
    parts.join("\n")
}

fn classes(by_class: &BTreeMap<String, u64>) -> String {
    let mut table = table(&["class", "events"]);
    let mut classes: Vec<_> = by_class.iter().collect();
    classes.sort_by_key(|&(_, events)| std::cmp::Reverse(events));
    for (class, events) in classes {
        table.add_row([class.clone(), number(*events)]);
    }
    right(&mut table, [1]);
    table.to_string()
}

fn content_types(report: &Report) -> String {
    let mut table = table(&["content type", "status", "reason"]);
    for (content_type, found) in &report.content_types {
        let status = match found.status {
            ContentTypeStatus::Complete => "complete",
            ContentTypeStatus::Incomplete => "incomplete",
            ContentTypeStatus::Unavailable => "unavailable",
        };
        table.add_row([
            content_type,
            status,
            found.reason.as_deref().unwrap_or_default(),
        ]);
    }
    table.to_string()
}

/// What is to be known of content types that are complete, once each.
fn notes(report: &Report) -> Vec<String> {
    let mut notes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (content_type, found) in &report.content_types {
        if let (ContentTypeStatus::Complete, Some(reason)) = (found.status, &found.reason) {
            notes.entry(reason).or_default().push(content_type);
        }
    }
    notes
        .into_iter()
        .map(|(reason, content_types)| format!("{}: {reason}", content_types.join(", ")))
        .collect()
}

fn gaps(report: &Report) -> String {
    let mut table = table(&["could not be had", "reason", "gaps", "such as"]);
    let mut groups: BTreeMap<_, (u64, &str)> = BTreeMap::new();
    for gap in &report.gaps {
        groups
            .entry((&gap.content_type, gap.reason))
            .or_insert((0, &gap.detail))
            .0 += 1;
    }
    for ((content_type, reason), (count, detail)) in groups.iter().take(GAP_LINES) {
        table.add_row([
            content_type.as_str(),
            reason.as_str(),
            &number(*count),
            detail,
        ]);
    }
    right(&mut table, [2]);
    table.to_string()
}

fn words(report: &Report) -> String {
    let mut lines = vec![if report.records > report.duplicates {
        added(report)
    } else {
        nothing_new(report)
    }];
    if report.windows.skipped > 0 {
        let skipped = number(report.windows.skipped);
        lines.push(format!(
            "{skipped} windows were left to another run that is at work on them"
        ));
    }
    if !report.unknown_record_types.is_empty() {
        let names: Vec<&str> = report
            .unknown_record_types
            .keys()
            .map(String::as_str)
            .collect();
        lines.push(format!(
            "record types not known by name, kept whole: {}",
            names.join(", ")
        ));
    }
    lines.join("\n")
}

/// Blobs; or files, which have no tenant.
fn sources(report: &Report) -> &'static str {
    if report.tenant_id.is_empty() {
        "files"
    } else {
        "blobs"
    }
}

fn nothing_new(report: &Report) -> String {
    let known = report.blobs.already_committed;
    let sources = sources(report);
    let already = already(report);
    match (known, report.duplicates) {
        (0, 0) if !report.gaps.is_empty() => "nothing new".to_owned(),
        (0, 0) => format!("nothing new: there were no {sources} with records"),
        (known, 0) => format!("nothing new: {} {sources} were {already}", number(known)),
        (0, repeated) => format!("nothing new: {} records were {already}", number(repeated)),
        (known, repeated) => format!(
            "nothing new: {} {sources} and {} records of others were {already}",
            number(known),
            number(repeated)
        ),
    }
}

/// What is true of what the ledger has.
fn already(report: &Report) -> &'static str {
    match report.handed_on {
        None => "already in the lake",
        Some(_) => "already handed on",
    }
}

/// Where the events are now.
fn place(report: &Report) -> String {
    if report.handed_on.is_some() {
        return "handed on".to_owned();
    }
    let (files, bytes) = (number(report.files), ByteSize(report.bytes.written));
    format!("in {files} Parquet files ({bytes})")
}

fn added(report: &Report) -> String {
    let sources = sources(report);
    let already = match report.blobs.already_committed {
        0 => String::new(),
        count => format!(", {} {sources} were already there", number(count)),
    };
    format!(
        "{} events of {} records{} {}, from {} {sources}{already}{}",
        number(report.events),
        number(report.records),
        left_out(report.duplicates, report.quarantined),
        place(report),
        number(report.blobs.fetched),
        cost(report),
    )
}

fn cost(report: &Report) -> String {
    let requests = report.requests.total;
    let secs = report.finished.duration_since(report.started).as_secs_f64();
    let mut cost = String::new();
    if requests > 0 {
        cost = format!("; {} requests", number(requests));
    }
    if secs > 0.0 {
        format!("{cost} in {secs:.1} s")
    } else {
        cost
    }
}

fn left_out(duplicates: u64, quarantined: u64) -> String {
    let of = |count, what| (count > 0).then(|| format!("{} {what}", number(count)));
    let parts: Vec<String> = [of(duplicates, "repeated"), of(quarantined, "quarantined")]
        .into_iter()
        .flatten()
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", parts.join(", "))
    }
}

fn dry_words(report: &Report) -> String {
    let blobs = &report.blobs;
    format!(
        "dry run, nothing was fetched: {} blobs listed in {} windows, {} of them {}",
        number(blobs.listed),
        number(report.windows.listed),
        number(blobs.already_committed),
        already(report)
    )
}

#[cfg(test)]
mod tests {
    use auditlake_pipeline::handover::Form;
    use auditlake_pipeline::{Gap, GapReason};
    use jiff::Timestamp;

    use super::*;

    fn report() -> Report {
        Report::new(
            "contoso",
            "11111111-2222-3333-4444-555555555555",
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn a_run_that_adds_nothing_says_so() {
        let mut report = report();
        report.blobs.listed = 1200;
        report.blobs.already_committed = 1200;
        assert_eq!(
            summary(&report, false),
            "nothing new: 1,200 blobs were already in the lake"
        );
    }

    #[test]
    fn what_was_handed_on_is_not_said_to_be_in_the_lake() {
        let mut report = report();
        report.handed_on = Some(Form::Ndjson);
        (report.records, report.events) = (3, 3);
        let text = summary(&report, false);
        assert!(
            text.contains("3 events of 3 records handed on, from"),
            "{text}"
        );
        (report.records, report.blobs.already_committed) = (0, 2);
        let text = summary(&report, false);
        assert_eq!(text, "nothing new: 2 blobs were already handed on");
    }

    #[test]
    fn gaps_are_grouped_and_named() {
        let mut report = report();
        for window in ["a", "b"] {
            report.gaps.push(Gap {
                content_type: "DLP.All".into(),
                window: Some(window.into()),
                content_id: None,
                reason: GapReason::Permission,
                detail: "no `ActivityFeed.ReadDlp`".into(),
            });
        }
        let text = summary(&report, false);
        let line = text
            .lines()
            .find(|line| line.contains("DLP.All"))
            .unwrap_or_default();
        assert!(
            line.contains("permission") && line.contains('2') && line.contains("ReadDlp"),
            "{text}"
        );
    }

    #[test]
    fn what_was_added_is_counted() {
        let mut report = report();
        (
            report.records,
            report.events,
            report.duplicates,
            report.quarantined,
        ) = (1003, 1000, 2, 1);
        report.by_class.insert("Authentication".into(), 1000);
        let text = summary(&report, false);
        assert!(
            text.contains("1,000 events of 1,003 records (2 repeated, 1 quarantined)"),
            "{text}"
        );
        assert!(text.contains("Authentication"), "{text}");
    }
}
