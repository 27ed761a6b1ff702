//! Before anything is fetched: what is planned, and the stages that will work on it.

use std::sync::Arc;

use auditlake_parquet::Lake;
use futures::FutureExt;

use super::{GENERATION_SHARE, Run, Worked};
use crate::batches::Order;
use crate::budget::{Budget, Estimate};
use crate::commit::{Committer, Memory, Site};
use crate::error::Error;
use crate::handover::Outlet;
use crate::layout::{self, Layout};
use crate::ledger::{Failed, UnitKey};
use crate::preflight::preflight;
use crate::source::{Desk, Planned, Room, Source};

/// A run that knows what to do, and has what it needs for it.
pub(super) struct Prepared {
    pub(super) committer: Committer,
    /// To be named in the ledger before anything is fetched.
    pub(super) lost: Vec<(UnitKey, Failed)>,
    pub(super) room: Room,
    /// How events are to be in batches.
    pub(super) order: Order,
}

impl Run {
    /// Looks at the lake, lets the source plan and look at its service, and makes the stages ready.
    pub(super) async fn prepare<S: Source>(
        &self,
        source: &mut S,
        desk: &Desk,
        memory: Memory,
    ) -> Result<Prepared, Error> {
        let at_the_store = self.recorder.meters.store.enter();
        if !self.options.dry_run && memory.is_empty() {
            preflight(&desk.lake).await?;
        }
        let layout = self.layout(desk.lake.clone()).await?;
        let room = self.room(&layout);
        let mut planned = source.plan(desk).await?;
        drop(at_the_store);
        if let Err(error) = source.prepare(desk).await {
            return Err(self.leave_failed(source, error).await);
        }
        let lost = std::mem::take(&mut planned.lost);
        let order = self.order(&layout);
        let committer = self.committer::<S>(desk, layout, memory, planned).await?;
        Ok(Prepared {
            committer,
            lost,
            room,
            order,
        })
    }

    /// Lists, and leaves it at that.
    pub(super) async fn look<S: Source>(
        &self,
        source: &mut S,
        desk: &Desk,
        prepared: Prepared,
    ) -> Result<Worked<S>, Error> {
        let Prepared {
            committer, room, ..
        } = prepared;
        let look = source.look(desk, room, committer.content_ids());
        self.cancellable(look.map(Ok).boxed()).await?;
        Ok((committer.into_memory(), S::Left::default()))
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

    /// The lake's layout; refuses what does not go with it before the service is asked for anything.
    async fn layout(&self, lake: Lake) -> Result<Layout, Error> {
        let form = self.options.outlet.as_ref().map(Outlet::form);
        let (choice, now) = (self.options.layout.of_run(form)?, self.options.clock.now());
        let layout = layout::settle(&lake, &choice, now, self.options.dry_run).await?;
        layout.check_window(self.options.window)?;
        Ok(layout)
    }

    async fn committer<S: Source>(
        &self,
        desk: &Desk,
        layout: Layout,
        memory: Memory,
        planned: Planned,
    ) -> Result<Committer, Error> {
        let site = Site {
            lake: desk.lake.clone(),
            layout,
            connection: self.connection.clone(),
            content_types: planned.directories,
            from: planned.from,
            beside: S::beside(),
            identity_bytes: S::forgets_beyond().map(|share| bytes(self.memory() / share)),
            zstd_level: self.options.zstd_level,
            outlet: self.options.outlet.clone(),
            read_only: self.options.dry_run,
        };
        let (recorder, cancel) = (Arc::clone(&self.recorder), self.stops.cancel.clone());
        Committer::open_with(site, memory, recorder, cancel).await
    }

    /// By class where files are so; elsewhere they would have to be brought together again.
    fn order(&self, layout: &Layout) -> Order {
        if layout.is_flat() || self.options.outlet.is_some() {
            Order::Given
        } else {
            Order::ByClass
        }
    }

    fn room(&self, layout: &Layout) -> Room {
        let memory = self.memory();
        Room {
            budget: Budget::new(memory / 8),
            estimate: Estimate::new(memory / 64, memory / 16),
            fetches: self.options.fetches,
            generation_bytes: layout.generation_bytes(memory / GENERATION_SHARE),
            waiting_bytes: memory / 16,
        }
    }
}

fn bytes(of_memory: u64) -> usize {
    usize::try_from(of_memory).unwrap_or(usize::MAX)
}
