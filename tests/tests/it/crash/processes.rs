//! The real binary, killed, limited, or several at once.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::command;
use super::lake::{Damage, damage, files, unreadable};
use super::soak::tell;
use crate::world::World;

/// Looks at all data files over and over, as an engine of users might, until it is told to stop.
struct Reader {
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<Result<usize>>,
}

impl Reader {
    fn start(world: &World) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (lake, seen) = (world.lake().to_owned(), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            let mut broken = 0;
            while !seen.load(Ordering::SeqCst) {
                // A directory may go while it is read; then there is nothing to see in it.
                broken += unreadable(&lake).map_or(0, |files| files.len());
                std::thread::sleep(Duration::from_millis(20));
            }
            Ok(broken)
        });
        Self { stop, thread }
    }

    /// How many half files it saw.
    fn stop(self) -> Result<usize> {
        self.stop.store(true, Ordering::SeqCst);
        let ended = self.thread.join();
        ended.map_err(|_| anyhow::anyhow!("the reader panicked"))?
    }
}

/// A run that says nothing.
fn spawn_quietly(world: &World) -> Result<Child> {
    let mut run = command(world)?;
    run.stdin(Stdio::null()).stdout(Stdio::null());
    Ok(run.stderr(Stdio::null()).spawn()?)
}

/// Kills a run after it has made some files, and a moment later.
async fn kill_one(world: &World, random: &mut StdRng) -> Result<()> {
    let mut child = spawn_quietly(world)?;
    let wanted = files(world.lake())?.len() + random.random_range(0..16);
    while files(world.lake()).map_or(0, |found| found.len()) < wanted && child.try_wait()?.is_none()
    {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(Duration::from_micros(random.random_range(0..20_000))).await;
    child.kill()?;
    child.wait()?;
    Ok(())
}

/// Kills `count` runs at seeded moments. A lake takes up to eight kills, before a run may end.
pub(crate) async fn kill_runs(records: usize, count: usize, seed: u64) -> Result<Damage> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut world = World::week(records).await?;
    let mut total = Damage::default();
    let mut left = count;
    while left > 0 {
        // A disk: what a kill interrupts is mostly the wait for it.
        world.lake = tempfile::tempdir()?;
        let reader = Reader::start(&world);
        let kills = left.min(8);
        left -= kills;
        for _ in 0..kills {
            kill_one(&world, &mut random).await?;
        }
        complete(&world)?;
        let mut found = damage(&world)?;
        found.broken += reader.stop()?;
        if found != Damage::default() {
            tell(&format!("after {kills} kills: {found}"));
        }
        total += found;
        // An engine of users has the last word.
        world.assert_each_once()?;
    }
    Ok(total)
}

/// `count` runs of one connection at once, and one more to be sure that all is there.
pub(crate) async fn run_together(records: usize, count: usize) -> Result<Damage> {
    let mut world = World::week(records).await?;
    world.empty()?;
    let mut runs: Vec<Child> = (0..count)
        .map(|_| spawn_quietly(&world))
        .collect::<Result<_>>()?;
    for run in &mut runs {
        let code = run.wait()?.code();
        ensure!(matches!(code, Some(0 | 4)), "a run among others: {code:?}");
    }
    complete(&world)?;
    damage(&world)
}

fn complete(world: &World) -> Result<()> {
    let run = command(world)?.stdin(Stdio::null()).output()?;
    let told = String::from_utf8_lossy(&run.stderr);
    ensure!(run.status.code() == Some(0), "the last run: {told}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_and_run_again_nothing_is_lost_or_left() -> Result<()> {
    assert_eq!(kill_runs(600, 8, 5).await?, Damage::default());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn three_runs_at_once_write_nothing_twice() -> Result<()> {
    assert_eq!(run_together(600, 3).await?, Damage::default());
    Ok(())
}

/// No file may be larger than so many blocks: what a full disk is to a write.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_without_room_is_an_error_that_leaves_nothing_behind() -> Result<()> {
    let world = World::week(200).await?;
    let limited = "trap '' XFSZ; ulimit -f 16; exec \"$0\" \"$@\"";
    let run = command(&world)?;
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(limited).arg(run.get_program());
    shell.args(run.get_args());
    for (name, value) in run.get_envs() {
        shell.env(name, value.context("a variable that is set")?);
    }
    let output = shell.stdin(Stdio::null()).output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("File too large"), "{told}");
    let found = damage(&world)?;
    assert_eq!((found.leftovers, found.broken, found.twice), (0, 0, 0));
    complete(&world)?;
    assert_eq!(damage(&world)?, Damage::default());
    Ok(())
}
