//! Subscriptions: without one, a content type offers nothing.

use std::fmt;

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::client::Client;
use crate::content_type::ContentType;
use crate::error::{Context, Error, Operation};
use crate::listing::is_json_array;
use crate::transport::Call;

/// The code of a start that changes nothing; Microsoft's table of errors lacks it.
const ALREADY_ENABLED: &str = "AF20024";

/// A subscription of this application in the tenant.
///
/// Source: Microsoft, Office 365 Management Activity API reference, section "List current subscriptions".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// The feed, as the service spells it; new feeds may come.
    pub content_type: String,
    /// `enabled` or `disabled`; Microsoft's own sample has one without.
    #[serde(default)]
    pub status: Option<String>,
    /// The webhook's settings as they came.
    #[serde(default)]
    pub webhook: Option<Value>,
}

impl Subscription {
    /// True unless the service says otherwise.
    pub fn is_enabled(&self) -> bool {
        self.status
            .as_deref()
            .is_none_or(|status| status.eq_ignore_ascii_case("enabled"))
    }

    /// The webhook's address, where there is a webhook.
    pub fn webhook_address(&self) -> Option<&str> {
        self.webhook.as_ref()?.get("address")?.as_str()
    }
}

/// Where the service announces new content.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// An https address; the service tests it within the start request.
    pub address: String,
    /// Comes back in the header `Webhook-AuthID` of every notification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_id: Option<String>,
    /// `YYYY-MM-DDTHH:MM:SS` in UTC, after which notifications end; never when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration: Option<String>,
}

impl fmt::Debug for Webhook {
    /// Without the label, by which a receiver knows the service.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("address", &self.address)
            .field("expiration", &self.expiration)
            .finish_non_exhaustive()
    }
}

/// What a start request has led to; both are a success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartOutcome {
    /// The subscription as it is now. First blobs take up to 12 hours.
    Started(Subscription),
    /// It was enabled before, and nothing changed.
    AlreadyEnabled,
}

impl Client {
    /// The tenant's subscriptions. Elements that cannot be read are left out with a warning in the log.
    pub async fn list_subscriptions(&self) -> Result<Vec<Subscription>, Error> {
        let context = Context::new(Operation::ListSubscriptions);
        let url = self.transport().config.feed_url("subscriptions/list")?;
        let call = Call {
            method: Method::GET,
            url,
            header: None,
            body: None,
            context,
            is_whole: is_json_array,
        };
        let reply = self.transport().call(call).await?;
        let elements: Vec<&RawValue> = serde_json::from_slice(&reply.body).unwrap_or_default();
        Ok(elements.into_iter().filter_map(read_subscription).collect())
    }

    /// Starts a content type without a webhook, or enables it again.
    ///
    /// The service takes one start in 15 minutes; one too early fails with [`ErrorKind::Throttled`](crate::ErrorKind::Throttled), at once, with the
    /// remaining time in [`Error::retry_after`]. A start without a webhook removes one that somebody else has set:
    /// look at [`Client::list_subscriptions`] first.
    pub async fn start_subscription(
        &self,
        content_type: ContentType,
    ) -> Result<StartOutcome, Error> {
        self.start(content_type, None).await
    }

    /// As [`Client::start_subscription`], with a webhook, which the service tests before it answers (AF20021).
    pub async fn start_subscription_with_webhook(
        &self,
        content_type: ContentType,
        webhook: &Webhook,
    ) -> Result<StartOutcome, Error> {
        let body = serde_json::json!({ "webhook": webhook });
        self.start(content_type, Some(body.to_string().into_bytes()))
            .await
    }

    /// Stops a content type: what becomes available until the next start is lost for good.
    pub async fn stop_subscription(&self, content_type: ContentType) -> Result<(), Error> {
        let call = self.change(
            Operation::StopSubscription,
            "subscriptions/stop",
            content_type,
            None,
        )?;
        self.transport().call(call).await.map(|_| ())
    }

    async fn start(
        &self,
        content_type: ContentType,
        body: Option<Vec<u8>>,
    ) -> Result<StartOutcome, Error> {
        let call = self.change(
            Operation::StartSubscription,
            "subscriptions/start",
            content_type,
            body,
        )?;
        match self.transport().call(call).await {
            Ok(reply) => Ok(StartOutcome::Started(read_started(
                &reply.body,
                content_type,
            ))),
            Err(error) if error.code() == Some(ALREADY_ENABLED) => Ok(StartOutcome::AlreadyEnabled),
            Err(error) => Err(error),
        }
    }

    fn change(
        &self,
        operation: Operation,
        path: &str,
        content_type: ContentType,
        body: Option<Vec<u8>>,
    ) -> Result<Call, Error> {
        let mut url = self.transport().config.feed_url(path)?;
        url.set_query(Some(&format!("contentType={content_type}")));
        let context = Context::about(operation, content_type.as_str());
        Ok(Call {
            method: Method::POST,
            url,
            header: None,
            body,
            context,
            is_whole: |_| true,
        })
    }
}

fn read_subscription(element: &RawValue) -> Option<Subscription> {
    serde_json::from_str(element.get())
        .inspect_err(
            |error| tracing::warn!(%error, element = element.get(), "unreadable subscription"),
        )
        .ok()
}

/// The answer's own words, or what a success means where it has none.
fn read_started(body: &[u8], content_type: ContentType) -> Subscription {
    let assumed = || Subscription {
        content_type: content_type.as_str().to_owned(),
        status: Some("enabled".to_owned()),
        webhook: None,
    };
    serde_json::from_slice(body).unwrap_or_else(|_| assumed())
}
