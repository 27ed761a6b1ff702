//! Content blobs: listing them page by page.

use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::content_type::ContentType;
use crate::error::{Context, Error, Operation};
use crate::listing::{looks_like_array, read_page};
use crate::paging::{Listing, Pager, parse_uri};
use crate::transport::Call;

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
pub struct ContentPages(Pager);

impl ContentPages {
    pub(crate) fn new(client: Client, content_type: ContentType, window: Window) -> Self {
        let listing = Listing {
            operation: Operation::ListContent,
            path: "subscriptions/content",
            content_type,
            window,
        };
        Self(Pager::new(client, listing))
    }

    /// The next page, or `None` after the last.
    ///
    /// A listing that comes back to a page already read, or leads outside the API's origin, ends in an error
    /// ([`ErrorKind::Malformed`](crate::ErrorKind::Malformed),
    /// [`ErrorKind::RefusedUri`](crate::ErrorKind::RefusedUri)) after the pages before: it is then incomplete.
    pub async fn next_page(&mut self) -> Result<Option<ContentPage>, Error> {
        let Some(body) = self.0.next_page().await? else {
            return Ok(None);
        };
        let listing = self.0.listing();
        Ok(Some(read_page(&body, listing.content_type, listing.window)))
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
        header: None,
        body: None,
        context,
        is_whole: looks_like_array,
    })
}
