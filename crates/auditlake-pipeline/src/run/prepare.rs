//! Before anything is fetched: what was announced, what is planned, and the stages that will work on it.

use std::sync::Arc;

use auditlake_api::{ContentType, Window};
use auditlake_parquet::Lake;
use jiff::Timestamp;

use super::round::{self, RoundPlan};
use super::{Notes, Run, Task, lock};
use crate::budget::{Budget, Estimate};
use crate::commit::{Committer, Memory, Site, ledger_from};
use crate::error::Error;
use crate::fetch::Fetcher;
use crate::gap::{Gap, GapReason};
use crate::handover::Outlet;
use crate::inbox::Pending;
use crate::layout::{self, Layout};
use crate::ledger::Ledger;
use crate::ledger::listed::Marks;
use crate::plan::{Plan, Unit, window_name};
use crate::preflight::preflight;
use crate::readiness::{self, Readiness};
use crate::starts::Starts;

/// A run that knows what to do, and has what it needs for it.
pub(super) struct Prepared {
    pub(super) plan: RoundPlan,
    pub(super) marks: Marks,
    pub(super) committer: Committer,
    pub(super) fetcher: Arc<Fetcher>,
    pub(super) notes: Notes,
}

impl Run {
    /// Looks at the lake and at the subscriptions, plans, and makes the stages ready.
    pub(super) async fn prepare(
        &self,
        task: Task,
        lake: Lake,
        ledger: &Ledger,
        inbox: &Pending,
        memory: Memory,
        now: Timestamp,
    ) -> Result<Prepared, Error> {
        let at_the_store = self.recorder.meters.store.enter();
        if !self.options.dry_run && memory.is_empty() {
            preflight(&lake).await?;
        }
        let layout = self.layout(lake.clone()).await?;
        let generation_bytes = layout.generation_bytes(self.memory() / 64);
        let marks = ledger.read_marks().await?;
        let plan = self.plan(task, ledger, &marks, inbox, now).await?;
        drop(at_the_store);
        let readiness = self.readiness(&lake, now).await?;
        let committer = self.committer(lake, layout, memory, plan.from(now)).await?;
        let fetcher = self.fetcher(&committer, generation_bytes);
        lock(&self.state).announced = inbox.announced(self.options.window);
        Ok(Prepared {
            notes: note_readiness(&fetcher, readiness),
            plan,
            marks,
            committer,
            fetcher,
        })
    }

    /// What was announced. A span that somebody asks for has nothing to do with it.
    pub(super) async fn inbox(
        &self,
        task: &Task,
        ledger: Ledger,
        now: Timestamp,
    ) -> Result<Pending, Error> {
        match task {
            Task::Span(_) => Ok(Pending::none(ledger, now)),
            Task::Round(_) | Task::Notices => {
                let _at_the_store = self.recorder.meters.store.enter();
                Pending::read(ledger, now).await
            }
        }
    }

    /// The plan of a round needs to know what was listed before; that of a span is made already.
    async fn plan(
        &self,
        task: Task,
        ledger: &Ledger,
        marks: &Marks,
        inbox: &Pending,
        now: Timestamp,
    ) -> Result<RoundPlan, Error> {
        let content_types = &self.options.content_types;
        let announced = || inbox.units(content_types, self.options.window);
        match task {
            Task::Span(Plan { units, .. }) => Ok(RoundPlan::of_units(units)),
            Task::Notices => {
                let plan = RoundPlan::of_units(announced());
                self.announce_units(&plan.units);
                Ok(plan)
            }
            Task::Round(round) => {
                let last_seen = round::last_seen(ledger, &marks.listed).await?;
                let mut plan = round::plan(now, &round, content_types, &marks.listed, &last_seen)?;
                plan.take_in(announced());
                self.announce_units(&plan.units);
                Ok(plan)
            }
        }
    }

