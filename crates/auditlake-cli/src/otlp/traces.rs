//! The spans of a run (run, list, fetch, normalize, commit) as traces.

use anyhow::Context;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use super::variables::{are_wanted, resource};

/// Sends spans by a thread of its own.
#[derive(Debug)]
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Begins to send, if a collector is named.
    ///
    /// # Errors
    ///
    /// When the collector's address or another of its variables cannot be read.
    pub(crate) fn start() -> anyhow::Result<Option<Self>> {
        if !are_wanted("TRACES") {
            return Ok(None);
        }
        let exporter = SpanExporter::builder().with_http().build();
        let exporter = exporter.context("traces cannot be sent, by the variables `OTEL_…`")?;
        let provider = SdkTracerProvider::builder().with_resource(resource());
        Ok(Some(Self(provider.with_batch_exporter(exporter).build())))
    }

    /// Takes our own spans; those of the exporter's HTTP client would cause more of themselves.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("auditlake"))
            .with_threads(false)
            .with_filter(Targets::new().with_target("auditlake", Level::INFO))
    }

    /// Sends what is left. A collector that does not answer was told of in the log.
    pub(crate) fn end(self) {
        self.0.shutdown().ok();
    }
}
