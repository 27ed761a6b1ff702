//! A run, from the plan to the report.
//!
//! ```text
//! plan ─▶ list ─▶ fetch ─▶ (bodies of a generation) ─▶ normalize ─▶ dedup, encode, commit
//!         4 ahead  N at once   first budget              cores at once, second budget   one at a time
//! ```
//!
//! Memory: of the limit, an eighth is for bodies (being downloaded, waiting for the rest of their unit, or being
//! normalized), and three eighths for normalized rows and their encoding, taken as [`EXPANSION`] times their bodies,
//! which is what was measured: room for three generations, of which each is about a sixty-fourth of the limit, or one
//! blob. The other half is for what no budget counts: code, the compressors of some hundred columns for each core
//! (see [`crate::cores`]), what the allocator keeps for next time, and the identities of the last days' records, which
//! grow with the tenant. What one blob needs passes even when it is more than its share: see [`crate::budget`].

mod claims;
pub(crate) mod round;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;

use auditlake_api::{Client, ContentType, RequestCounts, Window};
use auditlake_parquet::Lake;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::{self, Receiver};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, instrument};

use crate::budget::{Budget, Estimate};
use crate::commit::{Committer, Memory, Site, ledger_from};
use crate::connection::{Connection, check_name};
use crate::cores;
use crate::error::{Error, Stopped};
use crate::fetch::{Fetcher, State, describe};
use crate::gap::{Gap, GapReason};
use crate::handover::{Form, Outlet};
use crate::inbox::Pending;
use crate::layout::{self, Layout};
use crate::ledger::listed::{Marks, RunRecord};
use crate::ledger::{Ledger, RunCounts};
use crate::listed::{Listed, Unavailable};
use crate::normalize::{Generation, RawGeneration};
use crate::options::{BackfillOptions, MIN_MEMORY_LIMIT};
use crate::plan::{self, Plan, Span, Unit, window_name};
use crate::preflight::preflight;
use crate::progress::Progress;
use crate::readiness::{self, Readiness};
use crate::recorder::Recorder;
use crate::report::{ContentTypeReport, ContentTypeStatus, Report};
use crate::run::claims::Claims;
use crate::run::round::{Round, RoundPlan};
use crate::starts::Starts;

/// Rows take about so many times the bytes of their bodies, while they are encoded.
const EXPANSION: u64 = 8;
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
    Span(Plan),
    Round(Round),
    /// Nothing is listed: what was announced is fetched.
    Notices,
}

/// A run that came to its end.
#[derive(Debug)]
pub(crate) struct Done {
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

pub(crate) struct Run {
    connection: String,
    options: BackfillOptions,
    client: Client,
    /// Requests that the client had sent before.
    counted: RequestCounts,
    recorder: Arc<Recorder>,
    stops: Stops,
    state: Arc<Mutex<State>>,
}

/// What is worth saying of a content type beside its gaps.
type Notes = BTreeMap<ContentType, &'static str>;

impl Run {
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
        let lake = self.lake()?;
        let ledger = Ledger::new(lake.clone(), &self.connection);
        let now = self.options.clock.now();
        let inbox = self.inbox(&task, ledger.clone(), now);
        let mut inbox = self.cancellable(inbox.boxed()).await?;
        let lists = !matches!(task, Task::Notices);
        if !lists && inbox.is_empty() {
            return Ok((memory, Listed::default(), 0));
        }
        if !self.options.dry_run && memory.is_empty() {
            self.cancellable(preflight(&lake).boxed()).await?;
        }
        let layout = self.cancellable(self.layout(lake.clone()).boxed()).await?;
        let generation_bytes = layout.generation_bytes(self.memory() / 64);
        let marks = self.cancellable(ledger.read_marks().boxed()).await?;
        let plan = self
            .cancellable(self.plan(task, &ledger, &marks, &inbox, now).boxed())
            .await?;
        let start = self.options.start_subscriptions && !self.options.dry_run;
        let starter = readiness::Starter {
            client: &self.client,
            starts: Starts::new(lake.clone(), &self.connection),
            now,
        };
        let prepare = starter.prepare(&self.options.content_types, start);
        let readiness = self.cancellable(prepare.boxed()).await?;
        let committer = self.committer(lake, layout, memory, plan.from(now));
        let committer = self.cancellable(committer.boxed()).await?;
        let fetcher = self.fetcher(&committer, generation_bytes);
        lock(&self.state).announced = inbox.announced(self.options.window);
        *notes = note_readiness(&fetcher, readiness);
        let done = if self.options.dry_run {
            let list = Arc::clone(&fetcher).list_only(plan.units);
            self.cancellable(list.map(Ok).boxed()).await?;
            (committer.into_memory(), marks.listed, 0)
        } else {
            let claims = Claims::new(ledger, marks, plan.settling(), now);
            let claims = if lists { claims } else { claims.silent() };
            let pump = self.pump(&fetcher, plan, committer, claims, notes, &mut inbox);
            pump.boxed().await?
        };
        self.check_refused()?;
        Ok(done)
    }

