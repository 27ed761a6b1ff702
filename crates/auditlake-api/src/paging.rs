//! Following the pages of a listing, of blobs and of notifications alike.

use std::collections::HashSet;

use bytes::Bytes;
use jiff::SignedDuration;
use reqwest::Method;
use url::Url;

use crate::client::Client;
use crate::content::Window;
use crate::content_type::ContentType;
use crate::error::{Context, Error, ErrorKind, Operation};
use crate::listing::{is_json_array, next_uri, query_time, round_up};
use crate::transport::Call;

/// Pages beyond this are taken for a service that never ends.
pub(crate) const MOST_PAGES: usize = 100_000;
/// The longest span that the service lists completely.
const LONGEST_WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// What is listed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listing {
    pub(crate) operation: Operation,
    pub(crate) path: &'static str,
    pub(crate) content_type: ContentType,
    pub(crate) window: Window,
}

/// The bodies of a listing's pages, one after the other.
#[derive(Debug)]
pub(crate) struct Pager {
    client: Client,
    listing: Listing,
    next: Next,
    seen: HashSet<String>,
}

#[derive(Debug)]
enum Next {
    First,
    Page(String),
    Done,
}

impl Pager {
    pub(crate) fn new(client: Client, listing: Listing) -> Self {
        Self {
            client,
            listing,
            next: Next::First,
            seen: HashSet::new(),
        }
    }

    pub(crate) fn listing(&self) -> Listing {
        self.listing
    }

    /// The next page, a JSON array, or `None` after the last.
    pub(crate) async fn next_page(&mut self) -> Result<Option<Bytes>, Error> {
        let context = self.context();
        let url = match &self.next {
            Next::Done => return Ok(None),
            Next::First => self.first_url(&context)?,
            Next::Page(uri) => self.page_url(uri, &context)?,
        };
        let call = Call {
            method: Method::GET,
            url,
            header: None,
            body: None,
            context,
            is_whole: is_json_array,
        };
        let reply = self.client.transport().call(call).await?;
        let next = next_uri(&reply.headers).map_or(Next::Done, Next::Page);
        if let Next::Page(read) = std::mem::replace(&mut self.next, next) {
            self.seen.insert(read);
        }
        Ok(Some(reply.body))
    }

    fn context(&self) -> Context {
        let context = Context::about(self.listing.operation, self.listing.content_type.as_str());
        Context {
            window: Some(self.listing.window),
            ..context
        }
    }

    fn first_url(&self, context: &Context) -> Result<Url, Error> {
        let Window { start, end } = self.listing.window;
        if start >= end || end.duration_since(start) > LONGEST_WINDOW {
            let message = "a window must start before its end and span at most 24 hours";
            return Err(context.error(ErrorKind::BadRequest, message));
        }
        let mut url = self.client.transport().config.feed_url(self.listing.path)?;
        let (start, end) = (query_time(start), query_time(round_up(end)));
        url.set_query(Some(&format!(
            "contentType={}&startTime={start}&endTime={end}",
            self.listing.content_type
        )));
        Ok(url)
    }

    fn page_url(&self, uri: &str, context: &Context) -> Result<Url, Error> {
        if self.seen.contains(uri) {
            return Err(context.error(
                ErrorKind::Malformed,
                "the listing leads back to a page already read",
            ));
        }
        if self.seen.len() >= MOST_PAGES {
            return Err(context.error(
                ErrorKind::Malformed,
                format!("the listing has more than `{MOST_PAGES}` pages"),
            ));
        }
        parse_uri(uri, context)
    }
}

pub(crate) fn parse_uri(uri: &str, context: &Context) -> Result<Url, Error> {
    // The text is not shown: it may hold a password.
    let unreadable = |reason| {
        context
            .error(ErrorKind::RefusedUri, "the service gave no address")
            .with_source(reason)
    };
    Url::parse(uri).map_err(unreadable)
}
