//! Counters that a run keeps while it works, for whoever shows them.

use std::sync::atomic::{AtomicU64, Ordering};

/// One counter.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// The count now.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn set(&self, count: u64) {
        self.0.store(count, Ordering::Relaxed);
    }
}

/// Counters of a run: written by the run, read at any time from any thread.
#[derive(Debug, Default)]
pub struct Progress {
    /// Windows to list, counted once a content type.
    pub windows_planned: Counter,
    /// Windows settled: listed, and all their blobs committed or given up.
    pub windows_done: Counter,
    /// Blobs that are to be fetched (listed, and not in the ledger).
    pub blobs_listed: Counter,
    /// Blobs fetched or given up.
    pub blobs_fetched: Counter,
    /// Blobs that the ledger has already.
    pub blobs_already_committed: Counter,
    /// Events committed to the lake.
    pub events: Counter,
    /// Bytes of blob bodies downloaded.
    pub bytes_downloaded: Counter,
    /// Bytes of Parquet written.
    pub bytes_written: Counter,
    /// HTTP requests sent.
    pub requests: Counter,
    /// Answers that said to slow down.
    pub throttled: Counter,
    /// Requests a minute that the client allows itself now.
    pub quota: Counter,
    /// Bytes of the input files, as far as they have a size.
    pub input_bytes: Counter,
    /// Bytes of them that were read, packed as they are.
    pub input_bytes_read: Counter,
    /// Gaps named so far.
    pub gaps: Counter,
}
