//! What a test of a connection has found, for people.

use auditlake_pipeline::ConnectionTest;
use auditlake_pipeline::check::{ContentTypeTest, Permission, PermissionSet, Step, StepKind};

use super::test::{READ, READ_DLP, all_steps, is_missing, lacks};
use crate::print::table::{number, table};

/// Differences of the clocks that are told, in seconds.
const CLOCK_TOLERANCE_SECS: u64 = 60;
const TWELVE_HOURS: &str = "no content yet: after the first start of a subscription it takes up to 12 hours; when it \
                            stays so, look whether auditing is on in the tenant (Purview, Audit, Start recording)";
const NOT_STARTED: &str = "subscriptions are missing: `auditlake subscription start` starts them, and so does `auditlake backfill`";
const ADD_PERMISSION: &str = "add what is missing as application permission (not delegated) of the Office 365 Management APIs, and \
                              grant an administrator's consent";

/// Tables, and what can be tried.
pub(super) fn told(test: &ConnectionTest) -> String {
    let mut parts = vec![
        format!(
            "connection `{}`, tenant `{}`",
            test.connection, test.tenant_id
        ),
        steps(test),
    ];
    if test.token.ok {
        parts.push(token(test));
        parts.push(permissions(&test.permissions));
        parts.push(graph(test));
    }
    if !test.content_types.is_empty() {
        parts.push(content_types(test));
    }
    parts.extend(clock(test));
    parts.extend(hints(test).into_iter().map(|hint| format!("hint: {hint}")));
    parts.join("\n")
}

fn steps(test: &ConnectionTest) -> String {
    let mut table = table(&["step", "result", "the service's words"]);
    for (name, step) in [
        ("token", &test.token),
        ("subscriptions", &test.subscriptions),
    ] {
        table.add_row([
            name,
            result(step),
            step.detail.as_deref().unwrap_or_default(),
        ]);
    }
    table.to_string()
}

/// By what the token was had, for how long, and for whom.
fn token(test: &ConnectionTest) -> String {
    let credential = test.credential.replace('_', " ");
    let tenant = match test.tenant_matches {
        Some(true) => "for the connection's tenant",
        Some(false) => "for another tenant",
        None => "for an unknown tenant",
    };
    let expires = test
        .token_expires
        .map_or_else(String::new, |time| format!(", good until {time:.0}"));
    format!("token by {credential}{expires}, {tenant}")
}

/// What Microsoft Graph gives, which the audit feed does not need.
fn graph(test: &ConnectionTest) -> String {
    if test.graph_token.ok {
        let permissions = permissions(&test.graph_permissions);
        return format!("Microsoft Graph, for other sources than the feed:\n{permissions}");
    }
    let words = test.graph_token.detail.as_deref().unwrap_or("not tried");
    format!("Microsoft Graph, for other sources than the feed: no token ({words})")
}

fn permissions(permissions: &[Permission]) -> String {
    let mut table = table(&["permission", "granted", "needed for"]);
    for permission in permissions {
        let granted = match (permission.granted, permission.set) {
            (Some(true), PermissionSet::None) => "yes, more than is needed",
            (Some(true), _) => "yes",
            (Some(false), _) => "no",
            (None, _) => "unknown",
        };
        table.add_row([permission.name.as_str(), granted, &permission.needed_for]);
    }
    table.to_string()
}

fn content_types(test: &ConnectionTest) -> String {
    let header = [
        "content type",
        "subscription",
        "webhook",
        "listing",
        "blobs of the last hour",
        "newest of 24 hours",
        "the service's words",
    ];
    let mut table = table(&header);
    for (name, found) in &test.content_types {
        let (listing, words) = listing(found);
        let webhook = found.webhook.as_ref().map_or("none", |webhook| {
            webhook.status.as_deref().unwrap_or("unknown")
        });
        let blobs = found.blobs.map(number).unwrap_or_default();
        let newest = found
            .newest_blob
            .map(|time| format!("{time:.0}"))
            .unwrap_or_default();
        table.add_row([
            name,
            found.subscription.as_str(),
            webhook,
            listing,
            &blobs,
            &newest,
            words,
        ]);
    }
    table.to_string()
}

