//! One budget of requests for a whole client: smooth, and slower while the service throttles.

use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::time::Instant;

/// A throttled client sends this many times fewer requests at most.
const HIGHEST_COST: u32 = 16;
/// One throttling hits all requests in flight; they count as one within this time.
const SAME_THROTTLING: Duration = Duration::from_secs(1);
/// Successes after which the client becomes a step faster again.
const CALM: u32 = 20;

/// Hands out permits for requests.
#[derive(Debug)]
pub(crate) struct Pacer {
    limiter: DefaultDirectRateLimiter,
    pressure: Mutex<Pressure>,
    longest_pause: Duration,
}

#[derive(Debug)]
struct Pressure {
    /// Permits that one request takes.
    cost: u32,
    successes: u32,
    raised: Option<Instant>,
    paused_until: Option<Instant>,
}

impl Pacer {
    /// A budget of `requests_per_minute` in any 60 seconds. A `Retry-After` holds all requests back,
    /// but for `longest_pause` at most.
    pub(crate) fn new(requests_per_minute: u32, longest_pause: Duration) -> Self {
        let pressure = Pressure {
            cost: 1,
            successes: 0,
            raised: None,
            paused_until: None,
        };
        let limiter = RateLimiter::direct(quota(requests_per_minute));
        Self {
            limiter,
            pressure: Mutex::new(pressure),
            longest_pause,
        }
    }

    /// Waits until one more request may be sent.
    pub(crate) async fn permit(&self) {
        while let Some(until) = self.pause() {
            tokio::time::sleep_until(until).await;
        }
        let cost = self.pressure().cost;
        for _ in 0..cost {
            self.limiter.until_ready().await;
        }
    }

    /// The service throttled a request.
    pub(crate) fn throttled(&self, retry_after: Option<Duration>) {
        let now = Instant::now();
        let mut pressure = self.pressure();
        if let Some(pause) = retry_after {
            let until = now + pause.min(self.longest_pause);
            pressure.paused_until = pressure.paused_until.max(Some(until));
        }
        pressure.successes = 0;
        if pressure
            .raised
            .is_none_or(|raised| now.duration_since(raised) >= SAME_THROTTLING)
        {
            pressure.cost = (pressure.cost * 2).min(HIGHEST_COST);
            pressure.raised = Some(now);
        }
    }

    /// The service answered a request.
    pub(crate) fn answered(&self) {
        let mut pressure = self.pressure();
        pressure.successes += 1;
        if pressure.successes >= CALM {
            pressure.successes = 0;
            pressure.cost = pressure.cost.saturating_sub(1).max(1);
        }
    }

    fn pause(&self) -> Option<Instant> {
        self.pressure()
            .paused_until
            .filter(|until| *until > Instant::now())
    }

    fn pressure(&self) -> MutexGuard<'_, Pressure> {
        self.pressure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A tenth of a second's worth of requests may go at once; the rate leaves room for it, so that burst and rate together
/// stay within the limit in any minute.
fn quota(requests_per_minute: u32) -> Quota {
    let burst = (requests_per_minute / 600).max(1);
    let rate = requests_per_minute.saturating_sub(burst).max(1);
    let at_least_one = |number: u32| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    Quota::per_minute(at_least_one(rate)).allow_burst(at_least_one(burst))
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    #[test]
    fn no_minute_holds_more_than_its_limit_and_no_second_much_more_than_its_share() {
        for limit in [2_u32, 60, 2_000, 60_000] {
            let clock = FakeRelativeClock::default();
            let limiter = RateLimiter::direct_with_clock(quota(limit), clock.clone());
            let sent_in_100_ms: Vec<u32> = (0..600)
                .map(|_| {
                    let sent = std::iter::from_fn(|| limiter.check().ok()).count();
                    clock.advance(Duration::from_millis(100));
                    u32::try_from(sent).unwrap()
                })
                .collect();
            let total: u32 = sent_in_100_ms.iter().sum();
            assert!(
                total <= limit && total * 10 >= limit * 9 - 10,
                "{limit}: {total}"
            );
            assert!(
                sent_in_100_ms
                    .iter()
                    .all(|sent| *sent <= (limit / 600).max(1)),
                "{limit}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_throttling_counts_once_and_calm_makes_faster_again() {
        let pacer = Pacer::new(2_000, Duration::from_mins(1));
        (0..10).for_each(|_| pacer.throttled(None));
        assert_eq!(pacer.pressure().cost, 2);
        tokio::time::advance(SAME_THROTTLING).await;
        pacer.throttled(None);
        assert_eq!(pacer.pressure().cost, 4);
        (0..CALM * 3).for_each(|_| pacer.answered());
        assert_eq!(pacer.pressure().cost, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_retry_after_holds_every_request_back_but_not_for_ever() {
        let pacer = Pacer::new(60_000, Duration::from_mins(1));
        pacer.throttled(Some(Duration::from_hours(24)));
        pacer.throttled(Some(Duration::from_secs(1)));
        let before = Instant::now();
        pacer.permit().await;
        let waited = before.elapsed();
        assert!(
            waited >= Duration::from_mins(1) && waited < Duration::from_secs(62),
            "{waited:?}"
        );
    }
}
