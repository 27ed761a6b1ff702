//! The client of the Office 365 Management Activity API: tokens, subscriptions, content listings and content blobs,
//! paced to the tenant's quota; and of its neighbours: the Service Communications API, and in Microsoft Graph searches of
//! the audit log and service announcements ([`graph`]).
//!
//! What it refuses to do:
//! - it sends the bearer token to no origin but the configured API address and, where that is a [`Cloud`]'s, the other
//!   API hosts of this cloud; it follows no redirect;
//! - it speaks plain http to loopback hosts alone, and to link-local ones for a managed identity;
//! - it shows no secret, token or assertion: not in `Debug`, not in an error, not in the log;
//! - it removes no webhook unless told so ([`Client::ensure_subscription`]);
//! - it sends no more requests than the tenant's budget, which all clients of the process share, and repeats no start
//!   that was throttled;
//! - it does not look inside audit records: a content blob is bytes here;
//! - it keeps nothing: no cursor, no file, no cache but the current tokens.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use auditlake_api::{Client, ClientConfig, Cloud, ContentType, Credential, WebhookChange, Window};
//!
//! let config = ClientConfig::for_cloud(
//!     Cloud::Enterprise,
//!     "11111111-2222-3333-4444-555555555555",
//!     "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
//!     Credential::ClientSecretFile("/run/secrets/auditlake".into()),
//! );
//! let client = Client::new(config)?;
//! client.ensure_subscription(ContentType::Exchange, &WebhookChange::Keep).await?;
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

mod api;
mod cloud;
mod content_type;
mod credential;
mod environment;
mod secret;

mod config;
mod error;

mod retry;
mod token;

mod http;
mod meter;
mod pacing;
mod transport;
mod wire;

mod client;
mod content;
mod listing;
mod notifications;
mod paging;
mod sensitive_types;
mod service_communications;
mod webhook;

mod ensure;
mod subscriptions;

pub mod graph;

pub use client::Client;
pub use cloud::{Cloud, UnknownCloud};
pub use config::{ClientConfig, RetryPolicy};
pub use content::{ContentBlob, ContentPage, ContentPages, Window};
pub use content_type::{ContentType, UnknownContentType};
pub use credential::{
    Certificate, CertificateSource, Credential, CredentialKind, IdentityEndpoint, ManagedIdentity,
    WorkloadIdentity,
};
pub use ensure::WebhookChange;
pub use error::{Error, ErrorKind, Operation};
pub use graph::GraphClient;
pub use meter::{AtWork, Measured, Meter};
pub use notifications::{Notification, NotificationPages};
pub use secret::Secret;
pub use sensitive_types::SensitiveType;
pub use service_communications::ServiceCommunications;
pub use subscriptions::{StartOutcome, Subscription, Webhook};
pub use token::{AccessToken, EntraTokenProvider, TokenClaims, TokenConfig, TokenInfo};
pub use transport::{RequestCounts, RequestTimes};
pub use webhook::{Announcement, WebhookPost};
