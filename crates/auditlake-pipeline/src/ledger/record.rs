//! What the ledger's objects say. Readers tolerate members they do not know.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::gap::GapReason;
use crate::handover::Form;
use crate::ledger::detail::CommitDetail;
use crate::ledger::process::Process;

/// Version of the ledger's records.
pub const LEDGER_VERSION: u32 = 1;
/// Version of the records of compactions: those that may have [`Commit::replaces`].
pub const COMPACTION_VERSION: u32 = 2;

/// Version of the records that may have [`Commit::lost`].
pub const LOSS_VERSION: u32 = 3;
/// Version of the records that may have [`Commit::handed_on`]: who does not know it would take the rows for rows of the
/// lake.
pub const HANDOVER_VERSION: u32 = 4;
/// The latest version that this build reads.
pub const NEWEST_VERSION: u32 = HANDOVER_VERSION;

/// What every version of every record has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// Reads a record. One of a later version is refused: what it means, only its own version knows.
pub(crate) fn read<T: DeserializeOwned>(path: &str, bytes: &[u8]) -> Result<T, Error> {
    let failed = |source| Error::Record {
        path: path.to_owned(),
        source,
    };
    let Versioned { version } = serde_json::from_slice(bytes).map_err(failed)?;
    if version > NEWEST_VERSION {
        return Err(Error::LaterRecord {
            path: path.to_owned(),
            version,
        });
    }
    serde_json::from_slice(bytes).map_err(failed)
}

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
    /// The paths that the new files are to replace. Only compactions have some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<String>,
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
    /// The paths of committed files whose rows are in [`files`](Self::files) now. They are to be removed; until they
    /// are, their rows are in the lake twice. Only compactions have some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<String>,
    /// The connections that the replaced files came from. Only compactions have some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<String>,
    /// `contentId`s that commits name and whose records are not in the lake any more: they are fetched again. Their files
    /// are in [`rolled_back`](Self::rolled_back), if they are to be removed. Only repairs have some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<String>,
    /// Where the records went that are in no file of the lake. Only runs that hand on have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_on: Option<HandedOn>,
    /// Figures of the blobs and events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<CommitDetail>,
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
            replaces: Vec::new(),
            connections: Vec::new(),
            lost: Vec::new(),
            handed_on: None,
            detail: None,
        }
    }
}

/// That the records of a generation were handed on to a reader: the lake holds none of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedOn {
    /// In what form.
    pub form: Form,
    /// Which records these were; none when all were handed on before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identities: Option<IdentityList>,
}

/// An object with the identities of records: 16 bytes each, big-endian, in ascending order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityList {
    /// Path below the lake's root.
    pub path: String,
    /// How many there are.
    pub count: u64,
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
    /// `contentCreated` of the blob.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records as they were stored, by version and kind, each beside what it must be read as.
    fn stored(kind: &str) -> Vec<(String, String)> {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/test-data/ledger");
        let mut found = Vec::new();
        for version in std::fs::read_dir(root).expect("test data") {
            for file in std::fs::read_dir(version.expect("a directory").path()).expect("records") {
                let path = file.expect("a record").path();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if name.ends_with(&format!("{kind}.json")) {
                    let read_as = path.with_extension("read-as");
                    let text = |path| std::fs::read_to_string(path).expect("a record");
                    found.push((text(&path), text(&read_as)));
                }
            }
        }
        assert!(!found.is_empty(), "no {kind} is kept");
        found
    }

    fn check_stored<T: DeserializeOwned + std::fmt::Debug>(kind: &str) {
        for (text, expected) in stored(kind) {
            let record: T = read(kind, text.as_bytes()).expect("a readable record");
            assert_eq!(format!("{record:#?}").trim(), expected.trim(), "{kind}");
        }
    }

    #[test]
    fn every_stored_form_is_read_as_it_was_meant() {
        check_stored::<Intent>("intent");
        check_stored::<Commit>("commit");
        check_stored::<crate::ledger::runs::Run>("start");
        check_stored::<crate::ledger::runs::Run>("end");
    }

    #[test]
    fn version_2_says_what_it_replaces() {
        let commit = include_bytes!("../../test-data/ledger/v2/commit.json");
        let intent = include_bytes!("../../test-data/ledger/v2/intent.json");
        let commit: Commit = read("a", commit).unwrap();
        assert_eq!(commit.version, COMPACTION_VERSION);
        assert_eq!((commit.replaces.len(), commit.files.len()), (2, 1));
        assert_eq!(commit.connections, ["contoso", "fabrikam"]);
        let intent: Intent = read("a", intent).unwrap();
        assert_eq!(intent.replaces, commit.replaces);
        assert_eq!(intent.paths[0], commit.files[0].path);
    }

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        for (text, _) in stored("commit") {
            let commit: Commit = read("a", text.as_bytes()).unwrap();
            let text = serde_json::to_vec(&commit).unwrap();
            assert_eq!(read::<Commit>("a", &text).unwrap(), commit);
        }
    }

    #[test]
    fn what_is_no_record_is_named() {
        for text in ["", "{", "{}", r#"{"version":"1"}"#, r#"{"version":1}"#] {
            let error = read::<Commit>("x/000000.commit.json", text.as_bytes()).unwrap_err();
            assert!(matches!(error, Error::Record { .. }), "{error}");
            assert!(error.to_string().contains("x/000000.commit.json"));
        }
    }
}
