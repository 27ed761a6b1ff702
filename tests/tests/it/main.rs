//! Scenarios: a service with its faults, a run, and what DuckDB then finds in the lake.

mod compact;
mod crash;
mod ddl;
mod delta;
mod faults;
mod files;
mod first_run;
mod guides;
mod handover;
mod health;
mod hostile;
mod ingest;
mod layouts;
mod limits;
mod proof;
mod readers;
mod receive;
mod schema;
mod search;
mod secrets;
mod shapes;
mod stores;
mod world;
