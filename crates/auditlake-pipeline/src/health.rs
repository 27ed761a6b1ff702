//! Service health as a source: what Microsoft announces of its services, page by page, for a table of its own.
//!
//! A unit is a feed and the hour of the run, so that a run has one unit a feed. What was committed before is known by the
//! identities of its rows, all of them: an announcement is offered for weeks, and its posts for as long.

mod asked;
mod fetch;
mod raw;

use std::sync::Arc;

use auditlake_api::Window;
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

pub(crate) use self::asked::Asked;
use self::fetch::Fetcher;
use self::raw::HealthRaw;
use crate::commit::Memory;
use crate::connection::{Connection, check_name};
use crate::content_ids::Blobs;
use crate::error::{Error, Stopped};
use crate::ledger::UnitKey;
use crate::options::BackfillOptions;
use crate::plan::window_name;
use crate::progress::Progress;
use crate::recorder::Recorder;
use crate::report::Report;
use crate::run::{Run, Stops};
use crate::source::{Desk, Planned, Room, Source, Traffic};

/// Which API tells of the services.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HealthApi {
    /// Microsoft Graph: issues and statuses are the feed `ServiceHealth`, messages the feed `ServiceMessages`, with a
    /// permission each.
    #[default]
    Graph,
    /// The Service Communications API, which Microsoft has retired: one feed, `ServiceCommunications`.
    ServiceCommunications,
}

/// The feeds of service health, of whatever API: directories of the ledger, and names in the report.
pub const HEALTH_FEEDS: [&str; 3] = ["ServiceHealth", "ServiceMessages", "ServiceCommunications"];

/// Brings what is announced of the services into the lake's table `service_health`, once; of issues and messages those
/// that were changed at [`BackfillOptions::since`] or later, all that there are unless told otherwise.
///
/// What could not be had is named in the report; an error means that the run itself could not go on, and brings the
/// report of what it had done until then.
pub async fn backfill_service_health(
    connection: Connection,
    api: HealthApi,
    options: BackfillOptions,
    progress: Arc<Progress>,
    cancel: CancellationToken,
) -> Result<Report, Stopped> {
    let started = options.clock.now();
    let report = Report::new(&connection.name, &connection.client.tenant_id, started);
    let asked = || {
        check_name(&connection.name)?;
        check(&options)?;
        Ok(Asked::new(api, connection.client)?)
    };
    match asked() {
        Ok(asked) => {
            let recorder = Recorder::new(report, progress);
            let source = ServiceHealth::new(Arc::new(asked), options.since, &recorder);
            let stops = Stops {
                stop: CancellationToken::new(),
                cancel,
            };
            let run = Run::new(connection.name, options, recorder, stops);
            let ended = run.go(source, Memory::default()).await;
            ended.map(|done| done.report)
        }
        Err(error) => Err(Stopped::new(error, report)),
    }
}

/// Announcements are no records: what reads them is a table.
pub(crate) fn check(options: &BackfillOptions) -> Result<(), Error> {
    if options.outlet.is_some() {
        let message = "service health is a table of the lake and is not handed on";
        return Err(Error::Config(message.to_owned()));
    }
    if options.until.is_some() {
        let message = "service health has no end of time: it is what is announced by now";
        return Err(Error::Config(message.to_owned()));
    }
    Ok(())
}

/// One run's view of service health.
pub(crate) struct ServiceHealth {
    asked: Arc<Asked>,
    /// Requests that the client had sent before, and how long they had taken.
    before: Traffic,
    since: Option<Timestamp>,
    units: Vec<UnitKey>,
}

impl ServiceHealth {
    /// For a run that begins now, of what was changed at `since` or later.
    pub(crate) fn new(asked: Arc<Asked>, since: Option<Timestamp>, recorder: &Recorder) -> Self {
        recorder.progress.quota.set(asked.quota());
        Self {
            before: asked.traffic(),
            asked,
            since,
            units: Vec::new(),
        }
    }

    fn fetcher(&self, desk: &Desk, room: Room) -> Fetcher {
        Fetcher {
            asked: Arc::clone(&self.asked),
            since: self.since,
            clock: desk.clock.clone(),
            recorder: Arc::clone(&desk.recorder),
            access: Arc::clone(&desk.access),
            stop: desk.stop.clone(),
            room,
        }
    }
}

/// The hour that a time is in.
fn hour_of(time: Timestamp) -> Window {
    let second = time.as_second();
    let start = Timestamp::from_second(second - second.rem_euclid(3600)).unwrap_or(time);
    Window {
        start,
        end: start + SignedDuration::from_hours(1),
    }
}

impl Source for ServiceHealth {
    type Left = ();
    type Raw = HealthRaw;

    fn feeds(&self) -> Vec<String> {
        let feeds = self.asked.feeds().iter();
        feeds.map(|feed| feed.name.to_owned()).collect()
    }

    async fn plan(&mut self, desk: &Desk) -> Result<Planned, Error> {
        let window = window_name(hour_of(desk.now));
        let unit = |content_type: String| UnitKey {
            content_type,
            window: window.clone(),
        };
        self.units = self.feeds().into_iter().map(unit).collect();
        desk.recorder.announce_units(self.units.len());
        Ok(Planned {
            directories: HEALTH_FEEDS.map(str::to_owned).to_vec(),
            from: None,
            lost: Vec::new(),
        })
    }

    /// What may be read, the first page of each collection says.
    async fn prepare(&mut self, _desk: &Desk) -> Result<(), Error> {
        Ok(())
    }

    fn look(&mut self, desk: &Desk, room: Room, _known: &Blobs) -> BoxFuture<'static, ()> {
        let units = std::mem::take(&mut self.units);
        self.fetcher(desk, room).look(units).boxed()
    }

    fn fetch(
        &mut self,
        desk: &Desk,
        room: Room,
        _known: &Blobs,
        out: Sender<HealthRaw>,
    ) -> BoxFuture<'static, ()> {
        let units = std::mem::take(&mut self.units);
        self.fetcher(desk, room).run(units, out).boxed()
    }

    fn traffic(&self) -> Traffic {
        self.asked.traffic().since(self.before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_the_hour_of_the_run() {
        let name = |time: &str| window_name(hour_of(time.parse().unwrap()));
        assert_eq!(
            name("2026-05-04T10:59:59.9Z"),
            "20260504T100000Z_20260504T110000Z"
        );
        assert_eq!(
            name("2026-05-04T11:00:00Z"),
            "20260504T110000Z_20260504T120000Z"
        );
    }

    #[test]
    fn every_feed_is_a_known_one() {
        for feed in asked::GRAPH.iter().chain(&asked::SERVICE_COMMUNICATIONS) {
            assert!(HEALTH_FEEDS.contains(&feed.name), "{}", feed.name);
        }
    }
}