    /// Credentials that stopped working end a run that has done all it could.
    fn check_refused(&self) -> Result<(), Error> {
        let refused = lock(&self.state).refused.clone();
        refused.map_or(Ok(()), |error| Err(error.into()))
    }

    /// What was announced. A span that somebody asks for has nothing to do with it.
    async fn inbox(&self, task: &Task, ledger: Ledger, now: Timestamp) -> Result<Pending, Error> {
        match task {
            Task::Span(_) => Ok(Pending::none(ledger, now)),
            Task::Round(_) | Task::Notices => Pending::read(ledger, now).await,
        }
    }

    /// The plan of a round needs to know what was listed before; that of a span is made already.
    async fn plan(
        &self,
        task: Task,
        ledger: &Ledger,
        marks: &Marks,
        inbox: &Pending,
        now: Timestamp,
    ) -> Result<RoundPlan, Error> {
        let content_types = &self.options.content_types;
        let announced = || inbox.units(content_types, self.options.window);
        match task {
            Task::Span(Plan { units, .. }) => Ok(RoundPlan::of_units(units)),
            Task::Notices => {
                let plan = RoundPlan::of_units(announced());
                self.announce_units(&plan.units);
                Ok(plan)
            }
            Task::Round(round) => {
                let last_seen = round::last_seen(ledger, &marks.listed).await?;
                let mut plan = round::plan(now, &round, content_types, &marks.listed, &last_seen)?;
                plan.take_in(announced());
                self.announce_units(&plan.units);
                Ok(plan)
            }
        }
    }

