//! Crashes by the hundred: `cargo xtask soak`.

use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::lake::Damage;
use super::points::strike_points;
use super::processes::{kill_runs, run_together};

pub(crate) fn number(variable: &str) -> Result<usize> {
    let text = std::env::var(variable).with_context(|| format!("{variable} is not set"))?;
    text.parse().with_context(|| format!("{variable}=`{text}`"))
}

/// Tells whoever watches.
#[expect(clippy::print_stdout, reason = "figures are what a soak is for")]
pub(crate) fn tell(line: &str) {
    println!("{line}");
}

fn summary(what: &str, crashes: usize, begun: Instant, damage: Damage) {
    let seconds = begun.elapsed().as_secs();
    tell(&format!("{what}: {crashes} in {seconds} s, {damage}"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: cargo xtask soak"]
async fn soak() -> Result<()> {
    let crashes = number("AUDITLAKE_SOAK_CRASHES")?;
    let seed = number("AUDITLAKE_SOAK_SEED")? as u64;
    let mut total = Damage::default();

    let begun = Instant::now();
    let (points, damage) = Box::pin(strike_points(crashes.div_ceil(2), seed)).await?;
    summary("failures of the store", points, begun, damage);
    total += damage;

    let (begun, kills) = (Instant::now(), crashes / 2);
    let damage = kill_runs(600, kills, seed).await?;
    summary("processes killed", kills, begun, damage);
    total += damage;

    for (together, rounds) in [(2, crashes.div_ceil(20)), (3, crashes.div_ceil(50))] {
        let begun = Instant::now();
        let mut damage = Damage::default();
        for _ in 0..rounds {
            damage += run_together(600, together).await?;
        }
        let what = format!("rounds of {together} runs at once");
        summary(&what, rounds, begun, damage);
        total += damage;
    }

    tell(&format!("all: {} crashes, {total}", points + kills));
    ensure!(total == Damage::default(), "the lake was harmed");
    Ok(())
}
