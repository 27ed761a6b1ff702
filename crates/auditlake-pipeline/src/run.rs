//! A run, from the plan to the report.
//!
//! ```text
//! plan ─▶ list ─▶ fetch ─▶ (bodies of a generation) ─▶ normalize ─▶ dedup, encode ─▶ commit
//!         4 ahead  N at once   first budget              cores at once, second budget   one ahead   one at a time
//! ```
//!
//! Memory: of the limit, an eighth is for bodies (being downloaded, waiting for the rest of their unit, or being
//! normalized), and three eighths for normalized rows and their encoding, taken as `EXPANSION` times their bodies,
//! which is what was measured: room for three generations (one on its way to the store, one being encoded, one being
//! normalized), of which each is a fortieth of the limit, or one blob. The other half is for what no budget
//! counts: code, a compressor for each core (see [`crate::cores`]), what the allocator keeps for next time, and the
//! identities of the last days' records, which grow with the tenant; a source that goes through many days has a share of it
//! for them, unless one day takes more. What one blob needs passes even when it is more than
//! its share: see [`crate::budget`].

mod conclude;
mod prepare;
mod pump;

use std::sync::Arc;

use auditlake_api::Client;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use tracing::instrument;

use crate::access::Access;
use crate::commit::Memory;
use crate::connection::{Connection, check_name};
use crate::error::{Error, Stopped};
use crate::feed::{Feed, Task};
use crate::handover::Outlet;
use crate::ledger::Ledger;
use crate::options::{BackfillOptions, MIN_MEMORY_LIMIT};
use crate::plan::{self, Span};
use crate::progress::Progress;
use crate::recorder::Recorder;
use crate::report::Report;
use crate::source::{Desk, Source};

/// Part of the memory limit that the bodies of one generation may be. Three fit into their budget, though each is a little
/// larger by its last blob.
pub(crate) const GENERATION_SHARE: u64 = 40;

/// Brings everything that the service offers between `since` and `until` into the lake, once.
///
/// What could not be had is named in the report; an error means that the run itself could not go on, and brings the
/// report of what it had done until then.
pub async fn backfill(
    connection: Connection,
    options: BackfillOptions,
    progress: Arc<Progress>,
    cancel: CancellationToken,
) -> Result<Report, Stopped> {
    let started = options.clock.now();
    let report = Report::new(&connection.name, &connection.client.tenant_id, started);
    let span = Span {
        since: options.since,
        until: options.until,
        window: options.window,
    };
    let planned = || {
        check_name(&connection.name)?;
        let plan = plan::plan(started, &span, &options.content_types)?;
        Ok((plan, Client::new(connection.client)?))
    };
    match planned() {
        Ok((plan, client)) => {
            let recorder = Recorder::new(report, progress);
            let feed = Feed::new(client, Task::Span(plan), &options, &recorder);
            let stops = Stops {
                stop: CancellationToken::new(),
                cancel,
            };
            let run = Run::new(connection.name, options, recorder, stops);
            let ended = Box::pin(run.go(feed, Memory::default())).await;
            ended.map(|done| done.report)
        }
        Err(error) => Err(Stopped::new(error, report)),
    }
}

/// How a run is told to end.
#[derive(Debug, Clone)]
pub(crate) struct Stops {
    /// Nothing more is begun, and what is begun is brought to its end.
    pub(crate) stop: CancellationToken,
    /// What is not committed is dropped.
    pub(crate) cancel: CancellationToken,
}

/// A run that came to its end.
#[derive(Debug)]
pub(crate) struct Done<L> {
    /// What it did.
    pub(crate) report: Report,
    /// What the next run of the connection in this process need not read again.
    pub(crate) memory: Memory,
    /// What its source leaves to the next run.
    pub(crate) left: L,
}

/// What came of the work.
type Worked<S> = (Memory, <S as Source>::Left);

/// One run of one connection, whatever the source.
pub(crate) struct Run {
    connection: String,
    options: BackfillOptions,
    recorder: Arc<Recorder>,
    access: Arc<Access>,
    stops: Stops,
}

impl Run {
    /// A run that has done nothing yet; `recorder` has what it starts from.
    pub(crate) fn new(
        connection: String,
        options: BackfillOptions,
        recorder: Recorder,
        stops: Stops,
    ) -> Self {
        let form = options.outlet.as_ref().map(Outlet::form);
        recorder.with(|report| report.handed_on = form);
        let recorder = Arc::new(recorder);
        Self {
            access: Access::new(Arc::clone(&recorder)),
            connection,
            options,
            recorder,
            stops,
        }
    }

    /// Does all of it. `memory` is what an earlier run of this process and connection knew.
    #[instrument(name = "run", skip_all, fields(connection = self.connection))]
    pub(crate) async fn go<S: Source>(
        self,
        mut source: S,
        memory: Memory,
    ) -> Result<Done<S::Left>, Stopped> {
        let ended = self.work(&mut source, memory).await;
        let report = self.report(&source);
        let ended = ended.and_then(|done| {
            let checked = self.check_access(&source.feeds(), &report);
            checked.map(|()| done)
        });
        match ended {
            Ok((memory, left)) => Ok(Done {
                report,
                memory,
                left,
            }),
            Err(error) => Err(Stopped::new(error, report)),
        }
    }

    async fn work<S: Source>(&self, source: &mut S, memory: Memory) -> Result<Worked<S>, Error> {
        let desk = self.desk()?;
        let is_called_for = source.is_called_for(&desk);
        if !self.cancellable(is_called_for.boxed()).await? {
            return Ok((memory, S::Left::default()));
        }
        let prepared = self.prepare(source, &desk, memory);
        let prepared = self.cancellable(prepared.boxed()).await?;
        let done = if self.options.dry_run {
            self.look(source, &desk, prepared).await?
        } else {
            self.pump(source, &desk, prepared).boxed().await?
        };
        self.check_refused()?;
        Ok(done)
    }

    /// Credentials that stopped working end a run that has done all it could.
    fn check_refused(&self) -> Result<(), Error> {
        self.access.refused().map_or(Ok(()), |it| Err(it.into()))
    }

    /// Boxed, as the compiler else cannot see that a whole run may move between threads.
    async fn cancellable<T>(&self, work: BoxFuture<'_, Result<T, Error>>) -> Result<T, Error> {
        self.stops
            .cancel
            .run_until_cancelled(work)
            .await
            .unwrap_or(Err(Error::Cancelled))
    }

    /// What the run lends to its source: it has a lake, or there is no run.
    fn desk(&self) -> Result<Desk, Error> {
        let lake = self.lake()?;
        Ok(Desk {
            connection: self.connection.clone(),
            ledger: Ledger::new(lake.clone(), &self.connection),
            lake,
            recorder: Arc::clone(&self.recorder),
            access: Arc::clone(&self.access),
            clock: self.options.clock.clone(),
            now: self.options.clock.now(),
            dry_run: self.options.dry_run,
            stop: self.stops.stop.clone(),
        })
    }

    fn memory(&self) -> u64 {
        self.options.memory_limit.max(MIN_MEMORY_LIMIT)
    }
}

#[cfg(test)]
mod tests;
