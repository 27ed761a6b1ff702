//! The client: one tenant, one token, one budget of requests.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use jiff::SignedDuration;

use crate::api::Api;
use crate::config::ClientConfig;
use crate::content::{ContentBlob, ContentPages, Window, blob_call};
use crate::content_type::ContentType;
use crate::error::{Context, Error, ErrorKind, Operation};
use crate::token::{EntraTokenProvider, TokenClaims, TokenInfo};
use crate::transport::{RequestCounts, RequestTimes, Transport};

/// A client of one tenant's feeds. Clones share the token, the budget of requests and the counts.
#[derive(Clone)]
pub struct Client(Arc<Transport>);

impl Client {
    /// Checks the configuration; nothing is sent yet.
    ///
    /// Errors are of kind [`ErrorKind::Config`].
    pub fn new(config: ClientConfig) -> Result<Self, Error> {
        Ok(Self(Arc::new(Transport::new(config, Api::Management)?)))
    }

    /// A listing of the blobs that became available within the window. Times are sent in whole seconds, so that a
    /// window with fractions may list blobs up to a second outside.
    pub fn list_content(&self, content_type: ContentType, window: Window) -> ContentPages {
        ContentPages::new(self.clone(), content_type, window)
    }

    /// The blob's JSON array of audit records, as the service sent it (without byte order mark and outer white space).
    ///
    /// Kinds to expect besides those of every request: [`ErrorKind::Expired`], [`ErrorKind::NotFound`],
    /// [`ErrorKind::RefusedUri`], [`ErrorKind::TooLarge`], and [`ErrorKind::Malformed`] for a body that is cut short
    /// each time.
    pub async fn fetch_blob(&self, blob: &ContentBlob) -> Result<Bytes, Error> {
        Ok(self.0.call(blob_call(blob)?).await?.body)
    }

    /// The permissions that the token holds, such as `ActivityFeed.Read`.
    pub async fn token_roles(&self) -> Result<Vec<String>, Error> {
        Ok(self.token_claims().await?.roles)
    }

    /// What the token says about itself, unverified. [`ErrorKind::Malformed`] for a token that is no JSON web token.
    pub async fn token_claims(&self) -> Result<TokenClaims, Error> {
        let unreadable = || {
            let context = Context::new(Operation::AcquireToken);
            context.error(
                ErrorKind::Malformed,
                "the token cannot be read, its permissions are unknown",
            )
        };
        let token = self.0.tokens().token(&self.0.scope()).await?;
        token.claims().ok_or_else(unreadable)
    }

    /// Which credential gave the token, when it ends, and what it says about itself.
    pub async fn token_info(&self) -> Result<TokenInfo, Error> {
        self.0.tokens().token_info(&self.0.scope()).await
    }

    /// The provider of this client's tokens, which gives tokens for other scopes too.
    pub fn token_provider(&self) -> &EntraTokenProvider {
        self.0.tokens()
    }

    /// What has been asked of the API so far, by this client and its clones.
    pub fn requests(&self) -> RequestCounts {
        self.0.counts()
    }

    /// How long it took, by the monotonic clock.
    pub fn request_times(&self) -> RequestTimes {
        self.0.times()
    }

    /// How far the service's clock was ahead of this machine's in its last answer, in whole seconds; `None` before the
    /// first one.
    pub fn clock_offset(&self) -> Option<SignedDuration> {
        self.0.clock_offset()
    }

    /// The configuration that the client was made with.
    pub fn config(&self) -> &ClientConfig {
        &self.0.config
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.0
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("config", &self.0.config)
            .field("requests", &self.requests())
            .finish()
    }
}
