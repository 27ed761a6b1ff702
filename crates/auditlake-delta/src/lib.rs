//! The log of a Delta Lake table over Parquet files that are already written.
//!
//! A [`DeltaTable`] is given files that lie below its directory and registers them, one commit of the log for each
//! [`Change`], by [`delta_kernel`]: what readers of the table see is what the log says, whatever else lies in the
//! directory. A change has the id of an application transaction, by which a repeat is recognised, also after a
//! commit whose answer was lost.
//!
//! # What it refuses to do
//!
//! It writes no data file and removes none. It does not know what its files hold, nor when a change is due: that is
//! its caller's.
//!
//! Modules, in reading order: `definition` (what a table is), `file` and `statistics` (what is said of a file),
//! `table` and `commit` (the log), `actions`, `schema` and `sorted` (how the kernel wants it).

mod actions;
mod commit;
mod definition;
mod error;
mod file;
mod schema;
mod sorted;
mod statistics;
mod table;

pub use commit::{Change, Outcome};
pub use definition::{CHECKPOINT_INTERVAL, PartitionColumn, TableDefinition};
pub use error::Error;
pub use file::DataFile;
pub use statistics::Statistics;
pub use table::DeltaTable;
