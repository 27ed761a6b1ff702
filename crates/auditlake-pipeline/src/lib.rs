//! Joins the client of the Management Activity API, the normalizer and the Parquet writer into runs that lose
//! nothing, write nothing twice, and name what could not be had.
//!
//! What it refuses to do: print, parse arguments, keep state anywhere but in the lake's ledger, or change a
//! committed object.
//!
//! ```no_run
//! # async fn example(client: auditlake_pipeline::ClientConfig) -> Result<(), Box<dyn std::error::Error>> {
//! use auditlake_pipeline::{BackfillOptions, Connection, Outcome, Progress, backfill};
//!
//! let connection = Connection::new(Some("contoso".to_owned()), client)?;
//! let options = BackfillOptions::new("./lake");
//! let report = backfill(connection, options, Progress::default().into(), Default::default()).await?;
//! assert_eq!(report.outcome(), Outcome::Complete);
//! # Ok(()) }
//! ```

pub mod connection;
pub mod options;
pub mod run;

pub mod plan;
mod preflight;
mod starts;

mod access;
mod batches;
mod budget;
mod cores;
mod failure;
mod feed;
pub mod health;
mod listed;
pub mod search;
mod source;
mod wrapped;

mod normalize;

mod commit;
mod content_ids;
mod dedup;
mod delta;
mod event_buffers;
mod identities;
mod identity_set;
pub mod layout;
pub mod ledger;
pub mod tables;
mod tally;

pub mod clock;
pub mod error;
pub mod gap;
mod meters;
pub mod progress;
mod recorder;
pub mod report;

pub mod inbox;
pub mod ingest;

pub mod handover;

pub mod compact;
pub mod coverage;
mod inventory;
pub mod lake;
pub mod verify;

pub mod check;
pub mod files;
pub mod notifications;
pub mod subscription;

pub use auditlake_api::{
    Announcement, Certificate, CertificateSource, ClientConfig, Cloud, ContentType, Credential,
    Error as ServiceError, IdentityEndpoint, ManagedIdentity, Notification, RetryPolicy, Secret,
    Webhook, WebhookChange, WebhookPost, WorkloadIdentity,
};
pub use auditlake_normalizer::{event_schema, quarantine_schema, record_types, schema};
pub use auditlake_parquet::{Lake, Patience};
pub use check::{ConnectionTest, test_connection};
pub use clock::Clock;
pub use connection::Connection;
pub use error::{Error, ErrorKind, Stopped};
pub use gap::{Gap, GapReason};
pub use health::{HealthApi, backfill_service_health};
pub use inbox::Inbox;
pub use ingest::{IngestOptions, IngestPlan, RoundEnd, Wakes, ingest_once};
pub use layout::{LakeFormat, Layout, LayoutChoice, LayoutName, SecurityLakeChoice};
pub use notifications::{Attempts, list_notifications};
pub use options::BackfillOptions;
pub use progress::Progress;
pub use report::{Outcome, Report};
pub use run::backfill;
pub use search::{SearchFilter, SearchOptions};
pub use subscription::{Started, SubscriptionState, Subscriptions};
