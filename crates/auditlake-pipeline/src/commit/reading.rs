//! What the ledger says: read again before each decision, as other runs write to it.

use std::sync::Arc;

use super::Committer;
use super::memory::History;
use crate::error::Error;
use crate::ledger::rollback::LiveIntent;
use crate::ledger::{Commit, Place};

impl Committer {
    /// Reads what the ledger has new, and returns the intents of other runs that are at work.
    pub(super) async fn refresh(&mut self) -> Result<Vec<LiveIntent>, Error> {
        let recorder = Arc::clone(&self.recorder);
        let _at_the_store = recorder.meters.store.enter();
        if !self.site.read_only {
            self.others = self.ledger.other_runs(self.run.id()).await?;
        }
        self.scan = self
            .ledger
            .scan(&self.site.content_types, self.site.from.as_deref())
            .await?;
        self.scan_beside().await?;
        let own = self.own_intent.as_ref();
        let own = own.and_then(|place| self.scan.intents.get(place));
        self.clock.learn(own.copied(), self.others.own_start);
        self.read_new_commits().await?;
        if self.site.read_only {
            return Ok(Vec::new());
        }
        let (run, now) = (self.run.id(), self.clock.now());
        let live = self.ledger.settle_open(&self.scan, run, now).await?;
        self.held = !live.is_empty();
        Ok(live)
    }

    /// Takes in the commits that were not read yet.
    async fn read_new_commits(&mut self) -> Result<(), Error> {
        let new = self.scan.commits.difference(&self.history.read);
        let new: Vec<Place> = new.cloned().collect();
        for (place, commit) in self.ledger.read_commits(&new).await? {
            if self.site.content_types.contains(&place.unit.content_type) {
                self.history.absorb(&place, &commit);
            } else {
                self.history.absorb_beside(&place, &commit);
            }
            self.clear_rolled_back(&commit).await?;
            self.history.unloaded.add(&commit);
        }
        Ok(())
    }

    /// A slow writer may have come after the rollback.
    async fn clear_rolled_back(&self, commit: &Commit) -> Result<(), Error> {
        if self.site.read_only {
            Ok(())
        } else {
            self.ledger.remove(&commit.rolled_back).await
        }
    }

    /// Makes known what the lake has of the days that are to be committed: only a run that has something to commit needs
    /// to know.
    pub(super) async fn load_identities(&mut self) -> Result<(), Error> {
        let _at_the_store = self.recorder.meters.store.enter();
        let History { unloaded, over, .. } = &mut self.history;
        let (lists, files) = (unloaded.take_lists(), unloaded.take(&self.days, over));
        self.loaded.note(&lists, &files);
        self.loaded.note_days(&self.days);
        self.identities.load(&self.site.lake, lists, files).await
    }
}
