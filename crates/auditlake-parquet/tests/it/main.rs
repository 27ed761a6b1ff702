//! The crate from outside: rows in, files out, and the files as an independent reader sees them.

mod encoding;
mod fixture;
mod lake;
mod merging;
mod partitions;
mod reading;
