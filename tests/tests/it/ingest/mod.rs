//! Scheduled ingestion: weeks of rounds with troubles, and the process that makes them.

mod heals;
mod metrics;
mod process;
mod service;
mod stays;
mod telemetry;
mod weeks;
