//! A start that looks first: it sends nothing needless, and removes no webhook by accident.

use serde_json::Value;
use url::Url;

use crate::client::Client;
use crate::content_type::ContentType;
use crate::error::{Context, Error, ErrorKind, Operation};
use crate::subscriptions::{StartOutcome, Subscription, Webhook};

/// What is to become of a subscription's webhook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum WebhookChange {
    /// Nothing: an enabled subscription stays as it is, and one that would lose its webhook by a start is not started.
    #[default]
    Keep,
    /// It becomes this one.
    Set(Webhook),
    /// It is removed, whoever has set it.
    Remove,
}

impl Client {
    /// Makes sure that the content type's subscription is enabled and has the webhook that was asked for. The
    /// subscriptions are listed first; a start, of which the service takes one in 15 minutes, is sent only where
    /// something is to change.
    ///
    /// [`ErrorKind::BadRequest`] when a disabled subscription has a webhook and the change is
    /// [`WebhookChange::Keep`]: the start would remove it, as the service takes each start without a webhook so.
    /// Otherwise as [`Client::start_subscription`].
    pub async fn ensure_subscription(
        &self,
        content_type: ContentType,
        change: &WebhookChange,
    ) -> Result<StartOutcome, Error> {
        let subscriptions = self.list_subscriptions().await?;
        let current = subscriptions
            .iter()
            .find(|found| found.content_type == content_type.as_str());
        if current.is_some_and(|current| change.is_met_by(current)) {
            return Ok(StartOutcome::AlreadyEnabled);
        }
        match (change, current.filter(|current| has_webhook(current))) {
            (WebhookChange::Keep, Some(current)) => Err(would_remove(content_type, current)),
            (WebhookChange::Set(webhook), _) => {
                self.start_subscription_with_webhook(content_type, webhook)
                    .await
            }
            (WebhookChange::Keep | WebhookChange::Remove, _) => {
                self.start_subscription(content_type).await
            }
        }
    }
}

impl WebhookChange {
    /// Whether a subscription is enabled and its webhook as this change wants it, so that no start is needed.
    pub fn is_met_by(&self, current: &Subscription) -> bool {
        let as_asked = match self {
            Self::Keep => true,
            Self::Set(webhook) => is_same(current, webhook),
            Self::Remove => !has_webhook(current),
        };
        current.is_enabled() && as_asked
    }
}

fn has_webhook(current: &Subscription) -> bool {
    current
        .webhook
        .as_ref()
        .is_some_and(|webhook| !webhook.is_null())
}

/// A webhook that the service has disabled, or that has expired, is not the same: a start revives it.
fn is_same(current: &Subscription, webhook: &Webhook) -> bool {
    let text = |name: &str| {
        let member = current.webhook.as_ref()?.get(name).and_then(Value::as_str);
        member.filter(|text| !text.is_empty())
    };
    text("status").is_none_or(|status| status.eq_ignore_ascii_case("enabled"))
        && text("address") == Some(webhook.address.as_str())
        && text("authId") == webhook.auth_id.as_deref()
        && text("expiration") == webhook.expiration.as_deref()
}

/// Only the webhook's host is told: addresses of webhooks often hold a key.
fn would_remove(content_type: ContentType, current: &Subscription) -> Error {
    let address = current
        .webhook_address()
        .and_then(|address| Url::parse(address).ok());
    let origin = address.map_or_else(
        || "unknown".to_owned(),
        |address| address.origin().ascii_serialization(),
    );
    let message = format!(
        "the subscription is not enabled and has a webhook at `{origin}`, which a start without one would remove; \
         set a webhook or ask for its removal"
    );
    Context::about(Operation::StartSubscription, content_type.as_str())
        .error(ErrorKind::BadRequest, message)
}
