//! Subscriptions as a person handles them: list, start, stop.

use auditlake_api::{
    Client, ContentType, Error as ApiError, ErrorKind, StartOutcome, Subscription, Webhook,
    WebhookChange,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::check::Step;
use crate::connection::Connection;
use crate::error::Error;

/// The service takes one start of a subscription within this time.
///
/// Source: Microsoft, Office 365 Management Activity API reference, section "Start a subscription".
pub const START_INTERVAL: SignedDuration = SignedDuration::from_mins(15);

/// A subscription, or that there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionState {
    /// The feed, as the service spells it.
    pub content_type: String,
    /// `enabled`, `disabled`, or `none`.
    pub status: String,
    /// Its webhook.
    pub webhook: Option<WebhookState>,
}

/// A webhook without its secrets: the path of an address often holds a key, and the label tells the service from
/// others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookState {
    /// `enabled`, `disabled` or `expired`.
    pub status: Option<String>,
    /// Scheme, host and port of the address.
    pub origin: Option<String>,
    /// When notifications end, as the service tells it; never when `None`.
    pub expiration: Option<String>,
}

/// What became of a start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Started {
    /// It was started; the first content may take up to 12 hours.
    Started,
    /// It was as asked before.
    AlreadyEnabled,
    /// The last start is too recent.
    Waiting {
        /// From when on it can be started.
        until: Timestamp,
    },
    /// It could not be started.
    Failed {
        /// Why.
        step: Step,
    },
}

/// The subscriptions of a connection.
#[derive(Debug)]
pub struct Subscriptions {
    client: Client,
    listed: Vec<Subscription>,
}

impl Subscriptions {
    /// Lists them. Fails when the service cannot be asked.
    pub async fn list(connection: Connection) -> Result<Self, Error> {
        let client = Client::new(connection.client)?;
        let listed = client.list_subscriptions().await?;
        Ok(Self { client, listed })
    }

    /// Each content type's, and those of content types that are unknown here.
    pub fn states(&self) -> Vec<SubscriptionState> {
        let known = ContentType::ALL.map(|content_type| {
            find(&self.listed, content_type).map_or_else(
                || SubscriptionState::none(content_type),
                SubscriptionState::of,
            )
        });
        let is_other = |found: &&Subscription| found.content_type.parse::<ContentType>().is_err();
        let others = self
            .listed
            .iter()
            .filter(is_other)
            .map(SubscriptionState::of);
        known.into_iter().chain(others).collect()
    }

    /// Whether nothing is to be done for it: it is enabled, and its webhook is as asked.
    pub fn is_done(&self, content_type: ContentType, change: &WebhookChange) -> bool {
        find(&self.listed, content_type).is_some_and(|found| change.is_met_by(found))
    }

    /// Starts it, whatever the time of the last start is; an existing webhook is removed only when that is the change.
    ///
    /// Returns what became of it, and whether this begins a [`START_INTERVAL`].
    pub async fn start(
        &self,
        content_type: ContentType,
        change: &WebhookChange,
    ) -> (Started, bool) {
        if self.is_done(content_type, change) {
            return (Started::AlreadyEnabled, false);
        }
        match self.client.ensure_subscription(content_type, change).await {
            Ok(StartOutcome::Started(_)) => (Started::Started, true),
            Ok(StartOutcome::AlreadyEnabled) => (Started::AlreadyEnabled, true),
            Err(error) => (not_started(&error, change), counts(&error)),
        }
    }

    /// Stops it: what becomes available until the next start is lost for good. `None` when it is stopped.
    pub async fn stop(&self, content_type: ContentType) -> Option<Step> {
        let stopped = self.client.stop_subscription(content_type).await;
        stopped.err().map(|error| Step::failed(&error))
    }
}

/// A request that was refused here, before it was sent, has no status; one without an answer may have arrived. Who may
/// not start anything has not started anything.
fn counts(error: &ApiError) -> bool {
    let is_denied = matches!(error.kind(), ErrorKind::Credentials | ErrorKind::Permission);
    let was_sent = error.status().is_some() || error.kind() == ErrorKind::Network;
    was_sent && !is_denied
}

fn not_started(error: &ApiError, change: &WebhookChange) -> Started {
    let wait = error
        .retry_after()
        .and_then(|wait| SignedDuration::try_from(wait).ok());
    if let Some(wait) = wait.filter(|_| error.kind() == ErrorKind::Throttled) {
        let until = Timestamp::now() + wait.min(START_INTERVAL);
        return Started::Waiting { until };
    }
    let mut step = Step::failed(error);
    if let WebhookChange::Set(webhook) = change {
        step.detail = step.detail.map(|words| without_keys(&words, webhook));
    }
    Started::Failed { step }
}

/// The service repeats the address that it could not validate.
fn without_keys(words: &str, webhook: &Webhook) -> String {
    let origin = origin(&webhook.address).unwrap_or_default();
    words.replace(&webhook.address, &origin)
}

