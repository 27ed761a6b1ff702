//! `auditlake ingest`.

mod told;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use auditlake_pipeline::handover::Outlet;
use auditlake_pipeline::ingest::{IngestPlan, IngestSource, States, ingest_once, ingest_woken};
use auditlake_pipeline::{Inbox, IngestOptions, RoundEnd, Wakes};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use self::told::{Reports, log_round, tell};
use super::check_lake;
use crate::args::ingest::{IngestArgs, Schedule, WorkArgs};
use crate::args::receive::{Receiver, ReceiverSettings};
use crate::args::to::ToArgs;
use crate::clock::clock;
use crate::config::Config;
use crate::connections::{auth_ids, connections};
use crate::credential;
use crate::exit::{Exit, Usage};
use crate::handover::{Reader, ReaderGone};
use crate::metrics::{Source, serve};
use crate::otlp::push_metrics;
use crate::receive::{self, Figures, Gate, Parts};
use crate::run::{Session, Signal};

pub(crate) async fn run(args: IngestArgs, session: &Session) -> anyhow::Result<Exit> {
    // Registered before anything is read, so that no signal ends the process meanwhile.
    let hangups = Hangups::new()?;
    let IngestArgs {
        mut work,
        source,
        once,
    } = args;
    work.source = source.of_rounds();
    let mut asked = asked(&work, None, session.config.as_deref(), None)?;
    work.check()?;
    let reader = asked.hand_on(&work.to)?;
    if reader.is_some() && work.source != IngestSource::Feed {
        let words = "service health is a table of the lake and is not handed on";
        return Err(Usage::new(words).into());
    }
    if once {
        self::once(&work, asked.plan, session).await
    } else {
        stay(work, None, asked, session, hangups, reader).await
    }
}

impl WorkArgs {
    /// Refuses what cannot work before anything is asked of the service.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        self.layout.choice().check()?;
        check_lake(&self.lake.url)?;
        self.to.check(&self.report, &self.fetch)?;
        self.report.check()
    }
}

async fn once(args: &WorkArgs, plan: IngestPlan, session: &Session) -> anyhow::Result<Exit> {
    let reports = Reports::new(&args.report);
    let ended = |end: &RoundEnd| reports.write(end);
    let cancel = session.cancel.clone();
    let ends = ingest_once(plan.connections, plan.options, cancel, ended).await?;
    let exits = ends.into_iter().map(tell);
    let worst = exits.fold(Exit::Complete, Exit::or_worse);
    reports.close()?;
    Ok(worst)
}

/// Rounds until a signal ends the process; with a receiver, also when it is told of something.
pub(super) async fn stay(
    args: WorkArgs,
    receiver: Option<ReceiverSettings>,
    asked: Asked,
    session: &Session,
    hangups: Hangups,
    reader: Option<Reader>,
) -> anyhow::Result<Exit> {
    let reports = Reports::new(&args.report);
    let inbox = || Inbox::open(&args.lake.url, asked.plan.options.backfill.clock.clone());
    let inbox = asked.receiver.as_ref().map(|_| inbox()).transpose()?;
    let (change, plans) = watch::channel(Arc::new(asked.plan));
    let (admit, gates) = watch::channel(Arc::new(asked.gate));
    let states = watch::Sender::new(States::new());
    let (wakes, figures) = (Wakes::default(), Figures::default());
    let source = Source {
        plans: plans.clone(),
        states: states.subscribe(),
        figures: figures.clone(),
    };
    let _pushing = push_metrics(&source)?;
    let _metrics = match asked.metrics_listen {
        Some(address) => Some(serve(address, source).await?),
        None => None,
    };
    let _receiving = match (&asked.receiver, inbox) {
        (Some(receiver), Some(inbox)) => {
            let (plans, wakes) = (plans.clone(), wakes.clone());
            let parts = Parts {
                gates,
                plans,
                inbox,
                wakes,
                figures,
            };
            Some(receive::serve(receiver, parts).await?)
        }
        _ => None,
    };
    let tell_of = Changes { change, admit };
    let outlet = reader.as_ref().map(Reader::outlet);
    let reloading = reload_on_hangup(args, receiver, session.clone(), tell_of, hangups, outlet);
    let _reloading = AbortOnDropHandle::new(tokio::spawn(reloading));
    let ended = move |end: &RoundEnd| {
        log_round(end);
        reports.write(end);
    };
    let shutdown = session.cancel.child_token();
    let gone = reader.as_ref().map(|reader| reader.gone().clone());
    let _watch = gone.clone().map(|gone| end_with(gone, shutdown.clone()));
    ingest_woken(plans, shutdown, states, wakes, ended).await?;
    if gone.is_some_and(|gone| gone.is_cancelled()) {
        return Err(ReaderGone.into());
    }
    Ok(match session.signal.get() {
        Some(Signal::Terminate) => Exit::Complete,
        _ => Exit::Interrupted,
    })
}

