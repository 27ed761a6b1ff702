//! One connection's rounds: what is kept of it between them.

mod health;

use std::sync::Arc;

use auditlake_api::Client;
use jiff::{SignedDuration, Timestamp};

use crate::commit::Memory;
use crate::connection::{Connection, check_name};
use crate::error::{Error, Stopped};
use crate::feed::round::Round;
use crate::feed::{Feed, Left, Task};
use crate::health::Asked;
use crate::ingest::options::{IngestOptions, IngestSource};
use crate::listed::Listed;
use crate::options::BackfillOptions;
use crate::progress::Progress;
use crate::recorder::Recorder;
use crate::report::Report;
use crate::run::{Done, Run, Stops};

/// What a round is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// It lists what is due, and fetches what was announced too.
    Schedule,
    /// It fetches what was announced, and lists nothing.
    Notices,
}

/// After this time the ledger is read anew, since what is remembered only grows.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);
/// Said of content types when a round was cut short.
const CUT_SHORT: &str = "the round was cut short, the next one goes on";

/// A connection between its rounds.
#[derive(Debug, Default)]
pub(crate) struct Member {
    client: Option<Client>,
    /// The client of service health.
    health: Option<Arc<Asked>>,
    memory: Memory,
    /// Since when it remembers.
    remembers: Option<Timestamp>,
    /// Bytes that it may remember; what takes more is read again by the next round.
    may_remember: u64,
}

/// A round that came to its end, or to the end of its turn.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) report: Report,
    /// What is listed by now.
    pub(crate) listed: Listed,
    /// Something that was planned is left.
    pub(crate) is_cut_short: bool,
    /// Notices that are left in the inbox.
    pub(crate) notices: usize,
}

impl Member {
    /// Makes a new client at the next round.
    pub(crate) fn reconnect(&mut self) {
        self.client = None;
        self.health = None;
    }

    /// From now on so many bytes may be remembered.
    pub(crate) fn may_remember(&mut self, bytes: u64) {
        self.may_remember = bytes;
    }

    /// One round; `options` have the connection's share of the memory.
    pub(crate) async fn round(
        &mut self,
        connection: &Connection,
        options: &IngestOptions,
        occasion: Occasion,
        stops: Stops,
    ) -> Result<Ended, Stopped> {
        if let IngestSource::ServiceHealth(api) = options.source {
            let round = self.health_round(api, connection, options, stops);
            return Box::pin(round).await;
        }
        let now = options.backfill.clock.now();
        let report = Report::new(&connection.name, &connection.client.tenant_id, now);
        let stopped = |error| Stopped::new(error, report.clone());
        if stops.stop.is_cancelled() {
            return Err(stopped(Error::Cancelled));
        }
        let client = self.client(connection).map_err(stopped)?;
        let progress = Arc::new(Progress::default());
        let round = Round {
            relist: options.relist,
            since: options.backfill.since,
            window: options.backfill.window,
        };
        let task = match occasion {
            Occasion::Schedule => Task::Round(round),
            Occasion::Notices => Task::Notices,
        };
        let options_of_run = options_of_run(options);
        let recorder = Recorder::new(report.clone(), Arc::clone(&progress));
        let feed = Feed::new(client, task, &options_of_run, &recorder);
        let run = Run::new(connection.name.clone(), options_of_run, recorder, stops);
        let Done {
            mut report,
            memory,
            left: Left { listed, notices },
        } = run.go(feed, self.remember(now)).await?;
        if memory.bytes() <= self.may_remember {
            self.memory = memory;
        }
        let is_cut_short = progress.windows_done.get() < progress.windows_planned.get();
        if is_cut_short {
            report.not_complete(CUT_SHORT);
        }
        Ok(Ended {
            report,
            listed,
            is_cut_short,
            notices,
        })
    }

    fn client(&mut self, connection: &Connection) -> Result<Client, Error> {
        check_name(&connection.name)?;
        if let Some(client) = &self.client {
            return Ok(client.clone());
        }
        let client = Client::new(connection.client.clone())?;
        self.client = Some(client.clone());
        Ok(client)
    }

    /// What is remembered, unless it is old. A run that fails leaves nothing to remember.
    fn remember(&mut self, now: Timestamp) -> Memory {
        let memory = std::mem::take(&mut self.memory);
        let since = *self.remembers.get_or_insert(now);
        if !memory.is_empty() && since <= now && now - REMEMBERED < since {
            return memory;
        }
        self.remembers = Some(now);
        Memory::default()
    }
}

fn options_of_run(options: &IngestOptions) -> BackfillOptions {
    BackfillOptions {
        since: None,
        until: None,
        dry_run: false,
        ..options.backfill.clone()
    }
}
