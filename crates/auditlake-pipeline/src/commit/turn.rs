//! Two runs of one connection at the same time: which of them may go on with its intent.

use std::ops::ControlFlow;
use std::time::Duration;

use jiff::SignedDuration;

use super::Committer;
use super::attempt::{Attempt, Draft};
use crate::error::Error;
use crate::ledger::rollback::LiveIntent;

/// How long another run's intent is waited for at first: commits take seconds.
pub(super) const PATIENCE: SignedDuration = SignedDuration::from_secs(30);
/// How often to look whether another run is done.
const POLL: Duration = Duration::from_millis(200);

impl Committer {
    /// Waits until this run may go on with its intent, or until it turns out that it may not, and what that makes of
    /// the attempt.
    pub(super) async fn turn(&mut self, draft: &Draft) -> Result<ControlFlow<Attempt>, Error> {
        if self.is_alone().await? {
            return Ok(ControlFlow::Continue(()));
        }
        loop {
            let live = self.refresh().await?;
            self.load_identities().await?;
            if self.is_stale(draft) {
                return Ok(ControlFlow::Break(Attempt::Again));
            }
            if live.is_empty() {
                return Ok(ControlFlow::Continue(()));
            }
            if !live.iter().any(|intent| self.is_recent(intent)) {
                if live.iter().any(|it| it.place.unit == draft.place.unit) {
                    return Ok(ControlFlow::Break(Attempt::Skip));
                }
                self.overtake(live).await?;
                continue;
            }
            if live.iter().any(|intent| self.goes_first(intent)) {
                return Ok(ControlFlow::Break(Attempt::Again));
            }
            self.pause().await?;
        }
    }

    /// Whether no other run is at work, nor was since the ledger was read.
    async fn is_alone(&self) -> Result<bool, Error> {
        let _at_the_store = self.recorder.meters.store.enter();
        let others = self.ledger.other_runs(self.run.id()).await?;
        Ok(!self.held && !others.at_work && others == self.others)
    }

    /// Whether another run committed some of these records meanwhile.
    pub(super) fn is_stale(&self, draft: &Draft) -> bool {
        let content_type = &draft.place.unit.content_type;
        let taken = |id: &String| self.history.content_ids.contains(content_type, id);
        let fresh = &draft.addition.fresh;
        draft.content_ids.iter().any(taken)
            || self
                .identities
                .with(|known| fresh.iter().any(|id| known.contains(id)))
    }

    /// Waits until no run that started earlier is about to commit, and learns what was committed meanwhile.
    pub(super) async fn wait_for_earlier_runs(&mut self) -> Result<(), Error> {
        loop {
            let live = self.refresh().await?;
            if !live.iter().any(|intent| self.goes_first(intent)) {
                return Ok(());
            }
            self.pause().await?;
        }
    }

    fn is_recent(&self, intent: &LiveIntent) -> bool {
        intent.made + self.patience > self.clock.now()
    }

    /// Whether its run started earlier and may still commit it soon.
    fn goes_first(&self, intent: &LiveIntent) -> bool {
        self.is_recent(intent) && intent.run_id.as_str() < self.run.id()
    }

    /// Settles intents whose runs do not come to an end, so that they cannot be committed beside ours: their runs
    /// judge again. The next time takes twice the patience, as two slow runs would else overtake each other for ever.
    async fn overtake(&mut self, intents: Vec<LiveIntent>) -> Result<(), Error> {
        for intent in intents {
            tracing::warn!(run = intent.run_id, path = %intent.place.unit.window, "another run takes too long and is overtaken");
            let (now, paths) = (self.clock.now(), intent.paths);
            self.ledger
                .roll_back(&intent.place, self.run.id(), now, paths)
                .await?;
        }
        self.patience = self.patience.saturating_mul(2);
        Ok(())
    }

    async fn pause(&self) -> Result<(), Error> {
        match self
            .cancel
            .run_until_cancelled(tokio::time::sleep(POLL))
            .await
        {
            Some(()) => Ok(()),
            // An intent of this run may be open: it is rolled back by the next run.
            None => Err(Error::Cancelled),
        }
    }
}
