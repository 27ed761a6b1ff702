//! `auditlake ingest`.

mod told;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use auditlake_pipeline::handover::Outlet;
use auditlake_pipeline::ingest::{IngestPlan, States, ingest, ingest_once};
use auditlake_pipeline::{IngestOptions, RoundEnd};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use self::told::{Reports, log_round, tell};
use super::check_lake;
use crate::args::ingest::{IngestArgs, Schedule};
use crate::clock::clock;
use crate::config::Config;
use crate::connections::connections;
use crate::credential;
use crate::exit::{Exit, Usage};
use crate::handover::{Reader, ReaderGone};
use crate::metrics::{Source, serve};
use crate::otlp::push_metrics;
use crate::run::{Session, Signal};

pub(crate) async fn run(args: IngestArgs, session: &Session) -> anyhow::Result<Exit> {
    // Registered before anything is read, so that no signal ends the process meanwhile.
    let hangups = Hangups::new()?;
    let mut asked = asked(&args, session.config.as_deref(), None)?;
    args.layout.choice().check()?;
    check_lake(&args.lake)?;
    args.to.check(&args.report, &args.fetch)?;
    args.report.check()?;
    let reader = Reader::open(&args.to)?;
    asked.plan.options.backfill.outlet = reader.as_ref().map(Reader::outlet);
    if args.once {
        once(&args, asked.plan, session).await
    } else {
        stay(args, asked, session, hangups, reader).await
    }
}

async fn once(args: &IngestArgs, plan: IngestPlan, session: &Session) -> anyhow::Result<Exit> {
    let reports = Reports::new(&args.report);
    let ended = |end: &RoundEnd| reports.write(end);
    let cancel = session.cancel.clone();
    let ends = ingest_once(plan.connections, plan.options, cancel, ended).await?;
    let exits = ends.into_iter().map(tell);
    let worst = exits.fold(Exit::Complete, Exit::or_worse);
    reports.close()?;
    Ok(worst)
}

/// Rounds until a signal ends the process.
async fn stay(
    args: IngestArgs,
    asked: Asked,
    session: &Session,
    hangups: Hangups,
    reader: Option<Reader>,
) -> anyhow::Result<Exit> {
    let reports = Reports::new(&args.report);
    let (change, plans) = watch::channel(Arc::new(asked.plan));
    let states = watch::Sender::new(States::new());
    let source = Source {
        plans: plans.clone(),
        states: states.subscribe(),
    };
    let _pushing = push_metrics(&source)?;
    let _metrics = match asked.metrics_listen {
        Some(address) => Some(serve(address, source).await?),
        None => None,
    };
    let outlet = reader.as_ref().map(Reader::outlet);
    let reloading = reload_on_hangup(args, session.clone(), change, hangups, outlet);
    let _reloading = AbortOnDropHandle::new(tokio::spawn(reloading));
    let ended = move |end: &RoundEnd| {
        log_round(end);
        reports.write(end);
    };
    let shutdown = session.cancel.child_token();
    let gone = reader.as_ref().map(|reader| reader.gone().clone());
    let _watch = gone.clone().map(|gone| end_with(gone, shutdown.clone()));
    ingest(plans, shutdown, states, ended).await?;
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
struct Asked {
    plan: IngestPlan,
    metrics_listen: Option<SocketAddr>,
}

fn asked(
    args: &IngestArgs,
    config: Option<&Path>,
    outlet: Option<Outlet>,
) -> anyhow::Result<Asked> {
    let config = Config::load(config)?;
    let schedule = args.schedule.or(config.ingest());
    let mut options = options(args, &schedule)?;
    options.backfill.outlet = outlet;
    options.check()?;
    let secret = credential::variable();
    let plan = IngestPlan {
        connections: connections(args, &config, secret.as_deref())?,
        options,
    };
    Ok(Asked {
        plan,
        metrics_listen: schedule.metrics_listen,
    })
}

fn options(args: &IngestArgs, schedule: &Schedule) -> Result<IngestOptions, Usage> {
    let clock = clock()?;
    let since = args.since.map(|moment| moment.resolve(clock.now()));
    let since = since.transpose().map_err(|it| Usage::new(it.to_string()))?;
    let mut options = IngestOptions::new(&args.lake);
    options.backfill.layout = args.layout.choice();
    options.backfill.since = since;
    options.backfill.clock = clock;
    args.fetch.apply(&mut options.backfill);
    schedule.apply(&mut options);
    Ok(options)
}

/// Reads the configuration again at each SIGHUP. One that cannot be used is told, and the old one stays.
async fn reload_on_hangup(
    args: IngestArgs,
    session: Session,
    change: watch::Sender<Arc<IngestPlan>>,
    mut hangups: Hangups,
    outlet: Option<Outlet>,
) {
    loop {
        hangups.next().await;
        match asked(&args, session.config.as_deref(), outlet.clone()) {
            Ok(Asked { plan, .. }) => {
                told::reloaded(&change.send_replace(Arc::new(plan)), &change.borrow());
            }
            Err(error) => told::not_reloaded(&error),
        }
    }
}

/// SIGHUP, where there is such a signal.
#[cfg(unix)]
struct Hangups(tokio::signal::unix::Signal);

#[cfg(unix)]
impl Hangups {
    fn new() -> std::io::Result<Self> {
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
struct Hangups;

#[cfg(windows)]
impl Hangups {
    #[expect(clippy::unnecessary_wraps, reason = "as where there is a signal")]
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        std::future::pending::<()>().await;
    }
}
