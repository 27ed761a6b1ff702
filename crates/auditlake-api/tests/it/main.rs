//! The client against a scripted service on a loopback port.

mod body;
mod content;
mod mock;
mod secrets;
mod subscriptions;
mod tokens;
