//! A receiver: what it takes and what it refuses, and how what it was told comes into the lake.
#![cfg(unix)]

mod arrives;
mod hands_on;
mod place;
mod posts;
mod processes;
mod troubles;
