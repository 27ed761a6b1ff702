//! A stand-in for the Office 365 Management Activity API and what Microsoft Graph has beside it, strict where the real one is, with knobs for its faults.
//!
//! It answers the token endpoint, subscriptions, content listings and blobs on one loopback address, for any
//! number of made-up tenants, whose records are generated from a seed, given, or written out blob by blob.
//! All JSON is built from Microsoft's documentation, never from a client's types.
//!
//! What goes wrong is a [`FaultPlan`], drawn from a seed and counted by name; [`faults::PROFILES`] names ready-made
//! ones. What is left to be had under a plan is known beforehand, see [`Simulator::obtainable`] and
//! [`Simulator::unobtainable`], so that a lake can be compared with it, from outside over HTTP too:
//! `GET /_simulator/{tenant}/expected`, `/unobtainable` and `/faults` need no token.
//!
//! An application proves itself with its secret, a certificate, a token of a trusted issuer, or as a managed identity
//! (`/metadata/identity/oauth2/token`, `/msi/token`).
//!
//! A webhook is tested when it is set, and told of what becomes available from then on, in batches, again and later and
//! later where it does not answer 200, until it is disabled; see [`NotificationConfig`].
//!
//! Microsoft Graph is below `/graph/v1.0`, with tokens for an audience of its own (`<origin>/graph/.default`): searches
//! of the audit log, which find all that the tenant ever offered, see [`SearchConfig`], and service announcements, see
//! [`Announcements`], which the retired Service Communications API has too.
//!
//! What it refuses to do: it calls nobody but webhooks on its own machine; never prints, never reads a file or the
//! environment, and takes nothing from the clock but what [`Clock`] says.
//!
//! ```no_run
//! use auditlake_simulator::{FaultPlan, SimulatorConfig, TenantConfig};
//!
//! # async fn example() -> Result<(), auditlake_simulator::Error> {
//! let config = SimulatorConfig {
//!     tenants: vec![TenantConfig::generated(0, 42, 20_000)],
//!     faults: "flaky".parse::<FaultPlan>()?,
//!     ..SimulatorConfig::default()
//! };
//! let simulator = auditlake_simulator::start(config).await?;
//! let address = simulator.address();
//! let tenant = &simulator.tenants()[0];
//! // Point a client at `address`, with `tenant.tenant_id`, `tenant.client_id` and `tenant.client_secret`.
//! # let _ = (address, tenant);
//! simulator.stop().await;
//! # Ok(())
//! # }
//! ```

mod announcements;
mod catalogue;
pub mod clock;
pub mod config;
pub mod content;
mod error;
pub mod faults;
pub mod generate;
mod members;
pub mod request_log;
mod service;
mod simulator;

pub use announcements::Announcements;
pub use clock::Clock;
pub use config::{
    FederatedCredential, NotificationConfig, SearchConfig, SimulatorConfig, Source, TenantConfig,
};
pub use content::{Blob, ContentType, OfferedBlob};
pub use error::Error;
pub use faults::{
    Fault, FaultPlan, FaultRule, Operation, Reason, Selector, Times, Unobtainable, Which,
};
pub use request_log::LoggedRequest;
pub use service::{Attempt, SearchState};
pub use simulator::{Simulator, TenantDescription, start};
