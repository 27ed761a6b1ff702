//! Hands events on to a program of one's own: what a producer for a message broker would do.
//!
//! ```sh
//! AUDITLAKE_CLIENT_SECRET=… cargo run -p auditlake-pipeline --example hand_on -- TENANT_ID CLIENT_ID ./ledger
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write};

use auditlake_pipeline::handover::{Delivery, Form, deliveries};
use auditlake_pipeline::{
    BackfillOptions, ClientConfig, Cloud, Connection, Progress, Report, Secret, backfill,
};
use futures::StreamExt;
use tokio_util::sync::CancellationToken;

/// What goes wrong may be anything.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let [tenant_id, client_id, lake] = arguments()?;
    let secret = Secret::new(std::env::var("AUDITLAKE_CLIENT_SECRET")?);
    let cloud = Cloud::Enterprise;
    let client = ClientConfig::new(
        cloud.api_address(),
        cloud.authority(),
        tenant_id,
        client_id,
        secret,
    );
    let connection = Connection::new(None, client)?;
    let (report, sent) = hand_on(connection, BackfillOptions::new(lake)).await?;
    let mut out = io::stdout().lock();
    for (topic, events) in sent {
        writeln!(out, "{topic}: {events} events")?;
    }
    writeln!(
        out,
        "{} records, {} gaps",
        report.records,
        report.gaps.len()
    )?;
    Ok(())
}

fn arguments() -> Result<[String; 3], Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    arguments
        .try_into()
        .map_err(|_| "usage: hand_on TENANT_ID CLIENT_ID LAKE".into())
}

/// One run; how many events went to each topic.
pub(crate) async fn hand_on(
    connection: Connection,
    mut options: BackfillOptions,
) -> Result<(Report, BTreeMap<String, usize>), Failure> {
    let (outlet, mut deliveries) = deliveries(Form::Ndjson);
    options.outlet = Some(outlet);
    let run = tokio::spawn(backfill(
        connection,
        options,
        Progress::default().into(),
        CancellationToken::new(),
    ));
    let mut sent = BTreeMap::new();
    while let Some(delivery) = deliveries.next().await {
        match send(&delivery, &mut sent) {
            // From now on the ledger says that the unit was handed on.
            Ok(()) => delivery.acknowledge(),
            // The run ends, and the next one brings the unit again.
            Err(why) => delivery.refuse(why),
        }
    }
    Ok((run.await??, sent))
}

/// A producer would send these lines, and wait until its broker has them.
fn send(delivery: &Delivery, sent: &mut BTreeMap<String, usize>) -> io::Result<()> {
    for part in &delivery.parts {
        let lines = part.to_lines()?;
        let topic = sent.entry(delivery.content_type.clone()).or_default();
        *topic += lines.split_inclusive(|byte| *byte == b'\n').count();
    }
    Ok(())
}
