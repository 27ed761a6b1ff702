//! A run, from the plan to the report.
//!
//! ```text
//! plan ─▶ list ─▶ fetch ─▶ (bodies of a generation) ─▶ normalize ─▶ dedup, encode, commit
//!         4 ahead  N at once   first budget              cores at once, second budget   one at a time
//! ```
//!
//! Memory: of the limit, an eighth is for bodies (being downloaded, waiting for the rest of their unit, or being
//! normalized), and three eighths for normalized rows and their encoding, taken as `EXPANSION` times their bodies,
//! which is what was measured: room for three generations, of which each is about a sixty-fourth of the limit, or one
//! blob. The other half is for what no budget counts: code, the compressors of some hundred columns for each core
//! (see [`crate::cores`]), what the allocator keeps for next time, and the identities of the last days' records, which
//! grow with the tenant. What one blob needs passes even when it is more than its share: see [`crate::budget`].

mod claims;
mod conclude;
mod prepare;
mod pump;
pub(crate) mod round;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use auditlake_api::{Client, ContentType, RequestCounts, RequestTimes};
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;
use tracing::instrument;

use crate::commit::Memory;
use crate::connection::{Connection, check_name};
use crate::error::{Error, Stopped};
use crate::fetch::State;
use crate::handover::Outlet;
use crate::ledger::Ledger;
use crate::listed::Listed;
use crate::options::{BackfillOptions, MIN_MEMORY_LIMIT};
use crate::plan::{self, Plan, Span};
use crate::progress::Progress;
use crate::recorder::Recorder;
use crate::report::Report;
use crate::run::prepare::Prepared;
use crate::run::round::Round;

/// How far before the seven days the ledger is looked at: windows are up to a day long, and late.
pub(crate) const LEDGER_MARGIN: SignedDuration = SignedDuration::from_hours(48);

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
            let stops = Stops {
                stop: CancellationToken::new(),
                cancel,
            };
            let run = Run::new(connection.name, client, options, report, progress, stops);
            let ended = run.go(Task::Span(plan), Memory::default()).await;
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

/// What a run is to list.
#[derive(Debug)]
pub(crate) enum Task {
    /// What somebody asks for.
    Span(Plan),
    /// What a schedule asks for.
    Round(Round),
    /// Nothing is listed: what was announced is fetched.
    Notices,
}

/// A run that came to its end.
#[derive(Debug)]
pub(crate) struct Done {
    /// What it did.
    pub(crate) report: Report,
    /// What the next run of the connection in this process need not read again.
    pub(crate) memory: Memory,
    /// What is listed by now.
    pub(crate) listed: Listed,
    /// Notices that are left in the inbox.
    pub(crate) notices: usize,
}

/// What came of the work.
type Worked = (Memory, Listed, usize);

/// One run of one connection.
pub(crate) struct Run {
    connection: String,
    options: BackfillOptions,
    client: Client,
    /// Requests that the client had sent before.
    counted: RequestCounts,
    /// How long they had taken.
    timed: RequestTimes,
    recorder: Arc<Recorder>,
    stops: Stops,
    state: Arc<Mutex<State>>,
}

/// What is worth saying of a content type beside its gaps.
type Notes = BTreeMap<ContentType, &'static str>;

impl Run {
    /// A run that has done nothing yet; `report` is what it starts from.
    pub(crate) fn new(
        connection: String,
        client: Client,
        options: BackfillOptions,
        report: Report,
        progress: Arc<Progress>,
        stops: Stops,
    ) -> Self {
        let quota = u64::from(client.config().requests_per_minute);
        progress.quota.set(quota);
        let report = Report {
            handed_on: options.outlet.as_ref().map(Outlet::form),
            ..report
        };
        Self {
            counted: client.requests(),
            timed: client.request_times(),
            client,
            recorder: Arc::new(Recorder::new(report, progress)),
            connection,
            options,
            stops,
            state: Arc::default(),
        }
    }

    /// Does all of it. `memory` is what an earlier run of this process and connection knew.
    #[instrument(name = "run", skip_all, fields(connection = self.connection))]
    pub(crate) async fn go(self, task: Task, memory: Memory) -> Result<Done, Stopped> {
        if let Task::Span(plan) = &task {
            self.announce(plan);
        }
        let mut notes = Notes::new();
        let ended = self.work(task, memory, &mut notes).await;
        let report = self.report(&notes);
        let ended = ended.and_then(|done| self.check_access(&report).map(|()| done));
        match ended {
            Ok((memory, listed, notices)) => Ok(Done {
                report,
                memory,
                listed,
                notices,
            }),
            Err(error) => Err(Stopped::new(error, report)),
        }
    }

    async fn work(&self, task: Task, memory: Memory, notes: &mut Notes) -> Result<Worked, Error> {
        let (lake, now) = (self.lake()?, self.options.clock.now());
        let ledger = Ledger::new(lake.clone(), &self.connection);
        let inbox = self.inbox(&task, ledger.clone(), now);
        let mut inbox = self.cancellable(inbox.boxed()).await?;
        let lists = !matches!(task, Task::Notices);
        if !lists && inbox.is_empty() {
            return Ok((memory, Listed::default(), 0));
        }
        let prepared = self.prepare(task, lake, &ledger, &inbox, memory, now);
        let prepared = self.cancellable(prepared.boxed()).await?;
        notes.clone_from(&prepared.notes);
        let done = if self.options.dry_run {
            self.look(prepared).await?
        } else {
            self.pump(prepared, lists, ledger, &mut inbox, now)
                .boxed()
                .await?
        };
        self.check_refused()?;
        Ok(done)
    }

    /// Lists, and leaves it at that.
    async fn look(&self, prepared: Prepared) -> Result<Worked, Error> {
        let list = prepared.fetcher.list_only(prepared.plan.units);
        self.cancellable(list.map(Ok).boxed()).await?;
        Ok((prepared.committer.into_memory(), prepared.marks.listed, 0))
    }

    /// Credentials that stopped working end a run that has done all it could.
    fn check_refused(&self) -> Result<(), Error> {
        let refused = lock(&self.state).refused.clone();
        refused.map_or(Ok(()), |error| Err(error.into()))
    }

    /// Boxed, as the compiler else cannot see that a whole run may move between threads.
    async fn cancellable<T>(&self, work: BoxFuture<'_, Result<T, Error>>) -> Result<T, Error> {
        self.stops
            .cancel
            .run_until_cancelled(work)
            .await
            .unwrap_or(Err(Error::Cancelled))
    }

    fn memory(&self) -> u64 {
        self.options.memory_limit.max(MIN_MEMORY_LIMIT)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