/// Ends the rounds when there is nobody to hand on to.
fn end_with(gone: CancellationToken, shutdown: CancellationToken) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        gone.cancelled().await;
        shutdown.cancel();
    }))
}

/// What the flags, the environment and the configuration file ask for now.
pub(super) struct Asked {
    plan: IngestPlan,
    gate: Gate,
    receiver: Option<Receiver>,
    metrics_listen: Option<SocketAddr>,
}

impl Asked {
    /// Opens the reader that records are handed on to, if there is to be one.
    pub(super) fn hand_on(&mut self, to: &ToArgs) -> anyhow::Result<Option<Reader>> {
        let reader = Reader::open(to)?;
        self.plan.options.backfill.outlet = reader.as_ref().map(Reader::outlet);
        Ok(reader)
    }
}

pub(super) fn asked(
    args: &WorkArgs,
    receiver: Option<&ReceiverSettings>,
    config: Option<&Path>,
    outlet: Option<Outlet>,
) -> anyhow::Result<Asked> {
    let config = Config::load(config)?;
    let schedule = args.schedule.or(config.ingest());
    let mut options = options(args, &schedule)?;
    options.backfill.outlet = outlet;
    options.check()?;
    let secret = credential::variable();
    let mut labels = Vec::new();
    let receiver = receiver.map(|flags| flags.or(config.receiver()));
    if let Some(receiver) = &receiver {
        receiver.check()?;
        options.gather = receiver.gather.unsigned_abs();
        let variable = credential::auth_id_variable();
        labels = auth_ids(args, &config, variable.as_deref())?;
    }
    let plan = IngestPlan {
        connections: connections(args, &config, secret.as_deref())?,
        options,
    };
    let gate = Gate::new(&plan.connections, labels);
    Ok(Asked {
        gate,
        plan,
        receiver,
        metrics_listen: schedule.metrics_listen,
    })
}

fn options(args: &WorkArgs, schedule: &Schedule) -> Result<IngestOptions, Usage> {
    let clock = clock()?;
    let since = args.since.map(|moment| moment.resolve(clock.now()));
    let since = since.transpose().map_err(|it| Usage::new(it.to_string()))?;
    let mut options = IngestOptions::new(&args.lake.url);
    options.backfill.layout = args.layout.choice();
    options.backfill.since = since;
    options.backfill.clock = clock;
    args.fetch.apply(&mut options.backfill);
    schedule.apply(&mut options);
    options.source = args.source;
    if options.source != IngestSource::Feed {
        // Nothing is to be said of feeds that these rounds do not follow.
        options.backfill.content_types.clear();
    }
    Ok(options)
}

/// Who is told of another configuration.
struct Changes {
    change: watch::Sender<Arc<IngestPlan>>,
    admit: watch::Sender<Arc<Gate>>,
}

/// Reads the configuration again at each SIGHUP. One that cannot be used is told, and the old one stays.
async fn reload_on_hangup(
    args: WorkArgs,
    receiver: Option<ReceiverSettings>,
    session: Session,
    Changes { change, admit }: Changes,
    mut hangups: Hangups,
    outlet: Option<Outlet>,
) {
    loop {
        hangups.next().await;
        match asked(
            &args,
            receiver.as_ref(),
            session.config.as_deref(),
            outlet.clone(),
        ) {
            Ok(Asked { plan, gate, .. }) => {
                admit.send_replace(Arc::new(gate));
                told::reloaded(&change.send_replace(Arc::new(plan)), &change.borrow());
            }
            Err(error) => told::not_reloaded(&error),
        }
    }
}

/// SIGHUP, where there is such a signal.
#[cfg(unix)]
pub(super) struct Hangups(tokio::signal::unix::Signal);

#[cfg(unix)]
impl Hangups {
    pub(super) fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::hangup()).map(Self)
    }

    async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

/// No SIGHUP.
#[cfg(windows)]
pub(super) struct Hangups;

#[cfg(windows)]
impl Hangups {
    #[expect(clippy::unnecessary_wraps, reason = "as where there is a signal")]
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        std::future::pending::<()>().await;
    }
}
