//! Whether what the service lists is in the lake: the service, the ledger and the files are compared with each other.
//!
//! | compared | with | a difference is |
//! | --- | --- | --- |
//! | each blob that the service lists now | the ledger | a [missing blob](FindingKind::MissingBlob) |
//! | each file that the ledger names for these windows | the store | a missing or changed file |
//! | `deep`: each record of each listed blob, fetched again | the identities in the files | a [missing record](FindingKind::MissingRecord) |
//! | `deep`: each of these files, byte for byte | the SHA-256 in the ledger | a changed file |
//!
//! What a compaction replaced is looked for where its rows are now.

mod deep;
mod files;
mod findings;
mod listing;
mod repair;
mod report;
mod state;

use std::collections::BTreeMap;

use auditlake_api::{Client, ContentType, Window};
use auditlake_parquet::Lake;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::connection::{Connection, check_name};
use crate::coverage::{CoverageOptions, coverage, hour_after, hour_of};
use crate::error::Error;
use crate::handover::Form;
use crate::layout;
use crate::plan::{EDGE_MARGIN, MAX_WINDOW, RETENTION, Span, plan};
use listing::Listed;
pub use report::{FindingKind, VerifyFinding, VerifyReport};
use state::State;

/// Version of the report's fields.
pub const VERIFY_VERSION: u32 = 1;
/// How long a new blob may be on its way unless told otherwise.
pub const DEFAULT_GRACE: SignedDuration = SignedDuration::from_hours(1);

/// What may be chosen about a verification.
#[derive(Debug, Clone)]
pub struct VerifyOptions {
    /// The lake: a URL or a bare path.
    pub lake: String,
    /// From when on; as far back as the service lists unless told otherwise.
    pub since: Option<Timestamp>,
    /// Until when; now unless told otherwise.
    pub until: Option<Timestamp>,
    /// Content types to verify.
    pub content_types: Vec<ContentType>,
    /// Fetch each blob again and look for each record; compare the files byte for byte.
    pub deep: bool,
    /// Bring what is missing, and verify again.
    pub repair: bool,
    /// Blobs that became available so recently, and that no run has listed yet, are not missing.
    pub grace: SignedDuration,
    /// Keep the record's own bytes of what a repair brings.
    pub raw_data: bool,
    /// The time now.
    pub clock: Clock,
}

impl VerifyOptions {
    /// Everything as it is unless told otherwise.
    pub fn new(lake: impl Into<String>) -> Self {
        Self {
            lake: lake.into(),
            since: None,
            until: None,
            content_types: ContentType::ALL.to_vec(),
            deep: false,
            repair: false,
            grace: DEFAULT_GRACE,
            raw_data: true,
            clock: Clock::system(),
        }
    }
}

/// Compares the service, the ledger and the files; with [`VerifyOptions::repair`] brings what can be had.
///
/// # Errors
///
/// [`Error::Config`] for settings that cannot work, [`Error::Credentials`] and [`Error::Permission`] if nothing may be
/// listed, [`Error::Lake`], [`Error::Ledger`] and [`Error::Record`] if the lake cannot be read, [`Error::Cancelled`]
/// when interrupted. What is missing is a finding.
pub async fn verify(
    connection: Connection,
    options: VerifyOptions,
    cancel: CancellationToken,
) -> Result<VerifyReport, Error> {
    check_name(&connection.name)?;
    let mut verifier = Verifier::new(connection, options, cancel.clone())?;
    let work = Box::pin(async {
        verifier.look_where_records_went().await?;
        verifier.work().await
    });
    let ended = cancel.run_until_cancelled(work).await;
    ended.unwrap_or(Err(Error::Cancelled))
}

/// One verification.
struct Verifier {
    connection: Connection,
    options: VerifyOptions,
    client: Client,
    lake: Lake,
    /// What was asked for.
    range: Window,
    started: Timestamp,
    /// In what form the records were handed on, if they are not in the lake.
    handed_on: Option<Form>,
    cancel: CancellationToken,
}

/// What was found, with what a repair needs to know of it.
struct Found {
    report: VerifyReport,
    state: State,
}

