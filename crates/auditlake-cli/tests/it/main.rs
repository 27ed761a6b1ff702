//! The command as a person or a program meets it.

mod command;
mod demo;
mod help;
mod normalize;
mod schema;
mod service;
mod usage;
