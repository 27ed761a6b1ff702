//! Webhooks: what a start request says of one, and how it is called.
//!
//! Source: Microsoft, Office 365 Management Activity API reference, "Start a subscription" and "Receiving
//! notifications".

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use url::{Host, Url};

use super::Call;
use super::reply::Reply;

/// How long a webhook has to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The webhook of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Webhook {
    address: String,
    auth_id: Option<String>,
    expiration: Option<String>,
}

impl Webhook {
    /// The one that a start request asks for; none if it asks for none.
    pub(super) fn asked(call: &Call) -> Option<Self> {
        let body: Value = serde_json::from_slice(&call.body).ok()?;
        let webhook = body.get("webhook").filter(|webhook| webhook.is_object())?;
        let text = |name: &str| webhook.get(name)?.as_str().map(str::to_owned);
        let filled = |name: &str| text(name).filter(|text| !text.is_empty());
        Some(Self {
            address: text("address").unwrap_or_default(),
            auth_id: filled("authId"),
            expiration: filled("expiration"),
        })
    }

    /// As subscriptions show it.
    pub(super) fn shown(&self, status: &str) -> Value {
        json!({
            "status": status,
            "address": self.address,
            "authId": self.auth_id,
            "expiration": self.expiration,
        })
    }

    /// Refuses an end that lies in the past.
    pub(super) fn check_expiration(&self, now: Timestamp) -> Result<(), Reply> {
        if !self.is_over(now) {
            return Ok(());
        }
        let given = self.expiration.as_deref().unwrap_or_default();
        Err(Reply::refused(
            "AF20003",
            format!("Webhook expiration {{{given}}} lies in the past."),
        ))
    }

    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        let end = self.expiration.as_deref().and_then(time);
        end.is_some_and(|end| end <= now)
    }

    /// Calls it with a code; only HTTP 200 will do.
    pub(super) async fn validate(&self) -> Result<(), Reply> {
        match self.call().await {
            Some(200) => Ok(()),
            _ => Err(Reply::refused(
                "AF20021",
                format!(
                    "The webhook endpoint {{{}}} could not be validated. The endpoint did not return HTTP 200.",
                    self.address
                ),
            )),
        }
    }

    async fn call(&self) -> Option<u16> {
        let code = uuid::Uuid::new_v4().to_string();
        self.post(&json!({"validationCode": code}), Some(&code))
            .await
    }

    /// Sends this, with a code where it is a test. The status of the answer; none when there is none, or the address is
    /// not one to call.
    pub(super) async fn post(&self, body: &Value, code: Option<&str>) -> Option<u16> {
        let address = Url::parse(&self.address).ok().filter(may_be_called)?;
        // Within the machine, whose names nobody certifies.
        let client = reqwest::Client::builder()
            .tls_danger_accept_invalid_certs(true)
            .timeout(PATIENCE)
            .no_proxy();
        let request = client.build().ok()?.post(address);
        let request = request.header(CONTENT_TYPE, "application/json; charset=utf-8");
        let mut request = request.json(body);
        if let Some(code) = code {
            request = request.header("Webhook-ValidationCode", code);
        }
        if let Some(label) = &self.auth_id {
            request = request.header("Webhook-AuthID", label);
        }
        Some(request.send().await.ok()?.status().as_u16())
    }
}

/// The service wants https; here plain http will do within the machine, and no other machine is ever called.
fn may_be_called(address: &Url) -> bool {
    let near = match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    near && ["http", "https"].contains(&address.scheme())
}

/// A time with or without its zone, which is UTC.
fn time(text: &str) -> Option<Timestamp> {
    let civil = || {
        TimeZone::UTC
            .to_timestamp(text.parse::<DateTime>().ok()?)
            .ok()
    };
    text.parse().ok().or_else(civil)
}
