//! Tasks of the project, run by `cargo xtask <task>`.

mod apt;
mod browser;
mod dist;
mod docs;
mod emulators;
mod fuzz;
mod instructions;
mod performance;
mod python;
mod scenario;
mod size;
mod tidy;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use xshell::{Shell, cmd};

use crate::emulators::Emulators;
use crate::performance::Comparison;
use crate::scenario::Scenario;

#[derive(Parser)]
#[command(about = "Tasks of the project")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run all tests; sets up what they need (a Python environment of two
    /// gigabytes with engines, an OCSF validator and SQL parsers; Java;
    /// emulators of S3 and Azure; Chromium).
    Test {
        /// Arguments for `cargo test`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Generate `docs/reference/`, and remove what nothing makes; with --check, only say whether it is up to date.
    Docs {
        /// Change nothing; fail when a page differs, is missing or is made by nothing.
        #[arg(long)]
        check: bool,
    },
    /// Measure how fast records become rows; with --engines, how fast whole processes make Parquet of them, this one
    /// beside others, which writes `docs/reference/performance.md`.
    Bench {
        /// Compare whole processes: DuckDB, Polars, `PyArrow`, chDB.
        #[arg(long)]
        engines: bool,
        /// Records of the simulator's week that they read; the default is some 400 MB.
        #[arg(long, default_value_t = 280_000)]
        records: u64,
        /// How often each engine takes its turn.
        #[arg(long, default_value_t = 5)]
        rounds: u32,
        /// Measure a file of so many records as well, this program alone; repeated for more, such as
        /// 100000, 1000000 and 10000000.
        #[arg(long)]
        growth: Vec<u64>,
        /// With --engines: backfill so many records from the simulator, too, without a quota, and once within one; may be
        /// repeated.
        #[arg(long)]
        backfill: Vec<u64>,
        /// Arguments for criterion, such as a filter.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Count the instructions that a record costs to normalize, and fail when they are more than they were (needs valgrind,
    /// which is installed where it is missing).
    Instructions {
        /// Make what is counted the baseline.
        #[arg(long)]
        update: bool,
    },
    /// Measure what a record costs at rest: the simulator's week, as written and compacted, and its dearest columns.
    Size {
        /// How many records.
        #[arg(long, default_value_t = 50_000)]
        records: usize,
    },
    /// Feed the normalizer made-up bytes, starting from the fixtures (needs cargo-fuzz).
    Fuzz {
        /// How long.
        #[arg(long, default_value_t = 3600)]
        seconds: u32,
    },
    /// Crash runs by the hundred, and count what was lost, written twice or left behind; any is a failure.
    Soak {
        /// How many crashes: half of them failures of the store within the process, half of them killed processes.
        #[arg(long, default_value_t = 200)]
        crashes: u32,
        /// The same seed makes the same crashes.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Live through a month of scheduled rounds in simulated time, with late blobs, outages up to eight days, and killed
    /// processes; what is lost without having been named, or there twice, is a failure.
    Month {
        /// Tenants of one lake.
        #[arg(long, default_value_t = 20)]
        tenants: u32,
        /// The same seed makes the same month.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Let one process bring the records of many tenants in real time: how far it is behind, requests, memory.
    Tenants {
        /// Tenants, each with five content types.
        #[arg(long, default_value_t = 200)]
        tenants: u32,
        /// How long.
        #[arg(long, default_value_t = 20)]
        minutes: u32,
        /// Seconds from round to round.
        #[arg(long, default_value_t = 300)]
        every: u32,
        /// Arguments for `auditlake ingest`.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Make a large lake, compact it and ask it for one user's day: time, memory, and how much of the lake was read.
    BigLake {
        /// How many records, over thirty days and eight classes.
        #[arg(long, default_value_t = 10_000_000)]
        records: u64,
        /// The memory limit of the compaction in MiB.
        #[arg(long, default_value_t = 512)]
        memory: u64,
    },
    /// Pack the binary that we ship with manual pages and shell completions, into `target/package`.
    Dist,
    /// Check who imports whom, and the licences and sources of the dependencies.
    Tidy,
    /// Everything that must pass before a change lands.
    Ci,
}

fn main() -> Result<()> {
    let shell = Shell::new()?;
    shell.change_dir(root()?);
    match Args::parse().task {
        Task::Test { arguments } => test(&shell, &arguments),
        Task::Docs { check } => docs::run(&root()?, check),
        Task::Bench {
            engines: true,
            records,
            rounds,
            growth,
            backfill,
            ..
        } => performance::run(
            &shell,
            &root()?,
            &Comparison {
                records,
                rounds,
                growth,
                backfill,
            },
        ),
        Task::Bench { arguments, .. } => bench(&shell, &arguments),
        Task::Instructions { update } => instructions::run(&shell, &root()?, update),
        Task::Size { records } => size::run(&shell, &root()?, records),
        Task::Fuzz { seconds } => fuzz::run(&shell, &root()?, seconds),
        Task::Soak { crashes, seed } => soak(&shell, crashes, seed),
        Task::Month { tenants, seed } => month(&shell, tenants, seed),
        Task::Tenants {
            tenants,
            minutes,
            every,
            arguments,
        } => many(&shell, tenants, minutes, every, arguments.join(" ")),
        Task::BigLake { records, memory } => big_lake(&shell, records, memory),
        Task::Dist => dist::run(&shell, &root()?),
        Task::Tidy => tidy::run(&shell),
        Task::Ci => ci(&shell),
    }
}

/// The workspace's directory.
fn root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(here
        .parent()
        .context("xtask lies in the workspace")?
        .to_owned())
}

fn test(shell: &Shell, arguments: &[String]) -> Result<()> {
    let python = python::environment(shell, &root()?)?;
    let emulators = Emulators::start(shell, &root()?, &python)?;
    let _set = shell.push_env("AUDITLAKE_TEST_PYTHON", python);
    let _browser = shell.push_env("AUDITLAKE_TEST_BROWSER", browser::browser(shell)?);
    let _addresses = emulators
        .variables()
        .map(|(name, value)| shell.push_env(name, value));
    // The scenarios run the binary, which `cargo test` builds only for its own package.
    cmd!(shell, "cargo build --package auditlake-cli").run()?;
    cmd!(
        shell,
        "cargo test --workspace --no-fail-fast {arguments...}"
    )
    .run()?;
    Ok(())
}

fn bench(shell: &Shell, arguments: &[String]) -> Result<()> {
    cmd!(
        shell,
        "cargo bench --package auditlake-normalizer --bench normalize -- {arguments...}"
    )
    .run()?;
    Ok(())
}

fn soak(shell: &Shell, crashes: u32, seed: u64) -> Result<()> {
    let scenario = Scenario {
        filter: &["crash::soak"],
        variables: &[
            ("AUDITLAKE_SOAK_CRASHES", crashes.to_string()),
            ("AUDITLAKE_SOAK_SEED", seed.to_string()),
        ],
        is_measured: false,
    };
    scenario.run(shell)
}

fn month(shell: &Shell, tenants: u32, seed: u64) -> Result<()> {
    let scenario = Scenario {
        filter: &["ingest::month::month", "--exact"],
        variables: &[
            ("AUDITLAKE_MONTH_TENANTS", tenants.to_string()),
            ("AUDITLAKE_MONTH_SEED", seed.to_string()),
        ],
        is_measured: false,
    };
    scenario.run(shell)
}

fn many(shell: &Shell, tenants: u32, minutes: u32, every: u32, arguments: String) -> Result<()> {
    let scenario = Scenario {
        filter: &["ingest::many::many", "--exact"],
        variables: &[
            ("AUDITLAKE_MANY_TENANTS", tenants.to_string()),
            ("AUDITLAKE_MANY_MINUTES", minutes.to_string()),
            ("AUDITLAKE_MANY_EVERY", every.to_string()),
            ("AUDITLAKE_MANY_ARGUMENTS", arguments),
        ],
        is_measured: true,
    };
    scenario.run(shell)
}

fn big_lake(shell: &Shell, records: u64, memory: u64) -> Result<()> {
    let python = python::environment(shell, &root()?)?;
    cmd!(shell, "cargo build --release --package auditlake-cli").run()?;
    let binary = root()?.join("target/release/auditlake");
    let directory = shell.create_temp_dir()?;
    let lake = directory.path();
    let (records, memory) = (records.to_string(), memory.to_string());
    cmd!(
        shell,
        "{python} tests/python/big_lake.py {binary} {lake} {records} {memory}"
    )
    .run()?;
    Ok(())
}

fn ci(shell: &Shell) -> Result<()> {
    cmd!(shell, "cargo fmt --all --check").run()?;
    cmd!(
        shell,
        "cargo clippy --workspace --all-targets -- -D warnings"
    )
    .run()?;
    // What is built without features is built by nothing else here.
    cmd!(
        shell,
        "cargo clippy --package auditlake-cli --no-default-features -- -D warnings"
    )
    .run()?;
    docs::run(&root()?, true)?;
    tidy::run(shell)?;
    instructions::run(shell, &root()?, false)?;
    test(shell, &[])?;
    // A page for users may name what only the reader of the source can follow.
    let _flags = shell.push_env(
        "RUSTDOCFLAGS",
        "-D warnings -A rustdoc::private_intra_doc_links",
    );
    cmd!(shell, "cargo doc --workspace --no-deps").run()?;
    Ok(())
}
