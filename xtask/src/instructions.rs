//! How many instructions a record costs: a measure that does not waver with what else the machine does, so that a change
//! that makes the normalizer slower is seen before it lands.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::apt;

/// What was measured last, in instructions a record.
const BASELINE: &str = "crates/auditlake-normalizer/benches/instructions.txt";
/// How much more than the baseline is not worth a word, in percent: hashing is seeded anew in each process, and a fixture
/// more shifts the mean.
const TOLERANCE: u64 = 3;

/// Counts the instructions that a record costs, and fails when they are more than the baseline says; or makes them the baseline.
pub(crate) fn run(shell: &Shell, root: &Path, update: bool) -> Result<()> {
    let counted = count(shell, root)?;
    let baseline = root.join(BASELINE);
    let mut out = std::io::stdout().lock();
    if update {
        fs::write(&baseline, format!("{counted}\n"))?;
        writeln!(out, "{counted} instructions a record, the new baseline")?;
        return Ok(());
    }
    let known = fs::read_to_string(&baseline).with_context(|| BASELINE)?;
    let known: u64 = known.trim().parse().with_context(|| BASELINE)?;
    writeln!(
        out,
        "{counted} instructions a record; the baseline is {known}"
    )?;
    ensure!(
        is_within(counted, known),
        "a record costs more than {TOLERANCE} % above the baseline; where that is meant, or fixtures were added that cost \
         more than others, make it the baseline with `cargo xtask instructions --update`"
    );
    Ok(())
}

fn is_within(counted: u64, known: u64) -> bool {
    counted * 100 <= known * (100 + TOLERANCE)
}

/// Instructions a record, as callgrind counts them in the example's counted span.
fn count(shell: &Shell, root: &Path) -> Result<u64> {
    install(shell)?;
    cmd!(
        shell,
        "cargo build --quiet --release --package auditlake-normalizer --example instructions"
    )
    .run()?;
    let example = root.join("target/release/examples/instructions");
    let profile = root.join("target/callgrind.out");
    let counting = cmd!(
        shell,
        "valgrind --quiet --tool=callgrind --callgrind-out-file={profile} --collect-atstart=no
        --toggle-collect=*counted_batch* {example}"
    );
    let counting = counting.env_remove("AUDITLAKE_BENCH_RECORDS").quiet();
    let records: u64 = counting.read()?.trim().parse()?;
    let instructions = total(&fs::read_to_string(&profile)?)?;
    ensure!(instructions > 0, "the counted span was not found");
    Ok(instructions / records)
}

/// The sum that callgrind's file ends with.
fn total(profile: &str) -> Result<u64> {
    let totals = profile
        .lines()
        .find_map(|line| line.strip_prefix("totals: "));
    let totals = totals.context("callgrind has written no totals")?;
    Ok(totals.trim().parse()?)
}

fn install(shell: &Shell) -> Result<()> {
    let there = cmd!(shell, "valgrind --version").quiet();
    if there.ignore_stdout().ignore_stderr().run().is_ok() {
        return Ok(());
    }
    apt::install(shell, &["--no-install-recommends", "valgrind", "libc6-dbg"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rise_beyond_the_tolerance_is_one() {
        assert!(is_within(10_000, 10_000) && is_within(9_000, 10_000));
        assert!(is_within(10_300, 10_000));
        assert!(!is_within(10_301, 10_000));
    }

    #[test]
    fn the_total_is_read_from_the_end_of_the_file() {
        assert_eq!(
            total("events: Ir\nfn=(1) x\n1 2\ntotals: 345\n").ok(),
            Some(345)
        );
        assert!(total("events: Ir\n").is_err());
    }
}
