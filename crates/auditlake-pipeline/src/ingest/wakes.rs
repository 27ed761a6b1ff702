//! Waking connections between their rounds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// By which a receiver wakes a connection: something is in its inbox. Clones wake the same connections.
#[derive(Debug, Clone, Default)]
pub struct Wakes(Arc<Mutex<HashMap<String, Arc<Notify>>>>);

impl Wakes {
    /// Wakes a connection, or has it woken as soon as it waits.
    pub fn wake(&self, connection: &str) {
        self.of(connection).notify_one();
    }

    pub(crate) fn of(&self, connection: &str) -> Arc<Notify> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(connection.to_owned()).or_default())
    }
}
