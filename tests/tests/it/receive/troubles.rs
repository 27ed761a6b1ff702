//! What a receiver does when something else fails.

use anyhow::{Result, ensure};
use auditlake_simulator::{Fault, FaultRule, NotificationConfig, Operation, Selector, Times};

use super::place::{Place, until};

#[tokio::test(flavor = "multi_thread")]
async fn what_the_store_does_not_keep_is_not_heard_and_its_repetition_is() -> Result<()> {
    let place = Place::new(NotificationConfig {
        attempts: 1_000,
        ..NotificationConfig::default()
    })
    .await?;
    let receiver = place.receiver("receiver", &["--gather", "100ms"]).await?;
    receiver.first_round().await?;
    place.subscribe(&receiver.address).await?;
    // A file where a directory is wanted: whoever runs this, it cannot be written.
    let inbox = place.path("lake/_auditlake/inbox");
    std::fs::write(&inbox, "in the way")?;
    place.advance(60);
    let ids = place.announced();
    until(|| receiver.said().is_ok_and(|it| it.contains("status=503"))).await?;
    assert!(!place.has_committed(&ids));
    std::fs::remove_file(&inbox)?;
    until(|| place.has_committed(&ids) && place.inbox().is_empty()).await?;
    let heard = place.heard();
    let (last, before) = heard.split_last().ok_or_else(|| anyhow::anyhow!("none"))?;
    ensure!(*last && !before.is_empty(), "{heard:?}");
    assert!(before.iter().all(|heard| !heard), "{heard:?}");
    place.assert_each_once()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_that_cannot_be_had_at_once_stays_in_the_inbox_until_it_is() -> Result<()> {
    let place = Place::new(NotificationConfig::default()).await?;
    let quick = ["--gather", "100ms", "--retry-for", "100ms"];
    let receiver = place.receiver("receiver", &quick).await?;
    receiver.first_round().await?;
    place.subscribe(&receiver.address).await?;
    let fails = Fault::Status(500, String::new());
    let fails = FaultRule::new(Selector::operation(Operation::RetrieveContent), fails);
    let plan = auditlake_simulator::FaultPlan::new([fails.times(Times::Forever)]);
    place.simulator.set_faults(plan);
    place.advance(60);
    let first = place.announced();
    until(|| receiver.said().is_ok_and(|it| it.contains("1 gaps"))).await?;
    assert!(!place.has_committed(&first));
    assert_eq!(place.inbox().len(), 1);
    // The next announcement has the one before looked at again.
    place
        .simulator
        .set_faults(auditlake_simulator::FaultPlan::none());
    place.advance(50);
    let both = place.announced();
    assert_eq!(both.len(), 2);
    until(|| place.has_committed(&both) && place.inbox().is_empty()).await?;
    place.assert_each_once()
}
