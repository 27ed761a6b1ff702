//! A lake and its upkeep, for people.

use std::collections::BTreeSet;

use auditlake_pipeline::compact::{CompactReport, CompactedPartition, LeftAlone};
use auditlake_pipeline::lake::{CheckReport, ClassInfo, Finding, FindingKind, LakeInfo};
use bytesize::ByteSize;
use comfy_table::Table;

use super::not_in_the_lake;
use super::table::{listing, number, right, table};

/// Partitions that are told one by one; of more, the first.
const PARTITION_LINES: usize = 20;

/// The end of a compaction.
pub(crate) fn compaction(report: &CompactReport) -> String {
    let mut parts = Vec::new();
    if !report.partitions.is_empty() {
        parts.push(partitions(&report.partitions));
    }
    parts.extend(report.left_alone.iter().map(left_alone));
    if report.removed > 0 {
        let words = if report.dry_run {
            "to remove"
        } else {
            "removed"
        };
        parts.push(format!(
            "{} files that an earlier run had left behind: {words}",
            number(report.removed)
        ));
    }
    if report.unknown_files > 0 {
        parts.push(format!(
            "{} files that the ledger does not know were left alone: see `auditlake lake check`",
            number(report.unknown_files)
        ));
    }
    parts.push(words(report));
    parts.join("\n")
}

fn partitions(partitions: &[CompactedPartition]) -> String {
    let mut table = table(&["partition", "files", "to", "bytes", "to", "rows", "repeats"]);
    for partition in partitions.iter().take(PARTITION_LINES) {
        let totals = &partition.totals;
        table.add_row([
            format!("{}/{}", partition.table, partition.partition),
            number(totals.files_before),
            number(totals.files_after),
            ByteSize(totals.bytes_before).to_string(),
            ByteSize(totals.bytes_after).to_string(),
            number(totals.rows),
            number(totals.duplicates),
        ]);
    }
    right(&mut table, 1..7);
    match partitions.len().saturating_sub(PARTITION_LINES) {
        0 => table.to_string(),
        more => format!("{table}\nand {more} partitions more"),
    }
}

fn left_alone(left: &LeftAlone) -> String {
    format!("left alone: `{}`: {}", left.partition, left.reason)
}

fn words(report: &CompactReport) -> String {
    let totals = &report.totals;
    if report.partitions.is_empty() {
        return format!("nothing to merge before {}", report.until);
    }
    if report.dry_run {
        return format!(
            "{} files ({}) would become about {}; nothing was changed",
            number(totals.files_before),
            ByteSize(totals.bytes_before),
            number(totals.files_after)
        );
    }
    format!(
        "{} files ({}) became {} ({}), {} rows, {} repeats dropped",
        number(totals.files_before),
        ByteSize(totals.bytes_before),
        number(totals.files_after),
        ByteSize(totals.bytes_after),
        number(totals.rows),
        number(totals.duplicates)
    )
}

/// What a lake holds.
pub(crate) fn info(info: &LakeInfo) -> String {
    let mut table = listing(&[
        "table",
        "class",
        "rows",
        "files",
        "bytes",
        "days",
        "oldest",
        "newest",
        "small files",
    ]);
    for (name, found) in &info.tables {
        row(&mut table, name, "", &found.total);
        for (class, of_class) in &found.classes {
            row(&mut table, name, class, of_class);
        }
    }
    right(&mut table, [2, 3, 4, 5, 8]);
    let connections = joined(&info.connections);
    let versions: BTreeSet<String> = info.ledger_versions.iter().map(u32::to_string).collect();
    let mut lines = vec![
        format!("lake: {}", info.lake),
        format!("connections: {connections}"),
        format!(
            "ledger: records of version {}, {} compactions",
            joined(&versions),
            number(info.compactions)
        ),
        table.trim_fmt(),
    ];
    lines.extend(not_in_the_lake(info.handed_on));
    let small: u64 = info
        .tables
        .values()
        .map(|table| table.total.small_files)
        .sum();
    if small > 0 {
        lines.push(format!(
            "{} small files: `auditlake compact` merges those of closed days",
            number(small)
        ));
    }
    if info.replaced_files > 0 {
        lines.push(format!(
            "{} files are replaced and not removed yet: the next `auditlake compact` or `backfill` does that",
            number(info.replaced_files)
        ));
    }
    lines.join("\n")
}

fn row(table: &mut Table, name: &str, class: &str, found: &ClassInfo) {
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    table.add_row([
        name.to_owned(),
        class.to_owned(),
        number(found.rows),
        number(found.files),
        ByteSize(found.bytes).to_string(),
        number(found.days),
        day(found.oldest),
        day(found.newest),
        number(found.small_files),
    ]);
}

fn joined(names: &BTreeSet<String>) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}

/// What a check found: each finding, then what helps against each kind.
pub(crate) fn checked(report: &CheckReport) -> String {
    let mut lines: Vec<String> = report.findings.iter().map(finding).collect();
    let mut told = BTreeSet::new();
    for finding in &report.findings {
        if told.insert(finding.kind) {
            lines.push(format!(
                "what helps ({}): {}",
                words_of(finding.kind),
                finding.help
            ));
        }
    }
    lines.extend(not_in_the_lake(report.handed_on));
    lines.push(format!(
        "{} files, {} rows: {}",
        number(report.files),
        number(report.rows),
        verdict(report)
    ));
    lines.join("\n")
}

fn verdict(report: &CheckReport) -> String {
    match (report.findings.len(), report.deep) {
        (0, true) => "all as the ledger says, byte for byte".to_owned(),
        (0, false) => "all there, with the sizes and rows that the ledger says".to_owned(),
        (1, _) => "1 finding".to_owned(),
        (count, _) => format!("{count} findings"),
    }
}

fn finding(finding: &Finding) -> String {
    let kind = words_of(finding.kind);
    format!("{kind}: `{}`: {}", finding.path, finding.detail)
}

fn words_of(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Missing => "missing",
        FindingKind::Foreign => "foreign",
        FindingKind::Leftover => "left over",
        FindingKind::WrongSize => "wrong size",
        FindingKind::WrongRows => "wrong rows",
        FindingKind::WrongHash => "wrong hash",
        FindingKind::Unreadable => "unreadable",
        FindingKind::Unregistered => "not registered",
        FindingKind::StillRegistered => "still registered",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_helps_is_told_once_a_kind() {
        let finding = |kind, path: &str| Finding {
            kind,
            path: path.to_owned(),
            detail: "5 bytes".to_owned(),
            help: "look".to_owned(),
        };
        let findings = vec![
            finding(FindingKind::Missing, "a"),
            finding(FindingKind::Missing, "b"),
            finding(FindingKind::WrongHash, "c"),
        ];
        let report = CheckReport {
            findings,
            ..CheckReport::default()
        };
        let told = checked(&report);
        assert_eq!(told.matches("what helps").count(), 2);
        assert!(told.contains("missing: `b`: 5 bytes"));
        assert!(told.ends_with("3 findings"));
    }
}
