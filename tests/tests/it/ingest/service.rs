//! A service whose time the scenario moves, with several tenants that get new records all the time.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result};
use auditlake_pipeline::{
    ClientConfig, Clock, Connection, ContentType, IngestOptions, Report, RetryPolicy, RoundEnd,
    Secret, ingest_once,
};
use auditlake_simulator::{
    Blob, Clock as ServiceClock, ContentType as Feed, Simulator, SimulatorConfig, Source,
    TenantConfig, start,
};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::world::QUICK;

/// When a scenario begins.
pub(crate) const START: &str = "2026-05-04T00:00:00Z";
/// Quick, and long enough for a machine that has much else to do: who is throttled waits for all that wait before.
const PATIENT: RetryPolicy = RetryPolicy {
    total: Duration::from_mins(1),
    ..QUICK
};
/// Feeds that have content.
const FEEDS: [Feed; 2] = [Feed::Exchange, Feed::SharePoint];
/// Days before the start on which there is content already. Not at the edge of the seven days, where nothing may come
/// late.
const DAYS_BEFORE: i64 = 3;
/// Days in all that a scenario has content unless it says otherwise.
const DAYS: i64 = 24;

/// A record and when it became available.
#[derive(Debug, Clone)]
pub(crate) struct Offered {
    pub(crate) tenant: usize,
    pub(crate) feed: Feed,
    pub(crate) created: Timestamp,
    pub(crate) record: String,
}

/// Several tenants, one lake, and a clock.
pub(crate) struct Tenants {
    pub(crate) simulator: Simulator,
    pub(crate) clock: ServiceClock,
    pub(crate) lake: TempDir,
    pub(crate) offered: Vec<Offered>,
}

impl Tenants {
    /// Tenants that get so many blobs at each of their times.
    pub(crate) async fn new(blobs: &[usize]) -> Result<Self> {
        Self::for_days(blobs, DAYS).await
    }

    /// The same for so many days in all.
    pub(crate) async fn for_days(blobs: &[usize], days: i64) -> Result<Self> {
        let clock = ServiceClock::fixed(START.parse()?);
        let mut offered = Vec::new();
        let mut tenants = Vec::new();
        for (tenant, &blobs) in blobs.iter().enumerate() {
            let own = offers(tenant, blobs, days)?;
            let of = |it: &Offered| Blob::of_records(it.feed, it.created, &[&it.record]);
            let source = Source::Blobs(own.iter().map(of).collect());
            tenants.push(TenantConfig::new(u32::try_from(tenant)?, source));
            offered.extend(own);
        }
        let config = SimulatorConfig {
            tenants,
            now: clock.clone(),
            ..SimulatorConfig::default()
        };
        Ok(Self {
            simulator: start(config).await?,
            clock,
            lake: quick_directory()?,
            offered,
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn connections(&self) -> Result<Vec<Connection>> {
        let address = self.simulator.address();
        let tenants = self.simulator.tenants().into_iter().enumerate();
        let connection = |(index, tenant): (usize, auditlake_simulator::TenantDescription)| {
            let secret = Secret::new(tenant.client_secret);
            let (api, authority) = (address.clone(), address.clone());
            let mut client =
                ClientConfig::new(api, authority, tenant.tenant_id, tenant.client_id, secret);
            client.retry = PATIENT;
            client.requests_per_minute = 1_000_000;
            Ok(Connection::new(Some(format!("tenant-{index}")), client)?)
        };
        tenants.map(connection).collect()
    }

    /// Six-hour windows of the feeds that have content, by the service's time.
    pub(crate) fn options(&self) -> IngestOptions {
        let clock = self.clock.clone();
        let mut options = IngestOptions::new(self.lake.path().to_string_lossy());
        options.backfill.clock = Clock::from_fn(move || clock.now());
        options.backfill.window = SignedDuration::from_hours(6);
        options.backfill.content_types = vec![ContentType::Exchange, ContentType::SharePoint];
        options.concurrency = self.simulator.tenants().len().clamp(2, 8);
        options
    }

    /// One round of each.
    pub(crate) async fn round(&self) -> Result<Vec<RoundEnd>> {
        let (connections, options) = (self.connections()?, self.options());
        let shutdown = CancellationToken::new();
        Ok(ingest_once(connections, options, shutdown, |_| {}).await?)
    }

    /// One round of each, none of which may fail.
    pub(crate) async fn good_round(&self) -> Result<Vec<Report>> {
        let ends = self.round().await?.into_iter();
        let report = |end: RoundEnd| end.ended.context(end.connection);
        ends.map(report).collect()
    }

    /// The records that became available by now, but not within these spans: each once, however often it was repeated.
    pub(crate) fn records_without(&self, lost: &[(Timestamp, Timestamp)]) -> Vec<String> {
        let now = self.now();
        let is_lost = |created: Timestamp| {
            lost.iter()
                .any(|&(from, to)| from <= created && created < to)
        };
        let is_wanted = |it: &&Offered| it.created <= now && !is_lost(it.created);
        let records: BTreeSet<String> = (self.offered.iter().filter(is_wanted))
            .map(|it| it.record.clone())
            .collect();
        records.into_iter().collect()
    }
}

/// In memory where there is such a disk, as a real one takes its time to make each small object last.
fn quick_directory() -> Result<TempDir> {
    let memory = std::path::Path::new("/dev/shm");
    Ok(tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir())?)
}

/// A blob every 97 minutes. Every tenth repeats the record of the blob before it.
fn offers(tenant: usize, blobs: usize, days: i64) -> Result<Vec<Offered>> {
    let start: Timestamp = START.parse()?;
    let first = start - SignedDuration::from_hours(24 * DAYS_BEFORE);
    let times = (0..days * 24 * 60 / 97).map(|index| first + SignedDuration::from_mins(97 * index));
    let mut offers: Vec<Offered> = Vec::new();
    for created in times {
        for blob in 0..blobs {
            let number = offers.len();
            let feed = FEEDS[(number / blobs) % FEEDS.len()];
            let created = created + SignedDuration::from_secs(i64::try_from(blob)?);
            let repeated = offers.last().filter(|_| number % 10 == 9);
            let record = repeated.map_or_else(
                || record(tenant, number, created),
                |before| before.record.clone(),
            );
            offers.push(Offered {
                tenant,
                feed,
                created,
                record,
            });
        }
    }
    Ok(offers)
}

/// A record of no consequence, by its number.
pub(crate) fn record(tenant: usize, number: usize, created: Timestamp) -> String {
    let time = (created - SignedDuration::from_mins(20)).strftime("%Y-%m-%dT%H:%M:%S");
    format!(
        r#"{{"CreationTime":"{time}","Id":"{tenant:08x}-0000-4000-8000-{number:012x}","Operation":"FileAccessed","RecordType":6,"Version":1,"UserType":0,"UserKey":"u","UserId":"user{number}@tenant{tenant}.example","Workload":"SharePoint","ObjectId":"https://tenant{tenant}.example/{number}"}}"#
    )
}
