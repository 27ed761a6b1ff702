//! The permissions that a token holds against those that are of use.

use serde::{Deserialize, Serialize};

/// The permissions of the Office 365 Management APIs that are known.
///
/// Source: Microsoft, "Get started with Office 365 Management APIs", section "Specify the permissions your app
/// requires", and the announcement that the Service Communications API is retired in favour of Microsoft Graph.
const KNOWN: [(&str, PermissionSet, &str); 3] = [
    (
        "ActivityFeed.Read",
        PermissionSet::Least,
        "every content type",
    ),
    (
        "ActivityFeed.ReadDlp",
        PermissionSet::Larger,
        "`DLP.All`, sensitive values among it",
    ),
    (
        "ServiceHealth.Read",
        PermissionSet::Larger,
        "service health of the retired Service Communications API; Microsoft Graph takes its own `ServiceHealth.Read.All`",
    ),
];
/// The permissions of Microsoft Graph that are known.
///
/// Source: Microsoft Graph v1.0 reference, section "Permissions" of the operations.
const KNOWN_OF_GRAPH: [(&str, PermissionSet, &str); 3] = [
    (
        "ServiceHealth.Read.All",
        PermissionSet::Larger,
        "`--source service-health`: issues, posts and statuses",
    ),
    (
        "ServiceMessage.Read.All",
        PermissionSet::Larger,
        "`--source service-health`: messages",
    ),
    (
        "AuditLogsQuery.Read.All",
        PermissionSet::Larger,
        "searches of the audit log",
    ),
];

const UNUSED: &str = "nothing here";

/// Which permissions a collector gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermissionSet {
    /// Without it nothing can be read.
    Least,
    /// For what not everybody collects.
    Larger,
    /// Of no use here: more than is needed.
    None,
}

/// One permission, and what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// As in the token's `roles`.
    pub name: String,
    /// The smallest set that it belongs to.
    pub set: PermissionSet,
    /// Whether the token has it; `None` when the token cannot be looked into.
    pub granted: Option<bool>,
    /// What it is for.
    pub needed_for: String,
}

/// The known permissions, whether the token has them or not, and then what else it has.
pub(super) fn permissions(roles: Option<&[String]>) -> Vec<Permission> {
    known(KNOWN, roles)
}

/// The same of Microsoft Graph.
pub(super) fn permissions_of_graph(roles: Option<&[String]>) -> Vec<Permission> {
    known(KNOWN_OF_GRAPH, roles)
}

fn known(
    known: [(&'static str, PermissionSet, &'static str); 3],
    roles: Option<&[String]>,
) -> Vec<Permission> {
    let granted = |name: &str| roles.map(|roles| roles.iter().any(|role| role == name));
    let told =
        known.map(|(name, set, needed_for)| permission(name, set, granted(name), needed_for));
    let is_unknown = |role: &&String| known.iter().all(|(name, ..)| name != role);
    let others = roles.unwrap_or_default().iter().filter(is_unknown);
    told.into_iter()
        .chain(others.map(|role| other(role)))
        .collect()
}

/// A permission that is in no table: a search of one service's records, or more than is needed.
fn other(role: &str) -> Permission {
    if role.starts_with("AuditLogsQuery-") {
        return permission(
            role,
            PermissionSet::Larger,
            Some(true),
            "searches of one service's records",
        );
    }
    permission(role, PermissionSet::None, Some(true), UNUSED)
}

fn permission(
    name: &str,
    set: PermissionSet,
    granted: Option<bool>,
    needed_for: &str,
) -> Permission {
    Permission {
        name: name.to_owned(),
        set,
        granted,
        needed_for: needed_for.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_by_service_is_a_permission_too() {
        let roles = ["ServiceHealth.Read.All", "AuditLogsQuery-Entra.Read.All"];
        let told = permissions_of_graph(Some(&roles.map(str::to_owned)));
        let granted: Vec<Option<bool>> = told.iter().map(|it| it.granted).collect();
        assert_eq!(granted, [Some(true), Some(false), Some(false), Some(true)]);
        assert_eq!(told[3].set, PermissionSet::Larger);
    }

    fn of(roles: Option<&[&str]>) -> Vec<(String, PermissionSet, Option<bool>)> {
        let roles = roles.map(|roles| roles.iter().map(ToString::to_string).collect::<Vec<_>>());
        let told = permissions(roles.as_deref()).into_iter();
        told.map(|told| (told.name, told.set, told.granted))
            .collect()
    }

    #[test]
    fn what_is_granted_is_told_from_what_is_missing_and_what_is_too_much() {
        let told = of(Some(&["ActivityFeed.Read", "ActivityReports.Read"]));
        assert_eq!(told.len(), KNOWN.len() + 1);
        assert_eq!(
            told[0],
            (
                "ActivityFeed.Read".to_owned(),
                PermissionSet::Least,
                Some(true)
            )
        );
        assert_eq!(
            told[1],
            (
                "ActivityFeed.ReadDlp".to_owned(),
                PermissionSet::Larger,
                Some(false)
            )
        );
        assert_eq!(
            told[3],
            (
                "ActivityReports.Read".to_owned(),
                PermissionSet::None,
                Some(true)
            )
        );
    }

    #[test]
    fn of_a_token_that_cannot_be_read_nothing_is_claimed() {
        assert!(of(None).iter().all(|(_, _, granted)| granted.is_none()));
    }
}
