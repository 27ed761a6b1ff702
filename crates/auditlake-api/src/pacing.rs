//! One budget of requests for a tenant: smooth, half as fast after each throttling, and slowly faster again.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::time::Instant;

/// Requests may come this much before their time: what was missed by a late timer is caught up, and no more.
const SLACK: Duration = Duration::from_millis(100);
/// The span that the budget is for.
const MINUTE: Duration = Duration::from_mins(1);
/// The slowest, as a part of the whole budget.
const SLOWEST: f64 = 1.0 / 16.0;
/// One throttling hits all requests in flight; they count as one within this time.
const SAME_THROTTLING: Duration = Duration::from_secs(1);

type Budgets = HashMap<(String, String), Weak<Pacer>>;
/// The budgets in use, by API origin and tenant: the service counts a tenant's requests, not a client's.
static BUDGETS: LazyLock<Mutex<Budgets>> = LazyLock::new(Mutex::default);

/// Hands out permits for requests.
#[derive(Debug)]
pub(crate) struct Pacer {
    /// Who holds it is next.
    turn: tokio::sync::Mutex<()>,
    pace: Mutex<Pace>,
}

#[derive(Debug)]
struct Pace {
    requests_per_minute: u32,
    /// Part of the budget that is used, up to 1.
    speed: f64,
    /// When the next request is due.
    due: Instant,
    slowed: Option<Instant>,
    paused_until: Option<Instant>,
}

impl Pacer {
    /// The budget of the tenant at this API, by the API's name. The lowest number that anybody has asked for counts, as long as the budget
    /// is in use.
    pub(crate) fn shared(api: &str, tenant_id: &str, requests_per_minute: u32) -> Arc<Self> {
        let key = (api.to_owned(), tenant_id.to_ascii_lowercase());
        let mut budgets = BUDGETS.lock().unwrap_or_else(PoisonError::into_inner);
        budgets.retain(|_, budget| budget.strong_count() > 0);
        if let Some(pacer) = budgets.get(&key).and_then(Weak::upgrade) {
            pacer.pace().lower_to(requests_per_minute);
            return pacer;
        }
        let pacer = Arc::new(Self::new(requests_per_minute));
        budgets.insert(key, Arc::downgrade(&pacer));
        pacer
    }

    /// A budget of `requests_per_minute` in any 60 seconds.
    fn new(requests_per_minute: u32) -> Self {
        let pace = Pace {
            requests_per_minute,
            speed: 1.0,
            due: Instant::now(),
            slowed: None,
            paused_until: None,
        };
        Self {
            turn: tokio::sync::Mutex::default(),
            pace: Mutex::new(pace),
        }
    }

    /// Waits until one more request may be sent; first come, first served.
    pub(crate) async fn permit(&self) {
        let _turn = self.turn.lock().await;
        while let Some(wait_until) = self.take() {
            tokio::time::sleep_until(wait_until).await;
        }
    }

    /// The lock must not be held while waiting, as it would be in the loop's head.
    fn take(&self) -> Option<Instant> {
        self.pace().take(Instant::now())
    }

    /// The service throttled a request, and perhaps said how long all requests have to wait.
    pub(crate) fn throttled(&self, retry_after: Option<Duration>) {
        self.pace().slow_down(Instant::now(), retry_after);
    }

