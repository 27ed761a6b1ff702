//! Scenarios: a service with its faults, a run, and what DuckDB then finds in the lake.

mod crash;
mod faults;
mod first_run;
mod hostile;
mod schema;
mod secrets;
mod shapes;
mod stores;
mod world;
