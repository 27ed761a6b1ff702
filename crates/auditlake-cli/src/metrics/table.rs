//! The table of metrics: what there is to scrape, its meaning, and where its samples come from.

use std::fmt;

use prometheus_client::metrics::MetricType;

use super::samples::{self, Sample};
use super::view::View;

/// A metric: one line of the reference page and one family of a scrape.
#[derive(Debug)]
pub struct Metric {
    /// Without the `_total` of counters, which the format puts behind it.
    family: &'static str,
    /// Whether it only grows.
    pub kind: Kind,
    /// What it says, with its unit.
    pub help: &'static str,
    /// Names of the labels, in the order of the samples' values.
    pub labels: &'static [&'static str],
    /// What it is now.
    samples: fn(&View) -> Vec<Sample>,
}

/// Whether a metric only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It grows until the process ends or its connection leaves the configuration.
    Counter,
    /// It goes up and down.
    Gauge,
}

impl Metric {
    /// The name of its samples.
    pub fn name(&self) -> String {
        match self.kind {
            Kind::Counter => format!("{}_total", self.family),
            Kind::Gauge => self.family.to_owned(),
        }
    }

    pub(crate) fn family(&self) -> &'static str {
        self.family
    }

    /// Its figures as things are.
    pub(crate) fn now(&self, view: &View) -> Vec<Sample> {
        (self.samples)(view)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
        })
    }
}

impl From<Kind> for MetricType {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Counter => Self::Counter,
            Kind::Gauge => Self::Gauge,
        }
    }
}

const CONNECTION: &[&str] = &["connection"];
const FEED: &[&str] = &["connection", "content_type"];

/// All metrics, in the order of a scrape.
pub const METRICS: &[Metric] = &[
    counter(
        "auditlake_records",
        "Audit records of the blobs that were committed to the lake",
        FEED,
        samples::records,
    ),
    counter(
        "auditlake_events",
        "Events written to the lake",
        FEED,
        samples::events,
    ),
    counter(
        "auditlake_blobs",
        "Content blobs downloaded",
        FEED,
        samples::blobs,
    ),
    counter(
        "auditlake_duplicates",
        "Records dropped because the lake had them already",
        CONNECTION,
        samples::duplicates,
    ),
    counter(
        "auditlake_quarantined",
        "Rows written to the quarantine, since they are no audit record",
        CONNECTION,
        samples::quarantined,
    ),
    counter(
        "auditlake_bytes",
        "Bytes of blobs downloaded (unpacked) and of Parquet files written (direction: downloaded, written)",
        &["connection", "direction"],
        samples::bytes,
    ),
    counter(
        "auditlake_requests",
        "Requests to the API (outcome: throttled where the service said to slow down, other)",
        &["connection", "outcome"],
        samples::requests,
    ),
    counter(
        "auditlake_retries",
        "Requests to the API that repeated a failed one; they count as requests as well",
        CONNECTION,
        samples::retries,
    ),
    counter(
        "auditlake_rounds",
        "Rounds (outcome: complete, gaps, cut_short at the end of a turn, failed, interrupted)",
        &["connection", "outcome"],
        samples::rounds,
    ),
    counter(
        "auditlake_gaps",
        "What could not be had, by the reason of the run report; one that stays counts in each round that meets it",
        &["connection", "content_type", "reason"],
        samples::gaps,
    ),
    gauge(
        "auditlake_lag_seconds",
        "How far the lake is behind: from the first instant of the last seven days that is not listed until now",
        FEED,
        samples::lag,
    ),
    gauge(
        "auditlake_oldest_uncommitted_timestamp_seconds",
        "The first instant of the last seven days that is not listed, as Unix time",
        FEED,
        samples::oldest_uncommitted,
    ),
    gauge(
        "auditlake_last_success_timestamp_seconds",
        "When a round last came to its end, as Unix time; absent until one has",
        CONNECTION,
        samples::last_success,
    ),
    gauge(
        "auditlake_ready",
        "1 when a round came to its end within the last three intervals, as /readyz has it, else 0",
        CONNECTION,
        samples::ready,
    ),
    gauge(
        "auditlake_failures",
        "Rounds that failed in a row",
        CONNECTION,
        samples::failures,
    ),
    gauge(
        "auditlake_backoff_seconds",
        "Until the next attempt of a connection that fails; 0 when it does not fail or is at work",
        CONNECTION,
        samples::backoff,
    ),
    gauge(
        "auditlake_inbox_notices",
        "Notices of announced content that the inbox had left when a round last ended",
        CONNECTION,
        samples::inbox_notices,
    ),
    counter(
        "auditlake_webhook_announcements",
        "Announcements that `receive` has put into the inbox; one that the service repeats counts again",
        FEED,
        samples::webhook_received,
    ),
    counter(
        "auditlake_webhook_refused",
        "What `receive` did not take (reason, of requests: auth_id, rate, body, malformed, unknown tenant or client, store; of single announcements: unwanted content type, unreadable)",
        &["reason"],
        samples::webhook_refused,
    ),
    gauge(
        "auditlake_webhook_last_timestamp_seconds",
        "When `receive` last put something into the inbox, as Unix time; absent until it has",
        CONNECTION,
        samples::webhook_last,
    ),
    gauge(
        "auditlake_build_info",
        "Always 1; the version is the label",
        &["version"],
        samples::build_info,
    ),
    gauge(
        "process_resident_memory_bytes",
        "Resident memory of the process; on Linux alone",
        &[],
        samples::resident_memory,
    ),
];

const fn counter(
    family: &'static str,
    help: &'static str,
    labels: &'static [&'static str],
    samples: fn(&View) -> Vec<Sample>,
) -> Metric {
    Metric {
        family,
        kind: Kind::Counter,
        help,
        labels,
        samples,
    }
}

const fn gauge(
    family: &'static str,
    help: &'static str,
    labels: &'static [&'static str],
    samples: fn(&View) -> Vec<Sample>,
) -> Metric {
    Metric {
        family,
        kind: Kind::Gauge,
        help,
        labels,
        samples,
    }
}
