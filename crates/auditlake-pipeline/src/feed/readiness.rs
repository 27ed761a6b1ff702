//! Whether the content types can be read at all, and starting those that nobody started.

use std::time::Duration;

use auditlake_api::{
    Client, ContentType, Error as ApiError, ErrorKind, StartOutcome, Subscription, WebhookChange,
};
use jiff::Timestamp;

use crate::error::Error;
use crate::failure::{describe, reason};
use crate::gap::GapReason;
use crate::starts::Starts;

/// Said of a content type whose subscription was started just now.
///
/// Source: Microsoft, Office 365 Management Activity API reference, section "Start a subscription".
const STARTED: &str =
    "the subscription was started just now; the first content may take up to 12 hours";

/// What is known about a content type before its first listing.
#[derive(Debug)]
pub(crate) enum Readiness {
    Ready,
    /// It will offer content, though not at once.
    Started(&'static str),
    Unavailable(GapReason, String),
}

/// Looks at subscriptions, and starts what is missing.
#[derive(Debug)]
pub(crate) struct Starter<'a> {
    pub(crate) client: &'a Client,
    pub(crate) starts: Starts,
    pub(crate) now: Timestamp,
}

impl Starter<'_> {
    /// Looks at the subscriptions, and starts what is missing when `start` is set.
    pub(crate) async fn prepare(
        &self,
        content_types: &[ContentType],
        start: bool,
    ) -> Result<Vec<(ContentType, Readiness)>, Error> {
        let subscriptions = match self.client.list_subscriptions().await {
            Ok(subscriptions) => subscriptions,
            // Which content types lack it, the listings tell one by one.
            Err(error) if matches!(error.kind(), ErrorKind::Permission | ErrorKind::Disabled) => {
                return Ok(ready(content_types));
            }
            Err(error) => return Err(error.into()),
        };
        let mut readiness = Vec::new();
        for &content_type in content_types {
            let state = match is_enabled(&subscriptions, content_type) {
                true => Readiness::Ready,
                false if start => self.start(content_type).await?,
                false => Readiness::Unavailable(
                    GapReason::Disabled,
                    "there is no enabled subscription".to_owned(),
                ),
            };
            readiness.push((content_type, state));
        }
        Ok(readiness)
    }

    /// Starts one, unless that was done just now: then its listing tells whether it took effect.
    async fn start(&self, content_type: ContentType) -> Result<Readiness, Error> {
        if self.starts.is_recent(content_type, self.now).await? {
            tracing::warn!(%content_type, "started within the last 15 minutes, not started again");
            return Ok(Readiness::Ready);
        }
        let readiness = start_one(self.client, content_type).await?;
        if matches!(readiness, Readiness::Started(_)) {
            self.starts.remember(content_type, self.now).await?;
        }
        Ok(readiness)
    }
}

fn ready(content_types: &[ContentType]) -> Vec<(ContentType, Readiness)> {
    content_types
        .iter()
        .map(|&content_type| (content_type, Readiness::Ready))
        .collect()
}

fn is_enabled(subscriptions: &[Subscription], content_type: ContentType) -> bool {
    subscriptions
        .iter()
        .any(|found| found.content_type == content_type.as_str() && found.is_enabled())
}

async fn start_one(client: &Client, content_type: ContentType) -> Result<Readiness, Error> {
    let mut started = ensure(client, content_type).await;
    if let Some(wait) = started
        .as_ref()
        .err()
        .and_then(|error| short_wait(client, error))
    {
        tokio::time::sleep(wait).await;
        started = ensure(client, content_type).await;
    }
    match started {
        Ok(StartOutcome::Started(_)) => Ok(Readiness::Started(STARTED)),
        Ok(StartOutcome::AlreadyEnabled) => Ok(Readiness::Ready),
        Err(error) if error.kind() == ErrorKind::Credentials => Err(error.into()),
        Err(error) => Ok(not_started(&error)),
    }
}

/// A start that removes no webhook that somebody else has set.
async fn ensure(client: &Client, content_type: ContentType) -> Result<StartOutcome, ApiError> {
    client
        .ensure_subscription(content_type, &WebhookChange::Keep)
        .await
}

/// How long the service wants a start to wait, if that is no longer than retries may take.
fn short_wait(client: &Client, error: &ApiError) -> Option<Duration> {
    let wait = error
        .retry_after()
        .filter(|_| error.kind() == ErrorKind::Throttled)?;
    (wait <= client.config().retry.total).then_some(wait)
}

fn not_started(error: &ApiError) -> Readiness {
    let reason = match error.kind() {
        // A webhook would be lost: the subscription stays as it is, disabled.
        ErrorKind::BadRequest => GapReason::Disabled,
        _ => reason(error),
    };
    Readiness::Unavailable(reason, describe(error))
}
