//! What the crate promises, through its public interface: the mappings by fixture and snapshot, the quarantine, the
//! shape of the printed events.

mod fields;
mod fixtures;
mod mutations;
mod ndjson;
mod pretty;
mod quarantine;
mod who_and_where;
