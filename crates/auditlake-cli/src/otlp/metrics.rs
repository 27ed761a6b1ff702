//! The metrics of the reference page, pushed.

use anyhow::Context;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Meter, MeterProvider};
use opentelemetry_otlp::MetricExporter;
use opentelemetry_sdk::metrics::SdkMeterProvider;

use super::variables::{are_wanted, resource};
use crate::metrics::{Kind, METRICS, Metric, Source, Value};

/// Pushes for as long as it lives, and once more at its end.
#[derive(Debug)]
pub(crate) struct Pushing(SdkMeterProvider);

impl Drop for Pushing {
    fn drop(&mut self) {
        // A collector that does not answer was told of in the log.
        self.0.shutdown().ok();
    }
}

/// Pushes every metric of the table each minute (`OTEL_METRIC_EXPORT_INTERVAL`), if a collector is named.
///
/// # Errors
///
/// When the collector's address or another of its variables cannot be read.
pub(crate) fn push_metrics(source: &Source) -> anyhow::Result<Option<Pushing>> {
    if !are_wanted("METRICS") {
        return Ok(None);
    }
    let exporter = MetricExporter::builder().with_http().build();
    let exporter = exporter.context("metrics cannot be sent, by the variables `OTEL_…`")?;
    let provider = SdkMeterProvider::builder().with_resource(resource());
    let provider = provider.with_periodic_exporter(exporter).build();
    let meter = provider.meter("auditlake");
    for metric in METRICS {
        observe(&meter, metric, source.clone());
    }
    Ok(Some(Pushing(provider)))
}

/// The source is looked at whenever a push is due.
fn observe(meter: &Meter, metric: &'static Metric, source: Source) {
    let (family, help) = (metric.family(), metric.help);
    match metric.kind {
        Kind::Counter => {
            let counter = meter.u64_observable_counter(family).with_description(help);
            let tell = move |observer: &dyn AsyncInstrument<u64>| {
                tell(metric, &source, observer, Value::count);
            };
            counter.with_callback(tell).build();
        }
        Kind::Gauge => {
            let gauge = meter.f64_observable_gauge(family).with_description(help);
            let tell = move |observer: &dyn AsyncInstrument<f64>| {
                tell(metric, &source, observer, Value::level);
            };
            gauge.with_callback(tell).build();
        }
    }
}

fn tell<T>(
    metric: &Metric,
    source: &Source,
    observer: &dyn AsyncInstrument<T>,
    figure: impl Fn(Value) -> Option<T>,
) {
    for sample in metric.now(&source.view()) {
        let labels = metric.labels.iter().zip(sample.labels);
        let labels: Vec<KeyValue> = labels
            .map(|(&name, value)| KeyValue::new(name, value))
            .collect();
        if let Some(figure) = figure(sample.value) {
            observer.observe(figure, &labels);
        }
    }
}
