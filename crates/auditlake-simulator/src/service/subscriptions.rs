//! Start, stop and list subscriptions.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::notify::Hook;
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
    pub(super) enabled: bool,
    last_start: Option<Timestamp>,
    pub(super) hook: Option<Hook>,
}

impl Subscription {
    /// Enabled from the beginning, long ago.
    pub(super) fn enabled() -> Self {
        Self {
            enabled: true,
            last_start: None,
            hook: None,
        }
    }

    /// Switched off by an administrator.
    pub(super) fn disabled() -> Self {
        Self {
            enabled: false,
            last_start: None,
            hook: None,
        }
    }
}

impl Subscription {
    fn shown(&self, content_type: ContentType, now: Timestamp) -> Value {
        let status = if self.enabled { "enabled" } else { "disabled" };
        let webhook = self.hook.as_ref().map(|hook| hook.shown(now));
        json!({"contentType": content_type.as_str(), "status": status, "webhook": webhook})
    }
}

impl Service {
    pub(super) fn start(&self, tenant: &Tenant, call: &Call) -> Result<Reply, Reply> {
        let content_type = content_type(call)?;
        check_permission(tenant, content_type)?;
        let webhook = call.webhook.clone().transpose()?;
        let now = self.clock.now();
        if let Some(webhook) = &webhook {
            webhook.check_expiration(now)?;
        }
        let mut subscriptions = locked(&tenant.subscriptions);
        let known = subscriptions.get(&content_type);
        if known
            .is_some_and(|known| known.enabled && Hook::is(known.hook.as_ref(), webhook.as_ref()))
        {
            return Err(Reply::refused(
                "AF20024",
                "The subscription is already enabled. No property change.",
            ));
        }
        if let Some(wait) = known.and_then(|subscription| wait(subscription, now)) {
            return Err(too_frequent(wait));
        }
        let started = Subscription {
            enabled: true,
            last_start: Some(now),
            hook: webhook.map(|webhook| Hook::new(webhook, now)),
        };
        let reply = Reply::json(200, &started.shown(content_type, now));
        subscriptions.insert(content_type, started);
        Ok(reply)
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

    pub(super) fn list_subscriptions(&self, tenant: &Tenant) -> Reply {
        let (subscriptions, now) = (locked(&tenant.subscriptions), self.clock.now());
        let known = ContentType::ALL.into_iter().filter_map(|content_type| {
            Some(subscriptions.get(&content_type)?.shown(content_type, now))
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
