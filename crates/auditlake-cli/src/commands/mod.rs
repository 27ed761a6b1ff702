//! One file a command.

pub(crate) mod backfill;
pub(crate) mod compact;
pub(crate) mod config;
pub(crate) mod connection;
pub(crate) mod coverage;
pub(crate) mod demo;
pub(crate) mod ingest;
mod inputs;
pub(crate) mod lake;
pub(crate) mod normalize;
pub(crate) mod receive;
pub(crate) mod schema;
pub(crate) mod simulate;
pub(crate) mod subscription;
pub(crate) mod verify;

use anyhow::Context;
use auditlake_pipeline::Lake;
use jiff::Timestamp;

use crate::args::value::Moment;
use crate::exit::Usage;

/// Refuses a lake that cannot be opened before anything is asked of the service.
///
/// The location is not repeated here: somebody may have put a credential into it.
fn check_lake(lake: &str) -> anyhow::Result<()> {
    Lake::open_to_read(lake)
        .map(drop)
        .context(Usage::new("the lake cannot be opened"))
}

/// The time that is meant, if one is.
fn resolve(moment: Option<Moment>, now: Timestamp) -> Result<Option<Timestamp>, Usage> {
    let resolved = moment.map(|moment| moment.resolve(now)).transpose();
    resolved.map_err(|error| Usage::new(error.to_string()))
}
