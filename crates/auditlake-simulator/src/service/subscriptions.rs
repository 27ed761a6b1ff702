//! Start, stop and list subscriptions.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::reply::Reply;
use super::token::check_permission;
use super::{Call, Service, Tenant, locked};
use crate::ContentType;

/// The waiting time between start requests (Microsoft, Office 365 Management Activity API reference, "Start a
/// subscription").
const START_INTERVAL: SignedDuration = SignedDuration::from_mins(15);

/// A subscription that exists; one that was never started does not.
#[derive(Debug, Clone)]
pub(super) struct Subscription {
    enabled: bool,
    last_start: Option<Timestamp>,
}

impl Subscription {
    /// Enabled from the beginning, long ago.
    pub(super) fn enabled() -> Self {
        Self {
            enabled: true,
            last_start: None,
        }
    }

    /// Switched off by an administrator.
    pub(super) fn disabled() -> Self {
        Self {
            enabled: false,
            last_start: None,
        }
    }
}

impl Service {
    pub(super) fn start(&self, tenant: &Tenant, call: &Call) -> Result<Reply, Reply> {
        let content_type = content_type(call)?;
        check_permission(tenant, content_type)?;
        refuse_webhook(call)?;
        let now = self.clock.now();
        let mut subscriptions = locked(&tenant.subscriptions);
        let known = subscriptions.get(&content_type);
        if known.is_some_and(|subscription| subscription.enabled) {
            return Err(Reply::refused(
                "AF20024",
                "The subscription is already enabled. No property change.",
            ));
        }
        if let Some(wait) = known.and_then(|subscription| wait(subscription, now)) {
            return Err(too_frequent(wait));
        }
        subscriptions.insert(
            content_type,
            Subscription {
                enabled: true,
                last_start: Some(now),
            },
        );
        Ok(Reply::json(200, &shown(content_type, true)))
    }

    pub(super) fn stop(tenant: &Tenant, call: &Call) -> Result<Reply, Reply> {
        let content_type = content_type(call)?;
        let mut subscriptions = locked(&tenant.subscriptions);
        let subscription = subscriptions
            .get_mut(&content_type)
            .ok_or_else(no_subscription)?;
        subscription.enabled = false;
        Ok(Reply::empty(200))
    }

    pub(super) fn list_subscriptions(tenant: &Tenant) -> Reply {
        let subscriptions = locked(&tenant.subscriptions);
        let known = ContentType::ALL.into_iter().filter_map(|content_type| {
            Some(shown(
                content_type,
                subscriptions.get(&content_type)?.enabled,
            ))
        });
        Reply::json(200, &known.collect())
    }
}

/// Content can be had only while the subscription is enabled.
pub(super) fn check_enabled(tenant: &Tenant, content_type: ContentType) -> Result<(), Reply> {
    match locked(&tenant.subscriptions).get(&content_type) {
        Some(subscription) if subscription.enabled => Ok(()),
        Some(_) => Err(disabled()),
        None => Err(no_subscription()),
    }
}

/// The `contentType` of the query.
pub(super) fn content_type(call: &Call) -> Result<ContentType, Reply> {
    let missing = || Reply::refused("AF20001", "Missing parameter: contentType.");
    let given = call.query.get("contentType").ok_or_else(missing)?;
    given
        .parse()
        .map_err(|_| Reply::refused("AF20020", "The specified content type is not valid."))
}

pub(super) fn disabled() -> Reply {
    Reply::refused(
        "AF20023",
        "The subscription was disabled by a tenant admin or a service admin.",
    )
}

fn no_subscription() -> Reply {
    Reply::refused(
        "AF20022",
        "No subscription found for the specified content type.",
    )
}

fn shown(content_type: ContentType, enabled: bool) -> Value {
    let status = if enabled { "enabled" } else { "disabled" };
    json!({"contentType": content_type.as_str(), "status": status, "webhook": null})
}

fn wait(subscription: &Subscription, now: Timestamp) -> Option<SignedDuration> {
    let wait = START_INTERVAL - now.duration_since(subscription.last_start?);
    wait.is_positive().then_some(wait)
}

pub(super) fn too_frequent(wait: SignedDuration) -> Reply {
    let (minutes, seconds) = (wait.as_secs() / 60, wait.as_secs() % 60);
    let message = format!(
        "Too many frequent subscription start requests. Please retry again after {minutes}m {seconds}s."
    );
    Reply::refused_as(403, "429", message)
}

/// A webhook would have to be validated by calling it, which the simulator never does.
fn refuse_webhook(call: &Call) -> Result<(), Reply> {
    if call.body.is_empty() {
        return Ok(());
    }
    let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    let Some(webhook) = body.get("webhook").filter(|webhook| !webhook.is_null()) else {
        return Ok(());
    };
    let address = webhook
        .get("address")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let message = format!(
        "The webhook endpoint {{{address}}} could not be validated. The endpoint did not return HTTP 200."
    );
    Err(Reply::refused("AF20021", message))
}
