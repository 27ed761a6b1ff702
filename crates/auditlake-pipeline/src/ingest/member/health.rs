//! A round of service health.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{CUT_SHORT, Ended, Member, options_of_run};
use crate::connection::{Connection, check_name};
use crate::error::{Error, Stopped};
use crate::health::{Asked, HealthApi, ServiceHealth, check};
use crate::ingest::options::IngestOptions;
use crate::listed::Listed;
use crate::progress::Progress;
use crate::recorder::Recorder;
use crate::report::Report;
use crate::run::{Run, Stops};

/// How far back a round asks for changes. The first one of a process, and one a day, asks for all that there is, so that
/// what could not be had then is had later.
const CHANGES: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Member {
    /// One round: what was changed, or all that is announced where nothing is remembered.
    pub(super) async fn health_round(
        &mut self,
        api: HealthApi,
        connection: &Connection,
        options: &IngestOptions,
        stops: Stops,
    ) -> Result<Ended, Stopped> {
        let now = options.backfill.clock.now();
        let report = Report::new(&connection.name, &connection.client.tenant_id, now);
        let stopped = |error| Stopped::new(error, report.clone());
        if stops.stop.is_cancelled() {
            return Err(stopped(Error::Cancelled));
        }
        check(&options.backfill).map_err(stopped)?;
        let asked = self.asked(api, connection).map_err(stopped)?;
        let progress = Arc::new(Progress::default());
        let recorder = Recorder::new(report, Arc::clone(&progress));
        let memory = self.remember(now);
        let since = since(options, memory.is_empty(), now);
        let source = ServiceHealth::new(asked, since, &recorder);
        let options_of_run = options_of_run(options);
        let run = Run::new(connection.name.clone(), options_of_run, recorder, stops);
        let mut done = run.go(source, memory).await?;
        if done.memory.bytes() <= self.may_remember {
            self.memory = done.memory;
        }
        let is_cut_short = progress.windows_done.get() < progress.windows_planned.get();
        if is_cut_short {
            done.report.not_complete(CUT_SHORT);
        }
        Ok(Ended {
            report: done.report,
            listed: Listed::default(),
            is_cut_short,
            notices: 0,
        })
    }

    fn asked(&mut self, api: HealthApi, connection: &Connection) -> Result<Arc<Asked>, Error> {
        check_name(&connection.name)?;
        if let Some(asked) = &self.health {
            return Ok(Arc::clone(asked));
        }
        let asked = Arc::new(Asked::new(api, connection.client.clone())?);
        Ok(Arc::clone(self.health.insert(asked)))
    }
}

fn since(options: &IngestOptions, is_first: bool, now: Timestamp) -> Option<Timestamp> {
    if is_first {
        return options.backfill.since;
    }
    Some(now - CHANGES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_round_asks_for_all_and_the_others_for_changes() {
        let mut options = IngestOptions::new("l");
        let now: Timestamp = "2026-05-11T12:00:00Z".parse().unwrap();
        let week_ago = "2026-05-04T12:00:00Z".parse().ok();
        assert_eq!(since(&options, true, now), None);
        assert_eq!(since(&options, false, now), week_ago);
        options.backfill.since = Some(now);
        assert_eq!(since(&options, true, now), Some(now));
        assert_eq!(since(&options, false, now), week_ago);
    }
}
