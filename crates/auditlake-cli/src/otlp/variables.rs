//! The variables of the OpenTelemetry specification that the exporters do not read themselves.

use std::env;

use opentelemetry_sdk::Resource;

/// Where all signals go, unless a signal has its own.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// Whether a collector is named for all signals or for this one (`TRACES`, `METRICS`), and the SDK is not switched off.
pub(super) fn are_wanted(signal: &str) -> bool {
    is_named(signal, |name| env::var(name).ok())
}

fn is_named(signal: &str, variable: impl Fn(&str) -> Option<String>) -> bool {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let is_off =
        variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    !is_off && (is_set(ENDPOINT) || is_set(&format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")))
}

/// Who sends: `auditlake`, unless `OTEL_SERVICE_NAME` says otherwise.
pub(super) fn resource() -> Resource {
    let resource = Resource::builder();
    if env::var_os("OTEL_SERVICE_NAME").is_some() {
        resource.build()
    } else {
        resource.with_service_name("auditlake").build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_goes_where_a_collector_is_named_for_it() {
        let only = |name: &'static str, value: &'static str| {
            move |asked: &str| (asked == name).then(|| value.to_owned())
        };
        assert!(is_named("TRACES", only(ENDPOINT, "http://c:4318")));
        assert!(is_named(
            "METRICS",
            only("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://c/m")
        ));
        assert!(!is_named(
            "TRACES",
            only("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://c/m")
        ));
        assert!(!is_named("TRACES", only(ENDPOINT, "")));
        assert!(!is_named("TRACES", |name| {
            let value = if name == ENDPOINT { "http://c" } else { "TRUE" };
            Some(value.to_owned())
        }));
    }
}