/// The result of a listing, and the service's words unless the missing subscription explains them.
fn listing(found: &ContentTypeTest) -> (&str, &str) {
    if is_missing(found) && found.listing.kind == Some(StepKind::Disabled) {
        ("not started", "")
    } else {
        (
            result(&found.listing),
            found.listing.detail.as_deref().unwrap_or_default(),
        )
    }
}

fn result(step: &Step) -> &'static str {
    if step.ok { "ok" } else { "failed" }
}

fn clock(test: &ConnectionTest) -> Option<String> {
    let secs = test.clock_difference_secs?;
    let verdict = if secs.unsigned_abs() > CLOCK_TOLERANCE_SECS {
        ": set this machine's clock"
    } else {
        ""
    };
    Some(format!(
        "the service's clock is {secs:+} s from this machine's{verdict}"
    ))
}

/// What can be tried, each advice once.
fn hints(test: &ConnectionTest) -> Vec<String> {
    let mut hints: Vec<String> = Vec::new();
    if lacks(test, READ) || lacks(test, READ_DLP) {
        hints.push(ADD_PERMISSION.to_owned());
    }
    hints.extend(excess(test));
    if test.tenant_matches == Some(false) {
        hints.push("the token is for another tenant than the connection".to_owned());
    }
    let states = || test.content_types.values();
    if states().any(is_missing) {
        hints.push(NOT_STARTED.to_owned());
    }
    if !test.content_types.is_empty() && states().all(|t| t.newest_blob.is_none()) {
        hints.push(TWELVE_HOURS.to_owned());
    }
    let of_steps = unexplained(test).filter_map(|step| step.hint.clone());
    for hint in of_steps {
        if !hints.contains(&hint) {
            hints.push(hint);
        }
    }
    hints
}

/// The steps whose failure the other hints do not explain.
fn unexplained(test: &ConnectionTest) -> impl Iterator<Item = &Step> {
    let missing = test
        .content_types
        .values()
        .filter(|found| is_missing(found));
    let explained: Vec<&Step> = missing.map(|found| &found.listing).collect();
    all_steps(test).filter(move |step| {
        step.kind != Some(StepKind::Permission)
            && !explained.iter().any(|known| std::ptr::eq(*known, *step))
    })
}

/// The permissions that can be taken away.
fn excess(test: &ConnectionTest) -> Option<String> {
    let excess = test
        .permissions
        .iter()
        .filter(|permission| permission.set == PermissionSet::None);
    let names: Vec<String> = excess
        .map(|permission| format!("`{}`", permission.name))
        .collect();
    let names = Some(names.join(", ")).filter(|names| !names.is_empty())?;
    Some(format!(
        "more is granted than is needed, and can be taken away: {names}"
    ))
}

#[cfg(test)]
mod tests {
    use super::super::test::tests::{failed, permission, step, tested};
    use super::*;

    #[test]
    fn more_than_is_needed_is_pointed_out() {
        let mut test = tested(&[READ, READ_DLP], step(true));
        assert!(!told(&test).contains("taken away"));
        test.permissions.push(permission(
            "ActivityReports.Read",
            PermissionSet::None,
            true,
        ));
        assert!(told(&test).contains("can be taken away: `ActivityReports.Read`"));
    }

    #[test]
    fn the_hint_of_a_step_is_told_once() {
        let hint = "the client secret has expired";
        let mut test = tested(&[READ, READ_DLP], failed(StepKind::Other));
        test.subscriptions = failed(StepKind::Other);
        test.subscriptions.hint = Some(hint.to_owned());
        for found in test.content_types.values_mut() {
            found.listing.hint = Some(hint.to_owned());
        }
        assert_eq!(told(&test).matches(hint).count(), 1);
    }

    #[test]
    fn a_missing_permission_is_told_with_what_to_do() {
        let text = told(&tested(&[READ], step(true)));
        let line = text
            .lines()
            .find(|line| line.contains(READ_DLP))
            .unwrap_or_default();
        assert!(line.contains("no"), "{text}");
        assert!(text.contains("hint: add what is missing"), "{text}");
        let text = told(&tested(&[READ, READ_DLP], step(true)));
        assert!(!text.contains("hint:"), "{text}");
    }
}
