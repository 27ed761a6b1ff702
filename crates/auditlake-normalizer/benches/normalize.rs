//! How fast records become rows, on one thread: `cargo xtask bench`.
//!
//! Beside it stands what no normalizer can do without: reading the JSON. Once as this one does, and once as the fastest
//! reader that we know makes a document of it (its bare tree, of which nothing is asked).

mod records;

use std::hint::black_box;
use std::io;

use auditlake_normalizer::{Normalizer, Options, Origin};
use criterion::{Criterion, Throughput};
use serde_json::value::RawValue;

/// Records of a batch, as the pipeline makes them.
const BATCH: usize = 4096;

fn main() -> io::Result<()> {
    let records = records::records(BATCH)?;
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("records");
    group.throughput(Throughput::Elements(records.len() as u64));
    group.bench_function("split into members", |bench| {
        bench.iter(|| records.iter().for_each(|record| split(record)));
    });
    group.bench_function("sonic-rs, bare document", |bench| {
        bench.iter(|| records.iter().for_each(|record| document(record)));
    });
    for raw_data in [true, false] {
        let name = format!("normalize, raw_data {raw_data}");
        group.bench_function(name, |bench| {
            bench.iter(|| normalize(&records, Options { raw_data }));
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}

fn split(record: &str) {
    let members: Result<std::collections::BTreeMap<&str, &RawValue>, _> =
        serde_json::from_str(record);
    black_box(members.is_ok());
}

fn document(record: &str) {
    black_box(sonic_rs::from_str::<sonic_rs::Value>(record).is_ok());
}

fn normalize(records: &[String], options: Options) {
    let mut normalizer = Normalizer::new(options);
    for batch in records.chunks(BATCH) {
        for record in batch {
            normalizer.push(record.as_bytes(), &Origin::default());
        }
        black_box(normalizer.finish_by_class());
    }
}
