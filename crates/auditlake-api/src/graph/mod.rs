//! The client of Microsoft Graph: searches of the audit log, and what Microsoft announces of its services.
//!
//! It has the connection's credential, a token for an audience of its own, and a budget of its own. The token goes to
//! the connection's Graph address alone: a next page elsewhere is refused.

mod announcements;
mod audit;
mod page;

use std::fmt;
use std::sync::Arc;

use reqwest::Method;
use reqwest::header::HeaderName;
use url::Url;

pub use self::announcements::{AnnouncementPage, Announcements};
pub use self::audit::{AuditQuery, QueryState, QueryStatus, RecordPage};
use self::page::{Page, is_collection, read_page};
use crate::api::Api;
use crate::config::ClientConfig;
use crate::error::{Context, Error, ErrorKind};
use crate::paging::{MOST_PAGES, parse_uri};
use crate::token::{EntraTokenProvider, TokenInfo};
use crate::transport::{Call, RequestCounts, RequestTimes, Transport};

/// A client of one tenant in Microsoft Graph. Clones share the token, the budget of requests and the counts.
#[derive(Clone)]
pub struct GraphClient(Arc<Transport>);

impl GraphClient {
    /// Checks the configuration; nothing is sent yet.
    ///
    /// Errors are of kind [`ErrorKind::Config`].
    pub fn new(config: &ClientConfig) -> Result<Self, Error> {
        Ok(Self(Arc::new(Transport::new(config.clone(), Api::Graph)?)))
    }

    /// Which credential gave the token, when it ends, and which permissions it holds, such as
    /// `AuditLogsQuery.Read.All`.
    pub async fn token_info(&self) -> Result<TokenInfo, Error> {
        self.0.tokens().token_info(&self.0.scope()).await
    }

    /// The provider of this client's tokens.
    pub fn token_provider(&self) -> &EntraTokenProvider {
        self.0.tokens()
    }

    /// What has been asked of Graph so far, by this client and its clones.
    pub fn requests(&self) -> RequestCounts {
        self.0.counts()
    }

    /// How long it took, by the monotonic clock.
    pub fn request_times(&self) -> RequestTimes {
        self.0.times()
    }

    /// The configuration that the client was made with.
    pub fn config(&self) -> &ClientConfig {
        &self.0.config
    }

    /// One page of a collection.
    async fn page(&self, url: Url, context: Context) -> Result<Page, Error> {
        self.page_with(url, None, context).await
    }

    /// The same, asked for with another header.
    async fn page_with(
        &self,
        url: Url,
        header: Option<(HeaderName, String)>,
        context: Context,
    ) -> Result<Page, Error> {
        let (asked, told) = (url.to_string(), context.clone());
        let call = Call {
            method: Method::GET,
            url,
            header,
            body: None,
            context,
            is_whole: is_collection,
        };
        let page = read_page(&self.0.call(call).await?.body);
        if page.next.as_deref() == Some(asked.as_str()) {
            let message = "the page names itself as the next one";
            return Err(told.error(ErrorKind::Malformed, message));
        }
        Ok(page)
    }

    /// All pages of a collection that is small enough to be held.
    async fn all_pages(&self, first: Url, context: &Context) -> Result<Page, Error> {
        let mut all = self.page(first, context.clone()).await?;
        for _ in 1..MOST_PAGES {
            let Some(next) = all.next.take() else {
                return Ok(all);
            };
            let page = self
                .page(parse_uri(&next, context)?, context.clone())
                .await?;
            all.elements.extend(page.elements);
            all.next = page.next;
        }
        let message = format!("the listing has more than `{MOST_PAGES}` pages");
        Err(context.error(ErrorKind::Malformed, message))
    }
}

impl fmt::Debug for GraphClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphClient")
            .field("config", &self.0.config)
            .field("requests", &self.requests())
            .finish()
    }
}
