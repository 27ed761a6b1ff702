//! `auditlake connection test`.

use auditlake_pipeline::check::{ContentTypeTest, Step, StepKind};
use auditlake_pipeline::{ConnectionTest, RetryPolicy, test_connection};

use super::told::told;
use crate::args::connections::ConnectionTestArgs;
use crate::args::output::Output;
use crate::connect;
use crate::exit::Exit;
use crate::print::{json, note};
use crate::run::Session;

/// Needed for everything.
pub(super) const READ: &str = "ActivityFeed.Read";
/// Needed for `DLP.All`.
pub(super) const READ_DLP: &str = "ActivityFeed.ReadDlp";
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
    match args.output.output {
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
            .all(|found| found.listing.ok || is_missing(found))
    {
        Exit::Complete
    } else {
        Exit::Failed
    }
}

/// Without a subscription there is nothing to list; a backfill starts it, so that the connection is sound.
pub(super) fn is_missing(content_type: &ContentTypeTest) -> bool {
    matches!(content_type.subscription.as_str(), "none" | "disabled")
}

/// Whether the token says what it may do, and this is not in it.
pub(super) fn lacks(test: &ConnectionTest, name: &str) -> bool {
    let mut permissions = test.permissions.iter();
    permissions.any(|permission| permission.name == name && permission.granted == Some(false))
}

/// Every step that was tried.
pub(super) fn all_steps(test: &ConnectionTest) -> impl Iterator<Item = &Step> {
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

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use auditlake_pipeline::check::{Permission, PermissionSet};
    use jiff::Timestamp;

    use super::*;

    pub(in crate::commands::connection) fn failed(kind: StepKind) -> Step {
        Step {
            kind: Some(kind),
            detail: Some("the service's words".to_owned()),
            ..step(false)
        }
    }

    pub(in crate::commands::connection) fn step(ok: bool) -> Step {
        Step {
            ok,
            kind: None,
            detail: None,
            hint: None,
        }
    }

    pub(in crate::commands::connection) fn permission(
        name: &str,
        set: PermissionSet,
        granted: bool,
    ) -> Permission {
        Permission {
            name: name.to_owned(),
            set,
            granted: Some(granted),
            needed_for: String::new(),
        }
    }

    pub(in crate::commands::connection) fn tested(roles: &[&str], listing: Step) -> ConnectionTest {
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
            graph_token: step(true),
            graph_permissions: Vec::new(),
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
}