    fn lake(&self) -> Result<Lake, Error> {
        let location = &self.options.lake;
        match &self.options.opened {
            Some(lake) => Ok(lake.clone()),
            None if self.options.dry_run => Ok(Lake::open_to_read(location)?),
            None => Ok(Lake::open(location)?),
        }
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

    fn announce_units(&self, units: &[Unit]) {
        let planned = units.len() as u64;
        self.recorder.progress.windows_planned.add(planned);
        self.recorder
            .with(|report| report.windows.planned = planned);
    }

    fn announce(&self, plan: &Plan) {
        self.announce_units(&plan.units);
        if let Some(lost) = plan.lost {
            self.options
                .content_types
                .iter()
                .for_each(|&content_type| self.lost(content_type, lost));
        }
    }

    fn lost(&self, content_type: ContentType, lost: Window) {
        self.recorder.gap(Gap {
            content_type: content_type.to_string(),
            window: Some(window_name(lost)),
            content_id: None,
            reason: GapReason::Expired,
            detail: "older than the seven days that the service keeps".to_owned(),
        });
    }

    /// The lake's layout; refuses what does not go with it before the service is asked for anything.
    async fn layout(&self, lake: Lake) -> Result<Layout, Error> {
        let form = self.options.outlet.as_ref().map(Outlet::form);
        let (choice, now) = (self.options.layout.of_run(form)?, self.options.clock.now());
        let layout = layout::settle(&lake, &choice, now, self.options.dry_run).await?;
        layout.check_window(self.options.window)?;
        Ok(layout)
    }

    async fn committer(
        &self,
        lake: Lake,
        layout: Layout,
        memory: Memory,
        from: Timestamp,
    ) -> Result<Committer, Error> {
        let site = Site {
            lake,
            layout,
            connection: self.connection.clone(),
            content_types: ContentType::ALL
                .map(|content_type| content_type.to_string())
                .to_vec(),
            from: Some(ledger_from(from)),
            zstd_level: self.options.zstd_level,
            outlet: self.options.outlet.clone(),
            read_only: self.options.dry_run,
        };
        let (recorder, cancel) = (Arc::clone(&self.recorder), self.stops.cancel.clone());
        Committer::open_with(site, memory, recorder, cancel).await
    }

    fn fetcher(&self, committer: &Committer, generation_bytes: u64) -> Arc<Fetcher> {
        let memory = self.memory();
        lock(&self.state).known.clone_from(committer.content_ids());
        Arc::new(Fetcher {
            client: self.client.clone(),
            clock: self.options.clock.clone(),
            recorder: Arc::clone(&self.recorder),
            budget: Budget::new(memory / 8),
            estimate: Estimate::new(memory / 64, memory / 16),
            fetches: self.options.fetches,
            generation_bytes,
            waiting_bytes: memory / 16,
            state: Arc::clone(&self.state),
            stop: self.stops.stop.clone(),
        })
    }

    /// Runs the stages until everything is committed; what is not when the run is cancelled is dropped. What was
    /// listed and committed is noted, and notices of what is committed are removed, however it ends.
    async fn pump(
        &self,
        fetcher: &Arc<Fetcher>,
        plan: RoundPlan,
        mut committer: Committer,
        mut claims: Claims,
        notes: &Notes,
        inbox: &mut Pending,
    ) -> Result<Worked, Error> {
        let ended = self
            .commit_all(fetcher, plan, &mut committer, &mut claims, inbox)
            .await;
        let (report, refused) = (self.report(notes), self.check_refused());
        let error = ended.as_ref().err().or(refused.as_ref().err());
        let run = run_record(committer.run_id(), &report, error);
        let listed = claims.leave(run, self.answers(&report)).await;
        let notices = inbox.settle(committer.content_ids()).await;
        ended?;
        Ok((committer.close().await, listed, notices))
    }

    async fn commit_all(
        &self,
        fetcher: &Arc<Fetcher>,
        plan: RoundPlan,
        committer: &mut Committer,
        claims: &mut Claims,
        inbox: &mut Pending,
    ) -> Result<(), Error> {
        for (unit, failed) in plan.lost {
            let lost = round::generation_of_lost(unit, failed);
            committer.commit(lost).await?;
        }
        claims.settle();
        let (out, bodies) = mpsc::channel(1);
        let fetching = AbortOnDropHandle::new(tokio::spawn(
            Arc::clone(fetcher).run(plan.units, out).in_current_span(),
        ));
        let mut generations = self.normalized(bodies);
        while let Some(generation) = self
            .stops
            .cancel
            .run_until_cancelled(generations.next())
            .await
            .ok_or(Error::Cancelled)?
        {
            let mut generation = generation?;
            claims.note_late(&mut generation);
            let told = claims::Told::of(&generation);
            let hopeless = Pending::hopeless(&generation);
            let is_in_the_lake = committer.commit(generation).await?;
            if is_in_the_lake {
                inbox.give_up(hopeless);
            }
            claims.learn(&told, is_in_the_lake, &lock(&self.state).windows);
        }
        fetching.await?;
        Ok(())
    }

    fn normalized(
        &self,
        bodies: Receiver<RawGeneration>,
    ) -> BoxStream<'static, Result<Generation, Error>> {
        let budget = Budget::new(self.memory() / 8 * 3);
        let cores = available_parallelism().map_or(1, usize::from);
        let hands_on_records = self.options.outlet.as_ref().map(Outlet::form) == Some(Form::Raw);
        let raw_data = self.options.raw_data || hands_on_records;
        let connection = self.connection.clone();
        let receive =
            async |mut bodies: Receiver<RawGeneration>| Some((bodies.recv().await?, bodies));
        stream::unfold(bodies, receive)
            .map(move |raw| normalize(raw, Arc::clone(&budget), connection.clone(), raw_data))
            .buffered(cores)
            .boxed()
    }

    /// The report as far as the run has come.
    fn report(&self, notes: &Notes) -> Report {
        let state = lock(&self.state);
        let mut report = self.recorder.report();
        report.content_types = self
            .options
            .content_types
            .iter()
            .map(|&t| verdict(t, &state, &report, notes))
            .collect();
        let requests = self.client.requests();
        report.requests.total = requests.total - self.counted.total;
        report.requests.throttled = requests.throttled - self.counted.throttled;
        report.requests.retried = requests.retried - self.counted.retried;
        report.bytes.downloaded = self.recorder.progress.bytes_downloaded.get();
        report.finished = self.options.clock.now();
        report
    }

