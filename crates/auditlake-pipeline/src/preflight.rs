//! Whether the lake can be used, asked before anything is asked of the service.
//!
//! A tenant's seven days are fetched in minutes to hours; a bucket that is not there, or a role that may not delete,
//! should be told in the first second.

use auditlake_parquet::Lake;

use crate::error::Error;

/// Where probes are, for the moment that they exist. No other part of the ledger lists this.
const PROBES: &str = "_auditlake/probe";

/// Creates, reads, lists and removes an object of its own in the lake.
pub(crate) async fn preflight(lake: &Lake) -> Result<(), Error> {
    let object = format!("{PROBES}/{}", uuid::Uuid::now_v7());
    Ok(lake.probe(&object).await?)
}
