//! The columns of the tables, once: Arrow schema, documents and DDL all come from here.

mod arrow;
pub mod column;
pub mod ddl;
mod events;
mod json_schema;
pub(crate) mod layout;
pub mod markdown;
pub(crate) mod path;
mod quarantine;
mod service_health;

use arrow::fields;
pub use arrow::{JSON_KEY, event_schema};
pub(crate) use arrow::{LIST_ITEM, utc};
pub use events::EVENTS;
pub use json_schema::{json_schema, service_health_json_schema};
pub use quarantine::{quarantine_doc, quarantine_schema};
pub use service_health::{
    SERVICE_HEALTH, SERVICE_HEALTH_DIRECTORY, SERVICE_HEALTH_PARTITION, service_health_schema,
};

/// OCSF version of the events.
pub const OCSF_VERSION: &str = "1.8.0";
/// OCSF version of what [`ocsf_1_3`](crate::ocsf_1_3) makes of them.
pub const OLDER_OCSF_VERSION: &str = "1.3.0";
/// Version of the columns of all tables. A later one has the same columns and more, each at the end of its object; what
/// each version has is under `test-data/schema/`.
pub const SCHEMA_VERSION: u32 = 1;

/// Directory of the `events` table in a lake.
pub const EVENTS_DIRECTORY: &str = "events";
/// Outer partition of the `events` table: the value of the column of this name, which the files have too.
pub const CLASS_PARTITION: &str = "class_name";
/// Inner partition of the `events` table: the UTC day of `time`, which only the path has.
pub const DAY_PARTITION: &str = "event_day";
/// The one column that is not OCSF's, and which printed events leave out.
pub(crate) const PROVENANCE: &str = "auditlake";
