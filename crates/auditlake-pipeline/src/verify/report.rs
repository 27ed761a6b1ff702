//! The verification report: stable field names, see `docs/guides/coverage-and-verify.md`.

use auditlake_api::Window;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{VERIFY_VERSION, Verifier};
use crate::gap::GapReason;
use crate::handover::Form;
use crate::report::Outcome;

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyReport {
    /// [`VERIFY_VERSION`].
    pub version: u32,
    /// The lake, as it was named.
    pub lake: String,
    /// Name of the connection.
    pub connection: String,
    /// In what form the records were handed on: then the lake holds no events, and what is said to be in it was taken by a
    /// reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_on: Option<Form>,
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
            handed_on: verifier.handed_on,
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
    /// One without what only some have.
    pub(super) fn new(
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
