//! What the ledger's objects say. Readers tolerate members they do not know.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::gap::GapReason;
use crate::ledger::process::Process;

/// Version of the ledger's records.
pub const LEDGER_VERSION: u32 = 1;

/// Says which files a generation is about to write, so that they can be removed if it never commits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// [`LEDGER_VERSION`].
    pub version: u32,
    /// Run that writes the files.
    pub run_id: String,
    /// Process of the run.
    pub process: Process,
    /// When the intent was made.
    pub started: Timestamp,
    /// `contentId`s of the blobs whose records are in the files.
    pub content_ids: Vec<String>,
    /// The exact paths of the files, below the lake's root.
    pub paths: Vec<String>,
}

/// Settles a generation: it is in the lake, or it was rolled back and never will be.
///
/// There is one such object a generation and the store lets one writer create it, so that a slow run and the run
/// that gave up waiting for it cannot both be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// [`LEDGER_VERSION`].
    pub version: u32,
    /// Run that wrote the files.
    pub run_id: String,
    /// When the commit was made.
    pub committed: Timestamp,
    /// The files, all of them in the lake.
    pub files: Vec<CommittedFile>,
    /// `contentId`s of the blobs whose records are in the lake.
    pub content_ids: Vec<String>,
    /// What became of the records.
    pub counts: Counts,
    /// What could not be had of the unit, when this generation was committed.
    #[serde(default)]
    pub failed: Vec<Failed>,
    /// The intent's paths when the generation was rolled back: they are to be removed, and every run looks again,
    /// in case that a slow writer comes late. Empty for a generation that is in the lake.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rolled_back: Vec<String>,
}

impl Commit {
    /// Settles a generation as rolled back.
    pub(crate) fn rollback(run_id: &str, now: Timestamp, paths: Vec<String>) -> Self {
        Self {
            version: LEDGER_VERSION,
            run_id: run_id.to_owned(),
            committed: now,
            files: Vec::new(),
            content_ids: Vec::new(),
            counts: Counts::default(),
            failed: Vec::new(),
            rolled_back: paths,
        }
    }
}

/// A file that a generation wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommittedFile {
    /// Path below the lake's root.
    pub path: String,
    /// Rows.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of the bytes, in hex.
    pub sha256: String,
}

/// What became of the records of a generation. `records = events + duplicates + quarantined`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records of the blobs.
    pub records: u64,
    /// Events written.
    pub events: u64,
    /// Records dropped because the lake has them already.
    pub duplicates: u64,
    /// Rows written to the quarantine.
    pub quarantined: u64,
}

/// Something of a unit that could not be had.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Failed {
    /// `contentId` of the blob; none when the window could not be listed to its end.
    pub content_id: Option<String>,
    /// Why.
    pub reason: GapReason,
    /// The service's own words, or ours.
    pub detail: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A version 1 record as stored, with a member that no version of ours wrote.
    const COMMIT_V1: &str = include_str!("../../test-data/ledger/v1.commit.json");
    const INTENT_V1: &str = include_str!("../../test-data/ledger/v1.intent.json");

    #[test]
    fn version_1_stays_readable() {
        let commit: Commit = serde_json::from_str(COMMIT_V1).unwrap();
        assert_eq!(commit.version, 1);
        assert_eq!(commit.files[0].rows, 17);
        assert_eq!(
            commit.counts,
            Counts {
                records: 20,
                events: 17,
                duplicates: 2,
                quarantined: 1
            }
        );
        assert_eq!(commit.failed[0].reason, GapReason::Malformed);
        let intent: Intent = serde_json::from_str(INTENT_V1).unwrap();
        assert_eq!(intent.paths.len(), 1);
        assert_eq!(intent.process.pid, 4711);
    }

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        let commit: Commit = serde_json::from_str(COMMIT_V1).unwrap();
        let text = serde_json::to_string(&commit).unwrap();
        assert_eq!(serde_json::from_str::<Commit>(&text).unwrap(), commit);
    }
}
