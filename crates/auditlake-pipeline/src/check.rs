//! The test of a connection: token, roles, subscriptions, clock.

use std::collections::BTreeMap;

use auditlake_api::{Client, ContentType, Error as ApiError, ErrorKind, Subscription, Window};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::connection::Connection;
use crate::fetch::describe;

/// What a connection can do, step by step; nothing is changed at the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionTest {
    /// Name of the connection.
    pub connection: String,
    /// Tenant id as configured.
    pub tenant_id: String,
    /// Whether a token was issued.
    pub token: Step,
    /// Tenant id in the token, when it can be read.
    pub token_tenant_id: Option<String>,
    /// Roles in the token, `ActivityFeed.Read` among them when all is well.
    pub roles: Vec<String>,
    /// Whether the subscriptions could be listed.
    pub subscriptions: Step,
    /// By content type.
    pub content_types: BTreeMap<String, ContentTypeTest>,
    /// The service's clock minus ours, in seconds, when an answer had a `Date`.
    pub clock_difference_secs: Option<i64>,
}

/// Whether a step worked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// It worked.
    pub ok: bool,
    /// The service's own words when it did not.
    pub detail: Option<String>,
}

/// One content type of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentTypeTest {
    /// Subscription state: `enabled`, `disabled`, `none`, or `unknown` when the list failed.
    pub subscription: String,
    /// Whether the last hour could be listed.
    pub listing: Step,
    /// Blobs on the first page of the last hour's list.
    pub blobs: Option<u64>,
}

impl ConnectionTest {
    /// Whether everything worked.
    pub fn ok(&self) -> bool {
        self.token.ok && self.subscriptions.ok && self.content_types.values().all(|t| t.listing.ok)
    }
}

/// Tries a connection: never fails, what does not work is in the answer.
pub async fn test_connection(connection: Connection) -> ConnectionTest {
    let mut test = ConnectionTest {
        connection: connection.name.clone(),
        tenant_id: connection.client.tenant_id.clone(),
        token: Step::failed("not tried"),
        token_tenant_id: None,
        roles: Vec::new(),
        subscriptions: Step::failed("not tried"),
        content_types: BTreeMap::new(),
        clock_difference_secs: None,
    };
    match Client::new(connection.client) {
        Ok(client) => try_all(&client, &mut test).await,
        Err(error) => test.token = Step::failed(describe(&error)),
    }
    test
}

async fn try_all(client: &Client, test: &mut ConnectionTest) {
    match client.token_claims().await {
        Ok(claims) => {
            test.token = Step::OK;
            test.token_tenant_id = claims.tenant_id;
            test.roles = claims.roles;
        }
        // A token that cannot be looked into may still be good.
        Err(error) if error.kind() == ErrorKind::Malformed => {
            test.token = Step {
                ok: true,
                detail: Some(describe(&error)),
            };
        }
        Err(error) => {
            test.token = Step::failed(describe(&error));
            return;
        }
    }
    let subscriptions = client.list_subscriptions().await;
    test.subscriptions = Step::of(&subscriptions);
    let subscriptions = subscriptions.ok();
    let tries = ContentType::ALL
        .map(|content_type| try_one(client, content_type, subscriptions.as_deref()));
    for (content_type, tried) in ContentType::ALL.iter().zip(join_all(tries).await) {
        test.content_types.insert(content_type.to_string(), tried);
    }
    test.clock_difference_secs = client.clock_offset().map(|offset| offset.as_secs());
}

async fn try_one(
    client: &Client,
    content_type: ContentType,
    subscriptions: Option<&[Subscription]>,
) -> ContentTypeTest {
    let now = Timestamp::now();
    let window = Window {
        start: now - SignedDuration::from_hours(1),
        end: now,
    };
    let page = client.list_content(content_type, window).next_page().await;
    ContentTypeTest {
        subscription: subscription_state(content_type, subscriptions),
        listing: Step::of(&page),
        blobs: page
            .ok()
            .map(|page| page.map_or(0, |page| page.blobs.len() as u64)),
    }
}

fn subscription_state(content_type: ContentType, subscriptions: Option<&[Subscription]>) -> String {
    let Some(subscriptions) = subscriptions else {
        return "unknown".to_owned();
    };
    let found = subscriptions
        .iter()
        .find(|found| found.content_type == content_type.as_str());
    let state = match found {
        None => "none",
        Some(found) => found.status.as_deref().unwrap_or("enabled"),
    };
    state.to_owned()
}

impl Step {
    const OK: Self = Self {
        ok: true,
        detail: None,
    };

    fn failed(detail: impl Into<String>) -> Self {
        Self {
            ok: false,
            detail: Some(detail.into()),
        }
    }

    fn of<T>(result: &Result<T, ApiError>) -> Self {
        result
            .as_ref()
            .map_or_else(|error| Self::failed(describe(error)), |_| Self::OK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(status: Option<&str>) -> Subscription {
        Subscription {
            content_type: "Audit.Exchange".to_owned(),
            status: status.map(str::to_owned),
            webhook: None,
        }
    }

    #[test]
    fn a_subscription_is_told_as_the_service_tells_it() {
        let state = |found: Option<Subscription>| {
            subscription_state(ContentType::Exchange, Some(found.as_slice()))
        };
        assert_eq!(subscription_state(ContentType::Exchange, None), "unknown");
        assert_eq!(state(None), "none");
        assert_eq!(state(Some(subscription(Some("disabled")))), "disabled");
        assert_eq!(state(Some(subscription(None))), "enabled");
    }

    #[test]
    fn one_step_that_failed_makes_the_test_fail() {
        let listing = |listing| ContentTypeTest {
            subscription: "enabled".to_owned(),
            listing,
            blobs: None,
        };
        let test = |step| ConnectionTest {
            connection: "contoso".to_owned(),
            tenant_id: "11111111-2222-3333-4444-555555555555".to_owned(),
            token: Step::OK,
            token_tenant_id: None,
            roles: Vec::new(),
            subscriptions: Step::OK,
            content_types: BTreeMap::from([("DLP.All".to_owned(), listing(step))]),
            clock_difference_secs: None,
        };
        assert!(test(Step::OK).ok());
        assert!(!test(Step::failed("no permission")).ok());
    }
}
