//! What Microsoft announces of its services: their health, issues with their posts, and messages. Elements are as they
//! came.
//!
//! Source: Microsoft Graph v1.0, "Working with service communications API in Microsoft Graph", and the pages of
//! `serviceAnnouncement`.

use jiff::Timestamp;
use reqwest::header::HeaderName;
use serde_json::value::RawValue;

use super::GraphClient;
use crate::error::{Context, Error, Operation};
use crate::paging::parse_uri;

/// Messages on a page, unless fewer are left: the most that the service gives.
const MESSAGES_PER_PAGE: &str = "odata.maxpagesize=1000";

/// A collection of the service announcements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Announcements {
    /// The status of each service, without its issues: those are in [`Self::Issues`] with all they have.
    HealthOverviews,
    /// Issues with their posts.
    Issues,
    /// Messages of the message center.
    Messages,
}

impl Announcements {
    fn name(self) -> &'static str {
        match self {
            Self::HealthOverviews => "healthOverviews",
            Self::Issues => "issues",
            Self::Messages => "messages",
        }
    }

    fn operation(self) -> Operation {
        match self {
            Self::HealthOverviews | Self::Issues => Operation::ReadServiceHealth,
            Self::Messages => Operation::ReadServiceMessages,
        }
    }
}

/// A page of announcements, each a JSON object as it came.
#[derive(Debug, Default)]
pub struct AnnouncementPage {
    /// The objects.
    pub elements: Vec<Box<RawValue>>,
    /// The address of the next page; `None` after the last.
    pub next: Option<String>,
}

impl GraphClient {
    /// A page of announcements: the first one, or the one that the page before named as [`AnnouncementPage::next`].
    /// Issues and messages can be limited to those that were changed at `since` or later; they are edited in place.
    ///
    /// Kinds to expect besides those of every request: [`ErrorKind::Permission`](crate::ErrorKind::Permission) without
    /// the permission that [`Error::missing_permission`] names, and
    /// [`ErrorKind::RefusedUri`](crate::ErrorKind::RefusedUri) for a next page outside the connection's Graph address.
    pub async fn announcements(
        &self,
        what: Announcements,
        since: Option<Timestamp>,
        next: Option<&str>,
    ) -> Result<AnnouncementPage, Error> {
        let context = Context::new(what.operation());
        let url = match next {
            Some(next) => parse_uri(next, &context)?,
            None => self.first_url(what, since),
        };
        let prefer = (what == Announcements::Messages).then(|| {
            let name = HeaderName::from_static("prefer");
            (name, MESSAGES_PER_PAGE.to_owned())
        });
        let page = self.page_with(url, prefer, context).await?;
        Ok(AnnouncementPage {
            elements: page.elements,
            next: page.next,
        })
    }

    fn first_url(&self, what: Announcements, since: Option<Timestamp>) -> url::Url {
        let path = ["admin", "serviceAnnouncement", what.name()];
        let mut url = self.config().graph_url(&path);
        if let Some(since) = since.filter(|_| what != Announcements::HealthOverviews) {
            let filter = format!("lastModifiedDateTime ge {since}");
            url.query_pairs_mut().append_pair("$filter", &filter);
        }
        url
    }
}
