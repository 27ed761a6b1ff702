//! The store's time, as far as this run has seen it.
//!
//! How old an object is, only the store's own clock tells: this machine's may be hours off, or be set while a run is
//! at work. So the time now is the time of the youngest object of our own, and what has passed since by a clock that
//! nobody sets.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

/// Tells the store's time, a little late rather than early.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StoreClock {
    seen: Timestamp,
    at: Instant,
    /// Whether it goes by the store already.
    has_heard: bool,
}

impl StoreClock {
    /// A clock that takes this machine's time until it has seen the store's.
    pub(crate) fn new() -> Self {
        Self::from(Timestamp::now())
    }

    /// Takes in when our start and our youngest intent were made: it is that late at least. The first it hears from
    /// the store is taken for the time, whatever this machine's clock says.
    pub(crate) fn learn(&mut self, intent: Option<Timestamp>, start: Option<Timestamp>) {
        let Some(made) = intent.max(start) else {
            return;
        };
        if !self.has_heard || made > self.now() {
            *self = Self {
                has_heard: true,
                ..Self::from(made)
            };
        }
    }

    /// The store's time.
    pub(crate) fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.at.elapsed()).unwrap_or(SignedDuration::MAX);
        self.seen.checked_add(passed).unwrap_or(Timestamp::MAX)
    }

    fn from(seen: Timestamp) -> Self {
        Self {
            seen,
            at: Instant::now(),
            has_heard: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stores_time_is_taken_over_and_goes_on() {
        let mut clock = StoreClock::new();
        let made = Timestamp::now() - SignedDuration::from_hours(5);
        clock.learn(None, Some(made));
        let later = clock.now();
        assert!(later >= made && later < made + SignedDuration::from_mins(1));
        let younger = made + SignedDuration::from_mins(2);
        clock.learn(Some(younger), Some(made));
        clock.learn(Some(made), None);
        clock.learn(None, None);
        assert!(clock.now() >= younger);
    }
}