impl Verifier {
    fn new(
        connection: Connection,
        options: VerifyOptions,
        cancel: CancellationToken,
    ) -> Result<Self, Error> {
        let started = options.clock.now();
        let start = options.since.unwrap_or(started - RETENTION + EDGE_MARGIN);
        let end = options.until.map_or(started, |until| until.min(started));
        Ok(Self {
            client: Client::new(connection.client.clone())?,
            lake: Lake::open_to_read(&options.lake)?,
            range: Window { start, end },
            connection,
            options,
            started,
            handed_on: None,
            cancel,
        })
    }

    /// What was handed on is not there to be compared, or to be brought back into files.
    async fn look_where_records_went(&mut self) -> Result<(), Error> {
        self.handed_on = layout::format_of(&self.lake).await?.handed_on();
        match self.handed_on {
            Some(form) if self.options.deep || self.options.repair => {
                Err(Error::OtherLake(format!(
                    "its records were handed on (`--to {form}`), so there are none to look at or to repair; a `backfill` \
                     with `--to {form}` hands on what is missing"
                )))
            }
            _ => Ok(()),
        }
    }

    async fn work(&self) -> Result<VerifyReport, Error> {
        let found = self.look().await?;
        if !self.options.repair || found.report.findings.is_empty() {
            return Ok(found.report);
        }
        let before = found.report.findings.clone();
        self.repair(&found).await?;
        let mut report = self.look().await?.report;
        let is_gone = |finding: &VerifyFinding| !report.findings.iter().any(|it| it.is_of(finding));
        report.repaired = before.into_iter().filter(is_gone).collect();
        Ok(report)
    }

    async fn look(&self) -> Result<Found, Error> {
        let listed = self.list().await?;
        // The ledger is read after the service, so that what a run commits meanwhile is found.
        let mut state = State::read(self).await?;
        let mut report = VerifyReport::new(self);
        report.findings.extend(self.expired().await?);
        self.compare_blobs(&listed, &state, &mut report);
        let damaged = self.check_files(&mut state, &mut report).await?;
        if self.options.deep {
            self.check_records(&listed, &state, &damaged, &mut report)
                .await?;
        }
        report.requests = self.client.requests().total;
        report.finished = self.options.clock.now();
        Ok(Found { report, state })
    }

    async fn list(&self) -> Result<Listed, Error> {
        let span = Span {
            since: Some(self.range.start),
            until: Some(self.range.end),
            window: MAX_WINDOW,
        };
        let plan = plan(self.started, &span, &self.options.content_types)?;
        listing::list(&self.client, &self.options.clock, plan.units).await
    }

    fn compare_blobs(&self, listed: &Listed, state: &State, report: &mut VerifyReport) {
        let recent = self.options.clock.now() - self.options.grace;
        let mut missing: BTreeMap<(ContentType, Timestamp), Vec<&str>> = BTreeMap::new();
        for (content_type, blob) in listed.blobs() {
            report.blobs.listed += 1;
            if state.has(content_type.as_str(), &blob.content_id) {
                report.blobs.committed += 1;
            } else if blob.content_created > recent
                && !state.is_listed(content_type, blob.content_created)
            {
                report.blobs.recent += 1;
            } else {
                report.blobs.missing += 1;
                let hour = hour_of(blob.content_created);
                let ids = missing.entry((content_type, hour)).or_default();
                ids.push(&blob.content_id);
            }
        }
        for ((content_type, hour), ids) in missing {
            for id in ids {
                let why = state.why_not(id);
                let finding = findings::missing_blob(self, content_type, hour, id, why);
                report.findings.push(finding);
            }
        }
        for refused in &listed.refused {
            report.findings.push(findings::unlisted(self, refused));
        }
    }

    /// What the ledger says of hours that the service does not list any more.
    async fn expired(&self) -> Result<Vec<VerifyFinding>, Error> {
        let edge = hour_after(self.started - RETENTION + EDGE_MARGIN);
        let until = edge.min(hour_of(self.range.end));
        if hour_after(self.range.start) >= until || self.options.since.is_none() {
            return Ok(Vec::new());
        }
        let asked = CoverageOptions {
            opened: Some(self.lake.clone()),
            since: Some(hour_after(self.range.start)),
            until: Some(until),
            content_types: self.options.content_types.clone(),
            clock: self.options.clock.clone(),
            ..CoverageOptions::new(&self.options.lake, &self.connection.name)
        };
        let gaps = coverage(&asked).await?.gaps.into_iter();
        Ok(gaps.map(findings::expired).collect())
    }
}
