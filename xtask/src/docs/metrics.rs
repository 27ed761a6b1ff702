//! The metrics of the process that stays.

use auditlake_cli::metrics::METRICS;
use auditlake_normalizer::schema::markdown::line;

use super::code;

const HEAD: &str = "\
# Metrics

What `auditlake ingest` and `receive` show at `/metrics` with `--metrics-listen ADDR`, in the text format of OpenMetrics 1.0,
which Prometheus reads. Counters move when a round or its turn ends, not within it; those of the webhook at once. They begin at zero with the process, and a connection's
series end when it leaves the configuration. A connection or content type of which nothing is known yet has no series,
save `auditlake_ready`, which every connection has.

| metric | type | labels | meaning |
|---|---|---|---|
";

const FOOT: &str = "
`/healthz` answers 200 for as long as the process works. `/readyz` answers 200 when every connection had a round that came to
its end within the last three intervals (`--every`), else 503; both with a JSON object:

| field | meaning |
|---|---|
| `ready` | every connection is ready |
| `connections.NAME.ready` | this one is |
| `connections.NAME.reason` | why it is not |
| `connections.NAME.error` | why its last round could not go on; absent after a success |
| `connections.NAME.last_success` | when a round last came to its end; `null` until one has |
| `connections.NAME.failures` | rounds that failed in a row |
| `connections.NAME.next_due` | when the next round begins |
";

pub(super) fn page() -> String {
    let mut page = HEAD.to_owned();
    for metric in METRICS {
        let (name, kind) = (metric.name(), metric.kind.to_string());
        line(
            &mut page,
            &[&code(&[&name]), &kind, &code(metric.labels), metric.help],
        );
    }
    page + FOOT
}
