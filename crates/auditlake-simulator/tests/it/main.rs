//! The simulator as a client meets it: over HTTP, in-process.

mod announcements;
mod assertions;
mod client;
mod faults;
mod generated;
mod graph;
mod identity;
mod inspection;
mod listings;
mod notifications;
mod permissions;
mod profiles;
mod subscriptions;
mod tokens;
mod walk;
