//! What may be chosen about scheduled ingestion.

use std::time::Duration;

use jiff::SignedDuration;

use crate::error::Error;
use crate::health::HealthApi;
use crate::options::BackfillOptions;
use crate::plan::RETENTION;

/// Time from round to round unless told otherwise.
pub const DEFAULT_EVERY: Duration = Duration::from_mins(5);
/// How far back each round lists again unless told otherwise.
pub const DEFAULT_RELIST: SignedDuration = SignedDuration::from_hours(24);
/// How long a shutdown waits for what is begun unless told otherwise: containers get 30 seconds.
pub const DEFAULT_GRACE: Duration = Duration::from_secs(20);
/// Connections at work at once unless told otherwise.
pub const DEFAULT_CONCURRENCY: usize = 4;
/// Least time from the start of a round to that of the next one that notices ask for, unless told otherwise: files of a
/// minute's records are small enough.
pub const DEFAULT_GATHER: Duration = Duration::from_mins(1);
/// How long one connection may work before it lets others go first, unless told otherwise.
pub const DEFAULT_TURN: Duration = Duration::from_mins(10);

/// What rounds bring.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IngestSource {
    /// The feed of the Management Activity API.
    #[default]
    Feed,
    /// What is announced of the services.
    ServiceHealth(HealthApi),
}

/// What may be chosen about scheduled ingestion.
#[derive(Debug, Clone)]
pub struct IngestOptions {
    /// What a round has in common with a backfill. The memory limit is that of the whole process; `since` is where a
    /// connection begins that no round has followed yet; `until` and `dry_run` do not count.
    pub backfill: BackfillOptions,
    /// What the rounds bring.
    pub source: IngestSource,
    /// Time from round to round.
    pub every: Duration,
    /// How far back each round lists again, since blobs come late; all seven days are listed once a day in any case.
    pub relist: SignedDuration,
    /// Connections at work at once; they share the memory.
    pub concurrency: usize,
    /// How long a shutdown waits for what is begun.
    pub grace: Duration,
    /// How long one connection of a process that stays may work before it lets others go first.
    pub turn: Duration,
    /// Least time from the start of a round to that of the next one that notices ask for, however many come.
    pub gather: Duration,
}

impl IngestOptions {
    /// Everything as it is unless told otherwise.
    pub fn new(lake: impl Into<String>) -> Self {
        Self {
            backfill: BackfillOptions::new(lake),
            source: IngestSource::default(),
            every: DEFAULT_EVERY,
            relist: DEFAULT_RELIST,
            concurrency: DEFAULT_CONCURRENCY,
            grace: DEFAULT_GRACE,
            turn: DEFAULT_TURN,
            gather: DEFAULT_GATHER,
        }
    }

    /// Refuses what cannot work.
    pub fn check(&self) -> Result<(), Error> {
        let refused = |words: &str| Err(Error::Config(words.to_owned()));
        if self.every.is_zero() {
            return refused("there must be some time from round to round");
        }
        if self.relist > RETENTION || self.relist.is_negative() {
            return refused("only the last seven days can be listed again");
        }
        if self.concurrency == 0 || self.turn.is_zero() {
            return refused("at least one connection must be at work, and for some time");
        }
        Ok(())
    }

    /// The same with each connection's share of the memory.
    pub(crate) fn shared_by(mut self, connections: usize) -> Self {
        let sharers = self.concurrency.min(connections).max(1);
        self.backfill.memory_limit /= u64::try_from(sharers).unwrap_or(u64::MAX);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_shared_by_those_that_work_at_once() {
        let limit = |connections| {
            let options = IngestOptions::new("l").shared_by(connections);
            options.backfill.memory_limit
        };
        assert_eq!(limit(0), 512 << 20);
        assert_eq!(limit(2), 256 << 20);
        assert_eq!(limit(100), 128 << 20);
    }

    #[test]
    fn what_cannot_work_is_refused() {
        let check = |change: fn(&mut IngestOptions)| {
            let mut options = IngestOptions::new("l");
            change(&mut options);
            options.check().is_ok()
        };
        assert!(check(|_| {}));
        assert!(!check(|it| it.every = Duration::ZERO));
        assert!(!check(|it| it.relist = SignedDuration::from_hours(169)));
        assert!(!check(|it| it.concurrency = 0));
        assert!(!check(|it| it.turn = Duration::ZERO));
    }
}
