//! Whether every connection does what it should, and why not.

use std::collections::BTreeMap;

use auditlake_pipeline::ingest::ConnectionState;
use jiff::Timestamp;
use serde::Serialize;

use super::view::{Verdict, View};

/// The answer of `/readyz`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Readiness {
    /// Every connection is ready.
    pub(super) ready: bool,
    /// By name.
    pub(super) connections: BTreeMap<String, ConnectionReadiness>,
}

/// Whether a connection is ready.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct ConnectionReadiness {
    ready: bool,
    /// Why it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Why its last round could not go on; none after a success.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    last_success: Option<Timestamp>,
    /// Rounds that failed in a row.
    failures: u32,
    next_due: Option<Timestamp>,
}

/// Judges every connection of the plan.
pub(super) fn readiness(view: &View) -> Readiness {
    let judged = |(name, state): (&str, Option<&ConnectionState>)| {
        (name.to_owned(), connection(view, state))
    };
    let connections: BTreeMap<_, _> = view.connections().map(judged).collect();
    Readiness {
        ready: connections.values().all(|it| it.ready),
        connections,
    }
}

fn connection(view: &View, state: Option<&ConnectionState>) -> ConnectionReadiness {
    let verdict = view.verdict(state);
    ConnectionReadiness {
        ready: verdict == Verdict::Ready,
        reason: reason(verdict, view),
        error: state.and_then(|it| it.last_error.clone()),
        last_success: state.and_then(|it| it.last_success),
        failures: state.map_or(0, |it| it.failures),
        next_due: state.and_then(|it| it.next_due),
    }
}

fn reason(verdict: Verdict, view: &View) -> Option<String> {
    match verdict {
        Verdict::Ready => None,
        Verdict::Never => Some("no round has come to its end yet".to_owned()),
        Verdict::Stale => Some(format!(
            "no round came to its end within the last {:#}",
            view.limit()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::view::tests::{succeeded, view};
    use super::*;

    #[test]
    fn one_connection_that_is_late_makes_the_process_not_ready_and_is_told_why() {
        let late = ConnectionState {
            last_error: Some("the token was refused".to_owned()),
            failures: 3,
            ..succeeded(20)
        };
        let states = vec![
            ("contoso", Some(succeeded(1))),
            ("fabrikam", Some(late)),
            ("tailspin", None),
        ];
        let told = serde_json::to_value(readiness(&view(states))).unwrap();
        assert_eq!(told["ready"], false);
        let of = |name: &str| told["connections"][name].clone();
        assert_eq!(of("contoso")["ready"], true);
        assert_eq!(of("contoso").get("reason"), None);
        let reason = "no round came to its end within the last 15m";
        assert_eq!(of("fabrikam")["reason"], reason);
        assert_eq!(of("fabrikam")["error"], "the token was refused");
        assert_eq!(of("fabrikam")["failures"], 3);
        assert_eq!(of("tailspin")["reason"], "no round has come to its end yet");
        let states = vec![("contoso", Some(succeeded(1)))];
        assert!(readiness(&view(states)).ready);
    }
}
