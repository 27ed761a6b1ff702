//! What was announced and no listing shows.

use anyhow::{Context, Result, bail};
use auditlake_pipeline::{Announcement, Clock, Inbox, WebhookPost};
use auditlake_simulator::{
    Fault, FaultPlan, FaultRule, LoggedRequest, OfferedBlob, Operation, Selector,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::service::Tenants;
use crate::world::verdict;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The blob as the service announces it.
fn announcement(tenants: &Tenants, blob: &OfferedBlob) -> Result<Vec<Announcement>> {
    let tenant = tenants.simulator.tenants().swap_remove(0);
    let feed = format!("api/v1.0/{}/activity/feed/audit", tenant.tenant_id);
    let address = tenants.simulator.address();
    let body = json!([{
        "tenantId": tenant.tenant_id, "clientId": tenant.client_id,
        "contentType": blob.content_type.as_str(), "contentId": blob.content_id,
        "contentUri": format!("{address}{feed}/{}", blob.content_id),
        "contentCreated": blob.created.to_string(), "contentExpiration": blob.expires.to_string(),
    }]);
    match WebhookPost::read(body.to_string().as_bytes(), tenants.now()) {
        Some(WebhookPost::Announcements { announcements, .. }) => Ok(announcements),
        other => bail!("{other:?}"),
    }
}

/// Whether one listing asks for more than a window, and for this time too.
fn is_grouped(request: &LoggedRequest, time: Timestamp) -> bool {
    let parameter = |name| {
        let text = format!("{}Z", request.parameter(name)?);
        text.parse::<Timestamp>().ok()
    };
    let (Some(start), Some(end)) = (parameter("startTime"), parameter("endTime")) else {
        return false;
    };
    end - start > HOUR * 6 && start <= time && time < end
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_announced_and_missing_from_a_grouped_listing_is_fetched_in_that_round()
-> Result<()> {
    let tenants = Tenants::new(&[1]).await?;
    let tenant = tenants.simulator.tenants().swap_remove(0).tenant_id;
    let blobs = tenants.simulator.blobs(&tenant);
    let recent = |blob: &OfferedBlob| blob.created < tenants.now() - 7 * HOUR;
    let blob = blobs.into_iter().rev().find(recent).context("a blob")?;
    let never_listed = Selector {
        operation: Some(Operation::ListContent),
        content_id: Some(blob.content_id.clone()),
        ..Selector::default()
    };
    let rule = FaultRule::new(never_listed, Fault::LateBlob);
    tenants.simulator.set_faults(FaultPlan::new([rule]));
    let missing = || {
        let found = verdict(tenants.lake.path(), &tenants.records_without(&[]))?;
        assert_eq!((found.repeated, found.strange), (0, 0));
        anyhow::Ok(found.missing)
    };
    tenants.good_round().await?;
    assert_eq!(missing()?, 1);

    tenants.clock.advance(HOUR);
    let clock = tenants.clock.clone();
    let clock = Clock::from_fn(move || clock.now());
    let inbox = Inbox::open(&tenants.lake.path().to_string_lossy(), clock)?;
    inbox
        .leave("tenant-0", &announcement(&tenants, &blob)?)
        .await?;
    let before = tenants.simulator.requests().len();
    tenants.good_round().await?;
    let requests = tenants.simulator.requests().split_off(before);
    let of_its_feed = |it: &&LoggedRequest| {
        it.operation == Some(Operation::ListContent)
            && it.parameter("contentType") == Some(blob.content_type.as_str())
    };
    let listings: Vec<_> = requests.iter().filter(of_its_feed).collect();
    let grouped = listings.iter().filter(|it| is_grouped(it, blob.created));
    assert_eq!(grouped.count(), 1, "{listings:?}");
    assert_eq!(missing()?, 0);
    Ok(())
}
