//! What `cargo xtask instructions` counts: every fixture becomes a row, several times over.

use std::hint::black_box;
use std::io::{self, Write};

use auditlake_normalizer::{Normalizer, Options, Origin};

#[path = "../benches/records/mod.rs"]
mod records;

/// Batches made: the first is dearer, as the tables of the process are made with it.
const BATCHES: usize = 2;

/// How often a batch has each record: what is paid for each class of a batch is shared by its rows, as it is by the
/// thousands that a run has at once.
const REPEATS: usize = 8;

fn main() -> io::Result<()> {
    let records = records::records(0)?;
    for _ in 0..BATCHES {
        counted_batch(&records);
    }
    // What the count is divided by.
    writeln!(io::stdout(), "{}", records.len() * BATCHES * REPEATS)
}

/// The span that is counted: parse, normalize and make the batches, without reading files. The counter knows it by its name.
#[inline(never)]
fn counted_batch(records: &[String]) {
    let mut normalizer = Normalizer::new(Options::default());
    for record in records.iter().cycle().take(records.len() * REPEATS) {
        normalizer.push(record.as_bytes(), &Origin::default());
    }
    black_box(normalizer.finish_by_class());
}
