//! Bytes that a stage may hold at once.
//!
//! Two budgets bound a run. The first is of raw bodies: a reservation is made before a download, from an estimate,
//! and set right when the body is there. The second is of normalized generations, which are some times as large as
//! their bodies. Neither waits for itself: bodies that nobody commits yet are handed on before they fill half of
//! the first budget, whoever holds part of the second needs nothing but the committer, and the committer reserves
//! nothing. One thing larger than the whole budget passes when it is alone.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// Smallest estimate of a body.
const MIN_ESTIMATE: u64 = 64 << 10;

/// Bytes that may be held at once.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: u64,
    state: Mutex<u64>,
    freed: Notify,
    /// First come, first served: a large reservation is not passed by small ones for ever.
    queue: tokio::sync::Mutex<()>,
}

/// Part of a budget, given back when dropped.
#[derive(Debug)]
pub(crate) struct Reservation {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Budget {
    pub(crate) fn new(limit: u64) -> Arc<Self> {
        Arc::new(Self {
            limit,
            state: Mutex::new(0),
            freed: Notify::new(),
            queue: tokio::sync::Mutex::new(()),
        })
    }

    /// Waits until the bytes fit, or until nothing else is held.
    pub(crate) async fn reserve(self: &Arc<Self>, bytes: u64) -> Reservation {
        let _turn = self.queue.lock().await;
        loop {
            let freed = self.freed.notified();
            if self.take_if_fits(bytes) {
                return Reservation {
                    budget: Arc::clone(self),
                    bytes,
                };
            }
            freed.await;
        }
    }

    #[cfg(test)]
    fn used(&self) -> u64 {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_if_fits(&self, bytes: u64) -> bool {
        let mut used = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = *used == 0 || *used + bytes <= self.limit;
        if fits {
            *used += bytes;
        }
        fits
    }

    fn change(&self, from: u64, to: u64) {
        let mut used = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *used = *used + to - from;
        drop(used);
        self.freed.notify_one();
    }
}

impl Reservation {
    /// Sets the bytes right, without waiting: they are there already.
    pub(crate) fn resize(&mut self, bytes: u64) {
        self.budget.change(self.bytes, bytes);
        self.bytes = bytes;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.change(self.bytes, 0);
    }
}

/// How large the next body may be: a maximum of the last ones that fades.
#[derive(Debug)]
pub(crate) struct Estimate {
    max: u64,
    recent: Mutex<u64>,
}

impl Estimate {
    /// Starts careful: nothing is known before the first body.
    pub(crate) fn new(first: u64, max: u64) -> Self {
        Self {
            max: max.max(MIN_ESTIMATE),
            recent: Mutex::new(first),
        }
    }

    pub(crate) fn get(&self) -> u64 {
        let recent = *self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.clamp(MIN_ESTIMATE, self.max)
    }

    pub(crate) fn learn(&self, bytes: u64) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        *recent = bytes.max(*recent - *recent / 8);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn what_does_not_fit_waits_until_something_is_given_back() {
        let budget = Budget::new(100);
        let first = budget.reserve(60).await;
        let mut second = Box::pin(budget.reserve(50));
        assert!((&mut second).now_or_never().is_none());
        drop(first);
        let second = (&mut second).now_or_never();
        assert!(second.is_some());
        assert_eq!(budget.used(), 50);
        drop(second);
        assert_eq!(budget.used(), 0);
    }

    #[tokio::test]
    async fn one_thing_larger_than_the_budget_passes_alone() {
        let budget = Budget::new(100);
        let large = budget.reserve(1000).await;
        assert!(budget.reserve(1).now_or_never().is_none());
        drop(large);
        assert!(budget.reserve(1).now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_body_that_turns_out_larger_overdraws_and_holds_up_the_next() {
        let budget = Budget::new(100);
        let mut body = budget.reserve(10).await;
        body.resize(150);
        assert_eq!(budget.used(), 150);
        assert!(budget.reserve(10).now_or_never().is_none());
        body.resize(20);
        assert!(budget.reserve(10).now_or_never().is_some());
    }

    #[test]
    fn the_estimate_follows_large_bodies_at_once_and_fades_slowly() {
        let estimate = Estimate::new(8 << 20, 32 << 20);
        assert_eq!(estimate.get(), 8 << 20);
        estimate.learn(200 << 20);
        assert_eq!(estimate.get(), 32 << 20);
        for _ in 0..200 {
            estimate.learn(10);
        }
        assert_eq!(estimate.get(), MIN_ESTIMATE);
    }
}
