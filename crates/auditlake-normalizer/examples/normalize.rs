//! Audit records on standard input, one a line, become OCSF events on standard output:
//! `cargo run -p auditlake-normalizer --example normalize <records.ndjson`.

use std::error::Error;
use std::io::{BufRead, stdin, stdout};

use auditlake_normalizer::{Normalizer, Options, Origin, write_ndjson};

fn main() -> Result<(), Box<dyn Error>> {
    let mut normalizer = Normalizer::new(Options::default());
    for line in stdin().lock().lines() {
        normalizer.push(line?.as_bytes(), &Origin::default());
    }
    let batch = normalizer.finish();
    write_ndjson(&batch.events, stdout().lock())?;
    Ok(())
}
