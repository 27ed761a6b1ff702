//! `auditlake connection test`.

use auditlake_pipeline::check::{ContentTypeTest, Step};
use auditlake_pipeline::{ConnectionTest, RetryPolicy, test_connection};

use crate::args::{ConnectionTestArgs, Output};
use crate::connect;
use crate::exit::Exit;
use crate::print::table::{number, table};
use crate::print::{json, note};
use crate::run::Session;

/// Needed for everything.
const READ: &str = "ActivityFeed.Read";
/// Needed for sensitive values in DLP records.
const READ_DLP: &str = "ActivityFeed.ReadDlp";
/// The service's codes for a subscription that is missing or disabled begin so.
const NO_SUBSCRIPTION: &str = "AF2002";
/// Differences of the clocks that are told, in seconds.
const CLOCK_TOLERANCE_SECS: u64 = 60;
const TWELVE_HOURS: &str = "no content yet: after the first start of a subscription it takes up to 12 hours; when it \
                            stays so, look whether auditing is on in the tenant (Purview, Audit, Start recording)";
const NOT_STARTED: &str =
    "subscriptions are missing: `auditlake backfill` starts them, unless told --no-start";

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
    } else if refused(&test.token) || lacks(test, READ) || denied(test) {
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

/// Whether the authority answered, and did not like what it was given.
fn refused(token: &Step) -> bool {
    let detail = token.detail.as_deref().unwrap_or_default();
    !token.ok
        && ["AADSTS", "HTTP 400", "HTTP 401", "HTTP 403"]
            .iter()
            .any(|word| detail.contains(word))
}

/// Whether the token says what it may do, and this is not in it.
fn lacks(test: &ConnectionTest, role: &str) -> bool {
    test.token.ok && test.token.detail.is_none() && !test.roles.iter().any(|found| found == role)
}

/// Whether the service names a permission that is missing.
fn denied(test: &ConnectionTest) -> bool {
    let failed = test.content_types.values().filter(|t| !t.listing.ok);
    failed
        .filter_map(|t| t.listing.detail.as_deref())
        .any(|detail| detail.contains("AF10001"))
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

fn permissions(test: &ConnectionTest) -> String {
    let mut table = table(&["permission", "found", "needed for"]);
    let needed = [
        (READ, "everything"),
        (READ_DLP, "sensitive values in DLP.All"),
    ];
    for (role, what) in needed {
        let found = if lacks(test, role) { "no" } else { "yes" };
        let found = if test.token.detail.is_some() {
            "unknown"
        } else {
            found
        };
        table.add_row([role, found, what]);
    }
    for role in test
        .roles
        .iter()
        .filter(|role| needed.iter().all(|(name, _)| name != role))
    {
        table.add_row([role.as_str(), "yes", "nothing here"]);
    }
    table.to_string()
}

fn content_types(test: &ConnectionTest) -> String {
    let header = [
        "content type",
        "subscription",
        "listing",
        "blobs of the last hour",
        "the service's words",
    ];
    let mut table = table(&header);
    for (name, found) in &test.content_types {
        let (listing, words) = listing(found);
        let blobs = found.blobs.map(number).unwrap_or_default();
        table.add_row([name, found.subscription.as_str(), listing, &blobs, words]);
    }
    table.to_string()
}

/// The result of a listing, and the service's words unless the missing subscription explains them.
fn listing(found: &ContentTypeTest) -> (&str, &str) {
    let words = found.listing.detail.as_deref().unwrap_or_default();
    if is_missing(found) && words.contains(NO_SUBSCRIPTION) {
        ("not started", "")
    } else {
        (result(&found.listing), words)
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

fn hints(test: &ConnectionTest) -> Vec<String> {
    let mut hints = Vec::new();
    if lacks(test, READ) || lacks(test, READ_DLP) {
        hints.push("add what is missing as application permission (not delegated) of the Office 365 Management APIs, and grant an administrator's consent".to_owned());
    }
    if test
        .token_tenant_id
        .as_ref()
        .is_some_and(|tenant| !tenant.eq_ignore_ascii_case(&test.tenant_id))
    {
        hints.push("the token is for another tenant than the connection".to_owned());
    }
    let states = || test.content_types.values();
    if states().any(is_missing) {
        hints.push(NOT_STARTED.to_owned());
    }
    if !test.content_types.is_empty() && states().all(|t| t.blobs.unwrap_or_default() == 0) {
        hints.push(TWELVE_HOURS.to_owned());
    }
    hints
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn step(ok: bool, detail: Option<&str>) -> Step {
        Step {
            ok,
            detail: detail.map(str::to_owned),
        }
    }

    fn tested(roles: &[&str], listing: Step) -> ConnectionTest {
        let content_type = ContentTypeTest {
            subscription: "enabled".to_owned(),
            listing,
            blobs: Some(1),
        };
        ConnectionTest {
            connection: "contoso".to_owned(),
            tenant_id: "11111111-2222-3333-4444-555555555555".to_owned(),
            token: step(true, None),
            token_tenant_id: None,
            roles: roles.iter().map(ToString::to_string).collect(),
            subscriptions: step(true, None),
            content_types: BTreeMap::from([("Audit.General".to_owned(), content_type)]),
            clock_difference_secs: Some(0),
        }
    }

    #[test]
    fn the_exit_code_tells_credentials_from_failures() {
        assert_eq!(
            exit(&tested(&[READ, READ_DLP], step(true, None))),
            Exit::Complete
        );
        assert_eq!(
            exit(&tested(&[READ], step(false, Some("HTTP 500")))),
            Exit::Failed
        );
        assert_eq!(
            exit(&tested(&[READ], step(false, Some("AF10001 (HTTP 403)")))),
            Exit::Credentials
        );
        assert_eq!(
            exit(&tested(&[], step(false, Some("HTTP 401")))),
            Exit::Credentials
        );
        let mut unreachable = tested(&[], step(true, None));
        unreachable.token = step(false, Some("cannot acquire a token: connection refused"));
        assert_eq!(exit(&unreachable), Exit::Failed);
        unreachable.token = step(
            false,
            Some("AADSTS7000215 (HTTP 401): invalid client secret"),
        );
        assert_eq!(exit(&unreachable), Exit::Credentials);
        let mut missing = tested(&[READ], step(false, Some("AF20022 (HTTP 400)")));
        for found in missing.content_types.values_mut() {
            found.subscription = "none".to_owned();
        }
        assert_eq!(exit(&missing), Exit::Complete);
    }

    #[test]
    fn a_missing_permission_is_told_with_what_to_do() {
        let text = told(&tested(&[READ], step(true, None)));
        let line = text
            .lines()
            .find(|line| line.contains(READ_DLP))
            .unwrap_or_default();
        assert!(line.contains("no"), "{text}");
        assert!(text.contains("hint: add what is missing"), "{text}");
        let text = told(&tested(&[READ, READ_DLP], step(true, None)));
        assert!(!text.contains("hint:"), "{text}");
    }
}
