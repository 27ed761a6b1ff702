//! The command line of Auditlake: arguments in, a run of the pipeline, and its report printed.
//!
//! What it refuses to do: know the service, the lake's files or the ledger by itself (the pipeline does), take a
//! secret as a command-line value, and write anything but what a program reads to standard output.
//!
//! ```
//! let command = auditlake_cli::command();
//! assert!(command.find_subcommand("backfill").is_some());
//! ```
//!
//! Modules, in reading order: `args` (what can be asked), `config` (the file), `credential`, `connect` and `connections`
//! (flags, environment and file together), `run` (from arguments to an exit code), `commands` (one file each), `starts` (what
//! is remembered of them), `metrics` (what the process that stays shows), `otlp` (what a collector is sent), `handover`
//! (records to another pipeline), `progress`, `print`, `atomic`, `exit`, `logging`.

mod args;
mod atomic;
mod clock;
mod commands;
mod config;
mod connect;
mod connections;
mod credential;
mod exit;
mod handover;
mod logging;
pub mod metrics;
mod otlp;
mod page;
mod print;
mod progress;
mod receive;
mod run;
mod starts;

pub use args::command;
pub use config::example::config_page;
pub use run::main;
