//! What the service tried to tell a webhook, for a person who wonders why it is silent.

use auditlake_api::{Client, ContentType, Error as ApiError, Notification, Window};
use jiff::Timestamp;
use serde::Serialize;

use crate::check::Step;
use crate::connection::Connection;
use crate::error::Error;
use crate::plan::{EDGE_MARGIN, MAX_WINDOW, RETENTION, cut};

/// The attempts to tell of one content type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempts {
    /// The feed, as the service spells it.
    pub content_type: String,
    /// One element an attempt, as the service has them, by when they were made.
    pub notifications: Vec<Notification>,
    /// Why the rest could not be had; none when it could.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<Step>,
}

/// Lists the attempts to tell of content that became available from `since` until `now`; of the last seven days, as the
/// service keeps no more. What cannot be had of one content type does not stop the others.
///
/// Fails when there can be no client.
pub async fn list_notifications(
    connection: Connection,
    content_types: impl IntoIterator<Item = ContentType>,
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<Attempts>, Error> {
    let client = Client::new(connection.client)?;
    let span = Window {
        start: second(since.max(now - RETENTION + EDGE_MARGIN)),
        end: second(now),
    };
    let mut all = Vec::new();
    for content_type in content_types {
        let mut notifications = Vec::new();
        let failed = list(&client, content_type, span, &mut notifications).await;
        notifications.sort_by_key(|it| it.notification_sent);
        all.push(Attempts {
            content_type: content_type.to_string(),
            notifications,
            failed: failed.err().map(|error| Step::failed(&error)),
        });
    }
    Ok(all)
}

async fn list(
    client: &Client,
    content_type: ContentType,
    span: Window,
    found: &mut Vec<Notification>,
) -> Result<(), ApiError> {
    if span.start >= span.end {
        return Ok(());
    }
    for (_, asked) in cut(span, MAX_WINDOW) {
        let mut pages = client.list_notifications(content_type, asked);
        while let Some(page) = pages.next_page().await? {
            found.extend(page);
        }
    }
    Ok(())
}

/// The service takes whole seconds.
fn second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}
