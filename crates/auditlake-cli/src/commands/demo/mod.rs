//! `auditlake demo`: a simulated tenant's week into a lake, and the first questions of a hunt, answered from the
//! Parquet files.

mod queries;
mod read;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use auditlake_pipeline::{
    BackfillOptions, ClientConfig, Clock, Connection, Progress, Report, Secret, backfill,
};
use auditlake_simulator::{ContentType, Simulator, SimulatorConfig, TenantConfig};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use crate::args::demo::DemoArgs;
use crate::exit::{Exit, Usage};
use crate::print::note;
use crate::print::report::summary;
use crate::progress;
use crate::run::Session;

/// The same week each time.
const SEED: u64 = 42;
/// The end of the week that the demo plays in, 2026-05-11 12:00 UTC: a fixed time, so that each run offers the same
/// records, and a second run into the same lake has nothing to add.
const NOW: Timestamp = Timestamp::constant(1_778_500_800, 0);
/// Nobody is throttled here.
const REQUESTS_PER_MINUTE: u32 = 100_000;
/// Few windows, few files.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);
const CONNECTION: &str = "demo";

pub(crate) async fn run(args: DemoArgs, session: &Session) -> anyhow::Result<Exit> {
    let place = Place::new(&args)?;
    let lake = place.path();
    let before = read::count(lake)?;
    let simulator = start(args.records).await?;
    note(&format!(
        "a made-up tenant offers a week of {} records at {}",
        args.records,
        simulator.address()
    ));
    let report = fill(&simulator, lake, &args, session).await;
    simulator.stop().await;
    let report = report?;
    note(&summary(&report, false));
    let events = read::events(lake)?;
    check(events.len(), before, report.events)?;
    note(&queries::answers(&events, lake));
    note(&place.farewell());
    Ok(report.outcome().into())
}

async fn start(records: usize) -> anyhow::Result<Simulator> {
    let mut tenant = TenantConfig::generated(0, SEED, records);
    tenant.subscriptions = ContentType::ALL.to_vec();
    let config = SimulatorConfig {
        tenants: vec![tenant],
        now: auditlake_simulator::Clock::fixed(NOW),
        ..SimulatorConfig::default()
    };
    auditlake_simulator::start(config)
        .await
        .context("the simulator cannot start")
}

async fn fill(
    simulator: &Simulator,
    lake: &Path,
    args: &DemoArgs,
    session: &Session,
) -> anyhow::Result<Report> {
    let connection = connection(simulator)?;
    let mut options = BackfillOptions::new(lake.to_string_lossy());
    options.window = WINDOW;
    options.clock = Clock::fixed(NOW);
    let progress = Arc::new(Progress::default());
    let display = progress::show(args.progress, &session.bars, &progress);
    let report = backfill(connection, options, progress, session.cancel.clone()).await;
    drop(display);
    Ok(report.map_err(|stopped| stopped.error)?)
}

fn connection(simulator: &Simulator) -> anyhow::Result<Connection> {
    let tenants = simulator.tenants();
    let Some(tenant) = tenants.into_iter().next() else {
        bail!("the simulator has no tenant")
    };
    let secret = Secret::new(tenant.client_secret);
    let address = simulator.address();
    let mut client = ClientConfig::new(
        address.clone(),
        address,
        tenant.tenant_id,
        tenant.client_id,
        secret,
    );
    client.requests_per_minute = REQUESTS_PER_MINUTE;
    Ok(Connection::new(Some(CONNECTION.to_owned()), client)?)
}

/// What was read back must be what was there before and what the report says.
fn check(found: usize, before: u64, added: u64) -> anyhow::Result<()> {
    ensure!(
        found as u64 == before + added,
        "the Parquet files hold {found} events, but {before} were there and the report says {added} more",
    );
    Ok(())
}

/// Where the demo's lake is.
enum Place {
    Given(PathBuf),
    Kept(PathBuf),
    Temporary(TempDir),
}

impl Place {
    fn new(args: &DemoArgs) -> anyhow::Result<Self> {
        if let Some(lake) = &args.lake {
            return Self::given(lake);
        }
        let directory =
            TempDir::with_prefix("auditlake-demo-").context("there is no temporary directory")?;
        Ok(if args.keep {
            Self::Kept(directory.keep())
        } else {
            Self::Temporary(directory)
        })
    }

    fn given(lake: &Path) -> anyhow::Result<Self> {
        if lake.to_string_lossy().contains("://") {
            return Err(Usage::new("the demo's lake is a directory, not a URL").into());
        }
        std::fs::create_dir_all(lake).with_context(|| {
            Usage::new(format!("cannot make the directory `{}`", lake.display()))
        })?;
        Ok(Self::Given(lake.to_owned()))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Given(path) | Self::Kept(path) => path,
            Self::Temporary(directory) => directory.path(),
        }
    }

    fn farewell(&self) -> String {
        let look = |lake: &str| {
            format!(
                "look further:\n  duckdb -c \"from read_parquet('{lake}/events/**/*.parquet') limit 10\""
            )
        };
        match self {
            Self::Given(lake) | Self::Kept(lake) => {
                format!(
                    "\nthe lake is in {}; {}",
                    lake.display(),
                    look(&lake.display().to_string())
                )
            }
            Self::Temporary(directory) => format!(
                "\nthe lake was in {} and is removed now; `auditlake demo --lake ./demo-lake` keeps it, to {}",
                directory.path().display(),
                look("./demo-lake")
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_event_too_few_or_too_many_is_a_failure() {
        assert!(check(12, 2, 10).is_ok());
        for wrong in [11, 13] {
            let error = check(wrong, 2, 10).unwrap_err();
            assert_eq!(crate::exit::Exit::of_error(&error), Exit::Failed);
        }
    }
}
