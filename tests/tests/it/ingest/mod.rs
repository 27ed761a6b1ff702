//! Scheduled ingestion: a month of rounds with troubles, and the process that makes them.

mod announced;
mod heals;
mod many;
mod metrics;
mod month;
mod process;
mod service;
mod stays;
mod telemetry;
