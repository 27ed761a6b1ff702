//! Rounds for as long as the process lives: who works when, who waits how long.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::state::States;
use super::tender::Tender;
use super::wakes::Wakes;
use super::{IngestOptions, RoundEnd, cancel_after_grace};
use crate::connection::Connection;
use crate::error::Error;
use crate::run::Stops;

/// What is to be ingested, and how. A new one takes effect at the next round of each connection.
#[derive(Debug)]
pub struct IngestPlan {
    /// The connections; each name once.
    pub connections: Vec<Connection>,
    /// How. Concurrency and memory are those of the first plan for as long as the process lives.
    pub options: IngestOptions,
}

/// Runs rounds of all connections until `shutdown`, which begins nothing more and brings what is begun to its end
/// within the grace time.
///
/// `tell` hears of each round; `states` shows how the connections are doing.
pub async fn ingest(
    plans: watch::Receiver<Arc<IngestPlan>>,
    shutdown: CancellationToken,
    states: watch::Sender<States>,
    tell: impl Fn(&RoundEnd) + Send + Sync + 'static,
) -> Result<(), Error> {
    ingest_woken(plans, shutdown, states, Wakes::default(), tell).await
}

/// As [`ingest`]; a connection that is woken by `wakes` takes up its inbox before its next round is due.
pub async fn ingest_woken(
    plans: watch::Receiver<Arc<IngestPlan>>,
    shutdown: CancellationToken,
    states: watch::Sender<States>,
    wakes: Wakes,
    tell: impl Fn(&RoundEnd) + Send + Sync + 'static,
) -> Result<(), Error> {
    let first = Arc::clone(&plans.borrow());
    first.options.check()?;
    let stops = Stops {
        stop: shutdown,
        cancel: CancellationToken::new(),
    };
    let house = Arc::new(House {
        permits: Arc::new(Semaphore::new(first.options.concurrency)),
        concurrency: first.options.concurrency,
        stops,
        states,
        wakes,
        tell: Box::new(tell),
    });
    Supervisor {
        house,
        plans,
        at_work: BTreeSet::new(),
        tasks: JoinSet::new(),
    }
    .run()
    .await
}

/// What the connections share.
pub(super) struct House {
    /// First come, first served: who has had a turn goes to the end of the queue.
    pub(super) permits: Arc<Semaphore>,
    /// How many are at work at once.
    pub(super) concurrency: usize,
    pub(super) stops: Stops,
    pub(super) states: watch::Sender<States>,
    pub(super) wakes: Wakes,
    pub(super) tell: Box<dyn Fn(&RoundEnd) + Send + Sync>,
}

/// Has one task a connection, whatever the plan says by now.
struct Supervisor {
    house: Arc<House>,
    plans: watch::Receiver<Arc<IngestPlan>>,
    at_work: BTreeSet<String>,
    tasks: JoinSet<String>,
}

impl Supervisor {
    async fn run(mut self) -> Result<(), Error> {
        let stop = self.house.stops.stop.clone();
        while !stop.is_cancelled() {
            self.spawn_missing();
            tokio::select! {
                () = stop.cancelled() => {}
                Some(ended) = self.tasks.join_next() => self.forget(ended)?,
                changed = self.plans.changed() => if changed.is_err() {
                    // Nobody is left who could change the plan: it stays as it is.
                    stop.cancelled().await;
                },
            }
        }
        let grace = self.plans.borrow().options.grace;
        let grace = tokio::spawn(cancel_after_grace(self.house.stops.clone(), grace));
        let _grace = AbortOnDropHandle::new(grace);
        // Their states stay: the last figures are read once everything has ended.
        while let Some(ended) = self.tasks.join_next().await {
            ended?;
        }
        Ok(())
    }

    fn spawn_missing(&mut self) {
        let plan = Arc::clone(&self.plans.borrow_and_update());
        for connection in &plan.connections {
            if self.at_work.insert(connection.name.clone()) {
                let (house, plans) = (Arc::clone(&self.house), self.plans.clone());
                let tender = Tender::new(house, plans, connection.name.clone());
                self.tasks.spawn(tender.tend());
            }
        }
    }

    /// A connection that is no longer in the plan.
    fn forget(&mut self, ended: Result<String, JoinError>) -> Result<(), Error> {
        let name = ended?;
        self.at_work.remove(&name);
        self.house.states.send_modify(|states| {
            states.remove(&name);
        });
        Ok(())
    }
}
