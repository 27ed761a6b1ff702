//! The test of a connection: token, permissions, subscriptions, content, clock.

mod permissions;

use std::collections::BTreeMap;

use auditlake_api::{
    Client, ContentBlob, ContentType, Error as ApiError, ErrorKind, GraphClient, Subscription,
    TokenInfo, Window,
};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::permissions::{Permission, PermissionSet};
use crate::connection::Connection;
use crate::failure::describe;
use crate::subscription::WebhookState;

/// The spans before now, in hours, that are searched for the newest blob, one after the other: busy tenants are
/// answered by the first, and no listing may be longer than a day.
const SEARCHED_HOURS: [(i64, i64); 3] = [(1, 0), (4, 1), (24, 4)];
/// Pages of one span that are read at most; the newest blob is on the last.
const MOST_PAGES: usize = 50;

/// What a connection can do, step by step; nothing is changed at the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionTest {
    /// Name of the connection.
    pub connection: String,
    /// Tenant id as configured.
    pub tenant_id: String,
    /// By which credential the token was asked for: `client_secret`, `client_secret_file`, `certificate`,
    /// `workload_identity` or `managed_identity`.
    #[serde(default)]
    pub credential: String,
    /// Whether a token was issued.
    pub token: Step,
    /// When the token ends, by this machine's clock.
    #[serde(default)]
    pub token_expires: Option<Timestamp>,
    /// Tenant id in the token, when it can be read.
    pub token_tenant_id: Option<String>,
    /// Whether the token is for the connection's tenant, when it can be read.
    #[serde(default)]
    pub tenant_matches: Option<bool>,
    /// Roles in the token, `ActivityFeed.Read` among them when all is well.
    pub roles: Vec<String>,
    /// What the roles are for, and which are missing or more than is needed.
    #[serde(default)]
    pub permissions: Vec<Permission>,
    /// Whether a token for Microsoft Graph was issued, which other sources than the feed need.
    #[serde(default = "Step::not_tried")]
    pub graph_token: Step,
    /// What the roles of that token are for, and which are missing; empty where there is no such token.
    #[serde(default)]
    pub graph_permissions: Vec<Permission>,
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
    /// What kind of failure it was.
    #[serde(default)]
    pub kind: Option<StepKind>,
    /// The service's own words when it did not, or what is odd about a success.
    pub detail: Option<String>,
    /// What a person can try.
    #[serde(default)]
    pub hint: Option<String>,
}

/// Kinds of failures, by what a person can do about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Secret, certificate, client id, tenant or cloud are wrong.
    Credentials,
    /// The token lacks a permission.
    Permission,
    /// No enabled subscription, or auditing is off.
    Disabled,
    /// Too many requests.
    Throttled,
    /// No answer, or none but failures.
    Unreachable,
    /// Anything else.
    Other,
}

/// One content type of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentTypeTest {
    /// Subscription state: `enabled`, `disabled`, `none`, or `unknown` when the list failed.
    pub subscription: String,
    /// The subscription's webhook.
    #[serde(default)]
    pub webhook: Option<WebhookState>,
    /// Whether its content could be listed.
    pub listing: Step,
    /// Blobs on the first page of the last hour's list.
    pub blobs: Option<u64>,
    /// When the newest blob of the last 24 hours became available.
    #[serde(default)]
    pub newest_blob: Option<Timestamp>,
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
        credential: name(&connection.client.credential.kind()),
        token: Step::not_tried(),
        token_expires: None,
        token_tenant_id: None,
        tenant_matches: None,
        roles: Vec::new(),
        permissions: permissions::permissions(None),
        graph_token: Step::not_tried(),
        graph_permissions: Vec::new(),
        subscriptions: Step::not_tried(),
        content_types: BTreeMap::new(),
        clock_difference_secs: None,
    };
    let graph = GraphClient::new(&connection.client);
    match Client::new(connection.client) {
        Ok(client) => try_all(&client, &mut test).await,
        Err(error) => test.token = Step::failed(&error),
    }
    if let (true, Ok(graph)) = (test.token.ok, graph) {
        try_graph(&graph, &mut test).await;
    }
    test
}

