//! A week into a store that is no disk: killed in the middle, finished, and run once more.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use auditlake_parquet::Lake;
use auditlake_simulator::{Fault, FaultRule, Operation, Selector};
use futures::TryStreamExt;
use object_store::ObjectStoreExt;
use serde_json::Value;

use super::place::Place;
use super::{azure, s3, signed_s3};
use crate::world::{World, binary};

fn command(world: &World, place: &Place) -> Result<Command> {
    let tenant = world.simulator.tenants().swap_remove(0);
    let address = world.simulator.address().to_string();
    let mut command = Command::new(binary()?);
    place.environment(&mut command);
    command.args(["backfill", "contoso", "--window", "24h"]);
    command.args(["--requests-per-minute", "1000000", "--progress", "none"]);
    command.args(["--api-address", &address, "--authority", &address]);
    command.args(["--tenant-id", &tenant.tenant_id]);
    command.args(["--client-id", &tenant.client_id]);
    command.args(["--lake", &place.url]);
    command.env("AUDITLAKE_CLIENT_SECRET", &tenant.client_secret);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    Ok(command)
}

/// A run to its end, and its report.
async fn run(world: &World, place: &Place) -> Result<Value> {
    let mut command = command(world, place)?;
    command.args(["--report", "-"]).stdout(Stdio::piped());
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    ensure!(
        output.status.code() == Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The names in a lake, from its root on, with their sizes.
async fn objects(lake: &Lake) -> Result<Vec<(String, u64)>> {
    let root = lake.path("");
    let found = lake.store().list(Some(&root)).map_ok(|object| {
        let name = object.location.prefix_match(&root);
        let name = name
            .into_iter()
            .flatten()
            .map(|part| part.as_ref().to_owned());
        (name.collect::<Vec<_>>().join("/"), object.size)
    });
    let mut found: Vec<_> = found.try_collect().await?;
    found.sort();
    Ok(found)
}

fn count(objects: &[(String, u64)], end: &str) -> usize {
    objects
        .iter()
        .filter(|(name, _)| name.ends_with(end))
        .count()
}

/// What readers read and what the ledger says, without who ran and listed when.
async fn lasting(lake: &Lake) -> Result<Vec<(String, u64)>> {
    let mut objects = objects(lake).await?;
    let passing = ["listed", "runs"].map(|kind| format!("_auditlake/{kind}/"));
    objects.retain(|(name, _)| !passing.iter().any(|it| name.starts_with(it.as_str())));
    Ok(objects)
}

/// Waits until so many generations are committed, and fails if the run ends before.
async fn until_committed(lake: &Lake, child: &mut Child, commits: usize) -> Result<()> {
    let limit = Instant::now() + Duration::from_mins(1);
    while count(&objects(lake).await?, ".commit.json") < commits {
        ensure!(
            child.try_wait()?.is_none(),
            "the run has ended before it could be killed"
        );
        ensure!(Instant::now() < limit, "nothing happens");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// Puts the lake's objects onto the world's disk, where DuckDB reads them.
async fn download(lake: &Lake, world: &World) -> Result<()> {
    for (name, _) in objects(lake).await? {
        let content = lake.store().get(&lake.path(&name)).await?.bytes().await?;
        let file = world.lake().join(&name);
        std::fs::create_dir_all(file.parent().context("a directory")?)?;
        std::fs::write(file, content)?;
    }
    Ok(())
}

async fn a_week_killed_once_arrives_once(place: Place, lake: Lake) -> Result<World> {
    let world = World::week(1_500).await?;
    let slow = Fault::Delay(Duration::from_millis(20));
    let blobs = Selector::operation(Operation::RetrieveContent);
    world.faults([FaultRule::new(blobs, slow)]);
    let mut child = command(&world, &place)?.spawn()?;
    until_committed(&lake, &mut child, 2).await?;
    child.kill()?;
    child.wait()?;

    world.faults([]);
    let second = run(&world, &place).await?;
    ensure!(
        second["events"].as_u64() > Some(0),
        "much was left to do: {second}"
    );
    ensure!(
        second["blobs"]["already_committed"].as_u64() > Some(0),
        "and some was done: {second}"
    );
    download(&lake, &world).await?;
    world.assert_each_once()?;
    let before = lasting(&lake).await?;
    ensure!(
        count(&before, ".intent.json") == count(&before, ".commit.json"),
        "{before:?}"
    );
    ensure!(
        !before.iter().any(|(name, _)| name.contains("/probe/")),
        "no probe is left"
    );

    let third = run(&world, &place).await?;
    ensure!(
        (&third["events"], &third["files"]) == (&0.into(), &0.into()),
        "{third}"
    );
    ensure!(
        lasting(&lake).await? == before,
        "a run without news changes nothing"
    );
    Ok(world)
}

/// The same into Delta tables, whose logs are objects of the store, too.
async fn a_delta_table_killed_once_is_whole(place: Place, lake: Lake) -> Result<()> {
    let place = place.with("AUDITLAKE_FORMAT", "delta");
    let world = a_week_killed_once_arrives_once(place, lake).await?;
    let found = world.read_delta()?;
    ensure!(found["version"].as_u64() > Some(2), "{found}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn delta_tables_arrive_on_s3_whole() -> Result<()> {
    let place = s3::bucket().await?;
    let lake = place.lake()?;
    a_delta_table_killed_once_is_whole(place, lake).await
}

#[tokio::test(flavor = "multi_thread")]
async fn delta_tables_arrive_on_azure_whole() -> Result<()> {
    let place = azure::by_account(azure::container().await?)?;
    let lake = place.lake()?;
    a_delta_table_killed_once_is_whole(place, lake).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_arrives_on_s3_once() -> Result<()> {
    let place = s3::bucket().await?;
    let lake = place.lake()?;
    a_week_killed_once_arrives_once(place, lake).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_arrives_on_s3_that_checks_signatures_once() -> Result<()> {
    let place = signed_s3::bucket()?;
    let lake = place.lake()?;
    a_week_killed_once_arrives_once(place, lake).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_arrives_on_azure_once() -> Result<()> {
    let place = azure::by_account(azure::container().await?)?;
    let lake = place.lake()?;
    a_week_killed_once_arrives_once(place, lake).await?;
    Ok(())
}

/// The code of a command that fails, and what it says.
async fn failing(mut command: Command) -> Result<(Option<i32>, String)> {
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    Ok((output.status.code(), String::from_utf8(output.stderr)?))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lake_that_cannot_be_used_is_said_before_the_service_is_asked() -> Result<()> {
    let world = World::week(10).await?;
    let (code, said) = failing(command(&world, &s3::missing()?)?).await?;
    ensure!(code == Some(2), "{code:?}: {said}");
    ensure!(
        said.contains("its bucket or container does not exist"),
        "{said}"
    );
    ensure!(said.contains("hint: create the bucket"), "{said}");
    ensure!(!said.contains("a-secret-of-nothing"), "{said}");

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let gone = format!("http://{}", listener.local_addr()?);
    drop(listener);
    let place = s3::missing()?.with("AWS_ENDPOINT_URL", &gone);
    let (code, said) = failing(command(&world, &place)?).await?;
    ensure!(code == Some(1), "{code:?}: {said}");
    ensure!(said.contains("the store cannot be reached"), "{said}");
    let requests = world.simulator.requests();
    ensure!(requests.is_empty(), "nobody was asked: {requests:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_for_a_lake_that_cannot_be_used_is_not_read() -> Result<()> {
    let place = azure::missing()?;
    let mut command = Command::new(binary()?);
    place.environment(&mut command);
    command.args(["normalize", "-", "--to", "parquet", "--lake", &place.url]);
    // Nobody writes to it: a command that read it would wait.
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let input = child.stdin.take();
    let output = tokio::task::spawn_blocking(move || child.wait_with_output()).await??;
    drop(input);
    let said = String::from_utf8(output.stderr)?;
    ensure!(output.status.code() == Some(2), "{}: {said}", output.status);
    ensure!(
        said.contains("ContainerNotFound") && said.contains("hint: create"),
        "{said}"
    );
    Ok(())
}
