//! Traces and metrics for an OpenTelemetry collector, by OTLP over HTTP.
//!
//! They are set up by the standard's own variables, which a platform sets for all of its programs
//! (`OTEL_EXPORTER_OTLP_ENDPOINT` and the rest of the OpenTelemetry specification, "OTLP Exporter Configuration"). A build
//! without the feature `otlp` has none.

#[cfg(not(feature = "otlp"))]
mod absent;
#[cfg(feature = "otlp")]
mod metrics;
#[cfg(feature = "otlp")]
mod traces;
#[cfg(feature = "otlp")]
mod variables;

#[cfg(not(feature = "otlp"))]
pub(crate) use absent::{Traces, push_metrics};
#[cfg(feature = "otlp")]
pub(crate) use metrics::push_metrics;
#[cfg(feature = "otlp")]
pub(crate) use traces::Traces;
