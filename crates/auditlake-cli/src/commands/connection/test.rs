//! `auditlake connection test`.

use auditlake_pipeline::check::{ContentTypeTest, PermissionSet, Step, StepKind};
use auditlake_pipeline::{ConnectionTest, RetryPolicy, test_connection};

use crate::args::Output;
use crate::args::connections::ConnectionTestArgs;
use crate::connect;
use crate::exit::Exit;
use crate::print::table::{number, table};
use crate::print::{json, note};
use crate::run::Session;

/// Needed for everything.
const READ: &str = "ActivityFeed.Read";
/// Needed for `DLP.All`.
const READ_DLP: &str = "ActivityFeed.ReadDlp";
/// Differences of the clocks that are told, in seconds.
const CLOCK_TOLERANCE_SECS: u64 = 60;
const TWELVE_HOURS: &str = "no content yet: after the first start of a subscription it takes up to 12 hours; when it \
                            stays so, look whether auditing is on in the tenant (Purview, Audit, Start recording)";
const NOT_STARTED: &str = "subscriptions are missing: `auditlake subscription start` starts them, and so does `auditlake backfill`";
const ADD_PERMISSION: &str = "add what is missing as application permission (not delegated) of the Office 365 Management APIs, and \
                              grant an administrator's consent";

pub(crate) async fn test(args: &ConnectionTestArgs, session: &Session) -> anyhow::Result<Exit> {
    let mut connection = connect::connection(&args.connection, session.config.as_deref())?;
    // A person waits for the answer.
    connection.client.retry = RetryPolicy::BRIEF;
    connection
        .client
        .validate()
        .map_err(auditlake_pipeline::Error::from)?;
    let Some(test) = session
        .cancel
        .run_until_cancelled(test_connection(connection))
        .await
    else {
        return Ok(Exit::Interrupted);
    };
    match args.output {
        Output::Json => json(&test)?,
        Output::Text => note(&told(&test)),
    }
    Ok(exit(&test))
}

/// Without a token or the permission to read it is a matter of credentials, whatever else failed.
fn exit(test: &ConnectionTest) -> Exit {
    if test.ok() {
        Exit::Complete
    } else if lacks(test, READ) || denied(test) {
        Exit::Credentials
    } else if test.token.ok
        && test.subscriptions.ok
        && test
            .content_types
            .values()
            .all(|t| t.listing.ok || is_missing(t))
    {
        Exit::Complete
    } else {
        Exit::Failed
    }
}

/// Without a subscription there is nothing to list; a backfill starts it, so that the connection is sound.
fn is_missing(content_type: &ContentTypeTest) -> bool {
    matches!(content_type.subscription.as_str(), "none" | "disabled")
}

/// Whether the token says what it may do, and this is not in it.
fn lacks(test: &ConnectionTest, name: &str) -> bool {
    let mut permissions = test.permissions.iter();
    permissions.any(|permission| permission.name == name && permission.granted == Some(false))
}

/// Every step that was tried.
fn all_steps(test: &ConnectionTest) -> impl Iterator<Item = &Step> {
    let listings = test.content_types.values().map(|found| &found.listing);
    [&test.token, &test.subscriptions]
        .into_iter()
        .chain(listings)
}

/// Whether the credential or its permissions are the reason of a failure.
fn denied(test: &ConnectionTest) -> bool {
    use StepKind::{Credentials, Permission};
    all_steps(test).any(|step| matches!(step.kind, Some(Credentials | Permission)))
        || test.tenant_matches == Some(false)
}

fn told(test: &ConnectionTest) -> String {
    let mut parts = vec![
        format!(
            "connection `{}`, tenant `{}`",
            test.connection, test.tenant_id
        ),
        steps(test),
    ];
    if test.token.ok {
        parts.push(token(test));
        parts.push(permissions(test));
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

fn permissions(test: &ConnectionTest) -> String {
    let mut table = table(&["permission", "granted", "needed for"]);
    for permission in &test.permissions {
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
    use std::collections::BTreeMap;

    use auditlake_pipeline::check::Permission;
    use jiff::Timestamp;

    use super::*;

    fn failed(kind: StepKind) -> Step {
        Step {
            kind: Some(kind),
            detail: Some("the service's words".to_owned()),
            ..step(false)
        }
    }

    fn step(ok: bool) -> Step {
        Step {
            ok,
            kind: None,
            detail: None,
            hint: None,
        }
    }

    fn permission(name: &str, set: PermissionSet, granted: bool) -> Permission {
        Permission {
            name: name.to_owned(),
            set,
            granted: Some(granted),
            needed_for: String::new(),
        }
    }

    fn tested(roles: &[&str], listing: Step) -> ConnectionTest {
        let content_type = ContentTypeTest {
            subscription: "enabled".to_owned(),
            webhook: None,
            listing,
            blobs: Some(1),
            newest_blob: Some(Timestamp::UNIX_EPOCH),
        };
        let sets = [
            (READ, PermissionSet::Least),
            (READ_DLP, PermissionSet::Larger),
        ];
        ConnectionTest {
            connection: "contoso".to_owned(),
            tenant_id: "11111111-2222-3333-4444-555555555555".to_owned(),
            credential: "certificate".to_owned(),
            token: step(true),
            token_expires: Some(Timestamp::UNIX_EPOCH),
            token_tenant_id: None,
            tenant_matches: None,
            roles: roles.iter().map(ToString::to_string).collect(),
            permissions: sets
                .map(|(name, set)| permission(name, set, roles.contains(&name)))
                .to_vec(),
            subscriptions: step(true),
            content_types: BTreeMap::from([("Audit.General".to_owned(), content_type)]),
            clock_difference_secs: Some(0),
        }
    }

    #[test]
    fn the_exit_code_tells_credentials_from_failures() {
        let of = |roles: &[&str], listing| exit(&tested(roles, listing));
        assert_eq!(of(&[READ, READ_DLP], step(true)), Exit::Complete);
        assert_eq!(of(&[READ], failed(StepKind::Unreachable)), Exit::Failed);
        assert_eq!(of(&[READ], failed(StepKind::Permission)), Exit::Credentials);
        assert_eq!(of(&[], failed(StepKind::Other)), Exit::Credentials);
        let mut test = tested(&[READ], step(true));
        test.token = failed(StepKind::Unreachable);
        assert_eq!(exit(&test), Exit::Failed);
        test.token = failed(StepKind::Credentials);
        assert_eq!(exit(&test), Exit::Credentials);
        let mut missing = tested(&[READ], failed(StepKind::Disabled));
        for found in missing.content_types.values_mut() {
            found.subscription = "none".to_owned();
        }
        assert_eq!(exit(&missing), Exit::Complete);
    }

    #[test]
    fn a_token_of_another_tenant_is_a_matter_of_credentials() {
        let mut test = tested(&[READ], failed(StepKind::Other));
        assert_eq!(exit(&test), Exit::Failed);
        test.tenant_matches = Some(false);
        assert_eq!(exit(&test), Exit::Credentials);
        assert!(told(&test).contains("for another tenant"));
    }

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
