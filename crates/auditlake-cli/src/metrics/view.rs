//! What there is to show, at one instant.

use std::sync::Arc;

use auditlake_pipeline::IngestPlan;
use auditlake_pipeline::ingest::{ConnectionState, States};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::receive::{Figures, Received};

/// A success may be so many intervals old.
const INTERVALS: i32 = 3;

/// Where the figures come from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// What is to be ingested now.
    pub(crate) plans: watch::Receiver<Arc<IngestPlan>>,
    /// How the connections are doing.
    pub(crate) states: watch::Receiver<States>,
    /// What the receiver did, where there is one.
    pub(crate) figures: Figures,
}

/// Plan and states as they were at one instant.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) plan: Arc<IngestPlan>,
    pub(crate) states: States,
    pub(crate) received: Received,
    pub(crate) now: Timestamp,
}

/// Whether a connection does what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It had a success lately.
    Ready,
    /// It has had none yet.
    Never,
    /// It had one, too long ago.
    Stale,
}

impl Source {
    pub(crate) fn view(&self) -> View {
        let plan = Arc::clone(&self.plans.borrow());
        let states = self.states.borrow().clone();
        let now = plan.options.backfill.clock.now();
        View {
            plan,
            states,
            received: self.figures.get(),
            now,
        }
    }
}

impl View {
    /// All connections of the plan in its order, those that no round has begun yet without a state.
    pub(crate) fn connections(&self) -> impl Iterator<Item = (&str, Option<&ConnectionState>)> {
        let connections = self.plan.connections.iter();
        connections.map(|it| (it.name.as_str(), self.states.get(&it.name)))
    }

    /// How old the last success may be.
    pub(crate) fn limit(&self) -> SignedDuration {
        let every = SignedDuration::try_from(self.plan.options.every);
        let every = every.unwrap_or(SignedDuration::MAX);
        every.checked_mul(INTERVALS).unwrap_or(SignedDuration::MAX)
    }

    pub(crate) fn verdict(&self, state: Option<&ConnectionState>) -> Verdict {
        match state.and_then(|state| state.last_success) {
            None => Verdict::Never,
            Some(at) if self.now.duration_since(at) > self.limit() => Verdict::Stale,
            Some(_) => Verdict::Ready,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use auditlake_pipeline::{ClientConfig, Connection, IngestOptions, Secret};

    use super::*;

    pub(crate) const NOW: &str = "2026-05-11T10:30:00Z";

    fn connection(name: &str) -> Connection {
        let address: url::Url = "http://127.0.0.1:1/".parse().unwrap();
        let config = ClientConfig::new(
            address.clone(),
            address,
            "11111111-2222-3333-4444-555555555555",
            "66666666-7777-8888-9999-000000000000",
            Secret::new("s".to_owned()),
        );
        Connection::new(Some(name.to_owned()), config).unwrap()
    }

    /// Rounds every five minutes of these connections.
    pub(crate) fn view(states: Vec<(&str, Option<ConnectionState>)>) -> View {
        let options = IngestOptions {
            every: Duration::from_mins(5),
            ..IngestOptions::new("l")
        };
        let plan = IngestPlan {
            connections: states.iter().map(|(name, _)| connection(name)).collect(),
            options,
        };
        let states = states.into_iter();
        View {
            plan: Arc::new(plan),
            states: states
                .filter_map(|(name, state)| Some((name.to_owned(), state?)))
                .collect(),
            received: Received::default(),
            now: NOW.parse().unwrap(),
        }
    }

    /// The last success was so many minutes ago.
    pub(crate) fn succeeded(minutes: i64) -> ConnectionState {
        let now: Timestamp = NOW.parse().unwrap();
        ConnectionState {
            last_success: Some(now - SignedDuration::from_mins(minutes)),
            ..ConnectionState::default()
        }
    }

    #[test]
    fn a_success_counts_for_three_intervals() {
        let view = view(vec![]);
        let verdict = |state: ConnectionState| view.verdict(Some(&state));
        assert_eq!(verdict(succeeded(15)), Verdict::Ready);
        assert_eq!(verdict(succeeded(16)), Verdict::Stale);
        assert_eq!(verdict(ConnectionState::default()), Verdict::Never);
        assert_eq!(view.verdict(None), Verdict::Never);
    }
}
