//! Microsoft 365 audit records in, OCSF events as Arrow record batches out.
//!
//! Pure: no I/O, no async, no clock. It refuses to drop a record, to invent a value, and to fail on a shape that it
//! has not seen: an unknown record type, a missing member or one of another type becomes an event with its common
//! attributes, what no column took in `unmapped` and the record itself in `raw_data`; what is no audit record at all
//! goes to the quarantine, with the reason. Announcements of Microsoft's services become rows of a table of their own
//! ([`HealthNormalizer`]).
//!
//! ```
//! use auditlake_normalizer::{Normalizer, Options, Origin, split_array, write_ndjson};
//!
//! let blob = br#"[{"Id":"1","RecordType":15,"Operation":"UserLoginFailed","UserId":"alex@contoso.example","CreationTime":"2026-05-04T10:12:33"}]"#;
//! let mut normalizer = Normalizer::new(Options::default());
//! let origin = Origin { connection: "contoso", content_type: Some("Audit.AzureActiveDirectory"), ..Origin::default() };
//! for record in split_array(blob)? {
//!     normalizer.push(record, &origin);
//! }
//! let batch = normalizer.finish();
//! assert_eq!(batch.rows[0].class_name, "Authentication");
//! write_ndjson(&batch.events, std::io::sink())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Modules, in reading order: [`schema`] (the columns), [`class`] (OCSF classes), [`record_types`], [`workloads`].

pub mod class;
pub mod record_types;
pub mod schema;
pub mod workloads;

mod actor;
mod changes;
mod class_events;
mod columns;
mod common;
mod endpoint;
mod event;
mod event_data;
mod evidence;
mod generic;
mod identity;
mod items;
mod ndjson;
mod normalizer;
mod ocsf_1_3;
mod record;
mod room;
mod rules;
mod service_health;
mod split;
mod status;
mod subject;
mod tags;
mod things;
mod time;
mod verbs;

pub use ndjson::write_ndjson;
pub use normalizer::{Batch, Normalizer, Options, Origin, Position, Refused, Row};
pub use ocsf_1_3::{ocsf_1_3, ocsf_1_3_schema};
pub use schema::{event_schema, quarantine_schema, service_health_schema};
pub use service_health::{HealthBatch, HealthElement, HealthNormalizer, HealthOrigin};
pub use split::{SplitError, split_array};
