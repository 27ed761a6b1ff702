//! Microsoft Graph's audit search as a source: the unified audit log by the time of its records, far beyond the seven
//! days of the feed.
//!
//! A unit is a slice of time, a day unless told otherwise, of everything or of one service or record type. The service is
//! told what to search, works on it for minutes to hours, and then gives the records page by page. Nothing is noted here
//! of what it is at: a search has a name that says what it is of and when it was asked for, by which the next run finds
//! it. What the service found is brought in like the feed's blobs, and what the lake has already is dropped by identity.

mod ask;
mod found;
mod name;
mod plan;
mod slice;

use std::sync::Arc;
use std::time::Duration;

use auditlake_api::{GraphClient, RequestCounts, RequestTimes};
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::SignedDuration;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use self::found::Found;
use self::name::Searches;
pub use self::plan::SearchFilter;
use self::plan::{Slice, slices};
use self::slice::Searcher;
use crate::commit::{Beside, Memory, ledger_from};
use crate::connection::{Connection, check_name};
use crate::content_ids::Blobs;
use crate::error::{Error, Stopped};
use crate::ledger::holds_audit_records;
use crate::options::BackfillOptions;
use crate::plan::MAX_WINDOW;
use crate::progress::Progress;
use crate::recorder::Recorder;
use crate::report::Report;
use crate::run::{Run, Stops};
use crate::source::{Desk, Planned, Room, Source, Traffic};

/// How far back the search goes unless told otherwise: what Audit (Standard) keeps.
///
/// Source: Microsoft Purview, "Auditing solutions in Microsoft Purview", 180 days since October 2023.
pub const DEFAULT_REACH: SignedDuration = SignedDuration::from_hours(180 * 24);
/// Length of a slice unless told otherwise: 180 of them are within the 200 searches that the service takes of a tenant in a
/// day.
///
/// Source: Microsoft Graph, "Service-specific throttling limits", section "Security audit log query service limits".
pub const DEFAULT_SLICE: SignedDuration = MAX_WINDOW;
/// Searches under way at once unless told otherwise: a fifth of the 50 that the service takes of a tenant, whose users
/// search, too. Source: as of [`DEFAULT_SLICE`].
pub const DEFAULT_SEARCHES: usize = 10;
/// How long one search is waited for unless told otherwise: as long as the service works on it.
pub const DEFAULT_PATIENCE: Duration = Duration::from_hours(24);

/// What may be chosen about a backfill by audit search.
#[derive(Debug, Clone)]
pub struct SearchOptions {
    /// The lake, the memory, and the span, which is of the time of records: `since` and `until` are rounded outwards to whole
    /// slices. Content types, window and subscriptions are the feed's and not looked at.
    pub backfill: BackfillOptions,
    /// What is searched for.
    pub filter: SearchFilter,
    /// Length of a slice: whole minutes that divide a day, at most 24 hours.
    pub slice: SignedDuration,
    /// Searches that are under way at once.
    pub searches: usize,
    /// How long one search is waited for.
    pub patience: Duration,
}

impl SearchOptions {
    /// Everything as it is unless told otherwise.
    pub fn new(backfill: BackfillOptions) -> Self {
        Self {
            backfill,
            filter: SearchFilter::All,
            slice: DEFAULT_SLICE,
            searches: DEFAULT_SEARCHES,
            patience: DEFAULT_PATIENCE,
        }
    }
}

