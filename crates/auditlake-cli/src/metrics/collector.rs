//! A scrape: every metric of the table, in the text format of `OpenMetrics` 1.0.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::samples::{Sample, Value};
use super::table::{METRICS, Metric};
use super::view::{Source, View};

/// What [`scrape`] answers with, for `Content-Type`.
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A registry that looks at the source at each scrape.
pub(super) fn registry(source: Source) -> Registry {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Looks(source)));
    registry
}

/// All metrics as they are now.
pub(super) fn scrape(registry: &Registry) -> Result<String, fmt::Error> {
    let mut text = String::new();
    encode(&mut text, registry)?;
    Ok(text)
}

#[derive(Debug)]
struct Looks(Source);

impl Collector for Looks {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        write(&mut encoder, &self.0.view())
    }
}

fn write(encoder: &mut DescriptorEncoder<'_>, view: &View) -> fmt::Result {
    for metric in METRICS {
        let (family, kind) = (metric.family(), metric.kind.into());
        let mut family = encoder.encode_descriptor(family, metric.help, None, kind)?;
        for sample in metric.now(view) {
            let labels = labels(metric, &sample);
            write_value(family.encode_family(&labels)?, sample.value)?;
        }
    }
    Ok(())
}

fn labels(metric: &Metric, sample: &Sample) -> Vec<(String, String)> {
    let names = metric.labels.iter().map(|&name| name.to_owned());
    names.zip(sample.labels.iter().cloned()).collect()
}

fn write_value(encoder: MetricEncoder<'_>, value: Value) -> fmt::Result {
    match value {
        Value::Count(count) => ConstCounter::new(count).encode(encoder),
        Value::Level(level) => ConstGauge::new(level).encode(encoder),
    }
}

#[cfg(test)]
mod tests {
    use auditlake_pipeline::ContentType;
    use auditlake_pipeline::ingest::{ConnectionState, FeedState, RoundOutcome};
    use auditlake_pipeline::{GapReason, report::ContentTypeCounts};
    use jiff::{SignedDuration, Timestamp};
    use std::collections::BTreeSet;
    use std::sync::Arc;
    use tokio::sync::watch;

    use super::super::table::Kind;
    use super::super::view::tests::{NOW, succeeded, view};
    use super::*;
    use crate::receive::Figures;

    /// A connection with something in each metric.
    fn busy() -> ConnectionState {
        let now: Timestamp = NOW.parse().unwrap();
        let mut state = succeeded(1);
        let feed = FeedState {
            listed_until: now - SignedDuration::from_secs(90),
            oldest_missing: None,
        };
        state.feeds.insert(ContentType::Dlp, feed);
        state.failures = 2;
        state.next_due = Some(now + SignedDuration::from_secs(600));
        let totals = &mut state.totals;
        let counts = ContentTypeCounts {
            blobs: 1,
            records: 3,
            events: 2,
        };
        totals.by_content_type.insert("DLP.All".to_owned(), counts);
        totals.requests.total = 7;
        totals.requests.throttled = 2;
        totals.rounds.insert(RoundOutcome::Failed, 2);
        let gap = ("DLP.All".to_owned(), GapReason::Permission);
        totals.gaps.insert(gap, 4);
        state
    }

    fn samples_of(name: &str, view: &View) -> Vec<(Vec<String>, Value)> {
        let metric = METRICS.iter().find(|it| it.name() == name).unwrap();
        let samples = metric.now(view).into_iter();
        samples.map(|it| (it.labels, it.value)).collect()
    }

    #[test]
    fn each_sample_has_its_labels_and_the_kind_of_its_metric() {
        let mut view = view(vec![("contoso", Some(busy()))]);
        let taken = ("contoso".to_owned(), "DLP.All".to_owned());
        view.received.taken.insert(taken, 1);
        view.received.last.insert("contoso".to_owned(), view.now);
        for metric in METRICS {
            let samples = metric.now(&view);
            let on_linux = cfg!(target_os = "linux") || !metric.labels.is_empty();
            assert!(!samples.is_empty() || !on_linux, "{}", metric.name());
            for sample in samples {
                assert_eq!(sample.labels.len(), metric.labels.len(), "{sample:?}");
                let kind = match sample.value {
                    Value::Count(_) => Kind::Counter,
                    Value::Level(_) => Kind::Gauge,
                };
                assert_eq!(kind, metric.kind, "{}", metric.name());
            }
        }
        let names: BTreeSet<String> = METRICS.iter().map(Metric::name).collect();
        assert_eq!(names.len(), METRICS.len());
    }

    #[test]
    fn a_connection_that_has_not_begun_is_not_ready() {
        let view = view(vec![("contoso", Some(busy())), ("fabrikam", None)]);
        let ready = |name: &str, level| (vec![name.to_owned()], Value::Level(level));
        assert_eq!(
            samples_of("auditlake_ready", &view),
            [ready("contoso", 1.0), ready("fabrikam", 0.0)]
        );
    }

    #[test]
    fn a_connection_at_work_does_not_wait() {
        let waits = |state| {
            let view = view(vec![("contoso", Some(state))]);
            samples_of("auditlake_backoff_seconds", &view)[0].1
        };
        assert_eq!(waits(busy()), Value::Level(600.0));
        let working = ConnectionState {
            is_working: true,
            ..busy()
        };
        assert_eq!(waits(working), Value::Level(0.0));
        let healthy = ConnectionState {
            failures: 0,
            ..busy()
        };
        assert_eq!(waits(healthy), Value::Level(0.0));
    }

    #[test]
    fn a_scrape_is_open_metrics() {
        let name = "con\"toso";
        let seen = view(vec![("contoso", None)]);
        let (_plans, plans) = watch::channel(Arc::clone(&seen.plan));
        let states = [(name.to_owned(), busy())].into();
        let (_states, states) = watch::channel(states);
        let figures = Figures::default();
        let source = Source {
            plans,
            states,
            figures,
        };
        let text = scrape(&registry(source)).unwrap();
        let lines: BTreeSet<&str> = text.lines().collect();
        for line in [
            "# TYPE auditlake_records counter",
            r#"auditlake_records_total{connection="con\"toso",content_type="DLP.All"} 3"#,
            r#"auditlake_events_total{connection="con\"toso",content_type="DLP.All"} 2"#,
            r#"auditlake_requests_total{connection="con\"toso",outcome="other"} 5"#,
            r#"auditlake_rounds_total{connection="con\"toso",outcome="failed"} 2"#,
            r#"auditlake_rounds_total{connection="con\"toso",outcome="complete"} 0"#,
            r#"auditlake_gaps_total{connection="con\"toso",content_type="DLP.All",reason="permission"} 4"#,
            "# TYPE auditlake_lag_seconds gauge",
            r#"auditlake_ready{connection="contoso"} 0.0"#,
        ] {
            assert!(lines.contains(line), "{line}\n{text}");
        }
        assert!(text.ends_with("# EOF\n"), "{text}");
    }
}
