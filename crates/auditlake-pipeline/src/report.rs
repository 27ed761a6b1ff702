//! The run report: what a run did, in stable field names.

mod stages;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::stages::{Busy, Limit, Seconds, Stages};
use crate::gap::Gap;
use crate::handover::Form;

/// Version of the report's fields.
pub const REPORT_VERSION: u32 = 1;

/// What a run did. `records = events + duplicates + quarantined`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// [`REPORT_VERSION`].
    pub version: u32,
    /// Name of the connection.
    pub connection: String,
    /// Tenant id; empty for input files.
    pub tenant_id: String,
    /// In what form the records were handed on instead of being written to the lake; absent when they were not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_on: Option<Form>,
    /// When the run started.
    pub started: Timestamp,
    /// When the run finished.
    pub finished: Timestamp,
    /// Windows, counted once a content type.
    pub windows: Windows,
    /// Content blobs.
    pub blobs: Blobs,
    /// Audit records of the blobs that this run committed.
    pub records: u64,
    /// Events written.
    pub events: u64,
    /// Records dropped because the lake has them already.
    pub duplicates: u64,
    /// Rows written to the quarantine.
    pub quarantined: u64,
    /// Parquet files written.
    pub files: u64,
    /// Bytes.
    pub bytes: Bytes,
    /// HTTP requests.
    pub requests: Requests,
    /// By content type: whether all of it could be had.
    pub content_types: BTreeMap<String, ContentTypeReport>,
    /// Figures by content type; those of which nothing came are not in it.
    #[serde(default)]
    pub by_content_type: BTreeMap<String, ContentTypeCounts>,
    /// What could not be had.
    pub gaps: Vec<Gap>,
    /// Events by OCSF class.
    pub by_class: BTreeMap<String, u64>,
    /// Events by `RecordType`, as sent, as text.
    pub by_record_type: BTreeMap<String, u64>,
    /// Events by `RecordType` that the table of known ones does not have.
    pub unknown_record_types: BTreeMap<String, u64>,
    /// What kept the run busy, and what limited it; absent for input files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stages: Option<Stages>,
    /// Why the run stopped before its end; absent when it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Windows of a run, counted once a content type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Windows {
    /// Windows to list.
    pub planned: u64,
    /// Windows listed to the last page.
    pub listed: u64,
    /// Windows left to another run that is at work on them.
    pub skipped: u64,
}

/// Content blobs of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blobs {
    /// Blobs that the service listed.
    pub listed: u64,
    /// Blobs downloaded.
    pub fetched: u64,
    /// Blobs that the ledger has already.
    pub already_committed: u64,
    /// Blobs that expired before they could be had.
    pub expired: u64,
    /// Blobs that could not be had for another reason.
    pub failed: u64,
}

/// Bytes of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bytes {
    /// Bytes of blob bodies, after decompression.
    pub downloaded: u64,
    /// Bytes of Parquet files.
    pub written: u64,
}

/// HTTP requests of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    /// Requests sent.
    pub total: u64,
    /// Answers that said to slow down.
    pub throttled: u64,
    /// Requests sent again.
    pub retried: u64,
}

/// Figures of a content type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentTypeCounts {
    /// Blobs downloaded.
    pub blobs: u64,
    /// Audit records of the blobs that this run committed.
    pub records: u64,
    /// Events written.
    pub events: u64,
}

/// Whether all of a content type could be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentTypeReport {
    /// The verdict.
    pub status: ContentTypeStatus,
    /// The service's own words, or a hint.
    pub reason: Option<String>,
}

/// The verdict on a content type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentTypeStatus {
    /// All that was asked is in the lake.
    Complete,
    /// Something named in `gaps` is missing.
    Incomplete,
    /// Nothing of it can be had.
    Unavailable,
}

/// What the report says as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All that was asked is in the lake: exit code 0.
    Complete,
    /// Something named in the report could not be had: exit code 4.
    Gaps,
}

