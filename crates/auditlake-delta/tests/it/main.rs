//! Tables over stores in memory and on disk.

mod lost;
mod table;
mod world;
