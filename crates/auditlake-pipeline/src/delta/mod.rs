//! The Delta tables of a lake whose format is `delta`.
//!
//! The ledger says what is in the lake, and the tables' logs repeat it: a generation is registered after its commit in
//! the ledger, as an application transaction of its own. So a file of a generation that is rolled back was never in a
//! log, and what a killed run committed without registering it is registered by the next:
//!
//! | killed | ledger | log | the next run |
//! | --- | --- | --- | --- |
//! | before the ledger's commit | open | nothing | rolls the generation back |
//! | before the log's commit | committed | nothing | registers it |
//! | after it | committed | registered | finds its id in the log |
//!
//! Which runs may have left something is told by their marks, see [`crate::ledger`]'s `registered`. A compaction's
//! generation leaves the replaced files out in the same commit of the log that adds the new ones; they stay in the
//! store for a while, for readers of the version before.

#[cfg(not(feature = "delta"))]
mod absent;
#[cfg(feature = "delta")]
mod catch_up;
#[cfg(feature = "delta")]
mod files;
#[cfg(feature = "delta")]
mod registrar;

#[cfg(not(feature = "delta"))]
pub(crate) use absent::Registrar;
#[cfg(feature = "delta")]
pub(crate) use registrar::Registrar;
