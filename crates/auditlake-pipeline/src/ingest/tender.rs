//! One connection of a process that stays: its turns, its waits, and what is told of it.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, OwnedSemaphorePermit, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::member::{Ended, Member, Occasion};
use super::schedule::{House, IngestPlan};
use super::state::{ConnectionState, feeds};
use super::totals::RoundOutcome;
use super::{IngestOptions, RoundEnd};
use crate::connection::Connection;
use crate::error::{Error, ErrorKind, Stopped};
use crate::failure::describe;
use crate::report::Report;
use crate::run::Stops;

/// The longest wait of a connection that fails, unless rounds are farther apart.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// Tends to one connection for as long as it is in the plan.
pub(super) struct Tender {
    house: Arc<House>,
    plans: watch::Receiver<Arc<IngestPlan>>,
    name: String,
    member: Member,
    /// Something is in the inbox.
    wake: Arc<Notify>,
    /// The waits to come while the connection fails.
    backoff: Option<Backoff>,
}

/// How long a connection that fails waits.
struct Backoff {
    /// For its next round.
    due: ExponentialBackoff,
    /// For one that notices ask for.
    gathered: ExponentialBackoff,
}

/// When a connection goes on.
#[derive(Debug, Clone, Copy)]
struct Next {
    /// With a round of the schedule.
    due: Instant,
    /// At the earliest with one that notices ask for.
    gathered: Instant,
    /// Notices have asked already.
    is_woken: bool,
}

impl Tender {
    pub(super) fn new(
        house: Arc<House>,
        plans: watch::Receiver<Arc<IngestPlan>>,
        name: String,
    ) -> Self {
        Self {
            wake: house.wakes.of(&name),
            house,
            plans,
            name,
            member: Member::default(),
            backoff: None,
        }
    }

    /// Round after round; ends with the connection's name when the plan has it no more, or at the shutdown.
    pub(super) async fn tend(mut self) -> String {
        let mut occasion = Occasion::Schedule;
        let mut due = Instant::now();
        while let Some((plan, connection)) = self.current() {
            let Some(permit) = self.permit().await else {
                break;
            };
            let started = Instant::now();
            let options = self.share(&plan);
            self.member.may_remember(share_of_memories(&plan));
            let ended = self.round(options, connection, occasion).await;
            drop(permit);
            let next = self.next_after(&ended, occasion, &plan.options, started, due);
            due = next.due;
            self.tell(occasion, ended, &plan.options, due);
            match self.wait_until(next).await {
                Some(next) => occasion = next,
                None => break,
            }
        }
        self.name
    }

    /// The connection as the plan has it now.
    fn current(&mut self) -> Option<(Arc<IngestPlan>, Connection)> {
        let plan = Arc::clone(&self.plans.borrow_and_update());
        let mut connections = plan.connections.iter();
        let connection = connections.find(|it| it.name == self.name)?.clone();
        Some((plan, connection))
    }

    /// The options with the connection's share of the memory.
    fn share(&self, plan: &IngestPlan) -> IngestOptions {
        let options = IngestOptions {
            concurrency: self.house.concurrency,
            ..plan.options.clone()
        };
        options.shared_by(plan.connections.len())
    }