async fn try_all(client: &Client, test: &mut ConnectionTest) {
    match client.token_info().await {
        Ok(token) => test.take_token(token),
        Err(error) => {
            test.token = Step::failed(&error);
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

/// Only asks for a token and looks at its roles: what it may read is nobody's business here.
async fn try_graph(client: &GraphClient, test: &mut ConnectionTest) {
    let token = client.token_info().await;
    test.graph_token = Step::of(&token);
    if let Ok(token) = token {
        // A token without roles says which tenant it is for.
        let is_readable = token.tenant_id.is_some() || !token.roles.is_empty();
        let roles = is_readable.then_some(&*token.roles);
        test.graph_permissions = permissions::permissions_of_graph(roles);
    }
}

impl ConnectionTest {
    fn take_token(&mut self, token: TokenInfo) {
        // A token that cannot be looked into may still be good.
        let is_readable = token.tenant_id.is_some() || !token.roles.is_empty();
        self.token = Step {
            detail: (!is_readable)
                .then(|| "the token cannot be read, its permissions are unknown".to_owned()),
            ..Step::OK
        };
        self.permissions = permissions::permissions(is_readable.then_some(&*token.roles));
        self.token_expires = Some(token.expires);
        let same = |tenant: &String| tenant.eq_ignore_ascii_case(&self.tenant_id);
        self.tenant_matches = token.tenant_id.as_ref().map(same);
        self.token_tenant_id = token.tenant_id;
        self.roles = token.roles;
    }
}

async fn try_one(
    client: &Client,
    content_type: ContentType,
    subscriptions: Option<&[Subscription]>,
) -> ContentTypeTest {
    let found = subscriptions.and_then(|all| crate::subscription::find(all, content_type));
    let mut test = ContentTypeTest {
        subscription: subscription_state(content_type, subscriptions),
        webhook: found.and_then(WebhookState::of),
        listing: Step::OK,
        blobs: None,
        newest_blob: None,
    };
    if let Err(error) = look_back(client, content_type, &mut test).await {
        test.listing = Step::failed(&error);
    }
    test
}

/// Goes back in time until there is a blob.
async fn look_back(
    client: &Client,
    content_type: ContentType,
    test: &mut ContentTypeTest,
) -> Result<(), ApiError> {
    let now = Timestamp::now();
    for (from, to) in SEARCHED_HOURS {
        let window = Window {
            start: now - SignedDuration::from_hours(from),
            end: now - SignedDuration::from_hours(to),
        };
        let (blobs, newest) = newest(client, content_type, window).await?;
        test.blobs.get_or_insert(blobs);
        test.newest_blob = newest;
        if newest.is_some() {
            break;
        }
    }
    Ok(())
}

/// How many blobs the first page has, and when the newest of all pages became available.
async fn newest(
    client: &Client,
    content_type: ContentType,
    window: Window,
) -> Result<(u64, Option<Timestamp>), ApiError> {
    let mut pages = client.list_content(content_type, window);
    let (mut first, mut newest) = (None, None);
    for _ in 0..MOST_PAGES {
        let Some(page) = pages.next_page().await? else {
            break;
        };
        first.get_or_insert(page.blobs.len() as u64);
        let created = page
            .blobs
            .iter()
            .map(|blob: &ContentBlob| blob.content_created);
        newest = newest.max(created.max());
    }
    Ok((first.unwrap_or_default(), newest))
}

fn subscription_state(content_type: ContentType, subscriptions: Option<&[Subscription]>) -> String {
    let Some(subscriptions) = subscriptions else {
        return "unknown".to_owned();
    };
    let found = crate::subscription::find(subscriptions, content_type);
    let state = match found {
        None => "none",
        Some(found) => found.status.as_deref().unwrap_or("enabled"),
    };
    state.to_owned()
}

/// The name that serde gives to a variant without data.
pub(crate) fn name(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

impl Step {
    const OK: Self = Self {
        ok: true,
        kind: None,
        detail: None,
        hint: None,
    };

    fn not_tried() -> Self {
        Self {
            ok: false,
            kind: None,
            detail: Some("not tried".to_owned()),
            hint: None,
        }
    }

    pub(crate) fn failed(error: &ApiError) -> Self {
        Self {
            ok: false,
            kind: Some(StepKind::of(error.kind())),
            detail: Some(describe(error)),
            hint: error.hint().map(str::to_owned),
        }
    }

    fn of<T>(result: &Result<T, ApiError>) -> Self {
        result.as_ref().map_or_else(Self::failed, |_| Self::OK)
    }
}

impl StepKind {
    fn of(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Credentials => Self::Credentials,
            ErrorKind::Permission => Self::Permission,
            ErrorKind::Disabled => Self::Disabled,
            ErrorKind::Throttled => Self::Throttled,
            ErrorKind::Unavailable | ErrorKind::Network => Self::Unreachable,
            _ => Self::Other,
        }
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
    fn a_report_without_the_younger_members_is_still_read() {
        let step = r#"{"ok":true,"detail":null}"#;
        let text = format!(
            r#"{{"connection":"c","tenant_id":"t","token":{step},"token_tenant_id":null,"roles":[],"subscriptions":{step},
            "content_types":{{"DLP.All":{{"subscription":"none","listing":{step},"blobs":0}}}},"clock_difference_secs":null}}"#
        );
        let mut test: ConnectionTest = serde_json::from_str(&text).unwrap();
        assert!(test.ok());
        test.content_types
            .values_mut()
            .for_each(|found| found.listing.ok = false);
        assert!(!test.ok());
    }

    #[test]
    fn the_search_covers_a_day_without_a_gap() {
        let mut end = 0;
        for (from, to) in SEARCHED_HOURS {
            assert_eq!(to, end);
            end = from;
        }
        assert_eq!(end, 24);
    }
}
