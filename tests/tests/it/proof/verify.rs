//! The service against the ledger and the files, and what a repair brings.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use auditlake_pipeline::verify::{FindingKind, VerifyFinding, VerifyOptions, VerifyReport, verify};
use auditlake_pipeline::{Connection, Error, Outcome};
use auditlake_simulator::{
    ContentType as Feed, Fault, FaultRule, Selector, SimulatorConfig, TenantConfig,
};
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use super::{files_below, some_commit, told};
use crate::world::{World, binary};

fn plain(world: &World) -> VerifyOptions {
    VerifyOptions {
        clock: world.clock(),
        ..VerifyOptions::new(world.lake().to_string_lossy())
    }
}

fn deep(world: &World) -> VerifyOptions {
    VerifyOptions {
        deep: true,
        ..plain(world)
    }
}

fn repair(options: VerifyOptions) -> VerifyOptions {
    VerifyOptions {
        repair: true,
        ..options
    }
}

async fn verified(world: &World, options: VerifyOptions) -> Result<VerifyReport, Error> {
    let connection = Connection::new(Some("contoso".to_owned()), world.client())?;
    verify(connection, options, CancellationToken::new()).await
}

/// Everything is found well, and each record is in the lake once.
pub(crate) async fn assert_well(world: &World) -> Result<()> {
    let report = verified(world, deep(world)).await?;
    ensure!(report.findings.is_empty(), "{:#?}", report.findings);
    ensure!(report.blobs.listed > 0 && report.blobs.committed == report.blobs.listed);
    world.assert_each_once()?;
    let coverage = told(world).await?;
    ensure!(coverage.complete, "{:#?}", coverage.gaps);
    Ok(())
}

/// A file of events with several rows.
fn some_file(world: &World) -> Result<PathBuf> {
    let files = files_below(&world.lake().join("events"), ".parquet")?;
    let sized = files
        .into_iter()
        .map(|path| Ok((fs::metadata(&path)?.len(), path)));
    let sized: Vec<(u64, PathBuf)> = sized.collect::<Result<_>>()?;
    let largest = sized.into_iter().max().context("a file")?;
    Ok(largest.1)
}

