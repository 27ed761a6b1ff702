//! The generated week: whole, repeatable, and of many kinds.

use std::collections::{HashMap, HashSet};

use auditlake_simulator::{Clock, Simulator, SimulatorConfig, TenantConfig, generate, start};
use jiff::Timestamp;
use serde_json::Value;

use crate::client::{Result, now};

fn ndjson(seed: u64, count: usize) -> Result<String> {
    let mut out = Vec::new();
    generate::write_ndjson(seed, count, now(), &mut out)?;
    Ok(String::from_utf8(out)?)
}

fn records(seed: u64, count: usize) -> Result<Vec<Value>> {
    ndjson(seed, count)?
        .lines()
        .map(|line| Ok(serde_json::from_str(line)?))
        .collect()
}

async fn week(seed: u64, count: usize) -> Result<Simulator> {
    let tenants = vec![TenantConfig::generated(0, seed, count)];
    Ok(start(SimulatorConfig {
        tenants,
        now: Clock::fixed(now()),
        ..SimulatorConfig::default()
    })
    .await?)
}

#[tokio::test]
async fn the_same_seed_gives_the_same_week() -> Result<()> {
    let (one, same, other) = (
        week(5, 500).await?,
        week(5, 500).await?,
        week(6, 500).await?,
    );
    let tenant = &one.tenants()[0].tenant_id;
    assert_eq!(one.blobs(tenant), same.blobs(tenant));
    assert_eq!(one.records(tenant), same.records(tenant));
    assert_ne!(one.records(tenant), other.records(tenant));
    Ok(())
}

#[test]
fn every_record_has_what_all_records_have() -> Result<()> {
    for record in records(1, 4000)? {
        for name in ["Id", "CreationTime", "Operation", "Workload"] {
            assert!(
                record[name].as_str().is_some_and(|text| !text.is_empty()),
                "{name} of {record}"
            );
        }
        assert!(
            record["RecordType"].is_number() || record["RecordType"].is_string(),
            "{record}"
        );
        let time = record["CreationTime"].as_str().unwrap_or_default();
        assert!(
            format!("{time}Z")
                .parse::<Timestamp>()
                .is_ok_and(|time| time < now()),
            "{time}"
        );
    }
    Ok(())
}

#[test]
fn records_are_distinct_and_ids_are_shared_by_undone_matches_alone() -> Result<()> {
    let records = records(2, 4000)?;
    let texts: HashSet<String> = records.iter().map(Value::to_string).collect();
    assert_eq!(texts.len(), 4000);
    let mut by_id: HashMap<&str, Vec<&str>> = HashMap::new();
    for record in &records {
        let operation = record["Operation"].as_str().unwrap_or_default();
        by_id
            .entry(record["Id"].as_str().unwrap_or_default())
            .or_default()
            .push(operation);
    }
    let shared: Vec<_> = by_id
        .into_values()
        .filter(|operations| operations.len() > 1)
        .collect();
    assert!(!shared.is_empty());
    assert!(
        shared
            .iter()
            .all(|operations| operations.len() == 2 && operations.contains(&"DlpRuleUndo"))
    );
    Ok(())
}

#[test]
fn workloads_come_in_their_proportions() -> Result<()> {
    let records = records(3, 10_000)?;
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for record in &records {
        *counts
            .entry(record["Workload"].as_str().unwrap_or_default())
            .or_default() += 1;
    }
    let share = |names: &[&str]| {
        names
            .iter()
            .filter_map(|name| counts.get(name))
            .sum::<usize>()
            / 100
    };
    assert!(
        (30..42).contains(&share(&["SharePoint", "OneDrive"])),
        "{counts:?}"
    );
    assert!((22..34).contains(&share(&["Exchange"])), "{counts:?}");
    assert!(
        (18..28).contains(&share(&["AzureActiveDirectory"])),
        "{counts:?}"
    );
    assert!((6..13).contains(&share(&["MicrosoftTeams"])), "{counts:?}");
    for rare in [
        "PowerBI",
        "Copilot",
        "ThreatIntelligence",
        "SecurityComplianceCenter",
        "Planner",
        "Aip",
        "CRM",
    ] {
        assert!(counts.contains_key(rare), "{rare}: {counts:?}");
    }
    let types: HashSet<String> = records
        .iter()
        .map(|record| record["RecordType"].to_string())
        .collect();
    assert!(types.len() > 40, "{}", types.len());
    Ok(())
}

#[test]
fn a_record_is_of_the_services_size() -> Result<()> {
    let text = ndjson(4, 3000)?;
    let mean = text.len() / 3000;
    assert!((1100..2200).contains(&mean), "{mean}");
    Ok(())
}

#[test]
fn addresses_and_outcomes_are_as_odd_as_the_services() -> Result<()> {
    let records = records(8, 10_000)?;
    let any = |test: &dyn Fn(&Value) -> bool| records.iter().any(test);
    let ip = |record: &Value| record["ClientIP"].as_str().map(str::to_owned);
    assert!(any(&|record| record.get("ClientIP").is_none()));
    assert!(any(&|record| ip(record).is_some_and(|ip| ip.is_empty())));
    assert!(any(
        &|record| ip(record).is_some_and(|ip| ip.starts_with("::ffff:"))
    ));
    assert!(any(&|record| ip(record).is_some_and(|ip| ip
        .starts_with("[2001:db8:")
        && ip.contains("]:"))));
    assert!(any(
        &|record| ip(record).is_some_and(|ip| ip.starts_with("2001:db8:"))
    ));
    assert!(any(
        &|record| ip(record).is_some_and(|ip| ip.contains('.') && ip.contains(':'))
    ));
    let failed: Vec<_> = records
        .iter()
        .filter(|record| record["Operation"] == "UserLoginFailed")
        .collect();
    let success = failed
        .iter()
        .filter(|record| record["ResultStatus"] == "Success")
        .count();
    assert!(
        success * 2 > failed.len() && success < failed.len(),
        "{success} of {}",
        failed.len()
    );
    assert!(any(&|record| record["Operation"]
        .as_str()
        .is_some_and(|name| name.contains('–'))));
    assert!(any(&|record| record["RecordType"].is_string()));
    Ok(())
}

