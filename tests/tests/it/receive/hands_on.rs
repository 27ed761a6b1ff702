//! A receiver that hands on what it was told of.

use std::collections::BTreeSet;
use std::io::BufRead;

use anyhow::{Context, Result, ensure};
use auditlake_simulator::NotificationConfig;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::place::{Place, status, until};

/// The Ids of the next events.
fn take(reader: &mut impl BufRead, count: usize) -> Result<Vec<String>> {
    let event = |_| {
        let mut line = String::new();
        ensure!(reader.read_line(&mut line)? > 0, "it has ended");
        let event: Value = serde_json::from_str(&line)?;
        let id = event["metadata"]["original_event_uid"].as_str();
        Ok(id.context("an Id")?.to_owned())
    };
    (0..count).map(event).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_announced_is_handed_on_once_and_committed_when_it_is_taken() -> Result<()> {
    let place = Place::new(NotificationConfig {
        repeats: 3,
        ..NotificationConfig::default()
    })
    .await?;
    let args = ["--gather", "100ms", "--to", "ndjson"];
    let mut receiver = place.receiver("receiver", &args).await?;
    let mut reader = receiver.handed_on()?;
    let mut taken = take(&mut reader, 1)?;
    receiver.first_round().await?;
    place.subscribe(&receiver.address).await?;

    for seconds in [60, 100] {
        place.advance(seconds);
        let ids = place.announced();
        until(|| place.has_intended(&ids)).await?;
        // The reader sleeps, the receiver does not.
        let test = receiver.post(&json!({"validationCode": "c"}))?;
        assert_eq!(status(test).await?, StatusCode::OK);
        assert!(!place.has_committed(&ids), "nobody has taken it");
        let count = ids.len() + 1 - taken.len();
        taken.extend(take(&mut reader, count)?);
        until(|| place.has_committed(&ids) && place.inbox().is_empty()).await?;
    }
    assert_eq!(receiver.terminate()?, Some(0));
    let mut rest = String::new();
    reader.read_line(&mut rest)?;
    assert_eq!(rest, "", "nothing comes twice");
    let distinct: BTreeSet<&String> = taken.iter().collect();
    assert_eq!((taken.len(), distinct.len()), (4, 4), "{taken:?}");
    assert!(!place.path("lake/events").exists());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_reader_took_stays_in_the_inbox_for_the_next_one() -> Result<()> {
    let place = Place::new(NotificationConfig::default()).await?;
    let args = ["--gather", "100ms", "--to", "ndjson"];
    let mut receiver = place.receiver("first", &args).await?;
    let mut reader = receiver.handed_on()?;
    take(&mut reader, 1)?;
    receiver.first_round().await?;
    place.subscribe(&receiver.address).await?;
    place.advance(60);
    let ids = place.announced();
    until(|| place.has_intended(&ids)).await?;
    drop(reader);
    assert_eq!(receiver.ended().await?, Some(1), "its reader is gone");
    assert!(!place.has_committed(&ids));
    assert_eq!(place.inbox().len(), 1);

    let mut receiver = place.receiver("second", &args).await?;
    let mut reader = receiver.handed_on()?;
    assert_eq!(take(&mut reader, 1)?, ["of-50"]);
    until(|| place.has_committed(&ids) && place.inbox().is_empty()).await
}
