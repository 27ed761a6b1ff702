//! Telling webhooks of new content.
//!
//! A request names blobs that became available since the webhook was set. An answer other than 200 has it repeated, later
//! and later; too many of them in a row, and the webhook is disabled until a start sets it again.
//!
//! Source: Microsoft, Office 365 Management Activity API reference, "Receiving notifications" and "Webhook
//! notifications and retries".

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::webhook::Webhook;
use super::{Service, Tenant, locked};
use crate::catalogue::Entry;
use crate::{ContentType, OfferedBlob};

/// How often it looks for new content.
const TICK: Duration = Duration::from_millis(20);

/// A webhook that is set.
#[derive(Debug, Clone)]
pub(super) struct Hook {
    webhook: Webhook,
    /// It is told of what became available after this.
    since: Timestamp,
    is_disabled: bool,
    /// Content ids that it was told of, or never will be.
    told: HashSet<String>,
    /// Answers other than 200 in a row.
    failures: u32,
    next_try: Option<Instant>,
}

/// An attempt to tell a webhook of a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The blob.
    pub blob: OfferedBlob,
    /// When it was told.
    pub sent: Timestamp,
    /// Whether the answer was 200.
    pub heard: bool,
}

/// A request that is due.
#[derive(Debug)]
struct Due<'a> {
    tenant: &'a Tenant,
    content_type: ContentType,
    webhook: Webhook,
    blobs: Vec<OfferedBlob>,
}

/// Tells of what becomes available, until it is dropped.
pub(crate) async fn notify(service: Arc<Service>) {
    loop {
        let due = service.due(Instant::now());
        join_all(due.into_iter().map(|due| service.tell(due))).await;
        sleep(TICK).await;
    }
}

impl Attempt {
    /// `success` is the only word that the documentation has.
    pub(super) fn status(&self) -> &'static str {
        if self.heard { "success" } else { "failure" }
    }
}

impl Hook {
    pub(super) fn new(webhook: Webhook, since: Timestamp) -> Self {
        Self {
            webhook,
            since,
            is_disabled: false,
            told: HashSet::new(),
            failures: 0,
            next_try: None,
        }
    }

    /// Whether a start that asks for this changes nothing. A disabled one is enabled by it.
    pub(super) fn is(hook: Option<&Self>, asked: Option<&Webhook>) -> bool {
        hook.map(|hook| &hook.webhook) == asked && !hook.is_some_and(|hook| hook.is_disabled)
    }

    /// As subscriptions show it.
    pub(super) fn shown(&self, now: Timestamp) -> Value {
        self.webhook.shown(match self.is_disabled {
            true => "disabled",
            false if self.webhook.is_over(now) => "expired",
            false => "enabled",
        })
    }

    fn may_be_told(&self, now: Timestamp, at: Instant) -> bool {
        let is_time = self.next_try.is_none_or(|next| next <= at);
        is_time && !self.is_disabled && !self.webhook.is_over(now)
    }

    fn is_news(&self, entry: &Entry) -> bool {
        let OfferedBlob {
            created,
            content_id,
            ..
        } = &entry.offered;
        *created > self.since && !self.told.contains(content_id)
    }
}

impl Service {
    /// The next request to each webhook.
    fn due(&self, at: Instant) -> Vec<Due<'_>> {
        let due = |tenant| ContentType::ALL.map(|it| self.due_of(tenant, it, at));
        self.tenants.iter().flat_map(due).flatten().collect()
    }

    fn due_of<'a>(
        &self,
        tenant: &'a Tenant,
        content_type: ContentType,
        at: Instant,
    ) -> Option<Due<'a>> {
        let now = self.clock.now();
        let mut subscriptions = locked(&tenant.subscriptions);
        let subscription = subscriptions.get_mut(&content_type)?;
        let enabled = subscription.enabled;
        let hook = subscription.hook.as_mut();
        let hook = hook.filter(|hook| enabled && hook.may_be_told(now, at))?;
        let all = tenant.catalogue.available(now).iter();
        let all = all.filter(|entry| entry.offered.content_type == content_type);
        let skipped = |index: usize| {
            let every = self.notifications.skip_every;
            every > 0 && (index + 1).is_multiple_of(every)
        };
        let news = all.enumerate().filter(|(_, entry)| hook.is_news(entry));
        let news = news.filter(|(index, _)| !skipped(*index));
        let mut blobs: Vec<OfferedBlob> = news.map(|(_, it)| it.offered.clone()).collect();
        if self.notifications.backwards {
            blobs.reverse();
        }
        blobs.truncate(self.notifications.batch.max(1));
        (!blobs.is_empty()).then(|| Due {
            tenant,
            content_type,
            webhook: hook.webhook.clone(),
            blobs,
        })
    }

    async fn tell(&self, due: Due<'_>) {
        let config = &due.tenant.config;
        let element = |blob: &OfferedBlob| {
            let mut element = self.shown(due.tenant, blob);
            element["tenantId"] = json!(config.tenant_id);
            element["clientId"] = json!(config.client_id);
            element
        };
        let body: Vec<Value> = due.blobs.iter().map(element).collect();
        let body = json!(body);
        let mut heard = false;
        for _ in 0..self.notifications.repeats.max(1) {
            heard = due.webhook.post(&body, None).await == Some(200);
            self.note(&due, heard);
        }
        self.learn(&due, heard);
    }

    fn note(&self, due: &Due<'_>, heard: bool) {
        let sent = self.clock.now();
        let attempt = |blob: &OfferedBlob| Attempt {
            blob: blob.clone(),
            sent,
            heard,
        };
        locked(&due.tenant.notified).extend(due.blobs.iter().map(attempt));
    }

    /// Takes in the answer, unless the webhook is another one by now.
    fn learn(&self, due: &Due<'_>, heard: bool) {
        let mut subscriptions = locked(&due.tenant.subscriptions);
        let subscription = subscriptions.get_mut(&due.content_type);
        let hook = subscription.and_then(|it| it.hook.as_mut());
        let Some(hook) = hook.filter(|hook| hook.webhook == due.webhook) else {
            return;
        };
        if heard {
            let ids = due.blobs.iter().map(|blob| blob.content_id.clone());
            hook.told.extend(ids);
            hook.failures = 0;
            hook.next_try = None;
            return;
        }
        let factor = 2_u32.saturating_pow(hook.failures.min(16));
        hook.next_try = Some(Instant::now() + self.notifications.first_retry * factor);
        hook.failures += 1;
        hook.is_disabled = hook.failures >= self.notifications.attempts;
    }
}