#[test]
fn a_hunter_finds_the_attack() -> Result<()> {
    let records = records(9, 5000)?;
    let from = |record: &&Value| {
        record["ClientIP"]
            .as_str()
            .is_some_and(|ip| ip.starts_with("198.51.100.66"))
    };
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for record in records.iter().filter(from) {
        *seen
            .entry(record["Operation"].as_str().unwrap_or_default())
            .or_default() += 1;
    }
    let least = [
        ("UserLoginFailed", 100),
        ("UserLoggedIn", 1),
        ("FileDownloaded", 100),
        ("New-InboxRule", 3),
        ("Add-MailboxPermission", 2),
        ("Consent to application.", 1),
        ("Add member to role.", 1),
    ];
    for (operation, count) in least {
        assert!(
            seen.get(operation).is_some_and(|found| *found >= count),
            "{operation}: {seen:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn blobs_are_many_small_and_of_the_last_week() -> Result<()> {
    let simulator = week(10, 20_000).await?;
    let blobs = simulator.blobs(&simulator.tenants()[0].tenant_id);
    assert!((300..1200).contains(&blobs.len()), "{}", blobs.len());
    let first = blobs
        .iter()
        .map(|blob| blob.created)
        .min()
        .unwrap_or_default();
    assert!(now().duration_since(first).as_hours() < 7 * 24);
    assert!(blobs.is_sorted_by_key(|blob| blob.created));
    Ok(())
}

#[tokio::test]
async fn a_tenant_goes_on_after_the_week() -> Result<()> {
    let clock = Clock::fixed(now());
    let tenants = vec![TenantConfig::generated(0, 12, 300)];
    let config = SimulatorConfig {
        tenants,
        now: clock.clone(),
        ..SimulatorConfig::default()
    };
    let simulator = start(config).await?;
    let tenant = simulator.tenants()[0].tenant_id.clone();
    assert_eq!(simulator.records(&tenant).len(), 300);
    clock.advance(jiff::SignedDuration::from_hours(7 * 24));
    assert_eq!(simulator.records(&tenant).len(), 600);
    Ok(())
}

#[tokio::test]
async fn written_records_are_those_a_tenant_offers() -> Result<()> {
    let simulator = week(13, 400).await?;
    let offered = simulator.records(&simulator.tenants()[0].tenant_id);
    let ids = |texts: &mut dyn Iterator<Item = &str>| -> Vec<String> {
        let values = texts.filter_map(|text| serde_json::from_str::<Value>(text).ok());
        values
            .map(|value| format!("{} {}", value["Id"], value["Operation"]))
            .collect()
    };
    let written = ndjson(13, 400)?;
    assert_eq!(
        ids(&mut written.lines()),
        ids(&mut offered.iter().map(String::as_str))
    );
    Ok(())
}

/// How many values a member of these records has, and how many of them differ.
fn distinct(records: &[Value], pointer: &str) -> (usize, usize) {
    let values: Vec<&str> = records
        .iter()
        .filter_map(|record| record.pointer(pointer)?.as_str())
        .collect();
    let distinct: HashSet<&str> = values.iter().copied().collect();
    (values.len(), distinct.len())
}

#[test]
fn records_repeat_each_others_values_as_those_of_real_tenants() -> Result<()> {
    let records = records(14, 10_000)?;
    // Of a hundred values so many differ at least and at most.
    let shares = [
        ("/Id", 98, 100),
        ("/InterSystemsId", 80, 100),
        // But for what is shared in one go, each record of a real tenant has a request of its own.
        ("/CorrelationId", 85, 99),
        ("/ListItemUniqueId", 15, 60),
        ("/Item/InternetMessageId", 30, 85),
        ("/AppAccessContext/AADSessionId", 2, 25),
        ("/SessionId", 2, 40),
        ("/UserAgent", 0, 1),
    ];
    for (member, least, most) in shares {
        let (all, distinct) = distinct(&records, member);
        let share = distinct * 100 / all.max(1);
        assert!(all > 500, "{member} is in {all} records");
        assert!((least..=most).contains(&share), "{member}: {share} of 100");
    }
    Ok(())
}

#[test]
fn a_document_keeps_its_id() -> Result<()> {
    let records = records(15, 5000)?;
    let mut ids: HashMap<&str, HashSet<&str>> = HashMap::new();
    for record in &records {
        let named = (
            record["ObjectId"].as_str(),
            record["ListItemUniqueId"].as_str(),
        );
        if let (Some(path), Some(id)) = named {
            ids.entry(id).or_default().insert(path);
        }
    }
    assert!(ids.len() > 500, "{}", ids.len());
    assert!(ids.values().all(|paths| paths.len() == 1));
    Ok(())
}
