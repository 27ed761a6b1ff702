//! `auditlake subscription start`.

use std::collections::BTreeSet;
use std::{io, iter};

use auditlake_pipeline::check::{Step, StepKind};
use auditlake_pipeline::subscription::START_INTERVAL;
use auditlake_pipeline::{
    Connection, ContentType, Secret, Started, SubscriptionState, Subscriptions, Webhook,
    WebhookChange,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use url::{Host, Url};

use super::{Document, connection, exit};
use crate::args::output::Output;
use crate::args::subscription::{SubscriptionStartArgs, WebhookArgs};
use crate::connect;
use crate::exit::{Exit, Usage};
use crate::print::table::table;
use crate::print::{json, note};
use crate::run::Session;
use crate::starts::{Key, Starts};

/// A content type, and what became of it.
#[derive(Debug, Serialize)]
struct Row {
    content_type: String,
    #[serde(flatten)]
    started: Started,
}

pub(super) async fn start(args: &SubscriptionStartArgs, session: &Session) -> anyhow::Result<Exit> {
    let auth_id = connect::auth_id(&args.connection, session.config.as_deref())?;
    let change = change(&args.webhook, auth_id.as_ref(), Timestamp::now())?;
    let connection = connection(&args.connection, session)?;
    let mut document = Document::new(&connection);
    let starter = Starter {
        key: key(&connection),
        starts: remembered(Starts::open(args.state_dir.as_deref())),
        subscriptions: Subscriptions::list(connection).await?,
        change,
    };
    let asked = args.content_types.each();
    for warning in starter.warnings(&asked) {
        note(&format!("warning: {warning}"));
    }
    for content_type in asked {
        document.subscriptions.push(Row {
            content_type: content_type.to_string(),
            started: starter.start(content_type).await,
        });
    }
    match args.output.output {
        Output::Json => json(&document)?,
        Output::Text => note(&text(&document.subscriptions)),
    }
    Ok(outcome(&document.subscriptions))
}

struct Starter {
    key: Key,
    starts: Option<Starts>,
    subscriptions: Subscriptions,
    change: WebhookChange,
}

impl Starter {
    /// A start is remembered before it is sent, so that an interrupted command is too.
    async fn start(&self, content_type: ContentType) -> Started {
        if self.subscriptions.is_done(content_type, &self.change) {
            return Started::AlreadyEnabled;
        }
        let key = self.key.with(content_type);
        if let Some(until) = self
            .remember(|starts| starts.claim(&key, Timestamp::now()))
            .flatten()
        {
            return Started::Waiting { until };
        }
        let (started, counts) = self.subscriptions.start(content_type, &self.change).await;
        let now = Timestamp::now();
        if !counts {
            self.remember(|starts| starts.release(&key, now));
        } else if let Started::Waiting { until } = started {
            self.remember(|starts| starts.set_until(&key, until, now));
        }
        started
    }

    /// What this start does to webhooks, and what it lacks.
    fn warnings(&self, asked: &[ContentType]) -> Vec<String> {
        let mut warnings = Vec::new();
        if let WebhookChange::Set(webhook) = &self.change
            && webhook.auth_id.is_none()
        {
            warnings.push(
                "the webhook has no auth id: its receiver cannot tell the service from anybody else, and \
                 `auditlake receive` takes nothing without one"
                    .to_owned(),
            );
        }
        let states = self.subscriptions.states();
        let asked = asked.iter();
        let asked = asked.filter(|it| !self.subscriptions.is_done(**it, &self.change));
        let found = asked.filter_map(|it| {
            states
                .iter()
                .find(|state| state.content_type == it.as_str())
        });
        warnings.extend(found.filter_map(|state| affected(state, &self.change)));
        warnings
    }

    fn remember<T>(&self, remember: impl FnOnce(&Starts) -> io::Result<T>) -> Option<T> {
        remembered(remember(self.starts.as_ref()?))
    }
}

/// Without a memory the service's own check has to do.
fn remembered<T>(result: io::Result<T>) -> Option<T> {
    let told = |error: &io::Error| {
        note(&format!(
            "warning: the times of starts cannot be remembered: {error}"
        ));
    };
    result.inspect_err(told).ok()
}

/// The label is the file's text.
fn change(
    args: &WebhookArgs,
    auth_id: Option<&Secret>,
    now: Timestamp,
) -> anyhow::Result<WebhookChange> {
    let Some(address) = &args.webhook else {
        return Ok(if args.remove_webhook {
            WebhookChange::Remove
        } else {
            WebhookChange::Keep
        });
    };
    if address.scheme() != "https" && !is_loopback(address) {
        return Err(Usage::new("a webhook has an https address").into());
    }
    if args.webhook_expiration.is_some_and(|time| time <= now) {
        return Err(Usage::new("the webhook's expiration is past").into());
    }
    Ok(WebhookChange::Set(Webhook {
        address: address.to_string(),
        auth_id: auth_id.map(|label| label.expose().to_owned()),
        expiration: args.webhook_expiration.map(written),
    }))
}

/// A webhook that is there, and is not as it was after this.
fn affected(state: &SubscriptionState, change: &WebhookChange) -> Option<String> {
    let webhook = state.webhook.as_ref()?;
    let done = match change {
        WebhookChange::Keep => return None,
        WebhookChange::Remove => "removed, and nobody is notified any more",
        WebhookChange::Set(_) => "replaced; a subscription has one webhook",
    };
    let origin = webhook.origin.as_deref().unwrap_or("an unknown host");
    let status = webhook.status.as_deref().unwrap_or("unknown");
    let content_type = &state.content_type;
    Some(format!(
        "{content_type}: the webhook at {origin} ({status}) is {done}"
    ))
}

/// Only a simulator can call such an address.
fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// As the service writes it: seconds, in UTC, without a zone.
fn written(time: Timestamp) -> String {
    TimeZone::UTC
        .to_datetime(time)
        .strftime("%Y-%m-%dT%H:%M:%S")
        .to_string()
}

fn key(connection: &Connection) -> Key {
    let client = &connection.client;
    Key {
        api: client.api_address.origin().ascii_serialization(),
        tenant_id: client.tenant_id.to_ascii_lowercase(),
        client_id: client.client_id.to_ascii_lowercase(),
        content_type: String::new(),
    }
}

fn text(rows: &[Row]) -> String {
    let mut table = table(&["content type", "result", "details"]);
    for row in rows {
        let (result, details) = told(&row.started);
        table.add_row([row.content_type.as_str(), result, &details]);
    }
    let hints = rows.iter().filter_map(|row| match &row.started {
        Started::Failed { step } => step.hint.as_ref(),
        _ => None,
    });
    let hints: BTreeSet<String> = hints.map(|hint| format!("hint: {hint}")).collect();
    let lines: Vec<String> = iter::once(table.to_string()).chain(hints).collect();
    lines.join("\n")
}

fn told(started: &Started) -> (&'static str, String) {
    match started {
        Started::Started => (
            "started",
            "the first content may take up to 12 hours".to_owned(),
        ),
        Started::AlreadyEnabled => ("enabled before", String::new()),
        Started::Waiting { until } => (
            "too soon",
            format!(
                "one start in {} minutes is taken; again after {until:.0}",
                START_INTERVAL.as_mins()
            ),
        ),
        Started::Failed { step } => ("failed", step.detail.clone().unwrap_or_default()),
    }
}

fn outcome(rows: &[Row]) -> Exit {
    let too_soon = Step {
        ok: false,
        kind: Some(StepKind::Throttled),
        detail: None,
        hint: None,
    };
    let failed = rows.iter().filter_map(|row| match &row.started {
        Started::Started | Started::AlreadyEnabled => None,
        Started::Waiting { .. } => Some(&too_soon),
        Started::Failed { step } => Some(step),
    });
    let failed: Vec<&Step> = failed.collect();
    exit(rows.len() - failed.len(), &failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(webhook: &str, expiration: Option<&str>) -> WebhookArgs {
        WebhookArgs {
            webhook: Some(webhook.parse().expect("a URL")),
            webhook_expiration: expiration.map(|time| time.parse().expect("a time")),
            remove_webhook: false,
        }
    }

    #[test]
    fn a_webhook_is_written_as_the_service_writes_it() {
        let now: Timestamp = "2026-05-04T10:00:00Z".parse().unwrap();
        let asked = args(
            "https://hook.contoso.example/a",
            Some("2026-12-31T01:00:00.5+01:00"),
        );
        let expected = Webhook {
            address: "https://hook.contoso.example/a".to_owned(),
            auth_id: None,
            expiration: Some("2026-12-31T00:00:00".to_owned()),
        };
        assert_eq!(
            change(&asked, None, now).unwrap(),
            WebhookChange::Set(expected)
        );
    }

    #[test]
    fn a_webhook_that_the_service_would_refuse_is_not_asked_for() {
        let now: Timestamp = "2026-05-04T10:00:00Z".parse().unwrap();
        assert!(change(&args("http://hook.contoso.example/", None), None, now).is_err());
        let past = Some("2026-05-04T10:00:00Z");
        assert!(change(&args("https://hook.contoso.example/", past), None, now).is_err());
    }

    #[test]
    fn nothing_is_removed_unless_asked() {
        let now = Timestamp::UNIX_EPOCH;
        let mut asked = args("https://hook.contoso.example/", None);
        asked.webhook = None;
        assert_eq!(change(&asked, None, now).unwrap(), WebhookChange::Keep);
        asked.remove_webhook = true;
        assert_eq!(change(&asked, None, now).unwrap(), WebhookChange::Remove);
    }
}
