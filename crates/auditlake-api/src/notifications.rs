//! Notifications: what the service tried to tell a webhook. For finding out why one is silent, not for finding content.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::client::Client;
use crate::content::Window;
use crate::content_type::ContentType;
use crate::error::{Error, Operation};
use crate::listing::{read_time, text};
use crate::paging::{Listing, Pager};
use crate::wire::WireContent;

/// One attempt to notify a webhook; the same content may be announced several times.
///
/// Source: Microsoft, Office 365 Management Activity API reference, section "List notifications".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Notification {
    /// The feed, as the service spells it.
    pub content_type: Option<String>,
    /// The announced blob's identity.
    pub content_id: Option<String>,
    /// Where the blob is fetched.
    pub content_uri: Option<String>,
    /// When the blob became available.
    pub content_created: Option<Timestamp>,
    /// When the blob goes away.
    pub content_expiration: Option<Timestamp>,
    /// When the attempt was made.
    pub notification_sent: Option<Timestamp>,
    /// `success` is the only documented value.
    pub notification_status: Option<String>,
}

/// A listing of notifications under way. After an error, the same page can be asked for again.
#[derive(Debug)]
pub struct NotificationPages(Pager);

impl NotificationPages {
    /// The attempts of the next page in no order, or `None` after the last. Elements that are no object are left out.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Notification>>, Error> {
        Ok(self.0.next_page().await?.map(|body| read(&body)))
    }
}

impl Client {
    /// A listing of the attempts to notify the content type's webhook of blobs of the window.
    pub fn list_notifications(
        &self,
        content_type: ContentType,
        window: Window,
    ) -> NotificationPages {
        let listing = Listing {
            operation: Operation::ListNotifications,
            path: "subscriptions/notifications",
            content_type,
            window,
        };
        NotificationPages(Pager::new(self.clone(), listing))
    }
}

fn read(body: &[u8]) -> Vec<Notification> {
    let elements: Vec<&RawValue> = serde_json::from_slice(body).unwrap_or_default();
    elements
        .into_iter()
        .filter_map(|element| serde_json::from_str(element.get()).ok())
        .map(|wire: WireContent| Notification {
            content_type: text(&wire.content_type),
            content_id: text(&wire.content_id),
            content_uri: text(&wire.content_uri),
            content_created: read_time(&wire.content_created),
            content_expiration: read_time(&wire.content_expiration),
            notification_sent: read_time(&wire.notification_sent),
            notification_status: text(&wire.notification_status),
        })
        .collect()
}
