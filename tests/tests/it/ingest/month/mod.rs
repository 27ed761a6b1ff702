//! A month of rounds: late blobs, throttling, a service that fails for hours, nobody there for days, and processes that
//! end or are killed in the middle. What could ever be had is in the lake once. What could not is named: by the round that
//! finds it, in its exit code, in the ledger, and by coverage for good.

mod evidence;
pub(super) mod program;
mod troubles;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use auditlake_pipeline::{Outcome, Report};
use auditlake_simulator::{FaultPlan, FaultRule, Selector};
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use super::service::Tenants;
use crate::crash::soak::{number, tell};
use program::Program;
use troubles::Trouble;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Nothing so close to the end of the seven days is asked for.
const EDGE_MARGIN: SignedDuration = SignedDuration::from_mins(5);

/// What a month is made of.
struct Plan {
    tenants: usize,
    seed: u64,
    /// In an order that the seed chooses.
    troubles: Vec<Trouble>,
    /// Hours between two troubles, from and to.
    between: (i64, i64),
    /// Minutes between two rounds, from and to.
    apart: (i64, i64),
    /// Rounds between two troubles by how they go, of a hundred: left in the middle, by the real binary, by the real
    /// binary that is killed.
    rounds: (u32, u32, u32),
}

/// What a month was.
#[derive(Debug, Default)]
struct Figures {
    rounds: u64,
    /// Left in the middle by their own process.
    dropped: u64,
    /// By the real binary.
    programs: u64,
    /// Killed before they ended.
    killed: u64,
    /// Blobs that a listing left out at first.
    late: u64,
    throttled: u64,
    /// Rounds of a connection that failed as the service did.
    failed: u64,
    /// Records that nobody could have.
    expired: usize,
    records: u64,
}

struct Month {
    tenants: Tenants,
    program: Program,
    random: StdRng,
    apart: (i64, i64),
    rounds: (u32, u32, u32),
    figures: Figures,
    lost: Vec<(Timestamp, Timestamp)>,
}

impl Month {
    async fn new(plan: &Plan) -> Result<Self> {
        let blobs: Vec<usize> = (0..plan.tenants).map(|tenant| 1 + tenant % 3).collect();
        let tenants = Tenants::for_days(&blobs, 60).await?;
        Ok(Self {
            program: Program::new(&tenants.simulator)?,
            tenants,
            random: StdRng::seed_from_u64(plan.seed),
            apart: plan.apart,
            rounds: plan.rounds,
            figures: Figures::default(),
            lost: Vec::new(),
        })
    }

    /// Rounds hours apart until this much time is over.
    async fn pass(&mut self, time: SignedDuration) -> Result<()> {
        let seed = self.random.random();
        self.set_faults(troubles::of_the_day(seed));
        let end = self.tenants.now() + time;
        while self.tenants.now() < end {
            let minutes = self.random.random_range(self.apart.0..self.apart.1);
            self.tenants
                .clock
                .advance(SignedDuration::from_mins(minutes));
            self.some_round().await?;
        }
        Ok(())
    }

    async fn some_round(&mut self) -> Result<()> {
        let (dropped, real, killed) = self.rounds;
        let chance = self.random.random_range(0..100);
        if chance < dropped {
            self.dropped_round().await
        } else if chance < dropped + real {
            self.real_round(0).await.map(drop)
        } else if chance < dropped + real + killed {
            self.killed_round().await
        } else {
            self.check_round().await.map(drop)
        }
    }

    async fn check_round(&mut self) -> Result<Vec<Report>> {
        self.figures.rounds += 1;
        let reports = self.tenants.good_round().await?;
        for report in &reports {
            ensure!(report.outcome() == Outcome::Complete, "{:?}", report.gaps);
        }
        Ok(reports)
    }

    async fn dropped_round(&mut self) -> Result<()> {
        self.figures.dropped += 1;
        let wait = Duration::from_millis(self.random.random_range(1..300));
        let dropped = tokio::time::timeout(wait, self.tenants.round()).await;
        dropped.unwrap_or(Ok(Vec::new())).map(drop)
    }

    async fn killed_round(&mut self) -> Result<()> {
        let killed = self.program.kill(&self.tenants, &mut self.random).await?;
        self.figures.killed += u64::from(killed);
        Ok(())
    }

    /// A round of the real binary that must end with this code.
    async fn real_round(&mut self, code: i32) -> Result<Vec<serde_json::Value>> {
        self.figures.programs += 1;
        let (ended, reports) = self.program.round(&self.tenants).await?;
        ensure!(ended == Some(code), "{ended:?}: {reports:?}");
        Ok(reports)
    }