    /// The service answered a request.
    pub(crate) fn answered(&self) {
        self.pace().recover();
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pace {
    /// Takes the next permit, or says until when to wait.
    fn take(&mut self, now: Instant) -> Option<Instant> {
        let earliest = self.paused_until.max(self.due.checked_sub(SLACK));
        if let Some(earliest) = earliest.filter(|earliest| *earliest > now) {
            return Some(earliest);
        }
        self.due = self.due.max(now) + self.interval().div_f64(self.speed);
        None
    }

    /// The time between requests: `n` intervals have `n + 1` ends, and the slack comes on top of the minute.
    fn interval(&self) -> Duration {
        match self.requests_per_minute {
            0 | 1 => MINUTE + 2 * SLACK,
            number => (MINUTE + SLACK) / (number - 1),
        }
    }

    fn slow_down(&mut self, now: Instant, retry_after: Option<Duration>) {
        if let Some(pause) = retry_after {
            self.paused_until = self.paused_until.max(now.checked_add(pause));
        }
        let is_new = |slowed: Instant| now.duration_since(slowed) >= SAME_THROTTLING;
        if self.slowed.is_none_or(is_new) {
            self.speed = (self.speed / 2.0).max(SLOWEST);
            self.slowed = Some(now);
        }
    }

    /// A whole budget of answers makes good for all throttling: from half the speed, about 40 seconds.
    fn recover(&mut self) {
        let step = 1.0 / f64::from(self.requests_per_minute.max(1));
        self.speed = (self.speed + step).min(1.0);
    }

    fn lower_to(&mut self, requests_per_minute: u32) {
        self.requests_per_minute = self.requests_per_minute.min(requests_per_minute);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When each of so many permits came.
    async fn permits(pacer: &Pacer, count: u32) -> Vec<Duration> {
        let start = Instant::now();
        let mut times = Vec::new();
        for _ in 0..count {
            pacer.permit().await;
            times.push(start.elapsed());
        }
        times
    }

    /// The most permits in any 60 seconds; the times are sorted.
    fn most_in_a_minute(times: &[Duration]) -> usize {
        let within = |(index, from): (usize, &Duration)| {
            times.partition_point(|time| *time < *from + MINUTE) - index
        };
        let windows = times.iter().enumerate().map(within);
        windows.max().unwrap_or_default()
    }

    #[tokio::test(start_paused = true)]
    async fn the_budget_is_used_and_never_exceeded() {
        for limit in [2_u32, 60, 600, 2_000, 60_000] {
            let times = permits(&Pacer::new(limit), limit * 3).await;
            let most = most_in_a_minute(&times);
            assert!(most <= limit as usize, "{limit}: {most}");
            let minutes = times.last().unwrap().as_secs_f64() / 60.0;
            let used = f64::from(limit * 3) / minutes / f64::from(limit);
            assert!(used >= 0.98 || limit < 100, "{limit}: {used}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_rest_a_tenth_of_a_second_may_go_at_once_and_no_more() {
        let pacer = Pacer::new(6_000);
        permits(&pacer, 100).await;
        tokio::time::sleep(Duration::from_hours(1)).await;
        let times = permits(&pacer, 6_000 * 2).await;
        let at_once = times.iter().filter(|time| time.is_zero()).count();
        assert!((2..=11).contains(&at_once), "{at_once}");
        assert!(most_in_a_minute(&times) <= 6_000);
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_halves_once_and_calm_gives_back_slowly() {
        let pacer = Pacer::new(600);
        let in_a_minute = async || {
            let start = Instant::now();
            let mut count = 0;
            while start.elapsed() < MINUTE {
                pacer.permit().await;
                count += 1;
            }
            count
        };
        (0..10).for_each(|_| pacer.throttled(None));
        let halved = in_a_minute().await;
        assert!((295..=301).contains(&halved), "{halved}");
        pacer.throttled(None);
        let quartered = in_a_minute().await;
        assert!((147..=152).contains(&quartered), "{quartered}");
        (0..300).for_each(|_| pacer.answered());
        assert!((pacer.pace().speed - 0.75).abs() < 0.01);
        (0..300).for_each(|_| pacer.answered());
        assert!((pacer.pace().speed - 1.0).abs() < f64::EPSILON);
        for _ in 0..9 {
            tokio::time::advance(SAME_THROTTLING).await;
            pacer.throttled(None);
        }
        assert!((pacer.pace().speed - SLOWEST).abs() < f64::EPSILON);
    }

    #[tokio::test(start_paused = true)]
    async fn a_retry_after_holds_every_request_back_even_one_that_waits_already() {
        let pacer = Pacer::new(60);
        pacer.permit().await;
        let start = Instant::now();
        let throttling = async {
            tokio::time::sleep(Duration::from_millis(10)).await;
            pacer.throttled(Some(Duration::from_secs(20)));
            pacer.throttled(Some(Duration::from_secs(1)));
        };
        tokio::join!(pacer.permit(), throttling);
        assert!(start.elapsed() >= Duration::from_secs(20));
    }

    #[tokio::test(start_paused = true)]
    async fn clients_of_one_tenant_share_one_budget_while_they_live() {
        let api = "https://budget.contoso.example";
        let one = Pacer::shared(api, "T", 600);
        let other = Pacer::shared(api, "t", 60);
        assert!(Arc::ptr_eq(&one, &other));
        assert_eq!(one.pace().requests_per_minute, 60);
        assert!(!Arc::ptr_eq(&one, &Pacer::shared(api, "u", 600)));
        let graph = format!("{api} graph");
        assert!(!Arc::ptr_eq(&one, &Pacer::shared(&graph, "T", 600)));
        drop((one, other));
        assert_eq!(Pacer::shared(api, "T", 600).pace().requests_per_minute, 600);
    }
}