    /// A turn; none when the process is to end.
    async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        let stop = &self.house.stops.stop;
        let permit = Arc::clone(&self.house.permits).acquire_owned();
        stop.run_until_cancelled(permit).await?.ok()
    }

    /// A round in a task of its own: should it panic, the others go on.
    async fn round(
        &mut self,
        options: IngestOptions,
        connection: Connection,
        occasion: Occasion,
    ) -> Result<Ended, Stopped> {
        let now = options.backfill.clock.now();
        self.note(|state| {
            state.is_working = true;
            state.last_started = Some(now);
        });
        let report = Report::new(&connection.name, &connection.client.tenant_id, now);
        let stops = Stops {
            stop: self.house.stops.stop.child_token(),
            cancel: self.house.stops.cancel.clone(),
        };
        let mut member = std::mem::take(&mut self.member);
        let round = tokio::spawn(async move {
            let turn = end_turn(stops.stop.clone(), options.turn);
            let _turn = AbortOnDropHandle::new(tokio::spawn(turn));
            let ended = member.round(&connection, &options, occasion, stops).await;
            (member, ended)
        });
        match AbortOnDropHandle::new(round).await {
            Ok((member, ended)) => {
                self.member = member;
                ended
            }
            Err(error) => Err(Stopped::new(error.into(), report)),
        }
    }

    /// When to go on after a round that began at `started`; without it, the next one was due at `due`.
    fn next_after(
        &mut self,
        ended: &Result<Ended, Stopped>,
        occasion: Occasion,
        options: &IngestOptions,
        started: Instant,
        due: Instant,
    ) -> Next {
        let is_of_notices = occasion == Occasion::Notices;
        let Ok(ended) = ended else {
            let backoff = self.backoff.get_or_insert_with(|| Backoff {
                due: waits(options.every),
                gathered: waits(options.gather),
            });
            let now = Instant::now();
            return Next {
                due: now + backoff.due.next().unwrap_or(LONGEST_WAIT),
                gathered: now + backoff.gathered.next().unwrap_or(LONGEST_WAIT),
                is_woken: is_of_notices,
            };
        };
        self.backoff = None;
        Next {
            due: match ended.is_cut_short {
                true => Instant::now(),
                // The schedule goes on as if the round had not been.
                false if is_of_notices => due,
                false => started + options.every,
            },
            gathered: started + options.gather,
            is_woken: false,
        }
    }

    fn tell(
        &mut self,
        occasion: Occasion,
        ended: Result<Ended, Stopped>,
        options: &IngestOptions,
        due: Instant,
    ) {
        let clock = &options.backfill.clock;
        let now = clock.now();
        let wait = due.saturating_duration_since(Instant::now());
        let next = SignedDuration::try_from(wait).map_or(now, |wait| now + wait);
        self.note(|state| {
            state.is_working = false;
            state.next_due = Some(next);
            let report = match &ended {
                Ok(ended) => &ended.report,
                Err(stopped) => &stopped.report,
            };
            state.totals.add(RoundOutcome::of(&ended), report);
            match &ended {
                // That what was announced is there says nothing of what was not.
                Ok(ended) if occasion == Occasion::Notices => taken_up(state, ended),
                Ok(ended) => succeeded(state, ended, options, now),
                Err(stopped) => failed(state, stopped),
            }
        });
        if let Err(stopped) = &ended {
            log_failure(&self.name, &stopped.error, wait);
        }
        (self.house.tell)(&RoundEnd {
            connection: self.name.clone(),
            ended: ended.map(|ended| ended.report),
        });
    }

    fn note(&self, change: impl FnOnce(&mut ConnectionState)) {
        self.house
            .states
            .send_modify(|states| change(states.entry(self.name.clone()).or_default()));
    }

    /// Waits for the next round, and says what for; none when there will be none. A new plan is looked at at once: a
    /// connection that fails is tried with it.
    async fn wait_until(&mut self, mut next: Next) -> Option<Occasion> {
        let stop = self.house.stops.stop.clone();
        let wake = Arc::clone(&self.wake);
        loop {
            tokio::select! {
                () = stop.cancelled() => return None,
                () = tokio::time::sleep_until(next.due) => return Some(Occasion::Schedule),
                () = tokio::time::sleep_until(next.gathered), if next.is_woken => {
                    return Some(Occasion::Notices);
                }
                () = wake.notified(), if !next.is_woken => next.is_woken = true,
                Ok(()) = self.plans.changed() => {
                    self.member.reconnect();
                    let (plan, _) = self.current()?;
                    let now = Instant::now();
                    let soon = now + plan.options.every;
                    next.due = if self.backoff.take().is_some() { now } else { next.due.min(soon) };
                }
            }
        }
    }
}

/// All connections remember at the same time, whoever is at work: a quarter of the process's memory is for that.
fn share_of_memories(plan: &IngestPlan) -> u64 {
    let connections = u64::try_from(plan.connections.len()).unwrap_or(u64::MAX);
    plan.options.backfill.memory_limit / 4 / connections.max(1)
}

async fn end_turn(stop: CancellationToken, turn: Duration) {
    tokio::time::sleep(turn).await;
    stop.cancel();
}

/// Longer and longer, each by chance a little longer still, so that those that failed together do not come back
/// together.
fn waits(every: Duration) -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_jitter()
        .with_min_delay(every)
        .with_max_delay(LONGEST_WAIT.max(every))
        .without_max_times()
        .build()
}

fn succeeded(state: &mut ConnectionState, ended: &Ended, options: &IngestOptions, now: Timestamp) {
    state.last_success = Some(now);
    state.failures = 0;
    state.last_error = None;
    taken_up(state, ended);
    state.feeds = feeds(&ended.listed, &options.backfill.content_types, now);
}

fn taken_up(state: &mut ConnectionState, ended: &Ended) {
    state.notices = u64::try_from(ended.notices).unwrap_or(u64::MAX);
}

fn failed(state: &mut ConnectionState, stopped: &Stopped) {
    if stopped.error.kind() != ErrorKind::Cancelled {
        state.failures += 1;
        state.last_error = Some(describe(&stopped.error));
    }
}

/// Nothing is lost yet; what only somebody's hand can put right is an error all the same.
fn log_failure(connection: &str, error: &Error, wait: Duration) {
    let (words, wait) = (describe(error), wait.as_secs());
    match error.kind() {
        ErrorKind::Cancelled => {}
        ErrorKind::Failed => {
            tracing::warn!(connection, next_in_secs = wait, "the round failed: {words}");
        }
        ErrorKind::Credentials | ErrorKind::Usage => {
            tracing::error!(connection, next_in_secs = wait, "the round failed: {words}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_fails_waits_longer_each_time_up_to_an_hour() {
        let minutes = |count| Duration::from_mins(count);
        let waited: Vec<Duration> = waits(minutes(5)).take(8).collect();
        // Chance makes a wait longer, up to twice.
        for (wait, least) in waited.iter().zip([5, 10, 20, 40, 60, 60, 60, 60]) {
            assert!(
                *wait >= minutes(least) && *wait <= minutes(2 * least),
                "{waited:?}"
            );
        }
        assert!(waits(minutes(120)).take(3).all(|wait| wait >= minutes(120)));
    }
}
