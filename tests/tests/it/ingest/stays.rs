//! A process that stays, within the test: what its connections keep, how they take turns, and what is told of them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use auditlake_pipeline::ingest::{IngestPlan, States, ingest};
use auditlake_pipeline::{Connection, ContentType, RoundEnd, Secret};
use jiff::SignedDuration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::service::Tenants;
use crate::world::verdict;

/// Nothing here takes nearly as long.
const LIMIT: Duration = Duration::from_mins(5);

/// Rounds in the background.
struct Rounds {
    plan: watch::Sender<Arc<IngestPlan>>,
    states: watch::Receiver<States>,
    shutdown: CancellationToken,
    task: tokio::task::JoinHandle<Result<(), auditlake_pipeline::Error>>,
}

impl Rounds {
    fn start(plan: IngestPlan, tell: impl Fn(&RoundEnd) + Send + Sync + 'static) -> Self {
        let (plan, plans) = watch::channel(Arc::new(plan));
        let states = watch::Sender::new(States::new());
        let seen = states.subscribe();
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(ingest(plans, shutdown.clone(), states, tell));
        Self {
            plan,
            states: seen,
            shutdown,
            task,
        }
    }

    async fn until(&mut self, is_so: impl FnMut(&States) -> bool) -> Result<States> {
        let waited = tokio::time::timeout(LIMIT, self.states.wait_for(is_so)).await;
        Ok(waited.context("it never came to be so")??.clone())
    }

    async fn stop(self) -> Result<()> {
        self.shutdown.cancel();
        tokio::time::timeout(LIMIT, self.task).await???;
        Ok(())
    }
}

fn plan(tenants: &Tenants, connections: Vec<Connection>) -> IngestPlan {
    let mut options = tenants.options();
    options.every = Duration::from_millis(20);
    IngestPlan {
        connections,
        options,
    }
}

fn wrong(mut connection: Connection) -> Connection {
    connection.client.credential = Secret::new("wrong".to_owned()).into();
    connection
}

#[tokio::test(flavor = "multi_thread")]
async fn round_after_round_each_record_is_there_once() -> Result<()> {
    let tenants = Tenants::new(&[1, 2]).await?;
    let clock = tenants.clock.clone();
    // Time goes on by the rounds of one of them, and the other's see it move at any moment.
    let move_on = move |end: &RoundEnd| {
        if end.connection == "tenant-0" {
            clock.advance(SignedDuration::from_mins(100));
        }
    };
    let begin = tenants.now();
    let mut rounds = Rounds::start(plan(&tenants, tenants.connections()?), move_on);
    let two_days = SignedDuration::from_hours(48);
    let late = |states: &States| {
        states.len() == 2
            && (states.values()).all(|it| it.last_success.is_some_and(|at| at > begin + two_days))
    };
    let states = rounds.until(late).await?;
    rounds.stop().await?;
    for state in states.values() {
        assert!(state.is_healthy() && state.totals.gaps() == 0, "{state:?}");
        assert!(
            state.next_due.is_some() && state.totals.events() > 0,
            "{state:?}"
        );
        let exchange = &state.feeds[&ContentType::Exchange];
        assert_eq!(exchange.oldest_missing, None);
    }
    tenants.good_round().await?;
    let found = verdict(tenants.lake.path(), &tenants.records_without(&[]))?;
    assert_eq!((found.missing, found.repeated, found.strange), (0, 0, 0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_fails_is_told_of_and_goes_on_when_its_configuration_is_right()
-> Result<()> {
    let tenants = Tenants::new(&[1, 1]).await?;
    let mut connections = tenants.connections()?;
    let first = connections.swap_remove(0);
    let second = connections.swap_remove(0);
    let broken = plan(&tenants, vec![wrong(first.clone()), second.clone()]);
    let mut rounds = Rounds::start(broken, |_| {});
    let states = rounds
        .until(|states| {
            let [first, second] = ["tenant-0", "tenant-1"].map(|name| states.get(name));
            first.is_some_and(|it| it.failures > 1)
                && second.is_some_and(|it| it.last_success.is_some())
        })
        .await?;
    let error = states["tenant-0"].last_error.as_deref().unwrap_or_default();
    assert!(error.contains("credentials"), "{error}");
    assert!(states["tenant-0"].last_success.is_none() && states["tenant-1"].is_healthy());

    rounds
        .plan
        .send_replace(Arc::new(plan(&tenants, vec![first])));
    let states = rounds
        .until(|states| states.len() == 1 && states.values().all(|it| it.last_success.is_some()))
        .await?;
    assert_eq!(states["tenant-0"].last_error, None);
    rounds.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_much_to_fetch_lets_others_go_first() -> Result<()> {
    let tenants = Tenants::new(&[4, 1]).await?;
    let mut plan = plan(&tenants, tenants.connections()?);
    plan.options.concurrency = 1;
    plan.options.turn = Duration::from_millis(30);
    plan.options.backfill.window = SignedDuration::from_hours(1);
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = Arc::clone(&told);
    let tell = move |end: &RoundEnd| {
        if let Ok(report) = &end.ended {
            let is_whole = report.windows.listed == report.windows.planned;
            let mut told = telling.lock().unwrap_or_else(PoisonError::into_inner);
            told.push((end.connection.clone(), is_whole));
        }
    };
    let mut rounds = Rounds::start(plan, tell);
    let has_all = |states: &States| {
        let is_done = |it: &auditlake_pipeline::ingest::ConnectionState| {
            it.feeds.len() == 2 && it.feeds.values().all(|feed| feed.oldest_missing.is_none())
        };
        states.len() == 2 && states.values().all(is_done)
    };
    rounds.until(has_all).await?;
    rounds.stop().await?;
    let told = told.lock().unwrap_or_else(PoisonError::into_inner).clone();
    // How far a turn gets is the machine's matter; that it ends before all is had is not.
    let interrupted = told.iter().filter(|(_, is_whole)| !is_whole).count();
    assert!(interrupted > 1, "{told:?}");
    // They take turns: nobody has two in a row while the other waits.
    let first: Vec<&str> = told.iter().take(4).map(|it| it.0.as_str()).collect();
    assert!(first[0] != first[1] && first[1] != first[2], "{told:?}");
    tenants.good_round().await?;
    let found = verdict(tenants.lake.path(), &tenants.records_without(&[]))?;
    assert_eq!((found.missing, found.repeated, found.strange), (0, 0, 0));
    Ok(())
}