    /// The lake that the options name, opened as the run needs it.
    pub(super) fn lake(&self) -> Result<Lake, Error> {
        let location = &self.options.lake;
        match &self.options.opened {
            Some(lake) => Ok(lake.clone()),
            None if self.options.dry_run => Ok(Lake::open_to_read(location)?),
            None => Ok(Lake::open(location)?),
        }
    }

    fn announce_units(&self, units: &[Unit]) {
        let planned = units.len() as u64;
        self.recorder.progress.windows_planned.add(planned);
        self.recorder
            .with(|report| report.windows.planned = planned);
    }

    /// Says what a span plans, and what of it the service no longer keeps.
    pub(super) fn announce(&self, plan: &Plan) {
        self.announce_units(&plan.units);
        if let Some(lost) = plan.lost {
            self.options
                .content_types
                .iter()
                .for_each(|&content_type| self.lost(content_type, lost));
        }
    }

    fn lost(&self, content_type: ContentType, lost: Window) {
        self.recorder.gap(Gap {
            content_type: content_type.to_string(),
            window: Some(window_name(lost)),
            content_id: None,
            reason: GapReason::Expired,
            detail: "older than the seven days that the service keeps".to_owned(),
        });
    }

    /// The lake's layout; refuses what does not go with it before the service is asked for anything.
    async fn layout(&self, lake: Lake) -> Result<Layout, Error> {
        let form = self.options.outlet.as_ref().map(Outlet::form);
        let (choice, now) = (self.options.layout.of_run(form)?, self.options.clock.now());
        let layout = layout::settle(&lake, &choice, now, self.options.dry_run).await?;
        layout.check_window(self.options.window)?;
        Ok(layout)
    }

    /// Which content types can be had; starts what is to be started.
    async fn readiness(
        &self,
        lake: &Lake,
        now: Timestamp,
    ) -> Result<Vec<(ContentType, Readiness)>, Error> {
        let starter = readiness::Starter {
            client: &self.client,
            starts: Starts::new(lake.clone(), &self.connection),
            now,
        };
        let start = self.options.start_subscriptions && !self.options.dry_run;
        starter.prepare(&self.options.content_types, start).await
    }

    async fn committer(
        &self,
        lake: Lake,
        layout: Layout,
        memory: Memory,
        from: Timestamp,
    ) -> Result<Committer, Error> {
        let site = Site {
            lake,
            layout,
            connection: self.connection.clone(),
            content_types: ContentType::ALL
                .map(|content_type| content_type.to_string())
                .to_vec(),
            from: Some(ledger_from(from)),
            zstd_level: self.options.zstd_level,
            outlet: self.options.outlet.clone(),
            read_only: self.options.dry_run,
        };
        let (recorder, cancel) = (Arc::clone(&self.recorder), self.stops.cancel.clone());
        Committer::open_with(site, memory, recorder, cancel).await
    }

    fn fetcher(&self, committer: &Committer, generation_bytes: u64) -> Arc<Fetcher> {
        let memory = self.memory();
        lock(&self.state).known.clone_from(committer.content_ids());
        Arc::new(Fetcher {
            client: self.client.clone(),
            clock: self.options.clock.clone(),
            recorder: Arc::clone(&self.recorder),
            budget: Budget::new(memory / 8),
            estimate: Estimate::new(memory / 64, memory / 16),
            fetches: self.options.fetches,
            generation_bytes,
            waiting_bytes: memory / 16,
            state: Arc::clone(&self.state),
            stop: self.stops.stop.clone(),
        })
    }
}

fn note_readiness(fetcher: &Fetcher, readiness: Vec<(ContentType, Readiness)>) -> Notes {
    let mut notes = Notes::new();
    for (content_type, readiness) in readiness {
        match readiness {
            Readiness::Ready => {}
            Readiness::Started(note) => {
                notes.insert(content_type, note);
            }
            Readiness::Unavailable(reason, detail) => {
                fetcher.unavailable(content_type, reason, detail);
            }
        }
    }
    notes
}
