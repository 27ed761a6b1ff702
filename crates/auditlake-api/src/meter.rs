//! How long something was at work, by the monotonic clock. It is told, and decides nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Adds up the time in which at least one task was at work, and that of all tasks together.
#[derive(Debug, Default)]
pub struct Meter(Mutex<State>);

/// What a [`Meter`] has measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measured {
    /// Time in which at least one task was at work.
    pub busy: Duration,
    /// The times of all tasks, added up.
    pub work: Duration,
}

#[derive(Debug, Default)]
struct State {
    measured: Measured,
    /// Tasks at work.
    tasks: u32,
    /// Until when is measured; none before the first task.
    until: Option<Instant>,
}

/// A task is at work until this is dropped.
#[derive(Debug)]
#[must_use = "the task is at work for as long as this is held"]
pub struct AtWork<'a>(&'a Meter);

impl Meter {
    /// A task begins.
    pub fn enter(&self) -> AtWork<'_> {
        let mut state = self.state();
        state.pass(Instant::now());
        state.tasks += 1;
        AtWork(self)
    }

    /// What is measured by now; of tasks that are at work, until now.
    pub fn measured(&self) -> Measured {
        let mut state = self.state();
        state.pass(Instant::now());
        state.measured
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.pass(Instant::now());
        state.tasks = state.tasks.saturating_sub(1);
    }
}

impl State {
    /// Time has passed with as many tasks at work as there were.
    fn pass(&mut self, now: Instant) {
        let before = self.until.replace(now).unwrap_or(now);
        if self.tasks > 0 {
            let passed = now.saturating_duration_since(before);
            self.measured.busy += passed;
            self.measured.work += passed * self.tasks;
        }
    }
}

impl std::ops::Sub for Measured {
    type Output = Self;

    /// What was measured since.
    fn sub(self, before: Self) -> Self {
        Self {
            busy: self.busy.saturating_sub(before.busy),
            work: self.work.saturating_sub(before.work),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Measures tasks that begin and end at these seconds.
    fn measured(tasks: &[(u64, u64)]) -> (u64, u64) {
        let zero = Instant::now();
        let mut changes: Vec<(u64, bool)> = tasks
            .iter()
            .flat_map(|&(begin, end)| [(begin, true), (end, false)])
            .collect();
        changes.sort_unstable();
        let mut state = State::default();
        for (second, begins) in changes {
            state.pass(zero + Duration::from_secs(second));
            state.tasks = state.tasks + u32::from(begins) - u32::from(!begins);
        }
        let Measured { busy, work } = state.measured;
        (busy.as_secs(), work.as_secs())
    }

    #[test]
    fn tasks_at_once_are_busy_once_and_work_each() {
        assert_eq!(measured(&[]), (0, 0));
        assert_eq!(measured(&[(1, 3)]), (2, 2));
        assert_eq!(measured(&[(1, 3), (5, 6)]), (3, 3), "a pause is no work");
        assert_eq!(measured(&[(1, 5), (2, 4)]), (4, 6));
        assert_eq!(measured(&[(1, 4), (2, 6)]), (5, 7));
    }

    #[test]
    fn a_task_that_is_at_work_counts_until_now_and_one_that_ended_no_more() {
        let meter = Meter::default();
        let task = meter.enter();
        let first = meter.measured();
        while meter.measured() == first {
            std::thread::yield_now();
        }
        drop(task);
        let ended = meter.measured();
        assert!(ended.busy > first.busy, "{ended:?}");
        assert_eq!(meter.measured(), ended);
        assert_eq!(ended - ended, Measured::default());
    }
}
