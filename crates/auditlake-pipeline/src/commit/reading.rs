//! What the ledger says: read again before each decision, as other runs write to it.

use std::sync::Arc;

use super::Committer;
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
            self.history.absorb(&place, &commit);
            self.clear_rolled_back(&commit).await?;
            if !commit.files.is_empty() || commit.handed_on.is_some() {
                self.history.unloaded.push(Commit {
                    content_ids: Vec::new(),
                    ..commit
                });
            }
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

    /// Only a run that has something to commit needs to know what is there.
    pub(super) async fn load_identities(&mut self) -> Result<(), Error> {
        let _at_the_store = self.recorder.meters.store.enter();
        let over = &self.history.over;
        for commit in &mut self.history.unloaded {
            commit.files.retain(|file| !over.contains(&file.path));
        }
        self.identities
            .load(&self.site.lake, &self.history.unloaded)
            .await?;
        self.history.unloaded.clear();
        Ok(())
    }
}
