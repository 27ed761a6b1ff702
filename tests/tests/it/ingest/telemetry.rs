//! What a collector of OpenTelemetry is sent.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use super::process::{Daemon, Place};

/// Bodies by signal (`traces`, `metrics`).
type Sent = Arc<Mutex<Vec<(String, Bytes)>>>;

/// The last figures of a counter by connection and content type.
type Figures = BTreeMap<(String, String), i64>;

/// Nothing here takes nearly as long.
const LIMIT: Duration = Duration::from_mins(5);

/// A collector that keeps what it is sent.
struct Collector {
    address: String,
    sent: Sent,
    _serving: AbortOnDropHandle<()>,
}

impl Collector {
    async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let sent = Sent::default();
        let keep = async |State(sent): State<Sent>, Path(signal): Path<String>, body: Bytes| {
            let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
            sent.push((signal, body));
        };
        let router = Router::new().route("/v1/{signal}", post(keep));
        let router = router.with_state(Arc::clone(&sent));
        let serving = tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Ok(Self {
            address,
            sent,
            _serving: AbortOnDropHandle::new(serving),
        })
    }

    fn bodies(&self, signal: &str) -> Vec<Bytes> {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let of_signal = sent.iter().filter(|(it, _)| it == signal);
        of_signal.map(|(_, body)| body.clone()).collect()
    }

    /// All spans, and who sent them.
    fn spans(&self) -> Result<Vec<Span>> {
        let mut spans = Vec::new();
        for body in self.bodies("traces") {
            for resource in ExportTraceServiceRequest::decode(body)?.resource_spans {
                let sender = resource.resource.context("a sender")?.attributes;
                ensure!(text(&sender, "service.name") == "auditlake", "{sender:?}");
                let scopes = resource.scope_spans.into_iter();
                spans.extend(scopes.flat_map(|scope| scope.spans));
            }
        }
        Ok(spans)
    }

    /// Waits until a counter has come so far, over all its labels.
    async fn until_counted(&self, name: &str, sum: i64) -> Result<Figures> {
        let limit = Instant::now() + LIMIT;
        loop {
            let figures = self.counter(name)?;
            if figures.values().sum::<i64>() == sum {
                return Ok(figures);
            }
            ensure!(Instant::now() < limit, "{figures:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn counter(&self, name: &str) -> Result<Figures> {
        let mut figures = Figures::new();
        for body in self.bodies("metrics") {
            let resources = ExportMetricsServiceRequest::decode(body)?.resource_metrics;
            let scopes = resources.into_iter().flat_map(|it| it.scope_metrics);
            let metrics = scopes.flat_map(|scope| scope.metrics);
            for metric in metrics.filter(|metric| metric.name == name) {
                let Some(Data::Sum(sum)) = metric.data else {
                    continue;
                };
                for point in sum.data_points {
                    let labels = &point.attributes;
                    let key = (text(labels, "connection"), text(labels, "content_type"));
                    if let Some(number_data_point::Value::AsInt(figure)) = point.value {
                        figures.insert(key, figure);
                    }
                }
            }
        }
        Ok(figures)
    }
}

fn text(attributes: &[KeyValue], name: &str) -> String {
    let found = attributes.iter().find(|it| it.key == name);
    let value = found.and_then(|it| it.value.clone()?.value);
    match value {
        Some(Value::StringValue(text)) => text,
        _ => String::new(),
    }
}

/// The names of a span and of those around it, the outermost last.
fn line<'a>(span: &'a Span, all: &'a [Span]) -> Vec<&'a str> {
    let around = all.iter().find(|it| it.span_id == span.parent_span_id);
    let mut names = vec![span.name.as_str()];
    names.extend(around.into_iter().flat_map(|around| line(around, all)));
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_has_the_spans_of_each_unit_and_the_figures() -> Result<()> {
    let collector = Collector::start().await?;
    let mut place = Place::new().await?;
    place.set("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.address);
    place.set("OTEL_METRIC_EXPORT_INTERVAL", "100");
    place.configure(&place.section(0, None)?)?;
    let mut daemon = Daemon::every(&place, "1h", &[])?;
    let events = collector.until_counted("auditlake_events", 400).await?;
    let exchange = ("tenant-0".to_owned(), "Audit.Exchange".to_owned());
    assert!(events.contains_key(&exchange), "{events:?}");
    daemon.signal("-TERM")?;
    assert_eq!(daemon.end()?.code(), Some(0));

    let spans = collector.spans()?;
    let lines: Vec<Vec<&str>> = spans.iter().map(|span| line(span, &spans)).collect();
    for name in ["list", "fetch", "normalize", "commit"] {
        assert!(lines.contains(&vec![name, "run"]), "{name}: {lines:?}");
    }
    let commits = spans.iter().filter(|span| span.name == "commit");
    let types: Vec<String> = commits
        .map(|span| text(&span.attributes, "content_type"))
        .collect();
    assert!(types.iter().any(|it| it == "Audit.Exchange"), "{types:?}");

    let secret = place.simulator.tenants().swap_remove(0).client_secret;
    for body in ["traces", "metrics"].map(|signal| collector.bodies(signal)) {
        let sent = body.concat();
        let leaked = sent.windows(secret.len()).any(|it| it == secret.as_bytes());
        assert!(!leaked, "a secret was sent");
    }
    Ok(())
}
