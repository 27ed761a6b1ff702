//! At most so many in any minute, roughly: a bucket that fills by the second.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_mins(1);

/// Takes so many a minute, all at once if they come so.
#[derive(Debug)]
pub(super) struct Limit {
    per_minute: u32,
    bucket: Mutex<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Limit {
    pub(super) fn per_minute(per_minute: u32, now: Instant) -> Self {
        Self {
            per_minute,
            bucket: Mutex::new(Bucket {
                left: f64::from(per_minute),
                at: now,
            }),
        }
    }

    /// Whether one more may pass now.
    pub(super) fn take(&self, now: Instant) -> bool {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let most = f64::from(self.per_minute);
        let minutes = now.saturating_duration_since(bucket.at).as_secs_f64() / MINUTE.as_secs_f64();
        bucket.left = (bucket.left + minutes * most).min(most);
        bucket.at = now;
        let may_pass = bucket.left >= 1.0;
        if may_pass {
            bucket.left -= 1.0;
        }
        may_pass
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_gives_so_many_and_no_more() {
        let start = Instant::now();
        let limit = Limit::per_minute(6, start);
        let taken = |after| (0..20).filter(|_| limit.take(start + after)).count();
        assert_eq!(taken(Duration::ZERO), 6);
        assert_eq!(taken(Duration::from_secs(21)), 2);
        assert_eq!(taken(MINUTE * 60), 6);
    }
}
