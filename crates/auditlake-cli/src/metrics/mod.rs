//! What the process that stays shows to Prometheus and to whoever asks whether it is ready.

mod collector;
mod memory;
mod readiness;
mod samples;
mod server;
mod table;
mod view;

#[cfg(feature = "otlp")]
pub(crate) use samples::Value;
pub(crate) use server::serve;
pub use table::{Kind, METRICS, Metric};
pub(crate) use view::Source;
