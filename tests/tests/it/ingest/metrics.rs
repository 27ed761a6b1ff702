//! What the process that stays shows over HTTP.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use reqwest::StatusCode;
use serde_json::Value;

use super::process::{Daemon, Place};

/// Nothing here takes nearly as long.
const LIMIT: Duration = Duration::from_mins(5);
const LISTEN: [&str; 2] = ["--metrics-listen", "127.0.0.1:0"];

/// Samples by name and labels, as they are written.
type Samples = BTreeMap<String, f64>;

/// The daemon's own server.
struct Shown {
    address: String,
    client: reqwest::Client,
}

impl Shown {
    /// The address is told when the process begins.
    async fn by(daemon: &mut Daemon) -> Result<Self> {
        daemon.until_log("/metrics\n").await?;
        let log = std::fs::read_to_string(&daemon.log)?;
        let told = log.lines().find_map(|it| it.strip_prefix("metrics at "));
        let address = told.and_then(|it| it.strip_suffix("/metrics"));
        Ok(Self {
            address: address.context(log.clone())?.to_owned(),
            client: reqwest::Client::builder().no_proxy().build()?,
        })
    }

    async fn get(&self, path: &str) -> Result<(StatusCode, String)> {
        let answer = self.client.get(format!("{}{path}", self.address));
        let answer = answer.send().await?;
        Ok((answer.status(), answer.text().await?))
    }

    async fn scrape(&self) -> Result<Samples> {
        let (status, text) = self.get("/metrics").await?;
        ensure!(status == StatusCode::OK && text.ends_with("# EOF\n"), text);
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let sample = |line: &str| {
            let (name, value) = line.rsplit_once(' ').context(line.to_owned())?;
            Ok((name.to_owned(), value.parse()?))
        };
        lines.map(sample).collect()
    }

    /// Waits until the samples say something.
    async fn until(&self, says: impl Fn(&Samples) -> bool) -> Result<Samples> {
        let limit = Instant::now() + LIMIT;
        loop {
            let samples = self.scrape().await?;
            if says(&samples) {
                return Ok(samples);
            }
            ensure!(Instant::now() < limit, "{samples:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn readiness(&self) -> Result<(StatusCode, Value)> {
        let (status, text) = self.get("/readyz").await?;
        Ok((status, serde_json::from_str(&text)?))
    }
}

/// The sum of a metric's samples whose labels contain these words.
fn sum(samples: &Samples, name: &str, labels: &str) -> f64 {
    let of_metric = samples
        .iter()
        .filter(|(key, _)| key.split('{').next() == Some(name) && key.contains(labels));
    of_metric.map(|(_, value)| value).sum()
}

/// The only sample of a metric whose labels contain these words.
fn one(samples: &Samples, name: &str, labels: &str) -> Option<f64> {
    let mut of_metric = samples
        .iter()
        .filter(|(key, _)| key.split('{').next() == Some(name) && key.contains(labels));
    let (_, value) = of_metric.next()?;
    of_metric.next().is_none().then_some(*value)
}

fn has_success(samples: &Samples, connection: &str) -> bool {
    let labels = format!("connection=\"{connection}\"");
    one(samples, "auditlake_last_success_timestamp_seconds", &labels).is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_those_of_the_report() -> Result<()> {
    let place = Place::new().await?;
    place.configure(&place.section(0, None)?)?;
    // One round, and the next one is far away: the report that is there is that of the figures.
    let mut daemon = Daemon::every(&place, "1h", &LISTEN)?;
    let shown = Shown::by(&mut daemon).await?;
    let samples = shown.until(|it| has_success(it, "tenant-0")).await?;
    daemon.until_report("\"events\":400").await?;
    let report: Value = serde_json::from_str(&std::fs::read_to_string(&daemon.report)?)?;
    let told = |pointer: &str| {
        report
            .pointer(pointer)
            .and_then(Value::as_f64)
            .context(pointer.to_owned())
    };
    for (name, labels, pointer) in [
        ("auditlake_records_total", "", "/records"),
        ("auditlake_events_total", "", "/events"),
        ("auditlake_blobs_total", "", "/blobs/fetched"),
        (
            "auditlake_events_total",
            "\"Audit.Exchange\"",
            "/by_content_type/Audit.Exchange/events",
        ),
        (
            "auditlake_bytes_total",
            "\"downloaded\"",
            "/bytes/downloaded",
        ),
        ("auditlake_bytes_total", "\"written\"", "/bytes/written"),
        ("auditlake_requests_total", "", "/requests/total"),
    ] {
        let expected = told(pointer)?;
        assert!(expected > 0.0, "{pointer}: {report}");
        let shown = sum(&samples, name, labels);
        assert!((shown - expected).abs() < 0.5, "{name} {labels}: {shown}");
    }
    let rounds = one(&samples, "auditlake_rounds_total", "outcome=\"complete\"");
    assert_eq!(rounds, Some(1.0));
    let exchange = "connection=\"tenant-0\",content_type=\"Audit.Exchange\"";
    let lag = one(&samples, "auditlake_lag_seconds", exchange).context("a lag")?;
    // Listed to the moment of the round, which was now.
    assert!((0.0..LIMIT.as_secs_f64() * 2.0).contains(&lag), "{lag}");

    let (status, readiness) = shown.readiness().await?;
    assert_eq!(
        (status, &readiness["ready"]),
        (StatusCode::OK, &true.into())
    );
    assert_eq!(shown.get("/healthz").await?.0, StatusCode::OK);
    daemon.signal("-TERM")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_fails_is_named_and_the_process_is_not_ready() -> Result<()> {
    let place = Place::new().await?;
    let good = place.section(1, None)?;
    place.configure(&(place.section(0, Some("wrong"))? + &good))?;
    let mut daemon = Daemon::every(&place, "20m", &LISTEN)?;
    let shown = Shown::by(&mut daemon).await?;
    let of_failing = "connection=\"tenant-0\"";
    let samples = shown
        .until(|it| has_success(it, "tenant-1") && sum(it, "auditlake_failures", of_failing) > 0.0)
        .await?;
    assert_eq!(one(&samples, "auditlake_ready", of_failing), Some(0.0));
    assert_eq!(one(&samples, "auditlake_ready", "tenant-1"), Some(1.0));
    let failed = "tenant-0\",outcome=\"failed\"";
    let failed = one(&samples, "auditlake_rounds_total", failed);
    assert_eq!(failed, Some(1.0));
    assert!(
        sum(&samples, "auditlake_backoff_seconds", of_failing) > 0.0,
        "{samples:?}"
    );
    let (status, readiness) = shown.readiness().await?;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{readiness}");
    let failing = &readiness["connections"]["tenant-0"];
    assert_eq!(failing["reason"], "no round has come to its end yet");
    let error = failing["error"].as_str().unwrap_or_default();
    assert!(
        error.contains("credentials") && !error.contains("wrong"),
        "{error}"
    );
    assert_eq!(readiness["connections"]["tenant-1"]["ready"], true);
    // The process itself is well: a restart would help nobody.
    assert_eq!(shown.get("/healthz").await?.0, StatusCode::OK);

    place.configure(&(place.section(0, None)? + &good))?;
    daemon.signal("-HUP")?;
    shown
        .until(|it| sum(it, "auditlake_ready", of_failing) > 0.0)
        .await?;
    let (status, readiness) = shown.readiness().await?;
    assert_eq!(status, StatusCode::OK, "{readiness}");
    Ok(())
}
