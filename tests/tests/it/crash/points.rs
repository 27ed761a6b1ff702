//! Each call to the store as a failure point, within the process.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use auditlake_pipeline::{BackfillOptions, Clock, Lake, Patience};
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use super::lake::{Damage, damage, unreadable};
use super::soak::tell;
use super::store::{Plan, Shared, Trouble, Troubled};
use crate::world::World;

/// A failure is tried again after a millisecond.
const QUICK: Patience = Patience {
    first: Duration::from_millis(1),
    longest: Duration::from_millis(2),
    total: Duration::from_secs(5),
};

impl World {
    /// Options of a run whose store fails by plan.
    pub(crate) fn troubled(&self, shared: &Arc<Shared>) -> Result<BackfillOptions> {
        self.troubled_with(shared, QUICK)
    }

    fn troubled_with(&self, shared: &Arc<Shared>, patience: Patience) -> Result<BackfillOptions> {
        let shared = Arc::clone(shared);
        let lake = Lake::open(&self.lake().to_string_lossy())?;
        let troubled = lake.over(|store| Arc::new(Troubled::new(store, shared)), patience);
        Ok(BackfillOptions {
            opened: Some(troubled),
            ..self.options()
        })
    }

    /// The same service with an empty lake; in memory where there is such a disk, as a real one takes its time to
    /// make each small object last.
    pub(crate) fn empty(&mut self) -> Result<()> {
        let memory = Path::new("/dev/shm");
        self.lake = match tempfile::tempdir_in(memory) {
            Ok(directory) => directory,
            Err(_) => tempfile::tempdir()?,
        };
        Ok(())
    }

    /// A run without trouble, and what is wrong with the lake after it.
    pub(crate) async fn recover(&self) -> Result<Damage> {
        let broken = unreadable(self.lake())?;
        ensure!(broken.is_empty(), "half files after a crash: {broken:?}");
        self.run().await.context("the run after the crash")?;
        damage(self)
    }
}

/// How many calls a first run makes, and which failure points there are.
async fn calls_of_a_run(world: &World) -> Result<u64> {
    let counting = Shared::new(Plan::often(0.0, 0));
    world.run_with(world.troubled(&counting)?).await?;
    Ok(counting.calls())
}

/// A failure point.
#[derive(Debug, Clone, Copy)]
struct Point {
    /// Where an earlier run of the same lake was killed, which this one has to clear up after.
    killed_before: Option<u64>,
    at: u64,
    trouble: Trouble,
    patience: Patience,
}

impl Point {
    /// Whether a run should come through it.
    fn passes(&self) -> bool {
        let is_brief = matches!(
            self.trouble,
            Trouble::Before | Trouble::After | Trouble::Late
        );
        is_brief && self.patience != Patience::NONE
    }

    /// A run that fails there, and the run after it.
    async fn strike(&self, world: &mut World) -> Result<Damage> {
        world.empty()?;
        if let Some(at) = self.killed_before {
            let killed = Shared::new(Plan::At(at, Trouble::DeadAfter));
            let _killed = world.run_with(world.troubled(&killed)?).await;
        }
        let shared = Shared::new(Plan::At(self.at, self.trouble));
        let options = world.troubled_with(&shared, self.patience)?;
        let ended = world.run_with(options).await;
        let place = || format!("{self:?}, {:?}", shared.struck());
        if self.passes() {
            ended.with_context(place)?;
        }
        let damage = world.recover().await.with_context(place)?;
        if damage != Damage::default() {
            tell(&format!("{}: {damage}", place()));
        }
        Ok(damage)
    }
}

/// All failure points of a run that makes so many calls, in an order by the seed.
fn points(calls: u64, seed: u64) -> Vec<Point> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut points = Vec::new();
    for at in 0..calls {
        for trouble in Trouble::ALL {
            for patience in [QUICK, Patience::NONE] {
                let killed = random.random_range(calls / 3..calls - 1);
                points.extend([None, Some(killed)].map(|killed_before| Point {
                    killed_before,
                    at,
                    trouble,
                    patience,
                }));
            }
        }
    }
    points.shuffle(&mut random);
    points
}

/// Strikes at so many of all failure points, or at all of them when there are fewer. Gives their number.
pub(crate) async fn strike_points(count: usize, seed: u64) -> Result<(usize, Damage)> {
    let mut world = World::week(12).await?;
    world.empty()?;
    let mut points = points(calls_of_a_run(&world).await?, seed);
    points.truncate(count);
    let mut damage = Damage::default();
    for point in &points {
        damage += point.strike(&mut world).await?;
    }
    Ok((points.len(), damage))
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_call_to_the_store_fails_the_next_run_makes_it_whole() -> Result<()> {
    let (crashes, damage) = Box::pin(strike_points(40, 11)).await?;
    assert_eq!((crashes, damage), (40, Damage::default()));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_often_fails_and_loses_answers_only_takes_longer() -> Result<()> {
    let mut world = World::week(100).await?;
    for seed in 0..3 {
        world.empty()?;
        let shared = Shared::new(Plan::often(0.2, seed));
        world.run_with(world.troubled(&shared)?).await?;
        ensure!(shared.struck().len() > 5, "{:?}", shared.struck());
        assert_eq!(damage(&world)?, Damage::default());
    }
    Ok(())
}

/// A clock that is set back or forward by hours each time that somebody looks.
pub(crate) fn jumping(seed: u64) -> Clock {
    let random = std::sync::Mutex::new(StdRng::seed_from_u64(seed));
    Clock::from_fn(move || {
        let hours = random
            .lock()
            .map_or(0, |mut random| random.random_range(-5..=5));
        Timestamp::now() + SignedDuration::from_hours(hours)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_and_forth_loses_and_repeats_nothing() -> Result<()> {
    let mut world = World::week(300).await?;
    world.empty()?;
    for seed in 0..4 {
        let options = BackfillOptions {
            clock: jumping(seed),
            ..world.options()
        };
        // It may fail, as the service refuses what is too old by its own clock; it must do no harm.
        let _ended = world.run_with(options).await;
        let found = damage(&world)?;
        assert_eq!((found.twice, found.leftovers, found.broken), (0, 0, 0));
    }
    assert_eq!(world.recover().await?, Damage::default());
    Ok(())
}
