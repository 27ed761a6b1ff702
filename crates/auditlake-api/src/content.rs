//! Content blobs: listing them page by page.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::client::Client;
use crate::content_type::ContentType;
use crate::error::{Context, Error, ErrorKind, Operation};
use crate::listing::{is_json_array, looks_like_array, next_uri, query_time, read_page, round_up};
use crate::transport::Call;

/// Pages beyond this are taken for a service that never ends.
const MOST_PAGES: usize = 100_000;
/// The longest span that the service lists completely.
const LONGEST_WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// A half-open span of `contentCreated`, at most 24 hours long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// First instant inside.
    pub start: Timestamp,
    /// First instant after.
    pub end: Timestamp,
}

/// A content blob as a listing names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentBlob {
    /// The feed, as the service spells it.
    pub content_type: String,
    /// The blob's opaque identity.
    pub content_id: String,
    /// Where the blob is fetched, as the service wrote it.
    pub content_uri: String,
    /// When the blob became available; the start of the listed window where the service does not say.
    pub content_created: Timestamp,
    /// When the blob goes away, seven days later.
    pub content_expiration: Option<Timestamp>,
}

/// One page of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContentPage {
    /// The blobs, in the order in which they became available.
    pub blobs: Vec<ContentBlob>,
    /// Elements that name no address to fetch, as JSON text; whoever reads the page has to report them.
    pub unreadable: Vec<String>,
}

/// A listing under way.
///
/// After an error, the same page can be asked for again.
#[derive(Debug)]
pub struct ContentPages {
    client: Client,
    content_type: ContentType,
    window: Window,
    next: Next,
    seen: HashSet<String>,
}

#[derive(Debug)]
enum Next {
    First,
    Page(String),
    Done,
}

impl ContentPages {
    pub(crate) fn new(client: Client, content_type: ContentType, window: Window) -> Self {
        Self {
            client,
            content_type,
            window,
            next: Next::First,
            seen: HashSet::new(),
        }
    }

    /// The next page, or `None` after the last.
    ///
    /// A listing that comes back to a page already read, or leads outside the API's origin, ends in an error
    /// ([`ErrorKind::Malformed`], [`ErrorKind::RefusedUri`]) after the pages before: it is then incomplete.
    pub async fn next_page(&mut self) -> Result<Option<ContentPage>, Error> {
        let context = self.context();
        let url = match &self.next {
            Next::Done => return Ok(None),
            Next::First => self.first_url(&context)?,
            Next::Page(uri) => self.page_url(uri, &context)?,
        };
        let call = Call {
            method: Method::GET,
            url,
            body: None,
            context,
            is_whole: is_json_array,
        };
        let reply = self.client.transport().call(call).await?;
        let next = next_uri(&reply.headers).map_or(Next::Done, Next::Page);
        if let Next::Page(read) = std::mem::replace(&mut self.next, next) {
            self.seen.insert(read);
        }
        Ok(Some(read_page(&reply.body, self.content_type, self.window)))
    }

    fn context(&self) -> Context {
        let context = Context::about(Operation::ListContent, self.content_type.as_str());
        Context {
            window: Some(self.window),
            ..context
        }
    }

    fn first_url(&self, context: &Context) -> Result<Url, Error> {
        let Window { start, end } = self.window;
        if start >= end || end.duration_since(start) > LONGEST_WINDOW {
            let message = "a window must start before its end and span at most 24 hours";
            return Err(context.error(ErrorKind::BadRequest, message));
        }
        let mut url = self
            .client
            .transport()
            .config
            .feed_url("subscriptions/content")?;
        let (start, end) = (query_time(start), query_time(round_up(end)));
        url.set_query(Some(&format!(
            "contentType={}&startTime={start}&endTime={end}",
            self.content_type
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

/// The request for a blob.
pub(crate) fn blob_call(blob: &ContentBlob) -> Result<Call, Error> {
    let context = Context::about(Operation::FetchBlob, blob.content_type.as_str());
    let context = Context {
        content_id: Some(blob.content_id.clone()),
        ..context
    };
    let url = parse_uri(&blob.content_uri, &context)?;
    Ok(Call {
        method: Method::GET,
        url,
        body: None,
        context,
        is_whole: looks_like_array,
    })
}

fn parse_uri(uri: &str, context: &Context) -> Result<Url, Error> {
    // The text is not shown: it may hold a password.
    let unreadable = |reason| {
        context
            .error(ErrorKind::RefusedUri, "the service gave no address")
            .with_source(reason)
    };
    Url::parse(uri).map_err(unreadable)
}
