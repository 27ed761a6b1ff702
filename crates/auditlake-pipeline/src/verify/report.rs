//! The verification report: stable field names, see `docs/guides/coverage-and-verify.md`.

use std::collections::BTreeSet;

use auditlake_api::{ContentBlob, ContentType, Window};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::listing::Refused;
use super::state::{ExpectedFile, State};
use super::{VERIFY_VERSION, Verifier};
use crate::coverage::{CoverageGap, HOUR, backfill_command, hour_of, quoted};
use crate::gap::GapReason;
use crate::lake::check::{Finding, FindingKind as FileKind};
use crate::plan::parse_window;
use crate::report::Outcome;

/// Identities of missing records that are told.
const TOLD_RECORDS: usize = 3;

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyReport {
    /// [`VERIFY_VERSION`].
    pub version: u32,
    /// The lake, as it was named.
    pub lake: String,
    /// Name of the connection.
    pub connection: String,
    /// Its tenant.
    pub tenant_id: String,
    /// From when on.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// When the verification started.
    pub started: Timestamp,
    /// When it finished.
    pub finished: Timestamp,
    /// Records and bytes were compared as well.
    pub deep: bool,
    /// What the service lists.
    pub blobs: BlobSums,
    /// The files that should be there.
    pub files: FileSums,
    /// The records of the blobs; none unless `deep`.
    pub records: RecordSums,
    /// HTTP requests.
    pub requests: u64,
    /// What is missing.
    pub findings: Vec<VerifyFinding>,
    /// What was missing and is there after the repair.
    pub repaired: Vec<VerifyFinding>,
}

/// Blobs that the service lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobSums {
    /// All of them.
    pub listed: u64,
    /// In the lake, by the ledger.
    pub committed: u64,
    /// So new that no run can be blamed.
    pub recent: u64,
    /// Not in the lake.
    pub missing: u64,
}

/// Files that should be there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSums {
    /// All of them.
    pub checked: u64,
    /// Their rows, by the ledger.
    pub rows: u64,
    /// Missing or changed.
    pub damaged: u64,
}

/// Records of the blobs that the ledger says are in the lake.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSums {
    /// Distinct records of the blobs.
    pub checked: u64,
    /// In no file.
    pub missing: u64,
}

/// Something that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyFinding {
    /// What.
    pub kind: FindingKind,
    /// Content types; a file may have rows of several.
    pub content_types: Vec<String>,
    /// The first moment that it is about.
    pub since: Timestamp,
    /// The moment after the last.
    pub until: Timestamp,
    /// The blob.
    pub content_id: Option<String>,
    /// The file, below the lake's root.
    pub path: Option<String>,
    /// Why, if the service or a run said so.
    pub reason: Option<GapReason>,
    /// What was found, and what was expected.
    pub detail: String,
    /// The command that brings it, if one can.
    pub command: Option<String>,
    /// What helps, if no command does.
    pub help: Option<String>,
}

/// What can be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// The service lists a blob that no commit names.
    MissingBlob,
    /// The ledger names a file that is not there.
    MissingFile,
    /// A file is not as it was written.
    ChangedFile,
    /// A record of a committed blob is in no file.
    MissingRecord,
    /// The service does not list a span or a content type.
    Unlisted,
    /// The service does not give a blob that it lists, so that its records cannot be looked for.
    Unfetched,
    /// The ledger has a gap in hours that the service does not list any more.
    Expired,
}

impl FindingKind {
    /// The word in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingBlob => "missing_blob",
            Self::MissingFile => "missing_file",
            Self::ChangedFile => "changed_file",
            Self::MissingRecord => "missing_record",
            Self::Unlisted => "unlisted",
            Self::Unfetched => "unfetched",
            Self::Expired => "expired",
        }
    }
}

impl VerifyReport {
    pub(super) fn new(verifier: &Verifier) -> Self {
        Self {
            version: VERIFY_VERSION,
            lake: verifier.options.lake.clone(),
            connection: verifier.connection.name.clone(),
            tenant_id: verifier.connection.client.tenant_id.clone(),
            since: verifier.range.start,
            until: verifier.range.end,
            started: verifier.started,
            finished: verifier.started,
            deep: verifier.options.deep,
            blobs: BlobSums::default(),
            files: FileSums::default(),
            records: RecordSums::default(),
            requests: 0,
            findings: Vec::new(),
            repaired: Vec::new(),
        }
    }

    /// Whether something is missing.
    pub fn outcome(&self) -> Outcome {
        if self.findings.is_empty() {
            Outcome::Complete
        } else {
            Outcome::Gaps
        }
    }
}

impl VerifyFinding {
    fn new(
        kind: FindingKind,
        content_type: &(impl ToString + ?Sized),
        span: Window,
        detail: String,
    ) -> Self {
        Self {
            kind,
            content_types: vec![content_type.to_string()],
            since: span.start,
            until: span.end,
            content_id: None,
            path: None,
            reason: None,
            detail,
            command: None,
            help: None,
        }
    }

    /// Whether it is about the same thing.
    pub(super) fn is_of(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.content_types == other.content_types
            && self.content_id == other.content_id
            && self.path == other.path
    }
}

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

/// None when all are there.
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
    backfill_command(lake, name, content_type, span.start, span.end)
}

/// The same verification of less, with other flags.
fn again(verifier: &Verifier, content_types: &str, span: Window, flags: &str) -> String {
    let (lake, name) = (quoted(&verifier.options.lake), &verifier.connection.name);
    format!(
        "auditlake verify {name} --lake {lake} --since {} --until {} --content-type {content_types} {flags}",
        span.start, span.end
    )
}
