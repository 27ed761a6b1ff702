//! What limited a run, in one line.

use auditlake_pipeline::report::{Limit, Seconds, Stages};

/// A shorter run is over before anybody asks what held it up.
const WORTH_TELLING_SECS: f64 = 1.0;

/// What limited the run, and how much of its time each of the others was in use; none for one that was over at once.
pub(super) fn limit(stages: &Stages) -> Option<String> {
    let seconds = stages.seconds.as_f64();
    (seconds >= WORTH_TELLING_SECS).then(|| {
        let part = |time: Seconds| percent(time.part_of(stages.seconds));
        let cores = stages.core_seconds.part_of(stages.seconds) / f64::from(stages.cores.max(1));
        format!(
            "{}: of {seconds:.1} s, requests were on their way {} and waited for the quota {}; \
             cores were at work {}, one at files {}; the store {}",
            words(stages.limited_by),
            part(stages.fetch.busy_seconds),
            part(stages.pacing_seconds),
            percent(cores),
            part(stages.encode.busy_seconds),
            part(stages.store.busy_seconds),
        )
    })
}

fn words(limit: Limit) -> &'static str {
    match limit {
        Limit::Quota => "limited by the quota",
        Limit::Network => "limited by the network",
        Limit::Cpu => "limited by the cores",
        Limit::Store => "limited by the store",
        Limit::Nothing => "limited by nothing for most of the time",
    }
}

fn percent(part: f64) -> String {
    format!("{:.0} %", part * 100.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn stages(seconds: u64) -> Stages {
        let millis = |millis| Duration::from_millis(millis);
        Stages {
            seconds: millis(seconds * 1000).into(),
            limited_by: Limit::Network,
            pacing_seconds: millis(100).into(),
            fetch: millis(1840).into(),
            encode: millis(60).into(),
            store: millis(500).into(),
            core_seconds: millis(960).into(),
            cores: 4,
            ..Stages::default()
        }
    }

    #[test]
    fn a_run_says_what_limited_it_in_parts_of_its_time() {
        assert_eq!(
            limit(&stages(2)).as_deref(),
            Some(
                "limited by the network: of 2.0 s, requests were on their way 92 % and waited for the quota 5 %; \
                 cores were at work 12 %, one at files 3 %; the store 25 %"
            )
        );
    }

    #[test]
    fn a_run_that_was_over_at_once_says_nothing() {
        assert_eq!(limit(&stages(0)), None);
    }
}
