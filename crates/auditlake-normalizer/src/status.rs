//! Outcome and severity.

use crate::class;
use crate::event::Event;
use crate::record::as_bool;
use crate::schema::path::at;
use crate::workloads::Outcome;

/// OCSF outcomes.
pub(crate) const SUCCESS: (u8, &str) = (1, "Success");
/// See [`SUCCESS`].
pub(crate) const FAILURE: (u8, &str) = (2, "Failure");
/// See [`SUCCESS`].
pub(crate) const UNKNOWN: (u8, &str) = (0, "Unknown");

/// OCSF severities.
pub(crate) const SEVERITIES: [(u8, &str); 6] = [
    (0, "Unknown"),
    (1, "Informational"),
    (2, "Low"),
    (3, "Medium"),
    (4, "High"),
    (5, "Critical"),
];

/// The severity that Microsoft's words stand for (`Severity` of alerts and DLP rules).
pub(crate) fn severity_of(words: &str) -> Option<(u8, &'static str)> {
    SEVERITIES
        .iter()
        .copied()
        .find(|(_, caption)| caption.eq_ignore_ascii_case(words.trim()))
}

/// Sets outcome and severity, where the workload has not.
pub(crate) fn set(event: &mut Event<'_, '_>, outcome: Option<Outcome>) {
    if is_finding(event) {
        event.set_id(at!("severity_id"), at!("severity"), SEVERITIES[0]);
        return;
    }
    if !event.has(at!("status_id")) {
        set_status(event, outcome);
    }
    let failed = event.int(at!("status_id")) == Some(FAILURE.0.into());
    let severity = match (event.sensitive, failed) {
        (true, _) => SEVERITIES[3],
        (false, true) => SEVERITIES[2],
        (false, false) => SEVERITIES[1],
    };
    event.set_id(at!("severity_id"), at!("severity"), severity);
}

/// Findings have a life of their own: new, resolved, suppressed.
pub(crate) fn is_finding(event: &Event<'_, '_>) -> bool {
    event.class.uid == class::DETECTION_FINDING.uid
        || event.class.uid == class::DATA_SECURITY_FINDING.uid
}

fn set_status(event: &mut Event<'_, '_>, outcome: Option<Outcome>) {
    let operation = event.record.text("Operation").unwrap_or_default();
    let status = match outcome {
        Some(Outcome::Success) => SUCCESS,
        Some(Outcome::Failure) => FAILURE,
        None if says_failure(&operation) => FAILURE,
        None => return set_from_result(event),
    };
    event.set_id(at!("status_id"), at!("status"), status);
}

/// `…Failed`, `…Failure`, `…Blocked`.
fn says_failure(operation: &str) -> bool {
    let name = operation.trim().trim_end_matches('.').trim_end();
    ["failed", "failure", "blocked"].iter().any(|end| {
        let start = name.len().checked_sub(end.len());
        let last = start.and_then(|start| name.get(start..));
        last.is_some_and(|last| last.eq_ignore_ascii_case(end))
    })
}

fn set_from_result(event: &mut Event<'_, '_>) {
    for member in ["ResultStatus", "IsSuccess"] {
        let Some(words) = event.record.text(member) else {
            continue;
        };
        event.record.take(member);
        if let Some(status) = known(&words) {
            event.set_id(at!("status_id"), at!("status"), status);
        } else {
            event.set(at!("status_id"), 99_u8);
            event.set(at!("status"), words);
        }
        return;
    }
    let silent = if logs_completed_only(event) {
        SUCCESS
    } else {
        UNKNOWN
    };
    event.set_id(at!("status_id"), at!("status"), silent);
}

/// The outcome that Microsoft's words stand for.
pub(crate) fn known(words: &str) -> Option<(u8, &'static str)> {
    let words = words.trim();
    let is = |known: &[&str]| known.iter().any(|k| k.eq_ignore_ascii_case(words));
    if is(&["Succeeded", "Success"]) || as_bool(words) == Some(true) {
        return Some(SUCCESS);
    }
    (is(&["Failed", "Failure"]) || as_bool(words) == Some(false)).then_some(FAILURE)
}

/// SharePoint, OneDrive and Teams log completed actions only.
fn logs_completed_only(event: &Event<'_, '_>) -> bool {
    let workload = event.record.text("Workload").unwrap_or_default();
    ["SharePoint", "OneDrive", "MicrosoftTeams"].contains(&workload.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microsofts_spellings_of_an_outcome() {
        for words in ["Success", "Succeeded", "True", "success"] {
            assert_eq!(known(words), Some(SUCCESS), "{words}");
        }
        for words in ["Failed", "Failure", "False", "failed"] {
            assert_eq!(known(words), Some(FAILURE), "{words}");
        }
        assert_eq!(known("PartiallySucceeded"), None);
    }

    #[test]
    fn operations_that_say_failure() {
        assert!(
            says_failure("UserLoginFailed")
                && says_failure("FileAccessFailure.")
                && says_failure("SharingInvitationBlocked")
        );
        assert!(!says_failure("AccessRequestDenied"));
    }

    #[test]
    fn severities_by_their_words() {
        assert_eq!(severity_of("high"), Some((4, "High")));
        assert_eq!(severity_of("Unheard"), None);
    }
}
