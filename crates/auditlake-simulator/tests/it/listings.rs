//! Listings that are not what they should be.

use auditlake_simulator::{
    ContentType, Fault, FaultPlan, FaultRule, Operation, Selector, SimulatorConfig, Times, Which,
};
use jiff::SignedDuration;
use serde_json::Value;

use crate::client::{Answer, Client, Result, config, hourly, hours_ago};

const GENERAL: ContentType = ContentType::General;

async fn client(count: i64, page_size: usize, rule: FaultRule) -> Result<Client> {
    Client::of(SimulatorConfig {
        page_size,
        faults: FaultPlan::new([rule]),
        ..config(hourly(GENERAL, count))
    })
    .await
}

fn listed(fault: Fault) -> FaultRule {
    FaultRule::new(Selector::operation(Operation::ListContent), fault)
}

fn ids(answer: &Answer) -> Vec<String> {
    let listing = answer.json();
    let items = listing.as_array().into_iter().flatten();
    items
        .filter_map(|blob| Some(blob["contentId"].as_str()?.to_owned()))
        .collect()
}

async fn pages(client: &Client, hours: i64) -> Result<Vec<Vec<String>>> {
    let mut answer = client.list(GENERAL, hours).await?;
    let mut pages = vec![ids(&answer)];
    while let Some(next) = answer.next_page() {
        answer = client.get_url(next).await?;
        pages.push(ids(&answer));
    }
    Ok(pages)
}

#[tokio::test]
async fn pages_overlap_and_leave_nothing_out() -> Result<()> {
    let client = client(7, 3, listed(Fault::OverlapPages(2))).await?;
    let pages = pages(&client, 8).await?;
    let all = client.simulator.blobs(&client.tenant_id);
    let all: Vec<_> = all.into_iter().map(|blob| blob.content_id).collect();
    assert_eq!(pages, [&all[0..3], &all[1..6], &all[4..7]]);
    assert_eq!(client.simulator.fault_counts()["overlap_pages"], 3);
    Ok(())
}

#[tokio::test]
async fn a_late_blob_is_there_once_its_window_has_been_listed() -> Result<()> {
    let third = Selector::operation(Operation::ListContent).which(Which::Nth(3));
    let rule = FaultRule::new(third, Fault::LateBlob).times(Times::PerTarget(1));
    let client = client(5, 2, rule).await?;
    let all = client.simulator.blobs(&client.tenant_id);
    let first = pages(&client, 6).await?.concat();
    assert_eq!(first.len(), 4);
    assert!(!first.contains(&all[2].content_id), "the third one is late");
    let second = pages(&client, 6).await?.concat();
    assert!(second.contains(&all[2].content_id) && second.len() == 5);
    assert_eq!(client.simulator.obtainable(&client.tenant_id).len(), 5);
    assert_eq!(client.simulator.fault_counts()["late_blob"], 1);
    Ok(())
}

#[tokio::test]
async fn single_blobs_can_be_elsewhere() -> Result<()> {
    let selector = Selector::operation(Operation::ListContent).which(Which::Blobs(1));
    let fault = Fault::ForeignBlobUri("http://elsewhere.invalid".into());
    let client = client(5, 100, FaultRule::new(selector, fault)).await?;
    let listing = client.list(GENERAL, 6).await?.json();
    let foreign: Vec<&Value> = listing
        .as_array()
        .into_iter()
        .flatten()
        .filter(|blob| {
            let uri = blob["contentUri"].as_str();
            uri.is_some_and(|uri| uri.starts_with("http://elsewhere.invalid/api/v1.0/"))
        })
        .collect();
    assert_eq!(foreign.len(), 1);
    let lost = client.simulator.unobtainable(&client.tenant_id);
    assert_eq!(lost.len(), 1);
    assert_eq!(
        lost[0].content_id.as_deref(),
        foreign[0]["contentId"].as_str()
    );
    assert_eq!(client.simulator.obtainable(&client.tenant_id).len(), 4);
    Ok(())
}

#[tokio::test]
async fn blobs_can_share_one_instant() -> Result<()> {
    let faults = FaultPlan {
        shared_instants: Some(SignedDuration::from_hours(3)),
        ..FaultPlan::none()
    };
    let client = Client::of(SimulatorConfig {
        faults,
        ..config(hourly(GENERAL, 6))
    })
    .await?;
    let from = hours_ago(6);
    let to = from + SignedDuration::from_secs(1);
    let listing = client.list_between(GENERAL, from, to).await?;
    assert_eq!(ids(&listing).len(), 3, "{}", listing.text);
    assert_eq!(client.simulator.fault_counts()["shared_instants"], 4);
    Ok(())
}
