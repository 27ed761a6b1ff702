//! Scheduled ingestion: rounds of all connections, one after another and side by side.
//!
//! A round is a run like a backfill; what it lists is planned by what was listed before (see `run/round.rs`), so a
//! process that was away heals by itself, and `--once` from cron does the same as a process that stays. Connections
//! share the process's memory and nothing else: each has its own client, budget of requests, ledger and failures.
//!
//! What a receiver leaves in the [inbox](crate::inbox) is taken up by the next round, and a process that is
//! [woken](Wakes) has one at once, for that alone.

mod member;
mod options;
mod schedule;
mod state;
mod tender;
mod totals;
mod wakes;

use std::sync::Arc;

use futures::{StreamExt, stream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::connection::Connection;
use crate::error::{Error, Stopped};
use crate::report::Report;
use crate::run::Stops;
use member::{Member, Occasion};
pub use options::{
    DEFAULT_CONCURRENCY, DEFAULT_EVERY, DEFAULT_GATHER, DEFAULT_GRACE, DEFAULT_RELIST,
    DEFAULT_TURN, IngestOptions, IngestSource,
};
pub use schedule::{IngestPlan, ingest, ingest_woken};
pub use state::{ConnectionState, FeedState, States};
pub use totals::{RoundOutcome, Totals};
pub use wakes::Wakes;

/// How a round of a connection ended.
#[derive(Debug)]
pub struct RoundEnd {
    /// Name of the connection.
    pub connection: String,
    /// What it did, and why it could not go on if it could not.
    pub ended: Result<Report, Stopped>,
}

/// One round of each connection, `concurrency` of them at once; what came of each, in the order in which they ended.
///
/// `shutdown` begins nothing more and brings what is begun to its end within the grace time.
pub async fn ingest_once(
    connections: Vec<Connection>,
    options: IngestOptions,
    shutdown: CancellationToken,
    tell: impl Fn(&RoundEnd),
) -> Result<Vec<RoundEnd>, Error> {
    options.check()?;
    let options = Arc::new(options.shared_by(connections.len()));
    let stops = Stops {
        stop: shutdown.clone(),
        cancel: CancellationToken::new(),
    };
    let _grace = AbortOnDropHandle::new(tokio::spawn(cancel_after_grace(
        stops.clone(),
        options.grace,
    )));
    let rounds = stream::iter(connections).map(|connection| {
        let round = once(connection, Arc::clone(&options), stops.clone());
        AbortOnDropHandle::new(tokio::spawn(round))
    });
    let mut rounds = rounds.buffer_unordered(options.concurrency.max(1));
    let mut ends = Vec::new();
    while let Some(end) = rounds.next().await {
        let end = end?;
        tell(&end);
        ends.push(end);
    }
    Ok(ends)
}

async fn once(connection: Connection, options: Arc<IngestOptions>, stops: Stops) -> RoundEnd {
    let name = connection.name.clone();
    let mut member = Member::default();
    let ended = member
        .round(&connection, &options, Occasion::Schedule, stops)
        .await;
    let ended = match ended {
        // There is no next turn.
        Ok(ended) if ended.is_cut_short => Err(Stopped::new(Error::Cancelled, ended.report)),
        ended => ended.map(|ended| ended.report),
    };
    RoundEnd {
        connection: name,
        ended,
    }
}

/// Drops what is not committed when a shutdown takes too long.
async fn cancel_after_grace(stops: Stops, grace: std::time::Duration) {
    stops.stop.cancelled().await;
    tokio::time::sleep(grace).await;
    stops.cancel.cancel();
}
