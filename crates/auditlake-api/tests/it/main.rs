//! The client against a scripted service on a loopback port.

mod body;
mod certificates;
mod content;
mod credentials;
mod diagnostics;
mod ensure;
mod graph;
mod mock;
mod secrets;
mod subscriptions;
mod tokens;
