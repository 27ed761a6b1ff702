//! Each record of each blob, fetched again, against the identities in the files.

use std::collections::{BTreeSet, HashSet};

use auditlake_api::{ContentBlob, ContentType};
use futures::{StreamExt, stream};

use super::Verifier;
use super::findings::{missing_records, unfetched};
use super::listing::Listed;
use super::report::VerifyReport;
use super::state::State;
use crate::batches::{Batchers, Order};
use crate::budget::Budget;
use crate::cores;
use crate::error::Error;
use crate::failure::{describe, reason};
use crate::gap::GapReason;
use crate::identities::identities_of;
use crate::ledger::UnitKey;
use crate::normalize::{Body, RawGeneration};
use crate::source::Raw;

/// Blobs fetched at once.
const FETCHES: usize = 8;
/// Files read at once.
const READS: usize = 16;

/// What a blob's records are, or why that cannot be told.
type Outcome = Result<Vec<u128>, (GapReason, String)>;

impl Verifier {
    /// Looks for each record of the blobs that the ledger says are in the lake.
    pub(super) async fn check_records(
        &self,
        listed: &Listed,
        state: &State,
        damaged: &BTreeSet<String>,
        report: &mut VerifyReport,
    ) -> Result<(), Error> {
        let known = self.identities(state, damaged).await?;
        let committed = listed
            .blobs()
            .filter(|(content_type, blob)| state.has(content_type.as_str(), &blob.content_id));
        let committed: Vec<_> = committed.map(|(t, blob)| (t, blob.clone())).collect();
        let mut fetched = stream::iter(committed)
            .map(|(content_type, blob)| async move {
                let outcome = self.records(content_type, &blob).await;
                (content_type, blob, outcome)
            })
            .buffer_unordered(FETCHES)
            .boxed();
        while let Some((content_type, blob, outcome)) = fetched.next().await {
            match outcome? {
                Ok(records) => {
                    report.records.checked += records.len() as u64;
                    let missing = records.iter().filter(|record| !known.contains(record));
                    let missing: Vec<u128> = missing.copied().collect();
                    report.records.missing += missing.len() as u64;
                    let finding =
                        missing_records(self, content_type, &blob, &missing, records.len());
                    report.findings.extend(finding);
                }
                Err(why) => report
                    .findings
                    .push(unfetched(self, content_type, &blob, why)),
            }
        }
        Ok(())
    }

    /// The identities of all records in files that are as they were written.
    async fn identities(
        &self,
        state: &State,
        damaged: &BTreeSet<String>,
    ) -> Result<HashSet<u128>, Error> {
        let paths: Vec<String> = state.with_earlier.difference(damaged).cloned().collect();
        let mut read = stream::iter(paths)
            .map(|path| async move { identities_of(&self.lake, &path).await })
            .buffer_unordered(READS)
            .boxed();
        let mut known = HashSet::new();
        while let Some(uids) = read.next().await {
            let uids = match uids {
                // A file of earlier days that cannot be read has none: its records are missed where they are repeated.
                Err(auditlake_parquet::Error::Parquet { .. }) => continue,
                uids => uids?.unwrap_or_default(),
            };
            let uids = uids.iter().flatten();
            known.extend(uids.filter_map(|uid| u128::from_str_radix(uid, 16).ok()));
        }
        Ok(known)
    }

    /// The identities of a blob's records, as a run would make them.
    async fn records(
        &self,
        content_type: ContentType,
        blob: &ContentBlob,
    ) -> Result<Outcome, Error> {
        let bytes = match self.client.fetch_blob(blob).await {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Err((reason(&error), describe(&error)))),
        };
        let body = Body {
            content_id: blob.content_id.clone(),
            created: Some(blob.content_created),
            bytes,
            reservation: Budget::new(u64::MAX).reserve(0).await,
        };
        let raw = RawGeneration {
            unit: UnitKey {
                content_type: content_type.to_string(),
                window: String::new(),
            },
            bodies: vec![body],
            failed: Vec::new(),
            last: true,
        };
        let connection = self.connection.name.clone();
        let made =
            cores::work(move || raw.normalize(&connection, &Batchers::new(false, Order::ByClass)))
                .await?;
        if let Some(failed) = made.failed.into_iter().next() {
            return Ok(Err((failed.reason, failed.detail)));
        }
        let batches = made.rows.batches.iter();
        let identities = batches.flat_map(|batch| {
            let rows = batch.rows.iter().map(|row| row.identity);
            rows.chain(batch.quarantine_identities.iter().copied())
        });
        let distinct: BTreeSet<u128> = identities.collect();
        Ok(Ok(distinct.into_iter().collect()))
    }
}
