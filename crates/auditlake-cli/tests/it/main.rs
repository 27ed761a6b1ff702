//! The command as a person or a program meets it.

mod command;
mod config;
mod connections;
mod demo;
mod help;
mod normalize;
mod permissions;
mod receiver;
mod schema;
mod service;
mod subscriptions;
mod usage;
mod world;
