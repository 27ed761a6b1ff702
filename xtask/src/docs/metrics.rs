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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use anyhow::Result;
    use auditlake_cli::metrics::Metric;
    use serde_json::Value;

    use super::*;

    const RULES: &str = "deploy/prometheus/rules.yaml";
    const DASHBOARD: &str = "deploy/grafana/auditlake.json";

    /// The names of series that expressions speak of. The prefix of a program's own is `auditlake_`.
    fn names(expressions: &str) -> BTreeSet<String> {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let words = expressions.split(|letter| !is_part(letter));
        let is_name = |word: &&str| word.starts_with("auditlake_") || word.starts_with("process_");
        words.filter(is_name).map(str::to_owned).collect()
    }

    /// Every line: what is no expression there names metrics as well.
    fn of_rules() -> Result<BTreeSet<String>> {
        let path = crate::root()?.join(RULES);
        Ok(names(&std::fs::read_to_string(path)?))
    }

    fn of_dashboard() -> Result<BTreeSet<String>> {
        let path = crate::root()?.join(DASHBOARD);
        let dashboard: Value = serde_json::from_slice(&std::fs::read(path)?)?;
        let panels = dashboard["panels"].as_array().into_iter().flatten();
        let targets = panels.filter_map(|panel| panel["targets"].as_array());
        let expressions = targets
            .flatten()
            .filter_map(|target| target["expr"].as_str());
        Ok(names(&expressions.collect::<Vec<_>>().join(" ")))
    }

    #[test]
    fn the_dashboard_shows_every_metric_and_rules_are_about_no_other() -> Result<()> {
        let known: BTreeSet<String> = METRICS.iter().map(Metric::name).collect();
        assert_eq!(of_dashboard()?.difference(&known).next(), None, "unknown");
        // A version is nothing to draw.
        let shown: BTreeSet<String> = of_dashboard()?.union(&of_rules()?).cloned().collect();
        assert_eq!(known.difference(&shown).next(), None, "shown nowhere");
        let rules = of_rules()?;
        assert!(rules.len() > 5, "{rules:?}");
        assert_eq!(rules.difference(&known).next(), None, "unknown");
        Ok(())
    }
}
