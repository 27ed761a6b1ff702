//! The client of the Office 365 Management Activity API: tokens, subscriptions, content listings and content blobs,
//! paced to the tenant's quota.
//!
//! What it refuses to do:
//! - it sends the bearer token to no origin but the configured API address, and follows no redirect;
//! - it speaks plain http to loopback hosts alone;
//! - it does not look inside audit records: a content blob is bytes here;
//! - it keeps nothing: no cursor, no file, no cache but the current token.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use auditlake_api::{Client, ClientConfig, ContentType, Secret, Window};
//!
//! let config = ClientConfig::new(
//!     "https://manage.office.com".parse()?,
//!     "https://login.microsoftonline.com".parse()?,
//!     "11111111-2222-3333-4444-555555555555",
//!     "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
//!     Secret::new(std::env::var("AUDITLAKE_CLIENT_SECRET")?),
//! );
//! let client = Client::new(config)?;
//! let window = Window { start: "2026-05-04T10:00:00Z".parse()?, end: "2026-05-04T11:00:00Z".parse()? };
//! let mut pages = client.list_content(ContentType::Exchange, window);
//! while let Some(page) = pages.next_page().await? {
//!     for blob in &page.blobs {
//!         let records = client.fetch_blob(blob).await?;
//!         assert_eq!(records.first(), Some(&b'['));
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod content_type;
mod secret;

mod config;
mod error;

mod retry;
mod token;

mod http;
mod pacing;
mod transport;
mod wire;

mod client;
mod content;
mod listing;
mod subscriptions;

pub use client::Client;
pub use config::{ClientConfig, RetryPolicy};
pub use content::{ContentBlob, ContentPage, ContentPages, Window};
pub use content_type::{ContentType, UnknownContentType};
pub use error::{Error, ErrorKind, Operation};
pub use secret::Secret;
pub use subscriptions::{StartOutcome, Subscription, Webhook};
pub use token::TokenClaims;
pub use transport::RequestCounts;
