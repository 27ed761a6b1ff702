//! What a run removes since no later one needs it.

use jiff::{SignedDuration, Timestamp};

use crate::commit::ledger_from;
use crate::ledger::Ledger;
use crate::ledger::listed::Marks;
use crate::plan::{LEDGER_MARGIN, RETENTION};

/// How much longer lists of identities are kept than any run reads them: clocks differ.
const LISTS_MARGIN: SignedDuration = SignedDuration::from_hours(24);

/// Removes what only runs of long ago needed. Nothing depends on it: what is left is removed on another day.
pub(super) async fn forget(ledger: &Ledger, now: Timestamp) {
    match ledger.prune_identities(&lists_from(now)).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "old lists of identities are removed"),
        Err(error) => tracing::warn!(%error, "old lists of identities could not be removed"),
    }
}

/// The first window whose list of identities a run at this time may need.
fn lists_from(now: Timestamp) -> String {
    ledger_from(now - RETENTION - LEDGER_MARGIN - LISTS_MARGIN)
}

/// Whether no run of the same day (UTC) has left its line: looking once a day is often enough.
pub(super) fn is_first_of_its_day(marks: &Marks, now: Timestamp) -> bool {
    let day = |time: Timestamp| time.as_second().div_euclid(24 * 60 * 60);
    let last = marks.runs().map(|run| run.started).max();
    last.is_none_or(|last| day(last) != day(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::RunCounts;
    use crate::ledger::listed::RunRecord;

    #[test]
    fn lists_are_kept_for_ten_days() {
        let now = "2026-05-11T10:00:00Z".parse().unwrap();
        assert_eq!(lists_from(now), "20260501T100000Z");
    }

    #[test]
    fn the_first_run_of_a_day_is_known_by_the_lines_of_others() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let run = |run_id: &str, started| RunRecord {
            run_id: run_id.to_owned(),
            started,
            finished: started,
            error: None,
            counts: RunCounts::default(),
        };
        let mut marks = Marks::default();
        let now = time("2026-05-11T00:01:00Z");
        assert!(is_first_of_its_day(&marks, now));
        marks.note_run(run("a", time("2026-05-10T23:59:00Z")));
        assert!(is_first_of_its_day(&marks, now));
        marks.note_run(run("b", time("2026-05-11T00:00:30Z")));
        assert!(!is_first_of_its_day(&marks, now));
    }
}
