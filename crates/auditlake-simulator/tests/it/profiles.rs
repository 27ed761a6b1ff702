//! Every profile, met by a client that never gives up.

use std::collections::{BTreeMap, BTreeSet};

use auditlake_simulator::{
    ContentType, FaultPlan, Reason, SimulatorConfig, Source, TenantConfig, Unobtainable,
};
use serde_json::Value;

use crate::client::{Answer, Client, Result, config, hours_ago};

/// More tries than any fault lasts.
const TRIES: usize = 12;

const WEEK: i64 = 7 * 24;

async fn client(profile: &str) -> Result<Client> {
    let source = Source::Generated {
        seed: 3,
        records: 2_000,
    };
    let mut config = config(Vec::new());
    config.tenants = vec![TenantConfig {
        subscriptions: ContentType::ALL.to_vec(),
        ..TenantConfig::new(0, source)
    }];
    Client::of(SimulatorConfig {
        faults: profile.parse::<FaultPlan>()?,
        ..config
    })
    .await
}

/// What a patient client has in the end: each window of so many hours is asked for again and again.
async fn collected(client: &Client, hours: i64) -> Result<BTreeSet<String>> {
    let mut blobs = BTreeMap::new();
    for content_type in ContentType::ALL {
        for hour in (hours..=WEEK).rev().step_by(usize::try_from(hours)?) {
            // The second time for what was late.
            for _ in 0..2 {
                list(client, content_type, (hour, hour - hours), &mut blobs).await;
            }
        }
    }
    let mut records = BTreeSet::new();
    let own = client.simulator.address().to_string();
    for uri in blobs.into_values().filter(|uri| uri.starts_with(&own)) {
        let Some(answer) = patiently(client, &uri).await else {
            continue;
        };
        let blob: Vec<Value> = serde_json::from_str(&answer.text).unwrap_or_default();
        records.extend(blob.iter().map(Value::to_string));
    }
    Ok(records)
}

async fn list(
    client: &Client,
    content_type: ContentType,
    (from, to): (i64, i64),
    blobs: &mut BTreeMap<String, String>,
) {
    let civil = |hours| hours_ago(hours).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let mut next = Some(format!(
        "{}api/v1.0/{}/activity/feed/subscriptions/content?contentType={content_type}&startTime={}&endTime={}",
        client.simulator.address(),
        client.tenant_id,
        civil(from),
        civil(to)
    ));
    while let Some(url) = next {
        let Some(page) = patiently(client, &url).await else {
            return;
        };
        for blob in page.json().as_array().into_iter().flatten() {
            let text = |name: &str| blob[name].as_str().unwrap_or_default().to_owned();
            blobs.insert(text("contentId"), text("contentUri"));
        }
        next = page.next_page().map(str::to_owned);
    }
}

async fn patiently(client: &Client, url: &str) -> Option<Answer> {
    for _ in 0..TRIES {
        match client.get_url(url).await {
            Ok(answer) if answer.status == 200 => return Some(answer),
            _ => {}
        }
    }
    None
}

fn canonical(records: &[String]) -> BTreeSet<String> {
    let parse = |record: &String| serde_json::from_str::<Value>(record).unwrap_or_default();
    records
        .iter()
        .map(|record| parse(record).to_string())
        .collect()
}

async fn check(profile: &str, hours: i64, least_faults: usize) -> Result<Client> {
    let client = client(profile).await?;
    let expected = client.simulator.obtainable(&client.tenant_id);
    let collected = collected(&client, hours).await?;
    assert_eq!(collected.len(), expected.len(), "{profile}");
    assert!(collected == canonical(&expected), "{profile}");
    let counts = client.simulator.fault_counts();
    assert!(counts.len() >= least_faults, "{profile}: {counts:?}");
    Ok(client)
}

#[tokio::test]
async fn the_mild_profiles_let_a_patient_client_have_everything() -> Result<()> {
    for (profile, least_faults) in [("none", 0), ("calm", 2), ("busy", 6), ("flaky:5", 6)] {
        let client = check(profile, 6, least_faults).await?;
        assert_eq!(
            client.simulator.unobtainable(&client.tenant_id),
            [],
            "{profile}"
        );
        let all = client.simulator.records(&client.tenant_id);
        assert_eq!(
            client.simulator.obtainable(&client.tenant_id),
            all,
            "{profile}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn the_hostile_profile_takes_what_it_says_and_no_more() -> Result<()> {
    let client = check("hostile", 1, 18).await?;
    let lost = client.simulator.unobtainable(&client.tenant_id);
    let count = |reason: Reason| {
        let of_reason = |item: &&Unobtainable| item.reason == reason && item.window.is_none();
        lost.iter().filter(of_reason).count()
    };
    assert_eq!(count(Reason::Expired), 2);
    assert_eq!(count(Reason::NotFound), 2);
    assert_eq!(
        count(Reason::Failed),
        3,
        "two errors and one that is always cut"
    );
    assert_eq!(count(Reason::Malformed), 1);
    assert_eq!(count(Reason::RefusedUri), 2);
    let windows: Vec<_> = lost
        .iter()
        .filter(|item| item.content_id.is_none())
        .collect();
    assert_eq!(windows.len(), 1);
    assert!(
        lost.iter()
            .any(|item| item.content_id.is_some() && item.window == windows[0].window)
    );
    Ok(())
}

#[tokio::test]
async fn another_seed_takes_something_else_and_the_same_seed_the_same() -> Result<()> {
    let mut all = Vec::new();
    for profile in ["hostile:1", "hostile:1", "hostile:2"] {
        let client = client(profile).await?;
        all.push(client.simulator.unobtainable(&client.tenant_id));
    }
    assert_eq!(all[0], all[1]);
    assert_ne!(all[0], all[2]);
    Ok(())
}