fn only(report: &VerifyReport) -> Result<&VerifyFinding> {
    let [finding] = report.findings.as_slice() else {
        anyhow::bail!("one finding: {:#?}", report.findings)
    };
    Ok(finding)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_lake_is_found_whole_and_the_service_is_only_read() -> Result<()> {
    let world = World::week(1_000).await?;
    let run = world.run().await?;
    let report = verified(&world, deep(&world)).await?;
    assert_eq!(report.findings, []);
    assert_eq!(report.outcome(), Outcome::Complete);
    assert_eq!(report.blobs.listed, run.blobs.fetched);
    assert_eq!(
        (report.files.checked, report.files.rows),
        (run.files, run.events + run.quarantined)
    );
    assert!(report.records.checked >= run.events && report.records.missing == 0);
    assert_well(&world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_whose_commit_was_removed_is_named_and_brought() -> Result<()> {
    let world = World::week(600).await?;
    world.run().await?;
    fs::remove_file(some_commit(&world, "Audit.SharePoint")?)?;

    let report = verified(&world, plain(&world)).await?;
    assert_eq!(report.outcome(), Outcome::Gaps);
    assert_eq!(report.blobs.missing, report.findings.len() as u64);
    for finding in &report.findings {
        assert_eq!(finding.kind, FindingKind::MissingBlob);
        assert_eq!(finding.content_types, ["Audit.SharePoint"]);
        let command = finding.command.as_deref().unwrap_or_default();
        assert!(
            command.starts_with("auditlake backfill contoso --lake "),
            "{command}"
        );
    }

    let repaired = verified(&world, repair(plain(&world))).await?;
    assert_eq!(repaired.findings, []);
    assert_eq!(repaired.repaired.len(), report.findings.len());
    assert_well(&world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_of_a_finding_fills_it() -> Result<()> {
    let world = World::week(400).await?;
    let blobs = world.simulator.blobs(&world.tenant());
    let blob = blobs.get(blobs.len() / 2).context("blobs are offered")?;
    let selector = Selector::blob(blob.content_id.clone());
    world.faults([FaultRule::new(selector, Fault::Status(500, String::new()))]);
    world.run().await?;
    world.faults([]);
    let report = verified(&world, plain(&world)).await?;
    let commands: std::collections::BTreeSet<&str> = report
        .findings
        .iter()
        .filter_map(|it| it.command.as_deref())
        .collect();
    assert_eq!(commands.len(), 1);
    assert!(only(&report)?.reason.is_some(), "as the run was told");
    let client = world.client();
    let secret = world.simulator.tenants().swap_remove(0).client_secret;
    for command in commands {
        let words: Vec<&str> = command.split(' ').skip(1).collect();
        let status = Command::new(binary()?)
            .args(words)
            .env("AUDITLAKE_TENANT_ID", &client.tenant_id)
            .env("AUDITLAKE_CLIENT_ID", &client.client_id)
            .env("AUDITLAKE_CLIENT_SECRET", &secret)
            .env("AUDITLAKE_API_ADDRESS", client.api_address.as_str())
            .env("AUDITLAKE_AUTHORITY", client.authority.as_str())
            .current_dir(world.lake())
            .status()?;
        assert_eq!(status.code(), Some(0), "{command}");
    }
    assert_well(&world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_removed_is_named_and_fetched_again() -> Result<()> {
    let world = World::week(600).await?;
    world.run().await?;
    let before = told(&world).await?;
    let file = some_file(&world)?;
    fs::remove_file(&file)?;

    let report = verified(&world, plain(&world)).await?;
    let finding = only(&report)?;
    assert_eq!(finding.kind, FindingKind::MissingFile);
    let path = finding.path.as_deref().unwrap_or_default();
    assert!(file.ends_with(path), "{path}");
    assert!(
        finding
            .command
            .as_deref()
            .is_some_and(|it| it.ends_with("--repair"))
    );

    let repaired = verified(&world, repair(plain(&world))).await?;
    assert_eq!((repaired.findings.len(), repaired.repaired.len()), (0, 1));
    assert!(!file.exists(), "a file is never written again");
    assert_well(&world).await?;
    let after = told(&world).await?;
    assert_eq!((after.hours, after.counts), (before.hours, before.counts));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_cut_is_named_and_fetched_again() -> Result<()> {
    let world = World::week(600).await?;
    world.run().await?;
    let file = some_file(&world)?;
    let bytes = fs::read(&file)?;
    fs::write(&file, &bytes[..bytes.len() / 2])?;

    let report = verified(&world, plain(&world)).await?;
    assert_eq!(only(&report)?.kind, FindingKind::ChangedFile);

    verified(&world, repair(plain(&world))).await?;
    assert!(!file.exists());
    let kept = files_below(&world.lake().join("_auditlake/lost"), ".parquet")?;
    assert_eq!(
        fs::read(kept.first().context("it is kept")?)?.len(),
        bytes.len() / 2
    );
    assert_well(&world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_record_is_found_by_its_file_and_comes_back() -> Result<()> {
    let world = World::week(600).await?;
    world.run().await?;
    let file = some_file(&world)?;
    crate::world::python("change_record.py", &[&file.to_string_lossy()], "")?;
    let report = verified(&world, plain(&world)).await?;
    assert_eq!(only(&report)?.kind, FindingKind::ChangedFile);
    let repaired = verified(&world, repair(plain(&world))).await?;
    assert_eq!(repaired.findings, []);
    assert_well(&world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_bit_is_found_by_the_hash_and_its_records_by_their_blobs() -> Result<()> {
    let world = World::week(600).await?;
    world.run().await?;
    let file = some_file(&world)?;
    let mut bytes = fs::read(&file)?;
    bytes[100] ^= 1;
    fs::write(&file, &bytes)?;

    let shallow = verified(&world, plain(&world)).await?;
    assert_eq!(shallow.findings, [], "sizes and rows are as they were");
    let report = verified(&world, deep(&world)).await?;
    let of_kind = |kind| report.findings.iter().filter(move |it| it.kind == kind);
    assert_eq!(of_kind(FindingKind::ChangedFile).count(), 1);
    assert!(of_kind(FindingKind::MissingRecord).count() > 0);
    assert!(
        report.records.missing > 0,
        "what a changed file says is not believed"
    );

    let repaired = verified(&world, repair(deep(&world))).await?;
    assert_eq!(repaired.findings, []);
    assert_eq!(repaired.repaired.len(), report.findings.len());
    assert_well(&world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_service_does_not_give_any_more_is_left_as_it_is() -> Result<()> {
    let world = World::week(600).await?;
    world.run().await?;
    let file = some_file(&world)?;
    let bytes = fs::read(&file)?;
    fs::write(&file, &bytes[..bytes.len() / 2])?;
    world.faults([FaultRule::new(
        Selector::operation(auditlake_simulator::Operation::RetrieveContent),
        Fault::Status(500, String::new()),
    )]);
    let report = verified(&world, repair(plain(&world))).await?;
    assert_eq!(only(&report)?.kind, FindingKind::ChangedFile);
    assert!(file.exists(), "what is left of it may be all that there is");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_compaction_stands_for_those_that_it_replaced() -> Result<()> {
    let world = World::week(600).await?;
    world.run().await?;
    let compact = Command::new(binary()?)
        .args(["compact", "--until", "2100-01-01", "--lake"])
        .arg(world.lake())
        .status()?;
    ensure!(compact.success());
    assert_well(&world).await?;

    fs::remove_file(some_file(&world)?)?;
    let report = verified(&world, plain(&world)).await?;
    assert_eq!(only(&report)?.kind, FindingKind::MissingFile);
    let repaired = verified(&world, repair(plain(&world))).await?;
    assert_eq!(repaired.findings, [], "{:#?}", repaired.findings);
    assert_well(&world).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_content_type_that_may_not_be_listed_is_a_finding() -> Result<()> {
    let mut tenant = TenantConfig::generated(0, 7, 300);
    tenant.dlp_permission = false;
    let world = World::with(SimulatorConfig {
        tenants: vec![tenant],
        ..SimulatorConfig::default()
    })
    .await?;
    world.run().await?;
    let report = verified(&world, plain(&world)).await?;
    let finding = only(&report)?;
    assert_eq!(
        (finding.kind, finding.content_types[0].as_str()),
        (FindingKind::Unlisted, "DLP.All")
    );
    assert!(
        finding.detail.contains("ActivityFeed.ReadDlp"),
        "{}",
        finding.detail
    );

    let mut options = plain(&world);
    options.content_types = vec![auditlake_pipeline::ContentType::Dlp];
    let refused = verified(&world, options).await;
    assert!(matches!(refused, Err(Error::Permission(_))), "{refused:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_blob_is_on_its_way_for_an_hour_and_then_missing() -> Result<()> {
    let clock = auditlake_simulator::Clock::fixed("2026-05-11T10:30:00Z".parse()?);
    let new =
        auditlake_simulator::Blob::of_size(Feed::Exchange, "2026-05-11T10:40:00Z".parse()?, 2000);
    let mut tenant = TenantConfig::new(0, auditlake_simulator::Source::Records(Vec::new()));
    tenant.more_blobs = vec![new];
    let world = World::with(SimulatorConfig {
        tenants: vec![tenant],
        now: clock.clone(),
        ..SimulatorConfig::default()
    })
    .await?;
    world.run().await?;

    clock.advance(SignedDuration::from_mins(20));
    let soon = verified(&world, plain(&world)).await?;
    assert_eq!((soon.blobs.recent, soon.findings.len()), (1, 0));
    clock.advance(SignedDuration::from_mins(60));
    let later = verified(&world, plain(&world)).await?;
    assert_eq!((later.blobs.recent, later.blobs.missing), (0, 1));
    Ok(())
}
