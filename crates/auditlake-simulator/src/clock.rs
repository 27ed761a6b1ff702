//! The time the service goes by: the system's, or one that a test holds still and moves.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// A clock that can be shared: clones of a fixed clock move together.
#[derive(Debug, Clone)]
pub struct Clock(Inner);

#[derive(Debug, Clone)]
enum Inner {
    System,
    Skewed(SignedDuration),
    Fixed(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// The operating system's clock.
    pub fn system() -> Self {
        Self(Inner::System)
    }

    /// The operating system's clock, fast by `skew`, or slow if that is negative.
    pub fn skewed(skew: SignedDuration) -> Self {
        Self(Inner::Skewed(skew))
    }

    /// A clock that stands at `now` until it is [set](Self::set) or [advanced](Self::advance).
    pub fn fixed(now: Timestamp) -> Self {
        Self(Inner::Fixed(Arc::new(Mutex::new(now))))
    }

    /// The time now, UTC.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Inner::System => Timestamp::now(),
            Inner::Skewed(skew) => Timestamp::now() + *skew,
            Inner::Fixed(time) => *time.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a fixed clock to `now`; the system's clock stays as it is.
    pub fn set(&self, now: Timestamp) {
        if let Inner::Fixed(time) = &self.0 {
            *time.lock().unwrap_or_else(PoisonError::into_inner) = now;
        }
    }

    /// Moves a fixed clock by `step`, forwards or backwards; the system's clock stays as it is.
    pub fn advance(&self, step: SignedDuration) {
        self.set(self.now() + step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_fixed_clock_move_together() {
        let clock = Clock::fixed(Timestamp::UNIX_EPOCH);
        let other = clock.clone();
        clock.advance(SignedDuration::from_hours(2));
        assert_eq!(other.now().as_second(), 7200);
    }
}
