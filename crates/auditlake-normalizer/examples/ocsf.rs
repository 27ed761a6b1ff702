//! Reads audit records from standard input, one a line, and prints them as OCSF events.

use std::io::{self, BufRead, Write};

use auditlake_normalizer::{Normalizer, Options, Origin, write_ndjson};

fn main() -> io::Result<()> {
    let mut normalizer = Normalizer::new(Options::default());
    for line in io::stdin().lock().lines() {
        normalizer.push(
            line?.as_bytes(),
            &Origin {
                connection: "example",
                ..Origin::default()
            },
        );
    }
    let mut out = io::stdout().lock();
    write_ndjson(&normalizer.finish().events, &mut out)?;
    out.flush()
}
