//! Service health by the program: exit codes, reports, rounds.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use auditlake_pipeline::HealthApi;
use auditlake_simulator::TenantConfig;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Health;
use crate::world::binary;

/// Nothing here takes nearly as long.
const LIMIT: Duration = Duration::from_mins(1);

/// The program with the connection in flags and service health as the source.
fn command(health: &Health, args: &[&str]) -> Result<Command> {
    let tenant = health.world.simulator.tenants().swap_remove(0);
    let address = health.world.simulator.address().to_string();
    let mut command = Command::new(binary()?);
    command.args(args).args(["--source", "service-health"]);
    command.args(["--api-address", &address, "--authority", &address]);
    command.args(["--tenant-id", &tenant.tenant_id]);
    command.args(["--client-id", &tenant.client_id]);
    command.args(["--graph-requests-per-minute", "1000000"]);
    command.arg("--lake").arg(health.world.lake());
    command.env("AUDITLAKE_CLIENT_SECRET", &tenant.client_secret);
    command
        .current_dir(health.world.lake())
        .stdin(Stdio::null());
    Ok(command)
}

/// Exit code, report, and what was told to people.
fn ran(health: &Health, args: &[&str]) -> Result<(Option<i32>, Value, String)> {
    let output = command(health, &[args, &["--report", "-"]].concat())?.output()?;
    let report = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok((output.status.code(), report, told))
}

#[tokio::test(flavor = "multi_thread")]
async fn backfill_reports_its_feeds_and_ends_with_what_it_could_have() -> Result<()> {
    let health = Health::of_graph().await?;
    let (code, report, told) = ran(&health, &["backfill"])?;
    assert_eq!(
        (code, report["events"].as_u64()),
        (Some(0), Some(11)),
        "{told}"
    );
    assert_eq!(
        report["content_types"]["ServiceHealth"]["status"],
        "complete"
    );
    assert_eq!(
        report["content_types"]["ServiceMessages"]["status"],
        "complete"
    );
    assert_eq!(report["requests"]["total"], 3);

    let change = |tenant: &mut TenantConfig| tenant.graph_roles.truncate(2);
    let narrow = Health::with(HealthApi::Graph, change).await?;
    let (code, report, told) = ran(&narrow, &["backfill"])?;
    assert_eq!(
        (code, report["gaps"][0]["reason"].as_str()),
        (Some(4), Some("permission"))
    );
    assert!(told.contains("`ServiceMessage.Read.All`"), "{told}");

    let denied = Health::with(HealthApi::Graph, |tenant| tenant.graph_roles.clear()).await?;
    let (code, _, told) = ran(&denied, &["backfill"])?;
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("`ServiceHealth.Read.All`"), "{told}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_retired_api_is_a_choice() -> Result<()> {
    let legacy = |tenant: &mut TenantConfig| tenant.service_health_role = true;
    let health = Health::with(HealthApi::ServiceCommunications, legacy).await?;
    let args = ["backfill", "--health-api", "service-communications"];
    let (code, report, told) = ran(&health, &args)?;
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(
        report["content_types"]["ServiceCommunications"]["status"],
        "complete"
    );
    assert_eq!(health.kinds()?[2], json!(["post", 4]));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_for_cron_does_the_same_and_is_not_handed_on() -> Result<()> {
    let health = Health::of_graph().await?;
    let (code, report, told) = ran(&health, &["ingest", "--once"])?;
    assert_eq!(
        (code, report["events"].as_u64()),
        (Some(0), Some(11)),
        "{told}"
    );
    let (code, report, _) = ran(&health, &["ingest", "--once"])?;
    let statuses = report["events"].as_u64().context("a number of events")?;
    // Another hour may have begun.
    ensure!(code == Some(0) && statuses <= 3, "{code:?} {report}");
    for args in [["ingest", "--to", "ndjson"], ["backfill", "--to", "ndjson"]] {
        let output = command(&health, &args)?.output()?;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains("is not handed on"), "{told}");
    }
    Ok(())
}

/// Waits until the program has brought so many rows of a kind.
fn until(health: &Health, kind: &str, rows: u64) -> Result<()> {
    let started = Instant::now();
    let query = format!("SELECT count(*) FROM service_health WHERE kind = '{kind}'");
    // Until there is a file there is no table either.
    let count = || health.ask(&query).ok()?.first()?[0].as_u64();
    while count() != Some(rows) {
        ensure!(
            started.elapsed() < LIMIT,
            "{rows} rows of {kind}: {:?}",
            count()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_stays_brings_what_is_changed() -> Result<()> {
    let health = Health::of_graph().await?;
    let mut child = command(&health, &["ingest", "--every", "1s"])?
        .stderr(Stdio::null())
        .spawn()?;
    let watched = until(&health, "issue", 2).and_then(|()| {
        let tenant = health.world.tenant();
        health.world.simulator.announce(&tenant, |all| {
            all.issues[0]["lastModifiedDateTime"] = json!(Timestamp::now());
        });
        until(&health, "issue", 3)
    });
    child.kill()?;
    child.wait()?;
    watched?;
    let first = health.world.simulator.requests();
    let asked = first.iter().filter(|it| it.path.ends_with("/issues"));
    let filters: Vec<Option<&str>> = asked.map(|it| it.parameter("$filter")).collect();
    assert_eq!(filters[0], None, "all at first");
    assert!(
        filters[1].is_some_and(|it| it.starts_with("lastModifiedDateTime ge ")),
        "{filters:?}"
    );
    let tokens = first.iter().filter(|it| it.path.ends_with("/token"));
    assert_eq!(tokens.count(), 1, "one token for all rounds");
    Ok(())
}
