//! The columns of the tables, once: Arrow schema, documents and DDL all come from here.

mod arrow;
pub mod column;
mod events;
pub(crate) mod layout;
pub(crate) mod path;
mod quarantine;

pub use arrow::{JSON_KEY, event_schema};
pub(crate) use arrow::{LIST_ITEM, fields, utc};
pub use events::EVENTS;
pub use quarantine::quarantine_schema;

/// OCSF version of the events.
pub const OCSF_VERSION: &str = "1.8.0";
