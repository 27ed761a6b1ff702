//! The simulator as a client meets it: over HTTP, in-process.

mod client;
mod faults;
mod generated;
mod permissions;
mod subscriptions;
mod tokens;
mod walk;
