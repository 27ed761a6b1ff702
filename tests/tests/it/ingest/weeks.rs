//! Two weeks of rounds: late blobs, a service that fails, processes that end in the middle, and an absence longer than the
//! service keeps anything. What could ever be had is in the lake once; what could not is named.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use auditlake_pipeline::{GapReason, Outcome, Report};
use auditlake_simulator::{Fault, FaultPlan, FaultRule, Operation, Selector, Times, Which};
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::Value;

use super::service::Tenants;
use crate::crash::lake::files;
use crate::world::verdict;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Everything that patience helps against, and blobs that come up only in the third listing of their window.
fn troubles(seed: u64) -> FaultPlan {
    let some = |operation, probability, fault, times| {
        let which = Selector::operation(operation).which(Which::Probability(probability));
        FaultRule::new(which, fault).times(Times::PerTarget(times))
    };
    let rules = [
        some(Operation::ListContent, 0.1, Fault::LateBlob, 2),
        some(Operation::ListContent, 0.05, Fault::bad_gateway(), 2),
        some(Operation::ListContent, 0.05, Fault::Throttle403, 1),
        some(Operation::RetrieveContent, 0.05, Fault::Throttle403, 2),
        some(Operation::RetrieveContent, 0.05, Fault::CutBody, 1),
    ];
    FaultPlan::new(rules).seeded(seed)
}

struct Weeks {
    tenants: Tenants,
    random: StdRng,
    late: u64,
}

impl Weeks {
    /// Rounds hours apart until this much time is over; some of them are dropped in the middle.
    async fn pass(&mut self, time: SignedDuration) -> Result<()> {
        let end = self.tenants.now() + time;
        while self.tenants.now() < end {
            let minutes = self.random.random_range(90..360);
            self.tenants
                .clock
                .advance(SignedDuration::from_mins(minutes));
            if self.random.random_bool(0.2) {
                let wait = Duration::from_millis(self.random.random_range(1..150));
                let dropped = tokio::time::timeout(wait, self.tenants.round()).await;
                dropped.unwrap_or(Ok(Vec::new()))?;
            } else {
                self.check_round().await?;
            }
        }
        Ok(())
    }

    async fn check_round(&self) -> Result<Vec<Report>> {
        let reports = self.tenants.good_round().await?;
        for report in &reports {
            ensure!(report.outcome() == Outcome::Complete, "{:?}", report.gaps);
        }
        Ok(reports)
    }

    fn count_late(&mut self) {
        let counts = self.tenants.simulator.fault_counts();
        self.late += counts.get("late_blob").copied().unwrap_or_default();
    }

    /// The service fails for three hours: rounds fail, and what they missed is there after the first good one.
    async fn outage(&mut self) -> Result<()> {
        self.count_late();
        let down = FaultRule::new(Selector::default(), Fault::service_unavailable());
        self.tenants.simulator.set_faults(FaultPlan::new([down]));
        for _ in 0..3 {
            self.tenants.clock.advance(HOUR);
            let ends = self.tenants.round().await?;
            ensure!(ends.len() == 2 && ends.iter().all(|end| end.ended.is_err()));
        }
        self.tenants.simulator.set_faults(FaultPlan::none());
        self.check_round().await?;
        Ok(())
    }

    /// Nobody is there for eight days. Returns what nobody can have any more.
    async fn absence(&mut self) -> Result<((Timestamp, Timestamp), Vec<Report>)> {
        // What comes late comes up before.
        for _ in 0..3 {
            self.check_round().await?;
        }
        let last = self.tenants.now();
        self.tenants.clock.advance(8 * DAY);
        let reports = self.tenants.good_round().await?;
        let edge = self.tenants.now() - 7 * DAY + SignedDuration::from_mins(5);
        Ok(((last, edge), reports))
    }
}

/// The windows that a lake's ledger names as expired: connection, content type, window.
fn expired_in_ledger(lake: &Path) -> Result<BTreeSet<(String, String, String)>> {
    let mut expired = BTreeSet::new();
    for commit in files(lake)? {
        let name = commit.to_string_lossy().into_owned();
        let Some((_, place)) = name.split_once("_auditlake/ledger/") else {
            continue;
        };
        let parts: Vec<&str> = place.split('/').collect();
        if let [connection, content_type, window, file] = parts.as_slice()
            && file.ends_with(".commit.json")
        {
            let record: Value = serde_json::from_slice(&std::fs::read(&commit)?)?;
            let failed = record["failed"].as_array().into_iter().flatten();
            if failed.into_iter().any(|it| it["reason"] == "expired") {
                let [connection, content_type, window] =
                    [connection, content_type, window].map(|it| (*it).to_owned());
                expired.insert((connection, content_type, window));
            }
        }
    }
    Ok(expired)
}

fn expired_in_reports(reports: &[Report]) -> BTreeSet<(String, String, String)> {
    let gaps = reports
        .iter()
        .flat_map(|report| report.gaps.iter().map(|gap| (&report.connection, gap)));
    gaps.map(|(connection, gap)| {
        assert_eq!(gap.reason, GapReason::Expired, "{gap:?}");
        let window = gap.window.clone().unwrap_or_default();
        (connection.clone(), gap.content_type.clone(), window)
    })
    .collect()
}

/// `20260504T100000Z_20260504T110000Z` as it sorts.
fn covers(window: &str, time: Timestamp) -> bool {
    let time = time.strftime("%Y%m%dT%H%M%SZ").to_string();
    let ends = window.split_once('_');
    ends.is_some_and(|(start, end)| start <= time.as_str() && time.as_str() < end)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_weeks_of_rounds_lose_only_what_nobody_could_have() -> Result<()> {
    let tenants = Tenants::new(&[1, 3]).await?;
    tenants.simulator.set_faults(troubles(1));
    let mut weeks = Weeks {
        tenants,
        random: StdRng::seed_from_u64(3),
        late: 0,
    };
    weeks.pass(2 * DAY).await?;
    weeks.outage().await?;
    weeks.pass(DAY).await?;
    let (lost, reports) = weeks.absence().await?;

    assert!(reports.iter().all(|it| it.outcome() == Outcome::Gaps));
    let told = expired_in_reports(&reports);
    assert_eq!(told, expired_in_ledger(weeks.tenants.lake.path())?);
    let mut missed = 0;
    for offered in &weeks.tenants.offered {
        if lost.0 <= offered.created && offered.created < lost.1 {
            missed += 1;
            let is_named = |(connection, content_type, window): &(String, String, String)| {
                *connection == format!("tenant-{}", offered.tenant)
                    && content_type == offered.feed.as_str()
                    && covers(window, offered.created)
            };
            assert!(told.iter().any(is_named), "{offered:?} is not named");
        }
    }
    assert!(missed > 40, "{missed}");

    weeks.tenants.simulator.set_faults(troubles(2));
    weeks.pass(3 * DAY).await?;
    weeks.count_late();
    assert!(weeks.late > 20, "{}", weeks.late);
    weeks.tenants.simulator.set_faults(FaultPlan::none());
    // Once more for the last late blobs and the last dropped round; nothing is told twice.
    weeks.check_round().await?;
    let offered = weeks.tenants.records_without(lost);
    let verdict = verdict(weeks.tenants.lake.path(), &offered)?;
    assert_eq!(
        (verdict.missing, verdict.repeated, verdict.strange),
        (0, 0, 0),
        "{verdict:?}"
    );
    Ok(())
}