impl Report {
    /// An empty report.
    pub fn new(connection: &str, tenant_id: &str, started: Timestamp) -> Self {
        Self {
            version: REPORT_VERSION,
            connection: connection.to_owned(),
            tenant_id: tenant_id.to_owned(),
            handed_on: None,
            started,
            finished: started,
            windows: Windows::default(),
            blobs: Blobs::default(),
            records: 0,
            events: 0,
            duplicates: 0,
            quarantined: 0,
            files: 0,
            bytes: Bytes::default(),
            requests: Requests::default(),
            content_types: BTreeMap::new(),
            by_content_type: BTreeMap::new(),
            gaps: Vec::new(),
            by_class: BTreeMap::new(),
            by_record_type: BTreeMap::new(),
            unknown_record_types: BTreeMap::new(),
            stages: None,
            error: None,
        }
    }

    /// The figures of a content type.
    pub(crate) fn counts_of(&mut self, content_type: &str) -> &mut ContentTypeCounts {
        self.by_content_type
            .entry(content_type.to_owned())
            .or_default()
    }

    /// Notes that the run did not come to its end: what it had not come to is not complete.
    pub(crate) fn not_complete(&mut self, words: &str) {
        for told in self.content_types.values_mut() {
            if told.status == ContentTypeStatus::Complete {
                told.status = ContentTypeStatus::Incomplete;
                told.reason = Some(words.to_owned());
            }
        }
    }

    /// Whether something named here could not be had.
    pub fn outcome(&self) -> Outcome {
        if self.gaps.is_empty() && self.quarantined == 0 {
            Outcome::Complete
        } else {
            Outcome::Gaps
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gap::GapReason;

    fn report() -> Report {
        let time = "2026-05-04T10:00:00Z".parse().expect("a timestamp");
        Report::new("contoso", "11111111-2222-3333-4444-555555555555", time)
    }

    fn gap() -> Gap {
        Gap {
            content_type: "DLP.All".to_owned(),
            window: None,
            content_id: None,
            reason: GapReason::Permission,
            detail: "`ActivityFeed.ReadDlp` is missing".to_owned(),
        }
    }

    /// The field names are a promise: programs read them.
    #[test]
    fn the_fields_are_as_documented() {
        let mut report = report();
        let content_type = ContentTypeReport {
            status: ContentTypeStatus::Unavailable,
            reason: None,
        };
        report
            .content_types
            .insert("DLP.All".to_owned(), content_type);
        report.by_record_type.insert("6".to_owned(), 1);
        report.counts_of("DLP.All").blobs = 1;
        report.gaps.push(gap());
        let expected = serde_json::json!({
            "version": 1,
            "connection": "contoso",
            "tenant_id": "11111111-2222-3333-4444-555555555555",
            "started": "2026-05-04T10:00:00Z",
            "finished": "2026-05-04T10:00:00Z",
            "windows": {"planned": 0, "listed": 0, "skipped": 0},
            "blobs": {"listed": 0, "fetched": 0, "already_committed": 0, "expired": 0, "failed": 0},
            "records": 0,
            "events": 0,
            "duplicates": 0,
            "quarantined": 0,
            "files": 0,
            "bytes": {"downloaded": 0, "written": 0},
            "requests": {"total": 0, "throttled": 0, "retried": 0},
            "content_types": {"DLP.All": {"status": "unavailable", "reason": null}},
            "by_content_type": {"DLP.All": {"blobs": 1, "records": 0, "events": 0}},
            "gaps": [{
                "content_type": "DLP.All",
                "window": null,
                "content_id": null,
                "reason": "permission",
                "detail": "`ActivityFeed.ReadDlp` is missing"
            }],
            "by_class": {},
            "by_record_type": {"6": 1},
            "unknown_record_types": {}
        });
        assert_eq!(serde_json::to_value(&report).unwrap(), expected);
        assert_eq!(serde_json::from_value::<Report>(expected).unwrap(), report);
    }

    #[test]
    fn a_gap_or_a_quarantined_item_is_no_complete_run() {
        assert_eq!(report().outcome(), Outcome::Complete);
        assert_eq!(
            Report {
                gaps: vec![gap()],
                ..report()
            }
            .outcome(),
            Outcome::Gaps
        );
        assert_eq!(
            Report {
                quarantined: 1,
                ..report()
            }
            .outcome(),
            Outcome::Gaps
        );
    }
}