    fn set_faults(&mut self, plan: FaultPlan) {
        let counts = self.tenants.simulator.fault_counts();
        let count = |name: &str| counts.get(name).copied().unwrap_or_default();
        self.figures.late += count("late_blob");
        self.figures.throttled += count("throttle_403");
        self.tenants.simulator.set_faults(plan);
    }

    /// A day and more in which nothing goes wrong: what is late comes up, before somebody could take it for lost.
    async fn rest(&mut self) -> Result<()> {
        self.set_faults(FaultPlan::none());
        for _ in 0..2 {
            self.check_round().await?;
            self.tenants.clock.advance(15 * HOUR);
        }
        self.check_round().await.map(drop)
    }

    async fn suffer(&mut self, trouble: Trouble) -> Result<()> {
        match trouble {
            Trouble::Down(time) => self.down(time).await,
            Trouble::Away(time) if time > 7 * DAY => self.away_too_long(time).await,
            Trouble::Away(time) => self.away(time).await,
        }
    }

    /// The service fails: rounds fail, and what they missed is there after the first good one.
    async fn down(&mut self, time: SignedDuration) -> Result<()> {
        let down = FaultRule::new(
            Selector::default(),
            auditlake_simulator::Fault::service_unavailable(),
        );
        self.set_faults(FaultPlan::new([down]));
        for _ in 0..3 {
            self.tenants.clock.advance(time / 3);
            let ends = self.tenants.round().await?;
            ensure!(ends.iter().all(|end| end.ended.is_err()), "{ends:?}");
            self.figures.failed += ends.len() as u64;
        }
        self.set_faults(FaultPlan::none());
        self.check_round().await.map(drop)
    }

    /// Nobody is there, but not for so long that something expires.
    async fn away(&mut self, time: SignedDuration) -> Result<()> {
        self.tenants.clock.advance(time);
        let seed = self.random.random();
        self.set_faults(troubles::of_the_line(seed));
        self.check_round().await.map(drop)
    }

    /// Nobody is there for longer than the service keeps anything: who comes back says what nobody can have any more.
    async fn away_too_long(&mut self, time: SignedDuration) -> Result<()> {
        let last = self.tenants.now();
        self.tenants.clock.advance(time);
        let reports = self.real_round(4).await?;
        self.lost
            .push((last, self.tenants.now() - 7 * DAY + EDGE_MARGIN));
        self.figures.expired += evidence::check_told(&self.tenants, last, &reports)?;
        // It is told once.
        self.real_round(0).await.map(drop)
    }
}

async fn live(plan: Plan) -> Result<Figures> {
    let mut month = Month::new(&plan).await?;
    let mut troubles = plan.troubles;
    troubles.shuffle(&mut month.random);
    let begun = month.tenants.now();
    for trouble in troubles {
        let hours = month.random.random_range(plan.between.0..=plan.between.1);
        month.pass(SignedDuration::from_hours(hours)).await?;
        month.rest().await?;
        month.suffer(trouble).await?;
    }
    month.rest().await?;
    let days = month.tenants.now().duration_since(begun).as_hours() / 24;
    tell(&format!("{days} days, {:?}", month.figures));
    month.figures.records = evidence::check_lake(&month.tenants, &month.lost)?;
    evidence::check_coverage(&month.tenants, &month.program, &month.lost)?;
    Ok(month.figures)
}

#[tokio::test(flavor = "multi_thread")]
async fn weeks_of_rounds_lose_only_what_nobody_could_have() -> Result<()> {
    let figures = live(Plan {
        tenants: 2,
        seed: 3,
        troubles: vec![Trouble::Down(3 * HOUR), Trouble::Away(8 * DAY)],
        between: (24, 30),
        apart: (90, 360),
        rounds: (20, 10, 30),
    })
    .await?;
    assert!(figures.late > 5, "{figures:?}");
    assert!(figures.killed > 0 && figures.dropped > 0, "{figures:?}");
    assert!(figures.expired > 20, "{figures:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes many minutes: cargo xtask month"]
async fn month() -> Result<()> {
    let begun = Instant::now();
    let tenants = number("AUDITLAKE_MONTH_TENANTS")?;
    let seed = number("AUDITLAKE_MONTH_SEED")? as u64;
    let troubles = [
        Trouble::Down(3 * HOUR),
        Trouble::Down(12 * HOUR),
        Trouble::Away(30 * HOUR),
        Trouble::Away(6 * DAY),
        Trouble::Away(8 * DAY),
    ];
    let figures = live(Plan {
        tenants,
        seed,
        troubles: troubles.to_vec(),
        between: (24, 48),
        apart: (120, 600),
        rounds: (15, 10, 20),
    })
    .await
    .with_context(|| format!("seed {seed}"))?;
    let seconds = begun.elapsed().as_secs();
    tell(&format!("{tenants} tenants in {seconds} s: {figures:?}"));
    Ok(())
}
