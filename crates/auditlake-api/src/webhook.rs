//! What the service posts to a webhook: a code to test it with, or announcements of new content.
//!
//! Source: Microsoft, Office 365 Management Activity API reference, sections "Webhook validation" and "Receiving
//! notifications".

use jiff::{SignedDuration, Timestamp};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::content::ContentBlob;
use crate::content_type::ContentType;
use crate::listing::{read_time, text};
use crate::wire::WireContent;

/// No clock is wrong by more: a blob that is dated later is not believed.
const FARTHEST_AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// The body of a request to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookPost {
    /// An object with a code: the service tests the webhook, and wants HTTP 200.
    Validation,
    /// An array: new content is there.
    Announcements {
        /// What could be read.
        announcements: Vec<Announcement>,
        /// Elements that could not. What they meant, a listing tells.
        unreadable: usize,
    },
}

/// That a content blob is there, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The tenant whose records they are, as the service spells it.
    pub tenant_id: String,
    /// The application that made the subscription, as the service spells it.
    pub client_id: String,
    /// The feed.
    pub content_type: ContentType,
    /// The blob, as a listing would name it.
    pub blob: ContentBlob,
}

impl WebhookPost {
    /// Reads a body that arrived at `now`, which stands for the time of a blob that has none. `None` for what is
    /// neither of the two.
    pub fn read(body: &[u8], now: Timestamp) -> Option<Self> {
        if let Ok(elements) = serde_json::from_slice::<Vec<&RawValue>>(body) {
            let read = |element: &&RawValue| Announcement::read(element, now);
            let announcements: Vec<Announcement> = elements.iter().filter_map(read).collect();
            return Some(Self::Announcements {
                unreadable: elements.len() - announcements.len(),
                announcements,
            });
        }
        let object: Map<String, Value> = serde_json::from_slice(body).ok()?;
        object
            .contains_key("validationCode")
            .then_some(Self::Validation)
    }
}

impl Announcement {
    fn read(element: &RawValue, now: Timestamp) -> Option<Self> {
        let wire: WireContent = serde_json::from_str(element.get()).ok()?;
        let content_type: ContentType = text(&wire.content_type)?.parse().ok()?;
        let created = read_time(&wire.content_created).unwrap_or(now);
        (created <= now + FARTHEST_AHEAD).then_some(())?;
        Some(Self {
            tenant_id: text(&wire.tenant_id)?,
            client_id: text(&wire.client_id)?,
            content_type,
            blob: ContentBlob {
                content_type: content_type.to_string(),
                content_id: text(&wire.content_id)?,
                content_uri: text(&wire.content_uri)?,
                content_created: created,
                content_expiration: read_time(&wire.content_expiration),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn arrived() -> Timestamp {
        "2026-05-04T10:31:00Z".parse().unwrap()
    }

    fn read(body: &Value) -> Option<WebhookPost> {
        WebhookPost::read(body.to_string().as_bytes(), arrived())
    }

    fn element() -> Value {
        json!({
            "tenantId": "t", "clientId": "c", "contentType": "Audit.SharePoint", "contentId": "a$1",
            "contentUri": "https://manage.office.com/a$1", "contentCreated": "2026-05-04T10:30:00.123Z",
            "contentExpiration": "2026-05-11T10:30:00.123Z",
        })
    }

    #[test]
    fn an_object_with_a_code_is_a_test_and_an_array_is_news() {
        let code = json!({"validationCode": "c"});
        assert_eq!(read(&code), Some(WebhookPost::Validation));
        let Some(WebhookPost::Announcements {
            announcements,
            unreadable: 0,
        }) = read(&json!([element()]))
        else {
            panic!("an array is news");
        };
        let one = &announcements[0];
        assert_eq!((one.tenant_id.as_str(), one.client_id.as_str()), ("t", "c"));
        assert_eq!(one.content_type, ContentType::SharePoint);
        assert_eq!(one.blob.content_id, "a$1");
        let created: Timestamp = "2026-05-04T10:30:00.123Z".parse().unwrap();
        assert_eq!(one.blob.content_created, created);
        for other in [json!({}), json!("a"), json!(1)] {
            assert_eq!(read(&other), None, "{other}");
        }
        assert_eq!(WebhookPost::read(b"[{", arrived()), None);
    }

    #[test]
    fn an_element_that_cannot_be_read_costs_the_others_nothing() {
        let mut nameless = element();
        nameless["contentUri"] = Value::Null;
        let mut unheard = element();
        unheard["contentType"] = json!("Audit.New");
        let mut far = element();
        far["contentCreated"] = json!("2026-05-06T10:31:00Z");
        let mut timeless = element();
        timeless["contentCreated"] = json!("soon");
        let Some(WebhookPost::Announcements {
            announcements,
            unreadable,
        }) = read(&json!([nameless, 1, unheard, timeless, far, element()]))
        else {
            panic!("an array is news");
        };
        assert_eq!((announcements.len(), unreadable), (2, 4));
        assert_eq!(announcements[0].blob.content_created, arrived());
    }
}
