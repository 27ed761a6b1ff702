//! What the crate promises, through its public interface: the mappings by fixture and snapshot, the quarantine, the
//! shape of the printed events.

mod fields;
mod fixtures;
mod golden;
mod mutations;
mod ndjson;
mod ocsf_1_3;
mod pretty;
mod quarantine;
mod who_and_where;
