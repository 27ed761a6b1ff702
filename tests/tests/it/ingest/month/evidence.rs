//! What is to be found after a month: in the lake, in its ledger, in reports, and in coverage.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use serde_json::Value;

use super::program::Program;
use super::{DAY, EDGE_MARGIN, HOUR};
use crate::crash::lake::{files, leftovers};
use crate::ingest::service::{START, Tenants};
use crate::world::verdict;

/// A window that expired: connection, content type, window.
type Expired = BTreeSet<(String, String, String)>;

/// Each record that could be had is there once, and nothing is left behind. Says how many records there are.
pub(super) fn check_lake(tenants: &Tenants, lost: &[(Timestamp, Timestamp)]) -> Result<u64> {
    let lake = tenants.lake.path();
    let verdict = verdict(lake, &tenants.records_without(lost))?;
    ensure!(
        (verdict.missing, verdict.repeated, verdict.strange) == (0, 0, 0),
        "{verdict:?}"
    );
    let left = leftovers(lake, &files(lake)?)?;
    ensure!(left.is_empty(), "{left:?}");
    for connection in std::fs::read_dir(lake.join("_auditlake/listed"))? {
        let objects = std::fs::read_dir(connection?.path())?.count();
        ensure!(objects == 1, "{objects} objects say what was listed");
    }
    Ok(verdict.offered)
}

/// Each hour of the month is in the lake for coverage, but for those of which something is lost.
pub(super) fn check_coverage(
    tenants: &Tenants,
    program: &Program,
    lost: &[(Timestamp, Timestamp)],
) -> Result<()> {
    let since: Timestamp = START.parse()?;
    for index in 0..tenants.simulator.tenants().len() {
        let name = format!("tenant-{index}");
        let (code, report) = program.coverage(tenants, &name, since)?;
        ensure!(
            code == Some(if lost.is_empty() { 0 } else { 4 }),
            "{code:?}"
        );
        for content_type in report["content_types"].as_array().context("types")? {
            for hour in content_type["by_hour"].as_array().context("hours")? {
                check_hour(hour, lost).with_context(|| name.clone())?;
            }
        }
    }
    Ok(())
}

fn check_hour(hour: &Value, lost: &[(Timestamp, Timestamp)]) -> Result<()> {
    let start: Timestamp = hour["start"].as_str().context("a start")?.parse()?;
    let is_lost = lost
        .iter()
        .any(|&(from, to)| start < to && from < start + HOUR);
    let allowed: &[&str] = if is_lost {
        &["expired"]
    } else {
        &["committed", "late"]
    };
    let state = hour["state"].as_str().unwrap_or_default();
    ensure!(allowed.contains(&state), "{hour} with {lost:?}");
    Ok(())
}

/// What became available after `last` and has expired is named by the reports and in the ledger. Says how many records
/// it was.
pub(super) fn check_told(tenants: &Tenants, last: Timestamp, reports: &[Value]) -> Result<usize> {
    let told = expired_in_reports(reports)?;
    ensure!(
        told == expired_in_ledger(tenants.lake.path())?,
        "the ledger does not say what the reports say: {told:?}"
    );
    let edge = tenants.now() - 7 * DAY + EDGE_MARGIN;
    let missed = (tenants.offered.iter()).filter(|it| last <= it.created && it.created < edge);
    let mut count = 0;
    for offered in missed {
        count += 1;
        let is_named = |(connection, content_type, window): &(String, String, String)| {
            *connection == format!("tenant-{}", offered.tenant)
                && content_type == offered.feed.as_str()
                && covers(window, offered.created)
        };
        ensure!(told.iter().any(is_named), "{offered:?} is not named");
    }
    Ok(count)
}

fn expired_in_reports(reports: &[Value]) -> Result<Expired> {
    let mut expired = Expired::new();
    for report in reports {
        for gap in report["gaps"].as_array().context("gaps")? {
            ensure!(gap["reason"] == "expired", "{gap}");
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let place = [&report["connection"], &gap["content_type"], &gap["window"]];
            let [connection, content_type, window] = place.map(text);
            expired.insert((connection, content_type, window));
        }
    }
    Ok(expired)
}

/// The windows that a lake's ledger names as expired.
fn expired_in_ledger(lake: &Path) -> Result<Expired> {
    let mut expired = Expired::new();
    for commit in files(&lake.join("_auditlake/ledger"))? {
        let name = commit.to_string_lossy().into_owned();
        let Some((_, place)) = name.split_once("_auditlake/ledger/") else {
            continue;
        };
        let parts: Vec<&str> = place.split('/').collect();
        if let [connection, content_type, window, file] = parts.as_slice()
            && file.ends_with(".commit.json")
        {
            let record: Value = serde_json::from_slice(&std::fs::read(&commit)?)?;
            let failed = record["failed"].as_array().into_iter().flatten();
            if failed.into_iter().any(|it| it["reason"] == "expired") {
                let [connection, content_type, window] =
                    [connection, content_type, window].map(|it| (*it).to_owned());
                expired.insert((connection, content_type, window));
            }
        }
    }
    Ok(expired)
}

/// `20260504T100000Z_20260504T110000Z` as it sorts.
fn covers(window: &str, time: Timestamp) -> bool {
    let time = time.strftime("%Y%m%dT%H%M%SZ").to_string();
    let ends = window.split_once('_');
    ends.is_some_and(|(start, end)| start <= time.as_str() && time.as_str() < end)
}
