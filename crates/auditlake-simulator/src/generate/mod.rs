//! Made-up audit records of all workloads, from a seed.
//!
//! Every record is made from its own seed, so a blob can be made anew whenever it is fetched and nothing but the
//! plan is kept in memory. Shapes follow Microsoft's "Office 365 Management Activity API schema"; names and
//! addresses are of documentation ranges.

mod collaboration;
mod compliance;
mod copilot;
mod defender;
mod dlp;
mod entra_directory;
mod entra_signin;
mod exchange_admin;
mod exchange_mailbox;
mod families;
mod ids;
mod labels;
mod lasting;
mod odd;
mod population;
mod power_platform;
mod record;
mod scene;
mod sharepoint;
mod sharepoint_sites;
mod stories;
mod teams;
mod week;

use std::io::{self, Write};

use jiff::Timestamp;

pub(crate) use self::week::Week;

/// The organization of records that belong to no simulated tenant.
const ORGANIZATION: &str = "0000a11d-1111-4000-8000-00000000a11d";

/// Writes `count` distinct records of the week before `now`, one JSON object a line, in the order in which a tenant
/// of the same seed would offer them.
///
/// # Errors
/// Whatever `out` fails with.
pub fn write_ndjson(
    seed: u64,
    count: usize,
    now: Timestamp,
    mut out: impl Write,
) -> io::Result<()> {
    let week = Week::plan(seed, count, ORGANIZATION, now);
    for blob in 0..week.blobs() {
        for record in week.new_records(blob) {
            out.write_all(record.as_bytes())?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()
}
