//! The stream, as a program of one's own takes it.

use anyhow::Result;
use auditlake_pipeline::Connection;

use crate::world::World;

#[path = "../../../../crates/auditlake-pipeline/examples/hand_on.rs"]
#[expect(dead_code, reason = "its main is for those who run it")]
mod hand_on;

#[tokio::test(flavor = "multi_thread")]
async fn the_example_sends_each_event_once() -> Result<()> {
    let world = World::week(400).await?;
    for expected in [400, 0] {
        let connection = Connection::new(Some("contoso".to_owned()), world.client())?;
        let ran = hand_on::hand_on(connection, world.options()).await;
        let (report, sent) = ran.map_err(|error| anyhow::anyhow!("{error}"))?;
        assert_eq!(report.events, expected);
        assert_eq!(sent.values().sum::<usize>() as u64, expected);
    }
    Ok(())
}