/// Brings what the unified audit log has of the time between `since` and `until` into the lake, once, whatever of it came
/// by the feed.
///
/// What could not be had is named in the report; an error means that the run itself could not go on, and brings the
/// report of what it had done until then.
pub async fn search(
    connection: Connection,
    options: SearchOptions,
    progress: Arc<Progress>,
    cancel: CancellationToken,
) -> Result<Report, Stopped> {
    let started = options.backfill.clock.now();
    let report = Report::new(&connection.name, &connection.client.tenant_id, started);
    let planned = || {
        check_name(&connection.name)?;
        let slices = slices(started, &options)?;
        Ok((slices, GraphClient::new(&connection.client)?))
    };
    let (slices, client) = match planned() {
        Ok(planned) => planned,
        Err(error) => return Err(Stopped::new(error, report)),
    };
    let recorder = Recorder::new(report, progress);
    let quota = u64::from(client.config().graph_requests_per_minute);
    recorder.progress.quota.set(quota);
    recorder.announce_units(slices.len());
    let source = AuditSearch::new(client, slices, &options);
    let stops = Stops {
        stop: CancellationToken::new(),
        cancel,
    };
    let run = Run::new(connection.name, options.backfill, recorder, stops);
    let ended = run.go(source, Memory::default()).await;
    ended.map(|done| done.report)
}

/// One run's view of the audit search.
struct AuditSearch {
    client: GraphClient,
    /// Oldest first, since the oldest is the first to be gone.
    slices: Vec<Slice>,
    feeds: Vec<String>,
    searches: usize,
    patience: Duration,
    /// Searches that the service has from earlier runs.
    earlier: Searches,
}

impl AuditSearch {
    fn new(client: GraphClient, slices: Vec<Slice>, options: &SearchOptions) -> Self {
        Self {
            client,
            slices,
            feeds: options.filter.feeds(),
            searches: options.searches.max(1),
            patience: options.patience,
            earlier: Searches::default(),
        }
    }
}

impl Source for AuditSearch {
    type Left = ();
    type Raw = Found;

    fn feeds(&self) -> Vec<String> {
        self.feeds.clone()
    }

    async fn plan(&mut self, _desk: &Desk) -> Result<Planned, Error> {
        let starts = self.slices.iter().map(|slice| slice.window.start);
        Ok(Planned {
            directories: self.feeds.clone(),
            from: starts.min().map(|start| ledger_from(start - MAX_WINDOW)),
            lost: Vec::new(),
        })
    }

    fn beside() -> Option<Beside> {
        Some(holds_audit_records)
    }

    /// Slices of several days are read at once, and their days are needed in turn.
    fn forgets_beyond() -> Option<u64> {
        Some(4)
    }

    /// Looks for the searches of earlier runs, which takes the same permission as a search.
    async fn prepare(&mut self, desk: &Desk) -> Result<(), Error> {
        match self.client.queries().await {
            Ok(queries) => {
                self.earlier = Searches::of(&desk.connection, queries);
                Ok(())
            }
            Err(error) => {
                let gives_up = |feed: &String| desk.access.give_up(feed, &error);
                let gave_up = self.feeds.iter().filter(|feed| gives_up(feed)).count();
                if gave_up > 0 {
                    Ok(())
                } else {
                    Err(error.into())
                }
            }
        }
    }

    /// Says which slices would be searched.
    fn look(&mut self, desk: &Desk, _room: Room, known: &Blobs) -> BoxFuture<'static, ()> {
        let is_known = |slice: &&Slice| known.contains(&slice.feed, &slice.whole().content_id());
        let (all, known) = (
            self.slices.len(),
            self.slices.iter().filter(is_known).count(),
        );
        let progress = &desk.recorder.progress;
        progress.windows_done.add(all as u64);
        desk.recorder.with(|report| {
            report.blobs.listed += all as u64;
            report.blobs.already_committed += known as u64;
        });
        std::future::ready(()).boxed()
    }

    fn fetch(
        &mut self,
        desk: &Desk,
        room: Room,
        known: &Blobs,
        out: Sender<Found>,
    ) -> BoxFuture<'static, ()> {
        let searcher = Searcher::new(self, desk, room, known);
        let slices = std::mem::take(&mut self.slices);
        Arc::new(searcher).run(slices, out).boxed()
    }

    fn traffic(&self) -> Traffic {
        let (counts, times): (RequestCounts, RequestTimes) =
            (self.client.requests(), self.client.request_times());
        Traffic { counts, times }
    }
}