fn origin(address: &str) -> Option<String> {
    let address = Url::parse(address).ok()?;
    Some(address.origin().ascii_serialization())
}

/// The content type's subscription.
pub(crate) fn find(
    subscriptions: &[Subscription],
    content_type: ContentType,
) -> Option<&Subscription> {
    subscriptions
        .iter()
        .find(|found| found.content_type == content_type.as_str())
}

impl SubscriptionState {
    fn none(content_type: ContentType) -> Self {
        Self {
            content_type: content_type.to_string(),
            status: "none".to_owned(),
            webhook: None,
        }
    }

    fn of(subscription: &Subscription) -> Self {
        Self {
            content_type: subscription.content_type.clone(),
            status: subscription
                .status
                .clone()
                .unwrap_or_else(|| "enabled".to_owned()),
            webhook: WebhookState::of(subscription),
        }
    }
}

impl WebhookState {
    pub(crate) fn of(subscription: &Subscription) -> Option<Self> {
        let webhook = subscription
            .webhook
            .as_ref()
            .filter(|webhook| !webhook.is_null())?;
        let text = |name: &str| {
            webhook
                .get(name)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
        };
        Some(Self {
            status: text("status").map(str::to_owned),
            origin: text("address").and_then(origin),
            expiration: text("expiration").map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use auditlake_api::{ClientConfig, Cloud, Secret};
    use serde_json::json;

    use super::*;

    const TENANT: &str = "11111111-2222-3333-4444-555555555555";

    fn listed(subscriptions: &Value) -> Subscriptions {
        let config = ClientConfig::for_cloud(
            Cloud::Enterprise,
            TENANT,
            "client",
            Secret::new("x".to_owned()),
        );
        Subscriptions {
            client: Client::new(config).expect("the configuration is sound"),
            listed: serde_json::from_value(subscriptions.clone()).expect("subscriptions"),
        }
    }

    fn with_webhook(status: &str) -> Subscriptions {
        let webhook = json!({"status": status, "address": "https://hook.contoso.example/k3y?code=k3y", "authId": "l4bel", "expiration": ""});
        listed(&json!([{"contentType": "Audit.Exchange", "status": "enabled", "webhook": webhook}]))
    }

    fn webhook(auth_id: &str) -> WebhookChange {
        WebhookChange::Set(Webhook {
            address: "https://hook.contoso.example/k3y?code=k3y".to_owned(),
            auth_id: Some(auth_id.to_owned()),
            expiration: None,
        })
    }

    #[test]
    fn every_content_type_has_a_state_and_unknown_ones_are_told_too() {
        let states = listed(&json!([
            {"contentType": "Audit.Future", "status": "enabled"},
            {"contentType": "Audit.Exchange"},
            {"contentType": "DLP.All", "status": "disabled", "webhook": null},
        ]))
        .states();
        let status = |name: &str| {
            states
                .iter()
                .find(|state| state.content_type == name)
                .map(|state| state.status.as_str())
        };
        assert_eq!(states.len(), ContentType::ALL.len() + 1);
        assert_eq!(status("Audit.Exchange"), Some("enabled"));
        assert_eq!(status("DLP.All"), Some("disabled"));
        assert_eq!(status("Audit.General"), Some("none"));
        assert_eq!(status("Audit.Future"), Some("enabled"));
    }

    #[test]
    fn a_webhook_is_told_without_its_keys() {
        let states = with_webhook("enabled").states();
        let text = json!(states).to_string();
        assert!(text.contains("https://hook.contoso.example\""), "{text}");
        assert!(!text.contains("k3y") && !text.contains("l4bel"), "{text}");
    }

    #[test]
    fn what_is_as_asked_is_left_alone() {
        let is_done = |subscriptions: &Subscriptions, change: &WebhookChange| {
            subscriptions.is_done(ContentType::Exchange, change)
        };
        let enabled = with_webhook("enabled");
        assert!(is_done(&enabled, &WebhookChange::Keep));
        assert!(is_done(&enabled, &webhook("l4bel")));
        assert!(!is_done(&enabled, &webhook("other")));
        assert!(!is_done(&enabled, &WebhookChange::Remove));
        assert!(!is_done(&with_webhook("expired"), &webhook("l4bel")));
        assert!(!is_done(&listed(&json!([])), &WebhookChange::Keep));
    }

    #[test]
    fn what_becomes_of_a_start_is_told_by_its_result() {
        let until = Timestamp::UNIX_EPOCH;
        assert_eq!(
            json!(Started::AlreadyEnabled),
            json!({"result": "already_enabled"})
        );
        assert_eq!(
            json!(Started::Waiting { until }),
            json!({"result": "waiting", "until": "1970-01-01T00:00:00Z"})
        );
    }
}
