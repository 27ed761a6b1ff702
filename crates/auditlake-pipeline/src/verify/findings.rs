//! How what is missing is told: the hours, the reason, and the command that brings it.

use std::collections::BTreeSet;

use auditlake_api::{ContentBlob, ContentType, Window};
use jiff::Timestamp;

use super::Verifier;
use super::listing::Refused;
use super::report::{FindingKind, VerifyFinding};
use super::state::{ExpectedFile, State};
use crate::coverage::{CoverageGap, HOUR, backfill_command, hour_of, quoted};
use crate::gap::GapReason;
use crate::lake::check::{Finding, FindingKind as FileKind};
use crate::plan::parse_window;

/// Identities of missing records that are told.
const TOLD_RECORDS: usize = 3;

/// A blob that the service lists and no commit names; why, if a run met a gap there.
pub(super) fn missing_blob(
    verifier: &Verifier,
    content_type: ContentType,
    hour: Timestamp,
    content_id: &str,
    why: Option<(GapReason, &str)>,
) -> VerifyFinding {
    let span = hour_span(hour);
    let detail = why.map_or("no run has brought it", |(_, detail)| detail);
    VerifyFinding {
        content_id: Some(content_id.to_owned()),
        reason: why.map(|(reason, _)| reason),
        command: Some(backfill(verifier, content_type, span)),
        ..VerifyFinding::new(
            FindingKind::MissingBlob,
            &content_type,
            span,
            detail.to_owned(),
        )
    }
}

/// A span or a content type that the service did not list.
pub(super) fn unlisted(verifier: &Verifier, refused: &Refused) -> VerifyFinding {
    let kind = FindingKind::Unlisted;
    let content_type = refused.content_type;
    let name = &verifier.connection.name;
    let command = match refused.reason {
        GapReason::Disabled => Some(format!(
            "auditlake subscription start {name} --content-type {content_type}"
        )),
        GapReason::Permission => Some(format!("auditlake connection test {name}")),
        _ => None,
    };
    let help = "run it again: the service did not answer as it should";
    VerifyFinding {
        reason: Some(refused.reason),
        help: command.is_none().then(|| help.to_owned()),
        command,
        ..VerifyFinding::new(kind, &content_type, refused.window, refused.detail.clone())
    }
}

/// A blob that the service lists and did not give again.
pub(super) fn unfetched(
    verifier: &Verifier,
    content_type: ContentType,
    blob: &ContentBlob,
    (reason, detail): (GapReason, String),
) -> VerifyFinding {
    let span = hour_span(hour_of(blob.content_created));
    VerifyFinding {
        content_id: Some(blob.content_id.clone()),
        reason: Some(reason),
        command: Some(again(verifier, &content_type.to_string(), span, "--deep")),
        ..VerifyFinding::new(FindingKind::Unfetched, &content_type, span, detail)
    }
}

/// Records of a blob that are in no file; none when all are there.
pub(super) fn missing_records(
    verifier: &Verifier,
    content_type: ContentType,
    blob: &ContentBlob,
    missing: &[u128],
    of: usize,
) -> Option<VerifyFinding> {
    if missing.is_empty() {
        return None;
    }
    let uids = missing.iter().take(TOLD_RECORDS);
    let uids: Vec<String> = uids.map(|uid| format!("{uid:032x}")).collect();
    let more = if missing.len() > uids.len() {
        ", …"
    } else {
        ""
    };
    let detail = format!(
        "{} of {of} records are in no file: `metadata.uid` {}{more}",
        missing.len(),
        uids.join(", ")
    );
    let span = hour_span(hour_of(blob.content_created));
    Some(VerifyFinding {
        content_id: Some(blob.content_id.clone()),
        command: Some(again(
            verifier,
            &content_type.to_string(),
            span,
            "--deep --repair",
        )),
        ..VerifyFinding::new(FindingKind::MissingRecord, &content_type, span, detail)
    })
}

/// A file that is missing or not as it was written, and what brings its rows back.
pub(super) fn damaged_file(
    verifier: &Verifier,
    state: &State,
    found: &Finding,
    expected: &ExpectedFile,
) -> VerifyFinding {
    let kind = match found.kind {
        FileKind::Missing => FindingKind::MissingFile,
        _ => FindingKind::ChangedFile,
    };
    let units = expected.generations.iter().map(|place| &place.unit);
    let windows = units.clone().filter_map(|unit| parse_window(&unit.window));
    let types: BTreeSet<String> = units.map(|unit| unit.content_type.clone()).collect();
    let types: Vec<String> = types.into_iter().collect();
    let start = windows.clone().map(|window| window.start).min();
    let end = windows.map(|window| window.end).max();
    let span = Window {
        start: start.unwrap_or(verifier.range.start),
        end: end.unwrap_or(verifier.range.end),
    };
    let flags = if found.kind == FileKind::WrongHash {
        "--deep --repair"
    } else {
        "--repair"
    };
    let why_not = verifier.why_beyond_repair(state, expected);
    VerifyFinding {
        path: Some(found.path.clone()),
        command: why_not
            .is_none()
            .then(|| again(verifier, &types.join(","), span, flags)),
        help: why_not.map(|why| format!("{why}: {}", found.help)),
        content_types: types,
        ..VerifyFinding::new(kind, "", span, found.detail.clone())
    }
}

/// A gap of the ledger that the service cannot fill any more.
pub(super) fn expired(gap: CoverageGap) -> VerifyFinding {
    let span = Window {
        start: gap.since,
        end: gap.until,
    };
    let help = "the service does not have it any more; Microsoft's audit search goes further back";
    VerifyFinding {
        content_id: gap.content_ids.into_iter().next(),
        reason: gap.reason,
        help: Some(help.to_owned()),
        ..VerifyFinding::new(FindingKind::Expired, &gap.content_type, span, gap.detail)
    }
}

fn hour_span(hour: Timestamp) -> Window {
    Window {
        start: hour,
        end: hour + HOUR,
    }
}

fn backfill(verifier: &Verifier, content_type: ContentType, span: Window) -> String {
    let (lake, name) = (&verifier.options.lake, &verifier.connection.name);
    let handed_on = verifier.handed_on;
    backfill_command(lake, handed_on, name, content_type, span.start, span.end)
}

/// The same verification of less, with other flags.
fn again(verifier: &Verifier, content_types: &str, span: Window, flags: &str) -> String {
    let (lake, name) = (quoted(&verifier.options.lake), &verifier.connection.name);
    format!(
        "auditlake verify {name} --lake {lake} --since {} --until {} --content-type {content_types} {flags}",
        span.start, span.end
    )
}
