//! What is other in a lake with Delta tables.

use super::Compaction;
use crate::error::Error;
use crate::inventory::{Inventory, LiveFile};
use crate::ledger::Ledger;

impl Compaction {
    /// Registers what killed runs have left, of whatever connection: files that are in no log are not merged.
    pub(super) async fn catch_up(&self) -> Result<(), Error> {
        let Some(delta) = &self.delta else {
            return Ok(());
        };
        delta.catch_up(&self.ledger, self.run.id()).await?;
        for connection in Ledger::connections(&self.lake).await? {
            let ledger = Ledger::new(self.lake.clone(), &connection);
            delta.catch_up(&ledger, self.run.id()).await?;
        }
        Ok(())
    }

    /// Why files are not to be merged that the table does not have: a run is about to register them, or somebody else
    /// has rewritten the table.
    pub(super) fn unregistered(&self, live: &[LiveFile]) -> Option<String> {
        self.delta.as_ref()?;
        let lacks = |file: &&LiveFile| !self.registered.contains(&file.file.path);
        let file = live.iter().find(lacks)?;
        Some(format!("`{}` is not in the Delta table", file.file.path))
    }

    /// Whether a file stays although its rows are in others: for those who read the table as it was before, or while
    /// the table has it.
    pub(super) fn is_kept(&self, path: &str, inventory: &Inventory) -> bool {
        let since = inventory
            .replaced
            .get(path)
            .filter(|_| self.delta.is_some());
        since.is_some_and(|since| {
            *since + self.options.keep_replaced > self.options.clock.now()
                || self.registered.contains(path)
        })
    }
}