    /// Why each content type that was asked for could not be had, or that it could.
    fn answers(&self, report: &Report) -> Vec<(String, Option<Unavailable>)> {
        let names = self.options.content_types.iter().map(ToString::to_string);
        let answer = |name: String| {
            let unavailable = unavailable(&name, report);
            (name, unavailable)
        };
        names.map(answer).collect()
    }

    /// A run to which every content type is denied is a matter of permission, not of gaps.
    fn check_access(&self, report: &Report) -> Result<(), Error> {
        let state = lock(&self.state);
        let denied = |t: &ContentType| state.unavailable.get(t) == Some(&GapReason::Permission);
        let asked = &self.options.content_types;
        if asked.is_empty() || !asked.iter().all(denied) {
            return Ok(());
        }
        let mut gaps = report.gaps.iter();
        let gap = gaps.find(|gap| gap.reason == GapReason::Permission);
        Err(Error::Permission(
            gap.map(|gap| gap.detail.clone()).unwrap_or_default(),
        ))
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run_record(run_id: &str, report: &Report, error: Option<&Error>) -> RunRecord {
    RunRecord {
        run_id: run_id.to_owned(),
        started: report.started,
        finished: report.finished,
        error: error.map(|error| describe(error)),
        counts: RunCounts {
            blobs: report.blobs.fetched,
            records: report.records,
            events: report.events,
            duplicates: report.duplicates,
            quarantined: report.quarantined,
            gaps: report.gaps.len() as u64,
            requests: report.requests.total,
        },
    }
}

/// Why a whole content type could not be had.
fn unavailable(content_type: &str, report: &Report) -> Option<Unavailable> {
    let is_whole = |gap: &&Gap| gap.content_type == content_type && gap.window.is_none();
    let gap = report.gaps.iter().find(is_whole)?;
    Some(Unavailable {
        reason: gap.reason,
        detail: gap.detail.clone(),
    })
}

fn note_readiness(fetcher: &Fetcher, readiness: Vec<(ContentType, Readiness)>) -> Notes {
    let mut notes = Notes::new();
    for (content_type, readiness) in readiness {
        match readiness {
            Readiness::Ready => {}
            Readiness::Started(note) => {
                notes.insert(content_type, note);
            }
            Readiness::Unavailable(reason, detail) => {
                fetcher.unavailable(content_type, reason, detail);
            }
        }
    }
    notes
}

#[instrument(skip_all, fields(content_type = raw.unit.content_type, window = raw.unit.window))]
async fn normalize(
    raw: RawGeneration,
    budget: Arc<Budget>,
    connection: String,
    raw_data: bool,
) -> Result<Generation, Error> {
    let reservation = budget.reserve(raw.bytes() * EXPANSION).await;
    let mut generation = cores::work(move || raw.normalize(&connection, raw_data)).await?;
    generation.reservation = Some(reservation);
    Ok(generation)
}

/// What the gaps say about a content type.
fn verdict(
    content_type: ContentType,
    state: &State,
    report: &Report,
    notes: &Notes,
) -> (String, ContentTypeReport) {
    let name = content_type.to_string();
    let gap = report.gaps.iter().find(|gap| gap.content_type == name);
    let out_of_reach =
        state.unavailable.contains_key(&content_type) && !state.listed.contains(&content_type);
    let status = match gap {
        _ if out_of_reach => ContentTypeStatus::Unavailable,
        Some(_) => ContentTypeStatus::Incomplete,
        None => ContentTypeStatus::Complete,
    };
    let whole = report
        .gaps
        .iter()
        .find(|gap| gap.content_type == name && gap.window.is_none());
    let words = whole.or(gap).map(|gap| gap.detail.clone());
    // That content is on its way is worth saying only while there is none.
    let has_content = || state.known.has_any(&name);
    let note = || {
        notes
            .get(&content_type)
            .filter(|_| !has_content())
            .map(ToString::to_string)
    };
    let reason = words.or_else(note);
    (name, ContentTypeReport { status, reason })
}

#[cfg(test)]
mod tests;
