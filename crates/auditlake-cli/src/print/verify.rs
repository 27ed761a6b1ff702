//! What a verification found, for people.

use auditlake_pipeline::verify::{VerifyFinding, VerifyReport};

use super::coverage::minute;
use super::table::number;
use super::{not_in_the_lake, there};

/// Findings that are told one by one; of more, the first.
const FINDING_LINES: usize = 50;

/// What was brought, what is missing, and the verdict.
pub(crate) fn table(report: &VerifyReport) -> String {
    let mut lines: Vec<String> = report.repaired.iter().map(repaired).collect();
    let findings = report.findings.iter().take(FINDING_LINES);
    lines.extend(findings.map(finding));
    if report.findings.len() > FINDING_LINES {
        let more = number((report.findings.len() - FINDING_LINES) as u64);
        lines.push(format!("and {more} findings more: see `--output json`"));
    }
    lines.extend(sums(report));
    lines.extend(not_in_the_lake(report.handed_on));
    lines.push(verdict(report));
    lines.join("\n")
}

fn repaired(finding: &VerifyFinding) -> String {
    format!("repaired: {}", subject(finding))
}

fn finding(finding: &VerifyFinding) -> String {
    let reason = finding
        .reason
        .map_or_else(String::new, |reason| format!(" ({reason})"));
    let help = finding.command.as_ref().or(finding.help.as_ref());
    let help = help.map_or_else(String::new, |help| format!("\n    {help}"));
    format!("{}{reason}: {}{help}", subject(finding), finding.detail)
}

fn subject(finding: &VerifyFinding) -> String {
    let kind = finding.kind.as_str().replace('_', " ");
    let what = finding.path.as_ref().or(finding.content_id.as_ref());
    let what = what.map_or_else(String::new, |what| format!(" `{what}`"));
    format!(
        "{kind}: {} {} to {}{what}",
        finding.content_types.join(", "),
        minute(finding.since),
        minute(finding.until)
    )
}

fn sums(report: &VerifyReport) -> Vec<String> {
    let blobs = &report.blobs;
    let recent = match blobs.recent {
        0 => String::new(),
        count => format!(", {} too new to be there", number(count)),
    };
    let mut lines = vec![
        format!(
            "blobs: {} listed, {} {}, {} missing{recent}",
            number(blobs.listed),
            number(blobs.committed),
            there(report.handed_on),
            number(blobs.missing)
        ),
        format!(
            "files: {} with {} rows, {} missing or changed",
            number(report.files.checked),
            number(report.files.rows),
            number(report.files.damaged)
        ),
    ];
    if report.deep {
        lines.push(format!(
            "records: {} fetched again, {} missing",
            number(report.records.checked),
            number(report.records.missing)
        ));
    }
    lines
}

fn verdict(report: &VerifyReport) -> String {
    match report.findings.len() {
        0 => "nothing is missing".to_owned(),
        1 => "1 finding".to_owned(),
        count => format!("{} findings", number(count as u64)),
    }
}
